"""Kernels of the modules: files are named as in :mod:`skbackprop.network.modules`."""
