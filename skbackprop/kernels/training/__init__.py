"""skbackprop/kernels/training/__init__.py."""
