"""skbackprop/kernels/losses/__init__.py."""
