"""skbackprop/kernels/separability/__init__.py."""
