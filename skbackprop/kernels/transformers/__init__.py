"""skbackprop/kernels/transformers/__init__.py."""
