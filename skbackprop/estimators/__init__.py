"""skbackprop/estimators/__init__.py."""
