"""Kernels of the transformers, which process blocks of samples."""
