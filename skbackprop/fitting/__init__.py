"""skbackprop/fitting/__init__.py."""
