"""Docstrings that several functions or classes share, each part written once.

In docstrings of functions, texts replace ``{name}``. Classes inherit: each
documents the parameters, attributes and references that it adds, and
:func:`inherit_docs` collects those of all bases in the docstring of an estimator.
"""

import functools
import inspect
import re
import sys
from typing import NamedTuple

_HAS_DOCSTRINGS = sys.flags.optimize < 2  # python -OO drops them
_HEADING = re.compile(r"^(\w[\w ]*)\n-+\n", re.M)
_SECTIONS = [  # in numpydoc's order; "" is the text before the first heading
    *("", "Parameters", "Attributes", "See Also", "Notes", "References", "Examples")
]


class ParameterDoc(NamedTuple):
    """The documentation of a parameter in the docstring of a class.

    Attributes
    ----------
    name : str
    type : str
        The accepted types, in words.
    default : str or None
        The default as Python code; None if the parameter is required.
    text : str
        The description, without indentation.
    """

    name: str
    type: str
    default: str | None
    text: str


def share_docs(**texts):
    """Return a decorator that replaces each ``{name}`` in a docstring by its text."""

    def decorate(function):
        if _HAS_DOCSTRINGS:
            doc = inspect.cleandoc(function.__doc__)  # as Python does from 3.13 on
            for name, text in texts.items():
                if f"{{{name}}}" not in doc:
                    raise TypeError(
                        f"The docstring of {function.__qualname__} lacks {{{name}}}."
                    )
                doc = doc.replace(f"{{{name}}}", inspect.cleandoc(text.strip()))
            function.__doc__ = f"{doc}\n"
        return function

    return decorate


def inherit_docs(cls):
    """Complete the docstring of a dataclass with those of its bases.

    The constructor's signature is reordered: the parameters that a class adds come
    before those that it inherits, in the docstring too. A class's own description of
    a parameter or attribute overrides those of its bases. References are numbered
    from the bases on, so that their numbers are the same in all classes.

    Raises
    ------
    TypeError
        If a parameter is not documented, if a documented one does not exist, or if
        references are missing or not numbered from 1.
    """
    cls.__init__.__signature__ = signature = _own_first(cls)
    if _HAS_DOCSTRINGS:
        sections = split_sections(cls.__doc__).copy()
        parameters = _inherited(cls, "Parameters")
        names = list(signature.parameters)[1:]  # without self
        _check_names(cls, names, parameters)
        attributes = _inherited(cls, "Attributes")
        sections["Parameters"] = "\n".join(parameters[name] for name in names)
        sections["Attributes"] = "\n".join(attributes.values())
        references = _inherited(cls, "References")
        numbers = sorted(references, key=lambda number: int(number[1:-1]))
        sections["References"] = "\n".join(references[number] for number in numbers)
        cls.__doc__ = _join_sections(sections)
        _check_references(cls, numbers)
    return cls


def parameter_docs(cls):
    """Return a ParameterDoc for each parameter of a class, in its docstring's order.

    Works for any class with a numpydoc docstring, and includes inherited docs. The
    generator of stubs uses it, as editors do not see the constructor that
    ``dataclass`` makes at run time.
    """
    entries = split_entries(split_sections(cls.__doc__)["Parameters"])
    return [read_entry(entry) for entry in entries.values()]


@functools.cache  # estimators have bases in common
def split_sections(doc):
    """Return a dict from headings to the sections of a docstring."""
    head, *rest = _HEADING.split(inspect.cleandoc(doc))
    return {"": head, **dict(zip(rest[::2], rest[1::2], strict=True))}


def split_entries(section):
    """Return a dict of the entries of a section, with keys like ``alpha``, ``[1]``."""
    entries = re.split(r"\n(?=\S)", section.strip("\n"))
    return {re.match(r"(?:\.\. )?(\S+)", e)[1]: e.rstrip() for e in entries if e}


def read_entry(entry):
    """Return the ParameterDoc of an entry for a parameter or an attribute."""
    head, _, text = entry.partition("\n")
    name, _, type_ = head.partition(" : ")
    type_, _, default = type_.partition(", default=")
    return ParameterDoc(name, type_, default or None, inspect.cleandoc("\n" + text))


def _own_first(cls):
    """Return the constructor's signature with own parameters before inherited ones.

    Dataclasses have the opposite order. Only keyword-only parameters are moved.
    """
    signature = inspect.signature(cls.__init__)
    bringers = {  # the last to set an entry is the class nearest to object
        name: distance
        for distance, base in enumerate(cls.__mro__)
        for name in inspect.get_annotations(base)
    }

    def distance(parameter):
        is_by_keyword = parameter.kind is inspect.Parameter.KEYWORD_ONLY
        return (is_by_keyword, bringers[parameter.name] if is_by_keyword else 0)

    parameters = sorted(signature.parameters.values(), key=distance)
    return signature.replace(parameters=parameters)


def _inherited(cls, title):
    """Return the entries of a section from a class and its bases, nearest first."""
    entries = {}
    for base in cls.__mro__:
        section = split_sections(base.__doc__ or "").get(title, "")
        for name, entry in split_entries(section).items():
            if not name.startswith("_"):  # meant for developers
                entries.setdefault(name, entry)
    return entries


def _check_names(cls, names, documented):
    missing = [name for name in names if name not in documented]
    unknown = [name for name in documented if name not in names]
    if missing or unknown:
        raise TypeError(
            f"The docstrings of {cls.__name__} and its bases must document the "
            f"parameters of its constructor: {missing} are not documented, {unknown} "
            "do not exist."
        )


def _check_references(cls, numbers):
    expected = [f"[{i}]" for i in range(1, len(numbers) + 1)]
    cited = set(re.findall(r"(\[\d+\])_", cls.__doc__))
    if numbers != expected or not cited <= set(numbers):
        raise TypeError(
            f"The references of {cls.__name__} and its bases must be numbered from 1 "
            f"and include those cited, {sorted(cited)}, got {numbers}."
        )


def _join_sections(sections):
    texts = []
    for title in sorted(sections, key=_SECTIONS.index):
        heading = f"{title}\n{'-' * len(title)}\n" if title else ""
        texts.append(heading + sections[title].strip("\n"))
    return "\n\n".join(text for text in texts if text) + "\n"
