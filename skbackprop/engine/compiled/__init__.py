"""skbackprop/engine/compiled/__init__.py."""
