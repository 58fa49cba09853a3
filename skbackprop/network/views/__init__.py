"""skbackprop/network/views/__init__.py."""
