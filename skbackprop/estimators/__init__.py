"""Networks as scikit-learn estimators, one file for each kind."""
