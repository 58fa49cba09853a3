"""Validate what is public with numpydoc: docstrings as users read them, assembled.

Public is what packages export (public_names.py): classes, their methods but those that
are scikit-learn's, and functions. Of modules, losses, schedules and optimizers, which
users give to an estimator, it is the classes; their methods are formulas, for the
executors. All else is private to the package and says in a line what ruff's D rules ask
for.
"""

import inspect
import sys

from numpydoc.hooks.validate_docstrings import parse_config
from numpydoc.validate import validate
from public_names import MADE_BY_USERS, PACKAGES, exported, methods


def public_names():
    """Return the full names of all that is public."""
    for package in PACKAGES:
        for name, thing in exported(package).items():
            yield f"{package}.{name}"
            if inspect.isclass(thing):
                yield from (f"{package}.{name}.{method}" for method in methods(thing))
    for package in MADE_BY_USERS:
        for name, thing in exported(package).items():
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
