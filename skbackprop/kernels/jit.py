"""Compilation with a robust cache, which never makes a fit fail.

Numba's own disk cache is keyed by the file of a function, raises errors if its folder
is not writable or its files are damaged, and allows two processes to interleave index
and data. Here each compiled kernel is a file. Its path identifies the kernel, the
processor and the sources, a digest before the machine code detects damage, and it is
created by an atomic rename.

The logger of this module reports what was compiled (INFO), what was loaded or could not
be loaded (DEBUG), and the time it took.
"""

import functools
import hashlib
import logging
import os
import pickle
import sys
import tempfile
import threading
import time
import warnings
from pathlib import Path

import numpy as np

logger = logging.getLogger(__name__)

_addresses = {}  # kernel name -> address of its machine code
_keep_alive = []  # the owners of that machine code
_lock = threading.RLock()
n_compiled = 0  # kernels compiled (not loaded) in this process, for tests


@functools.cache
def available():
    """Return whether kernels can be compiled; warn once if they cannot."""
    try:
        import numba

        is_told_not_to = numba.config.DISABLE_JIT
        if not is_told_not_to:
            # Some versions of numba can be imported, but cannot compile with the
            # installed NumPy. If this kernel is cached, these versions can.
            compile_kernel(_make_identity, "identity")
    except Exception as error:  # numba raises ImportError and its own exceptions
        warnings.warn(
            f"numba cannot compile here ({error}); skbackprop runs on its slow "
            "NumPy executor. Install versions of numba and NumPy that fit "
            "together.",
            RuntimeWarning,
            stacklevel=2,
        )
        return False
    if is_told_not_to:
        warnings.warn(
            "NUMBA_DISABLE_JIT is set; skbackprop runs on its slow NumPy executor.",
            RuntimeWarning,
            stacklevel=2,
        )
    return not is_told_not_to


def _make_identity():
    from numba import types

    def identity(x):
        return x

    identity.signature = types.int64(types.int64)
    return identity


def kernel_name(address):
    """Return the name of the kernel at an address, or None."""
    names = {where: name for name, where in _addresses.items()}
    return names.get(address)


def compile_kernel(factory, name, is_cached=True):
    """Return the address of a compiled kernel, from the cache if possible.

    Parameters
    ----------
    factory : callable
        Called only if the kernel is not in the cache. Returns a function made by
        ``kernel`` or ``plain_kernel`` of :mod:`skbackprop.kernels.language`.
    name : str
        Unique name of the kernel, also of its machine code and its cache file.
    is_cached : bool, default=True
        Whether to keep the kernel for other processes.

    Returns
    -------
    int
    """
    with _lock:
        if name not in _addresses:
            _addresses[name] = (is_cached and _load(name)) or _compile(
                factory, name, is_cached
            )
        return _addresses[name]


def compile_function(function, name):
    """Return numba's compiled object for a kernel, which owns the machine code."""
    from numba import cfunc

    # Several processes share the cache, so symbols of machine code must not depend on
    # the order in which a process compiles its kernels.
    function.__name__ = function.__qualname__ = name
    return cfunc(function.signature)(function)


def _compile(factory, name, is_cached):
    global n_compiled

    start = time.perf_counter()
    kernel = compile_function(factory(), name)
    logger.info("compiled %s in %.2f s", name, time.perf_counter() - start)
    n_compiled += 1
    _keep_alive.append(kernel)
    if is_cached:
        library = kernel._library.serialize_using_object_code()
        _store(name, (library, kernel.native_name))
    return kernel.address


def _load(name):
    """Return the address of a cached kernel, or None."""
    from numba.core.compiler_lock import global_compiler_lock
    from numba.core.registry import cpu_target
    from numba.core.runtime import rtsys

    start = time.perf_counter()
    try:
        content = _cache_file(name).read_bytes()
        digest, payload = content[:32], content[32:]
        if hashlib.sha256(payload).digest() != digest:
            raise ValueError("the file is damaged")
        state, symbol = pickle.loads(payload)
        with global_compiler_lock:
            # Machine code may refer to numba's runtime, which compilation would start.
            rtsys.initialize(cpu_target.target_context)
            library = cpu_target.target_context.codegen().unserialize_library(state)
            address = library.get_pointer_to_function(symbol)
    except FileNotFoundError:
        return None
    except Exception as error:  # compile instead, whatever is wrong with the cache
        logger.debug("cached kernel %s not used: %s", name, error)
        return None
    logger.debug("loaded %s in %.1f ms", name, 1e3 * (time.perf_counter() - start))
    _keep_alive.append(library)
    return address


def _store(name, content):
    """Write a kernel to the cache; if that fails it stays in memory."""
    try:
        payload = pickle.dumps(content)
        path = _cache_file(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(hashlib.sha256(payload).digest() + payload)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
    except Exception as error:
        logger.debug("kernel %s not cached: %s", name, error)


def _cache_file(name):
    return _cache_folder() / f"{name}.kernel"


@functools.cache
def _cache_folder():
    """Return the cache folder for these sources, versions and this processor."""
    from numba.core.registry import cpu_target
    from numba.misc.appdirs import user_cache_dir

    base = os.environ.get("NUMBA_CACHE_DIR") or user_cache_dir("skbackprop", False)
    key = hashlib.sha256(_sources())
    for fact in (_versions(), cpu_target.target_context.codegen().magic_tuple()):
        key.update(repr(fact).encode())
    return Path(base) / "skbackprop-kernels" / key.hexdigest()[:24]


def _sources():
    """Return the text of all sources that machine code depends on.

    This includes ``__init__.py`` of the package, which has the version.
    """
    package = Path(__file__).parents[1]
    files = sorted(
        file
        for folder in ("kernels", "network", "engine")
        for file in (package / folder).rglob("*.py")
    )
    return b"".join(f.read_bytes() for f in [package / "__init__.py", *files])


def _versions():
    import llvmlite
    import numba

    # No machine code depends on NumPy, but whether numba compiles does.
    packages = (numba, llvmlite, np)
    return sys.version_info[:3], *(package.__version__ for package in packages)
