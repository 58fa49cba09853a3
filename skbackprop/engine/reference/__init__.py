"""The slow, obvious truth: the same programs run with plain NumPy."""
