"""skbackprop/kernels/modules/__init__.py."""
