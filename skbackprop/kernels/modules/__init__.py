"""Kernels of modules, in files named as in :mod:`skbackprop.network.modules`."""
