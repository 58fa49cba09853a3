"""What is public: names that packages export, and the methods of their classes."""

import inspect
import re
from functools import cache
from importlib import import_module

PACKAGES = [
    "skbackprop",
    "skbackprop.capacity",
    "skbackprop.chunks",
    "skbackprop.datasets",
    "skbackprop.distributed",
    "skbackprop.exceptions",
    "skbackprop.inspection",
    "skbackprop.interchange",
    "skbackprop.manifold",
    "skbackprop.onnx",
    "skbackprop.separability",
]
# What users make instances of and give to an estimator, or choose by name.
MADE_BY_USERS = [
    "skbackprop.engine.losses",
    "skbackprop.engine.losses.batches",
    "skbackprop.engine.optimizers",
    "skbackprop.engine.schedules",
    "skbackprop.network",
    "skbackprop.network.recurrence",
]


def exported(package):
    """Return the classes and functions of ``__all__``, else a package's own."""
    module = import_module(package)
    own = [k for k, v in vars(module).items() if is_of(v, package)]
    things = {name: getattr(module, name) for name in getattr(module, "__all__", own)}
    return {
        name: thing
        for name, thing in things.items()
        if inspect.isclass(thing) or inspect.isfunction(thing)
    }


def full_names():
    """Return the full name of everything public, as API pages have it."""
    return [f"{k}.{name}" for k in PACKAGES + MADE_BY_USERS for name in exported(k)]


def called_class(code):
    """Return the full name of the class that users make by a call, else None."""
    call = re.fullmatch(r"([A-Z]\w*)\(.*\)", code, re.DOTALL)
    return _made_by_users().get(call[1]) if call else None


@cache
def _made_by_users():
    return {name: f"{k}.{name}" for k in MADE_BY_USERS for name in exported(k)}


def is_of(thing, package):
    """Tell whether a class or function is defined in a package, or below it."""
    return getattr(thing, "__module__", "").startswith(package)


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
