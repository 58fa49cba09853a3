"""The kernels of monomials, as functions of Python."""

import ctypes

import numpy as np

from skbackprop.kernels import jit

_KERNEL = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 3)


def has_kernels(dtype):
    """Tell whether there are kernels for numbers of this type, here."""
    return dtype in (np.float32, np.float64) and jit.available()


def compiled(factory, name):
    """Return the kernel as a function that does not hold the interpreter's lock."""
    return _KERNEL(jit.compile_kernel(factory, name))


def address(array):
    """Return where the elements of an array begin, in bytes."""
    return array.__array_interface__["data"][0]
