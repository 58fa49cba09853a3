"""Kernels of the transformers, which work on blocks of samples."""
