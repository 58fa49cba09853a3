"""Write the stubs beside the modules that define public names.

Editors and type checkers read sources without running them. Of an estimator these
show neither the docstring, which is put together from those of its bases, nor the
constructor that ``dataclass`` makes; a stub has both, with types from the docstrings.
"""

import ast
import inspect
import re
import sys
from collections import defaultdict
from pathlib import Path

from public_names import MADE_BY_USERS, PACKAGES, exported, is_of, methods
from stub_types import Types

from skbackprop.utils.docs import (
    ParameterDoc,
    read_entry,
    split_entries,
    split_sections,
)

_HEAD = """\
# Written by `make stubs` from the module beside it, which is what to change.
"""
# The rest of a module is private to the package.
_REST = "def __getattr__(name: str) -> Any: ...\n"
_IMPORTS = {  # by a name that a stub uses
    "os": "import os",
    "Callable": "from collections.abc import Callable",
    "Iterable": "from collections.abc import Iterable",
    "Iterator": "from collections.abc import Iterator",
    "Mapping": "from collections.abc import Mapping",
    "Sequence": "from collections.abc import Sequence",
    "Fraction": "from fractions import Fraction",
    "Any": "from typing import Any",
    "Literal": "from typing import Literal",
    "np": "import numpy as np",
    "pd": "import pandas as pd",
    "Axes": "from matplotlib.axes import Axes",
    "ErrorbarContainer": "from matplotlib.container import ErrorbarContainer",
    "Figure": "from matplotlib.figure import Figure",
    "Line2D": "from matplotlib.lines import Line2D",
    "LineCollection": "from matplotlib.collections import LineCollection",
    "PathCollection": "from matplotlib.collections import PathCollection",
    "Quiver": "from matplotlib.quiver import Quiver",
    "StepPatch": "from matplotlib.patches import StepPatch",
    "ArrayLike": "from numpy.typing import ArrayLike",
    "NDArray": "from numpy.typing import NDArray",
    "sparse": "from scipy import sparse",
    "SupportsLenAndGetItem": "from _typeshed import SupportsLenAndGetItem",
    "Bunch": "from sklearn.utils import Bunch",
    "Self": "from typing_extensions import Self",
}
_OPERATORS = {  # methods by operators, with what they return
    "__bool__": "bool",
    "__float__": "float",
    "__getitem__": "Any",
    "__len__": "int",
}


def public_modules():
    """Return the public classes and functions of each module that defines some."""
    modules = defaultdict(dict)
    for package in PACKAGES:
        for name, thing in exported(package).items():
            modules[thing.__module__][name] = thing
    return dict(sorted(modules.items()))


def classes():
    """Return where the classes that may be types are imported from, by name."""
    packages = [*MADE_BY_USERS, *PACKAGES]
    homes = {
        name: thing.__module__
        for package in packages
        for name, thing in exported(package).items()
        if inspect.isclass(thing)
    }
    return {name: f"from {home} import {name}" for name, home in homes.items()}


class Stub:
    """Writes the stub of a module.

    Parameters
    ----------
    module : str
    things : dict
        Its public classes and functions, by name.
    classes : dict
        The import of each class that may be a type, by name.
    """

    def __init__(self, module, things, classes):
        self._things = things
        self._rest = [] if module in PACKAGES else [_REST]
        self._imports = {**_IMPORTS, **classes}
        self._types = Types(set(classes))

    def text(self):
        """Return the whole text."""
        blocks = [
            self._class(thing) if inspect.isclass(thing) else self._function(thing, "")
            for thing in self._things.values()
        ]
        body = "\n".join([*blocks, *self._rest])
        used = {  # names in docstrings are no use of them
            node.id for node in ast.walk(ast.parse(body)) if isinstance(node, ast.Name)
        }
        lines = [
            line
            for name, line in self._imports.items()
            if name in used and name not in self._things
        ]
        return "\n".join([_HEAD, *sorted(lines), "", body])

    def _class(self, cls):
        sections = split_sections(cls.__doc__)
        parameters = _described(sections, "Parameters")
        bases = _foreign_bases(cls)
        for base in bases:
            if base.__module__ != "builtins":
                self._imports[base.__name__] = _import_of(base)
        names = ", ".join(base.__name__ for base in bases)
        lines = [f"class {cls.__name__}" + (f"({names}):" if names else ":")]
        lines.append(_docstring(cls.__doc__, "    "))
        attributes = _described(sections, "Attributes")
        lines += self._fields(cls, parameters, attributes)
        if not issubclass(cls, BaseException):
            arguments = self._arguments(inspect.signature(cls.__init__), parameters)
            lines.append(_head("    ", "__init__", arguments, "None") + " ...")
        lines += _operators(cls)
        documented = attributes.keys() | parameters.keys()
        members = [name for name in methods(cls) if name not in documented]
        lines += [self._member(cls, name) for name in members]
        return "\n".join(lines) + "\n"

    def _fields(self, cls, parameters, attributes):
        """Return lines of the attributes: what is set, and what is found by fit."""
        is_read = hasattr(cls, "get_params")
        for name, doc in parameters.items():
            yield f"    {name}: {self._argument(doc.type, doc.default, is_read)}"
        for name, doc in attributes.items():
            if name not in parameters:
                yield f"    {name}: {self._types.of(doc.type, is_read=False)}"
                yield _docstring(doc.text, "    ")

    def _member(self, cls, name):
        found = inspect.getattr_static(cls, name)
        if isinstance(found, property):
            head = f"    @property\n    def {name}(self) -> Any:\n"
            return head + _docstring(found.__doc__, " " * 8)
        if re.fullmatch(r"set_\w+_request", name):
            # scikit-learn makes it, and what it takes differs by version.
            request = f"def {name}(self, **requests: bool | str | None)"
            return f"    {request} -> Self: ..."
        if isinstance(found, (classmethod, staticmethod)):
            decorator = f"    @{type(found).__name__}\n"
            is_maker = isinstance(found, classmethod)
            returned = "Self" if is_maker else None
            return decorator + self._function(found.__func__, "    ", name, returned)
        return self._function(getattr(cls, name), "    ", name)

    def _function(self, function, indent, name=None, returned=None):
        sections = split_sections(function.__doc__)
        parameters = _described(sections, "Parameters")
        arguments = self._arguments(inspect.signature(function), parameters)
        returned = returned or self._returned(sections)
        head = _head(indent, name or function.__name__, arguments, returned)
        return f"{head}\n{_docstring(function.__doc__, indent + '    ')}\n"

    def _arguments(self, signature, parameters):
        """Return the arguments of a signature, with types and defaults."""
        parts, has_star = [], False
        for parameter in signature.parameters.values():
            if parameter.kind is parameter.KEYWORD_ONLY and not has_star:
                parts, has_star = [*parts, "*"], True
            if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
                has_star = has_star or parameter.kind is parameter.VAR_POSITIONAL
                stars = str(parameter).partition(parameter.name)[0]
                parts.append(f"{stars}{parameter.name}: Any")
            elif parameter.name in ("self", "cls"):
                parts.append(parameter.name)
            else:
                parts.append(self._parameter(parameter, parameters))
        return parts

    def _parameter(self, parameter, parameters):
        unknown = ParameterDoc(parameter.name, "", None, "")
        _, words, default, _ = parameters.get(parameter.name, unknown)
        if parameter.default is parameter.empty:
            return f"{parameter.name}: {self._argument(words, default)}"
        if parameter.default is None:
            default = "None"
        value = _literal(parameter.default)
        return f"{parameter.name}: {self._argument(words, default)} = {value}"

    def _argument(self, words, default, is_read=True):
        found = self._types.of(words, is_read)
        may_be_none = default == "None" and "None" not in found and found != "Any"
        return f"{found} | None" if may_be_none else found

    def _returned(self, sections):
        """Return the type of a result, by the one entry of Returns."""
        if "Returns" not in sections and "Yields" not in sections:
            return "None"
        title = "Returns" if "Returns" in sections else "Yields"
        entries = _described(sections, title)
        if "self" in entries:
            return "Self"
        types = [
            self._types.of(words, is_read=False) for _, words, *_ in entries.values()
        ]
        return types[0] if len(types) == 1 else f"tuple[{', '.join(types)}]"


