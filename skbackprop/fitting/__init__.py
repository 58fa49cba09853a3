"""Common code of all network estimators: parameters, targets, and fit."""
