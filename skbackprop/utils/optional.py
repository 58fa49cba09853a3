"""Packages that only some users need, imported where they are used."""

import importlib


def import_optional(name, extra):
    """Return a module of a package that may be missing.

    Parameters
    ----------
    name : str
        Of the module, such as ``"onnx.helper"``.
    extra : str
        Of this package, which installs it.

    Raises
    ------
    ImportError
        If it is missing, with the command that installs it.
    """
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        package = name.split(".")[0]
        if error.name is None or error.name.split(".")[0] != package:
            raise  # it is there, and something else is not
        raise ImportError(
            f"This needs {package}, which is not installed. "
            f"Run: pip install skbackprop[{extra}]"
        ) from error
