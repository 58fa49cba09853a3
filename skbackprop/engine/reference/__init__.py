"""skbackprop/engine/reference/__init__.py."""
