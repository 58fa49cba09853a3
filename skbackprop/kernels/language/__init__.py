"""A small vector language, in which kernels read like their formulas."""
