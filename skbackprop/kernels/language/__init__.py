"""skbackprop/kernels/language/__init__.py."""
