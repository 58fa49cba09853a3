"""Docstrings whose parts are written once: where several functions or classes share.

Functions take texts where their docstring says ``{name}``. Classes inherit: each
documents the parameters, attributes and references that it brings, and
:func:`inherit_docs` puts those of all bases into the docstring of an estimator.
"""

import functools
import inspect
import re
import sys
from typing import NamedTuple

_HAS_DOCSTRINGS = sys.flags.optimize < 2  # python -OO drops them
_HEADING = re.compile(r"^(\w[\w ]*)\n-+\n", re.M)
_SECTIONS = [  # in numpydoc's order; what comes before the first heading is ""
    *("", "Parameters", "Attributes", "See Also", "Notes", "References", "Examples")
]


class ParameterDoc(NamedTuple):
    """What the docstring of a class says of a parameter.

    Attributes
    ----------
    name : str
    type : str
        What it may be, in words.
    default : str or None
        As it is written in Python; None where the parameter is required.
    text : str
        The description, not indented.
    """

    name: str
    type: str
    default: str | None
    text: str


def share_docs(**texts):
    """Return a decorator of functions that puts texts where ``{name}`` stands."""

    def decorate(function):
        if _HAS_DOCSTRINGS:
            doc = inspect.cleandoc(function.__doc__)  # as Python does from 3.13 on
            for name, text in texts.items():
                if f"{{{name}}}" not in doc:
                    raise TypeError(
                        f"The docstring of {function.__qualname__} has no {{{name}}}."
                    )
                doc = doc.replace(f"{{{name}}}", inspect.cleandoc(text.strip()))
            function.__doc__ = f"{doc}\n"
        return function

    return decorate


def inherit_docs(cls):
    """Complete the docstring of a dataclass by those of its bases.

    Parameters come in the constructor's order, which becomes that of readers: what
    a class brings before what it inherits. What a class says of a parameter or
    attribute takes the place of what its bases say. References are numbered from
    the bases on, so that their numbers are the same in all classes.

    Raises
    ------
    TypeError
        If a parameter is not documented, if one is that does not exist, or if
        references are not there or not numbered from 1.
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
    """Return a ParameterDoc of each parameter of a class, in its docstring's order.

    Of any class with a numpydoc docstring; of an estimator with inherited docs, it
    returns those too. For what needs the pieces, such as a generator of stubs, which
    show editors the constructor that ``dataclass`` makes when the program runs.
    """
    entries = split_entries(split_sections(cls.__doc__)["Parameters"])
    return [read_entry(entry) for entry in entries.values()]


@functools.cache  # estimators have bases in common
def split_sections(doc):
    """Return the text of each section of a docstring, by its heading."""
    head, *rest = _HEADING.split(inspect.cleandoc(doc))
    return {"": head, **dict(zip(rest[::2], rest[1::2], strict=True))}


def split_entries(section):
    """Return the entries of a section by what they describe: ``alpha``, ``[1]``."""
    entries = re.split(r"\n(?=\S)", section.strip("\n"))
    return {re.match(r"(?:\.\. )?(\S+)", e)[1]: e.rstrip() for e in entries if e}


def read_entry(entry):
    """Return the ParameterDoc of an entry, of parameters or of attributes."""
    head, _, text = entry.partition("\n")
    name, _, type_ = head.partition(" : ")
    type_, _, default = type_.partition(", default=")
    return ParameterDoc(name, type_, default or None, inspect.cleandoc("\n" + text))


def _own_first(cls):
    """Return the signature of the constructor, what a class brings before its bases'.

    A dataclass has it the other way round. Only parameters by keyword change places.
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
    """Return the entries of a section of a class and its bases, nearest first."""
    entries = {}
    for base in cls.__mro__:
        section = split_sections(base.__doc__ or "").get(title, "")
        for name, entry in split_entries(section).items():
            if not name.startswith("_"):  # said to developers
                entries.setdefault(name, entry)
    return entries


def _check_names(cls, names, documented):
    missing = [name for name in names if name not in documented]
    unknown = [name for name in documented if name not in names]
    if missing or unknown:
        raise TypeError(
            f"The docstrings of {cls.__name__} and its bases must document what its "
            f"constructor takes: there is no text of {missing}, and no parameter "
            f"{unknown}."
        )


def _check_references(cls, numbers):
    expected = [f"[{i}]" for i in range(1, len(numbers) + 1)]
    cited = set(re.findall(r"(\[\d+\])_", cls.__doc__))
    if numbers != expected or not cited <= set(numbers):
        raise TypeError(
            f"The references of {cls.__name__} and its bases must be numbered from 1, "
            f"and those cited, {sorted(cited)}, must be there; there are {numbers}."
        )


def _join_sections(sections):
    texts = []
    for title in sorted(sections, key=_SECTIONS.index):
        heading = f"{title}\n{'-' * len(title)}\n" if title else ""
        texts.append(heading + sections[title].strip("\n"))
    return "\n\n".join(text for text in texts if text) + "\n"
