"""Print the code of a kernel: ``python -m skbackprop.kernels.dump``.

Without arguments, it lists all kernels and the names of their settings. Given a kernel
and its settings, it prints the optimized LLVM code, or with ``--asm`` the assembly.
Settings are words or Python expressions, in which the modules of
:mod:`skbackprop.network` are available by name::

    python -m skbackprop.kernels.dump training.gather.gather 32
    python -m skbackprop.kernels.dump transformers.expansion.expand relu binary 64
    python -m skbackprop.kernels.dump modules.activations.forward_elementwise \
        'Tanh()' 32 --asm
    python -m skbackprop.kernels.dump training.update.update \
        'skbackprop.engine.optimizers.Adam(0.9, 0.999, 1e-8)' 64
"""

import argparse
import inspect
import pkgutil
import sys

from skbackprop import kernels, network
from skbackprop.kernels import jit
from skbackprop.kernels.calling import kernel_factory, kernel_file


def kernel_names():
    """Return ``{name: names of its settings}`` of all kernels.

    Returns
    -------
    dict of str to list of str
    """
    prefix = "skbackprop.kernels."
    files = [
        file.name.removeprefix(prefix)
        for file in pkgutil.walk_packages(kernels.__path__, prefix)
    ]
    return {
        f"{file}.{factory.removeprefix('make_')}": list(
            inspect.signature(make).parameters
        )
        for file in files
        if "." in file  # files beside this one do not make kernels
        for factory, make in vars(kernel_file(file)).items()
        if factory.startswith("make_") and make.__module__ == prefix + file
    }


def llvm(name, *settings):
    """Compile a kernel and return its optimized LLVM code.

    Parameters
    ----------
    name : str
        Name such as ``'training.gather.gather'``.
    *settings : object
        Settings of the kernel.

    Returns
    -------
    str
    """
    return _compiled(name, settings).inspect_llvm()


def assembly(name, *settings):
    """Compile a kernel and return its assembly.

    Parameters
    ----------
    name : str
        Name such as ``'training.gather.gather'``.
    *settings : object
        Settings of the kernel.

    Returns
    -------
    str
    """
    return _compiled(name, settings)._library.get_asm_str()


def _compiled(name, settings):
    # The cache has only machine code.
    return jit.compile_function(kernel_factory(name)(*settings), name)


def main(arguments=None):
    """List the kernels, or print the code of a kernel."""
    parser = argparse.ArgumentParser(
        prog="python -m skbackprop.kernels.dump",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", nargs="?", help="such as training.gather.gather")
    parser.add_argument("settings", nargs="*", help="settings of the kernel")
    parser.add_argument("--asm", action="store_true", help="print assembly")
    options = parser.parse_intermixed_args(arguments)
    if options.name is None:
        for name, settings in kernel_names().items():
            print(f"{name}({', '.join(settings)})")
        return
    show = assembly if options.asm else llvm
    print(show(options.name, *map(_setting, options.settings)))


def _setting(text):
    if text.isidentifier():
        return text
    return eval(text, {**vars(network), "skbackprop": sys.modules["skbackprop"]})


if __name__ == "__main__":
    main()
