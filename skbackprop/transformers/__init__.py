"""Representations by expansion and pooling, as scikit-learn transformers."""
