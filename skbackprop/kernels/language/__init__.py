"""A small vector language: kernels written in it read like their formulas."""
