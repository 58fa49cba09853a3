"""What all network estimators share: parameters, targets, and the one fit."""
