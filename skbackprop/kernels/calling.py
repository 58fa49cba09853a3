"""How the rest of the package reaches kernels: by name, then by address.

Files that make kernels import numba at their top. It takes longer to import than
all else, and some environments hold one that raises: ``import skbackprop`` does
without it. Other files therefore never import one of these; they load it by
name, most of them only when a kernel is needed that no cache holds.
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
    """Return what makes a kernel, named as ``'training.gather.gather'``.

    That is ``make_gather`` of :mod:`skbackprop.kernels.training.gather`.
    """
    file, _, kernel = name.rpartition(".")
    return getattr(kernel_file(file), f"make_{kernel}")


def compiled(kernel, *settings):
    """Return the address of the kernel of this name, made for these settings.

    Settings are integers and strings: they are part of its name in the cache.
    """
    name = "_".join([kernel, *map(str, settings)])
    return jit.compile_kernel(lambda: kernel_factory(kernel)(*settings), name)


def has_kernels(dtype):
    """Tell whether there are kernels for numbers of this type, here."""
    return dtype in (np.float32, np.float64) and jit.available()


def run_kernel(kernel, *tables):
    """Run the kernel at an address on its row, its context and its scalars.

    Tables that it does not read may be left out. ctypes lets go of the
    interpreter's lock meanwhile.
    """
    addresses = [address(table) for table in tables]
    addresses += [None] * (3 - len(tables))
    _KERNEL(int(kernel))(*addresses)


def address(array):
    """Return where the elements of an array begin, in bytes."""
    return array.__array_interface__["data"][0]
