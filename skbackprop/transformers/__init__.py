"""skbackprop/transformers/__init__.py."""
