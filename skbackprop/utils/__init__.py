"""skbackprop/utils/__init__.py."""
