"""Files of JSON and arrays, written atomically and read without pickle.

A file is an .npz archive: a zip of arrays in NumPy's format, beside a text
``skbackprop.json``. Any program that reads zip files can open it.
"""

import json
import os
import secrets
import zipfile
import zlib
from contextlib import contextmanager, suppress

import numpy as np

from skbackprop.fitting.storage.encoding import Decoder, Encoder

SCHEMA = 1
_HEADER = "skbackprop.json"
# Errors that a damaged file may cause.
_DAMAGE = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    RuntimeError,  # including NotImplementedError and RecursionError
    SyntaxError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


class FileRefusedError(ValueError):
    """A file is not of the expected kind; the message says what it is."""


def write(path, kind, content, known):
    """Write content atomically.

    Parameters
    ----------
    path : str or path
    kind : str
        The kind of the file, which `read` checks.
    content : dict of str to objects
        The content, of types that :mod:`skbackprop.fitting.storage.encoding` supports.
    known : dict
        See :func:`skbackprop.fitting.storage.encoding.registry`.
    """
    encoder = Encoder(known)
    content = {name: encoder.encode(value, name) for name, value in content.items()}
    header = {"skbackprop": kind, "schema": SCHEMA, "content": content}
    text = json.dumps(header, indent=1, allow_nan=False)
    with replacing(path) as file, zipfile.ZipFile(file, "w") as archive:
        archive.writestr(_HEADER, text)
        for name, array in encoder.arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array, allow_pickle=False)


@contextmanager
def replacing(path):
    """Open a file beside ``path`` that replaces it once all is on the disk."""
    path = os.path.realpath(path)
    if os.path.isdir(path):
        raise IsADirectoryError(f"{path!r} is a folder, but must be a file.")
    folder, name = os.path.split(path)
    temporary = os.path.join(folder, f".{name}.{secrets.token_hex(4)}.tmp")
    try:
        with open(temporary, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    if os.name == "posix":  # elsewhere, folders cannot be synchronised
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def read(path, kind, known):
    """Return the content of a file written by :func:`write`.

    Parameters
    ----------
    path : str or path
    kind : str
        The expected kind of the file.
    known : dict
        See :func:`skbackprop.fitting.storage.encoding.registry`.

    Raises
    ------
    FileRefusedError
        If the file was not written by this package, is of another kind or a later
        version, or is truncated or modified.
    """
    with (
        open(path, "rb") as file,
        damage_is_told(path),
        zipfile.ZipFile(file) as archive,
    ):
        header = json.loads(archive.read(_HEADER))
        _check_header(header, path, kind)
        decoder = Decoder(known, lambda name: _read_array(archive, name))
        content = header["content"].items()
        return {name: decoder.decode(value) for name, value in content}


@contextmanager
def damage_is_told(path):
    """Convert errors from the content of a file to an error that names the file."""
    try:
        yield
    except FileRefusedError:
        raise
    except _DAMAGE as error:
        raise FileRefusedError(
            f"{os.fspath(path)!r} was not written by skbackprop, or is damaged: "
            f"{type(error).__name__}: {error}"
        ) from error


def _check_header(header, path, kind):
    found, schema = header["skbackprop"], int(header["schema"])
    if schema > SCHEMA:
        raise FileRefusedError(
            f"{os.fspath(path)!r} has schema {schema}, but this version of skbackprop "
            f"reads schemas up to {SCHEMA}. Install a newer one to read it."
        )
    if found != kind:
        raise FileRefusedError(
            f"{os.fspath(path)!r} is the file of a {found}, not of a {kind}."
        )


def _read_array(archive, name):
    with archive.open(f"{name}.npy") as member:
        return np.lib.format.read_array(member, allow_pickle=False)
