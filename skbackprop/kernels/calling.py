"""Access to kernels from the rest of the package, by name and by address.

Files that make kernels import numba, which takes longer to import than all else, and
fails in some environments. ``import skbackprop`` must work without numba. Other files
therefore do not import these files, but load them by name, mostly only when a kernel is
not in the cache.
"""

import ctypes
import importlib

import numpy as np

from skbackprop.kernels import jit

_KERNEL = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 3)


def kernel_file(name):
    """Return the module ``skbackprop.kernels.<name>``."""
    return importlib.import_module(f"skbackprop.kernels.{name}")


def kernel_factory(name):
    """Return the function that makes a kernel, such as ``'training.gather.gather'``.

    This name stands for ``make_gather`` of :mod:`skbackprop.kernels.training.gather`.
    """
    file, _, kernel = name.rpartition(".")
    return getattr(kernel_file(file), f"make_{kernel}")


def compiled(kernel, *settings):
    """Return the address of a kernel, given its name and settings.

    Settings are integers and strings, which become part of its name in the cache.
    """
    name = "_".join([kernel, *map(str, settings)])
    return jit.compile_kernel(lambda: kernel_factory(kernel)(*settings), name)


def has_kernels(dtype):
    """Return whether kernels for a dtype are available."""
    return dtype in (np.float32, np.float64) and jit.available()


def run_kernel(kernel, *tables):
    """Run the kernel at an address on a row, a context and scalars.

    Tables that it does not read can be left out. ctypes releases the GIL meanwhile.
    """
    addresses = [address(table) for table in tables]
    addresses += [None] * (3 - len(tables))
    _KERNEL(int(kernel))(*addresses)


def address(array):
    """Return the address of the first element of an array."""
    return array.__array_interface__["data"][0]
