"""Guarded memory: one element read or written beyond an array is a crash.

After ``put_up``, each array that NumPy allocates lies in pages of its own and ends
where an inaccessible page begins, whoever made it: the user's matrix, the workspace
of an executor, a row. With ``side="before"`` it begins where one ends. Memory that
nobody has written holds NaN, or -1 where it is of integers. This is Electric Fence
(Perens 1987) as an allocator for NumPy (NEP 49).

As a plugin of pytest (``-p fence``) it guards a whole run, on the side that
``SKBACKPROP_FENCE`` names. Threads that Python starts are not guarded: NumPy asks
for its allocator in each of them anew.
"""

import ctypes
import importlib
import os

import numpy as np
from numba import cfunc, njit, types

from skbackprop.kernels.language.memory import as_int64s

SIDES = ("behind", "before")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_NO_ACCESS, _READ_WRITE, _PRIVATE_ANONYMOUS = 0, 1 | 2, 2 | 32
_SET_HANDLER = 304  # in NumPy's table of C functions
_BYTES_OF_NOTES = 24
_kept = []  # what NumPy points at, as long as the process lives


def _system(name, *arguments):
    return ctypes.CFUNCTYPE(ctypes.c_ssize_t, *arguments)((name, ctypes.CDLL(None)))


_size, _int = ctypes.c_ssize_t, ctypes.c_int
_map = _system("mmap", _size, _size, _int, _int, _int, _size)
_protect = _system("mprotect", _size, _size, _int)
_unmap = _system("munmap", _size, _size)
_fill = _system("memset", _size, _int, _size)
_copy = _system("memmove", _size, _size, _size)


class _Handler(ctypes.Structure):
    """NumPy's ``PyDataMem_Handler``."""

    _fields_ = [
        ("name", ctypes.c_char * 127),
        ("version", ctypes.c_uint8),
        *((field, ctypes.c_void_p) for field in ("context", "malloc", "calloc")),
        *((field, ctypes.c_void_p) for field in ("realloc", "free")),
    ]


def put_up(side="behind"):
    """Guard what this thread allocates from now on, on one side of each array."""
    name = f"fence {side}".encode()
    functions = [function.address for function in _allocator(SIDES.index(side))]
    handler = _Handler(name, 1, None, *functions)
    api = ctypes.pythonapi
    api.PyCapsule_New.restype = ctypes.py_object
    api.PyCapsule_New.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    capsule = api.PyCapsule_New(ctypes.byref(handler), b"mem_handler", None)
    set_handler = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.py_object)(
        _numpy_function(_SET_HANDLER)
    )
    _kept.append((handler, set_handler(capsule)))


def _numpy_function(number):
    """Return the address of a function of NumPy's C API."""
    room = "numpy._core" if hasattr(np, "_core") else "numpy.core"
    table = importlib.import_module(f"{room}._multiarray_umath")._ARRAY_API
    get_pointer = ctypes.pythonapi.PyCapsule_GetPointer
    get_pointer.restype = ctypes.c_void_p
    get_pointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
    pointers = ctypes.cast(get_pointer(table, None), ctypes.POINTER(ctypes.c_void_p))
    return pointers[number]


def _pages(is_before):
    """Return what takes guarded memory, what reads the notes on it, what frees it.

    A piece is pages for notes and data, the data at their end, and the inaccessible
    page; or a page for notes, the inaccessible one, and the data.
    """
    notes_before_data = 2 * _PAGE if is_before else _BYTES_OF_NOTES
    pages_behind = 0 if is_before else _PAGE

    @njit
    def notes_of(data):
        return as_int64s(data - notes_before_data)

    @njit
    def take(n_bytes):
        used = n_bytes + notes_before_data
        length = (used + _PAGE - 1) // _PAGE * _PAGE + pages_behind
        block = _map(0, length, _READ_WRITE, _PRIVATE_ANONYMOUS, -1, 0)
        if block == -1:
            return 0
        fence = block + (_PAGE if is_before else length - _PAGE)
        if _protect(fence, _PAGE, _NO_ACCESS) != 0:  # too many pieces of memory
            _unmap(block, length)
            return 0
        data = fence + _PAGE if is_before else fence - n_bytes
        notes = notes_of(data)
        notes[0], notes[1], notes[2] = block, length, n_bytes
        return data

    @njit
    def release(data):
        if data != 0:
            notes = notes_of(data)
            _unmap(notes[0], notes[1])

    return take, notes_of, release


def _allocator(is_before):
    """Return malloc, calloc, realloc and free as compiled functions."""
    take, notes_of, release = _pages(is_before)

    @njit
    def take_spoilt(n_bytes):
        data = take(n_bytes)
        if data != 0:
            _fill(data, 255, n_bytes)
        return data

    @cfunc(types.intp(types.intp, types.intp))
    def malloc(context, n_bytes):
        return take_spoilt(n_bytes)

    @cfunc(types.intp(types.intp, types.intp, types.intp))
    def calloc(context, n, n_bytes):
        return take(n * n_bytes)

    @cfunc(types.intp(types.intp, types.intp, types.intp))
    def realloc(context, data, n_bytes):
        moved = take_spoilt(n_bytes)
        if data != 0 and moved != 0:
            _copy(moved, data, min(n_bytes, notes_of(data)[2]))
            release(data)
        return moved

    @cfunc(types.void(types.intp, types.intp, types.intp))
    def free(context, data, n_bytes):
        release(data)

    return malloc, calloc, realloc, free


def pytest_configure(config):
    put_up(os.environ.get("SKBACKPROP_FENCE", SIDES[0]))


def pytest_report_header(config):
    return f"arrays are guarded by a {np._core.multiarray.get_handler_name()}"
