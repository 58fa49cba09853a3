"""Validate what is public with numpydoc: docstrings as users read them, assembled.

Public is what the packages below export: classes, their methods but those that are
scikit-learn's, and functions. Of losses and schedules, which users give to an estimator
as instances, it is the classes; their methods are formulas, for the executors. All
else is private to the package and says in a line what ruff's D rules ask for.
"""

import inspect
import sys
from importlib import import_module

from numpydoc.hooks.validate_docstrings import parse_config
from numpydoc.validate import validate

PACKAGES = [
    "skbackprop",
    "skbackprop.capacity",
    "skbackprop.datasets",
    "skbackprop.distributed",
    "skbackprop.exceptions",
    "skbackprop.inspection",
    "skbackprop.manifold",
    "skbackprop.separability",
]
MADE_BY_USERS = ["skbackprop.engine.losses", "skbackprop.engine.schedules"]


def exported(module):
    """Return the classes and functions of a module's ``__all__``, else its own."""
    own = [k for k, v in vars(module).items() if is_of(v, module.__name__)]
    things = {name: getattr(module, name) for name in getattr(module, "__all__", own)}
    return {
        name: thing
        for name, thing in things.items()
        if inspect.isclass(thing) or inspect.isfunction(thing)
    }


def is_of(thing, module):
    """Tell whether a class or function is defined in a module, or below it."""
    return getattr(thing, "__module__", "").startswith(module)


def methods(cls):
    """Return the names of the public methods and properties, inherited ones too."""
    ours = [base for base in cls.__mro__ if is_of(base, "skbackprop")]
    own = {name for base in ours for name in vars(base)}
    return sorted(
        name for name in own if not name.startswith("_") and is_documentable(cls, name)
    )


def is_documentable(cls, name):
    """Tell whether an attribute of a class is one that has a docstring."""
    found = inspect.getattr_static(cls, name)
    return isinstance(found, property) or callable(getattr(cls, name, None))


def public_names():
    """Return the full names of all that is public."""
    for package in PACKAGES:
        for name, thing in exported(import_module(package)).items():
            yield f"{package}.{name}"
            if inspect.isclass(thing):
                yield from (f"{package}.{name}.{method}" for method in methods(thing))
    for package in MADE_BY_USERS:
        for name, thing in exported(import_module(package)).items():
            if inspect.isclass(thing):
                yield f"{package}.{name}"


def main():
    """Print what is wrong, and return how much it is."""
    checks = parse_config(".")["checks"]
    names = list(public_names())
    faults = [
        f"{name}: {code} {message}"
        for name in names
        for code, message in validate(name)["errors"]
        if code in checks
    ]
    print(*faults, f"{len(names)} docstrings, {len(faults)} faults", sep="\n")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
