"""Files of JSON and arrays: written whole or not at all, read without pickle.

A file is an .npz archive, a zip of arrays in NumPy's format, in which
``skbackprop.json`` stands as text beside them: any program that reads zip files
can look into it.
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
# What comes of reading a file that is not as it was written.
_DAMAGE = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    RuntimeError,  # NotImplementedError and RecursionError as well
    SyntaxError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


class FileRefusedError(ValueError):
    """A file is not what was asked for; the message says what it is."""


def write(path, kind, content, known):
    """Write content as a whole: nobody ever sees half of it.

    Parameters
    ----------
    path : str or path
    kind : str
        What the file is of, so that it is not taken for anything else.
    content : dict of str to objects
        Of types that :mod:`skbackprop.fitting.storage.encoding` has.
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
    """Open a file beside ``path`` that takes its place once all is on the disk."""
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
    if os.name == "posix":  # elsewhere a folder cannot be synchronised
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def read(path, kind, known):
    """Return the content of a file that :func:`write` has written.

    Parameters
    ----------
    path : str or path
    kind : str
        What the file has to be of.
    known : dict
        See :func:`skbackprop.fitting.storage.encoding.registry`.

    Raises
    ------
    FileRefusedError
        If the file is none of ours, of another kind, of a later version, cut
        off or changed.
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
    """Turn what goes wrong with the content of a file into an error that names it."""
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
