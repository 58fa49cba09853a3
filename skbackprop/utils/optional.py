"""Import of optional packages where they are used."""

import importlib


def import_optional(name, extra):
    """Return a module of an optional package.

    Parameters
    ----------
    name : str
        Name of the module, such as ``"onnx.helper"``.
    extra : str
        The extra of skbackprop that installs the package.

    Raises
    ------
    ImportError
        If the package is missing; the message has the command that installs it.
    """
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        package = name.split(".")[0]
        if error.name is None or error.name.split(".")[0] != package:
            raise  # the package is there, but one of its dependencies is not
        raise ImportError(
            f"This needs {package}, which is not installed. "
            f"Run: pip install skbackprop[{extra}]"
        ) from error
