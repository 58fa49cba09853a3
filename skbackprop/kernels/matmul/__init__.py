"""skbackprop/kernels/matmul/__init__.py."""