def _described(sections, title):
    """Return a ParameterDoc for each name in a section; results may have no name."""
    section = sections.get(title, "")
    if title in ("Returns", "Yields"):
        section = re.sub(r"^(?=\S)(?!.* : )", "result : ", section, flags=re.M)
    entries = split_entries(section.replace("\\\n", "")).values()
    docs = [read_entry(entry) for entry in entries]
    return {name.lstrip("*"): doc for doc in docs for name in doc.name.split(", ")}


def _operators(cls):
    """Return lines of the methods by operators that a class of ours has."""
    ours = {n for base in cls.__mro__ if is_of(base, "skbackprop") for n in vars(base)}
    for name, returned in _OPERATORS.items():
        if name in ours:
            index = ", index: Any" if name == "__getitem__" else ""
            yield f"    def {name}(self{index}) -> {returned}: ..."


def _foreign_bases(cls):
    """Return the public bases from elsewhere, without bases of these."""
    foreign = [
        base
        for base in cls.__mro__[:-1]
        if not is_of(base, "skbackprop") or base.__name__ == "CallbackSupportMixin"
        if not base.__name__.startswith("_")
    ]
    return [
        base
        for base in foreign
        if not any(base in other.__mro__[1:] for other in foreign)
    ]


def _import_of(base):
    # Where scikit-learn has no callbacks yet, this is a stand-in of ours.
    if base.__name__ == "CallbackSupportMixin":
        return "from sklearn.callback import CallbackSupportMixin"
    return f"from {base.__module__} import {base.__name__}"


def _head(indent, name, arguments, returned):
    """Return the first line of a function; with many arguments, a line for each."""
    line = f"{indent}def {name}({', '.join(arguments)}) -> {returned}:"
    if len(line) <= 88:
        return line
    lines = "".join(f"{indent}    {argument},\n" for argument in arguments)
    return f"{indent}def {name}(\n{lines}{indent}) -> {returned}:"


def _literal(value):
    """Return a default as it is written, or dots where it is made by a call."""
    try:
        is_written = ast.literal_eval(repr(value)) == value
    except (SyntaxError, ValueError):
        is_written = False
    return repr(value) if is_written else "..."


def _docstring(text, indent):
    lines = inspect.cleandoc(text).rstrip().split("\n")
    prefix = "r" if "\\" in text else ""
    body = "\n".join(f"{indent}{line}".rstrip() for line in lines)
    end = f"\n{indent}" if len(lines) > 1 else ""
    return f'{indent}{prefix}"""{body.strip()}{end}"""'


def stub_of(module):
    """Return the path of the stub of a module, which stands beside it."""
    return Path(sys.modules[module].__file__).with_suffix(".pyi")


def stubs():
    """Return the text of each stub, by its path."""
    known = classes()
    return {
        stub_of(module): Stub(module, things, known).text()
        for module, things in public_modules().items()
    }


def main():
    """Write the stubs that are not current, and print which."""
    for path, text in stubs().items():
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
            print(path)


if __name__ == "__main__":
    sys.exit(main())
