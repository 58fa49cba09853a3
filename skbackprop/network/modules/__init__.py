"""skbackprop/network/modules/__init__.py."""
