"""Types of Python from the types that docstrings say in words.

``int, float or None`` is ``int | float | None``. What the words leave open, such as
shapes, types leave open too, and what no type says is ``Any``: a checker must never
refuse what the documentation allows.
"""

import re

_PLAIN = {
    "None": "None",
    "True": "bool",
    "False": "bool",
    "bool": "bool",
    "float": "float",
    "int": "int",
    "int32": "int",
    "int64": "int",
    "np.inf": "float",
    "str": "str",
    "path": "os.PathLike[str]",
    "callable": "Callable[..., Any]",
    "dict": "dict[Any, Any]",
    "mapping": "Mapping[Any, Any]",
    "sequences": "Sequence[Any]",
    "sequence of chunks": "SupportsLenAndGetItem[Any]",
    "array-like": "ArrayLike",
    "sparse matrix": "sparse.spmatrix | sparse.sparray",
    "csr_array": "sparse.csr_array",
    "array of them": "NDArray[Any]",
    "ndarray": "NDArray[Any]",
    "RandomState instance": "np.random.RandomState",
    "DataFrame": "pd.DataFrame",
    "pandas.DataFrame": "pd.DataFrame",
    "pandas.Series": "pd.Series",
    "Series": "pd.Series",
    "Fraction": "Fraction",
    "Bunch": "Bunch",
    "matplotlib Axes": "Axes",
    "matplotlib Figure": "Figure",
    "matplotlib ErrorbarContainer": "ErrorbarContainer",
    "matplotlib Line2D": "Line2D",
    "matplotlib LineCollection": "LineCollection",
    "matplotlib PathCollection": "PathCollection",
    "matplotlib Quiver": "Quiver",
    "matplotlib StepPatch": "StepPatch",
}
_OF_ITEMS = {  # of what is read, and of what is given
    "list": ("Sequence[{}]", "list[{}]"),
    "tuple": ("Sequence[{}]", "tuple[{}, ...]"),
    "sequence": ("Sequence[{}]", "Sequence[{}]"),
    "iterable": ("Iterable[{}]", "Iterable[{}]"),
    "generator": ("Iterator[{}]", "Iterator[{}]"),
    "pair": ("Sequence[{}]", "tuple[{0}, {0}]"),
    "pairs": ("Sequence[{}]", "tuple[{0}, {0}]"),
}
_OUTSIDE = r"(?![^(]*\))(?![^{]*\})"  # of parentheses and braces
_LITERAL = re.compile(r"""^(['"]).*\1$""")


class Types:
    """Reads types in words.

    Parameters
    ----------
    classes : set of str
        Names of classes that may be used as types.
    """

    def __init__(self, classes):
        self._classes = classes

    def of(self, words, is_read=True):
        """Return the type of what is read (an argument) or given (a result)."""
        words = re.sub(r"^(ndarray|array-like)\b.* of shape .*", r"\1", words)
        words = re.sub(r",? of (the )?shape .*?(?=, default| or [a-z]|$)", "", words)
        found = [self._one(one, is_read) for one in self._alternatives(words)]
        return "Any" if "Any" in found else " | ".join(dict.fromkeys(found)) or "Any"

    def _alternatives(self, words):
        words = words.replace("instance or", "instance, or")
        parts = re.split(rf",? or {_OUTSIDE}|, {_OUTSIDE}", words)
        return [part.strip() for part in parts if part.strip()]

    def _one(self, words, is_read):
        if words.startswith("{") and words.endswith("}"):
            return self._choice(words[1:-1], is_read)
        if _LITERAL.match(words):
            return f"Literal[{words!s}]"
        if words in _PLAIN:
            return _PLAIN[words]
        if words in self._classes:
            return words
        head, _, rest = words.partition(" of ")
        if head == "dict" and rest.startswith("str to "):
            return f"dict[str, {self.of(rest[len('str to ') :], is_read)}]"
        if head in ("array-like", "ndarray"):
            return _PLAIN[head]
        container = head.partition(" (")[0]
        if container in _OF_ITEMS:
            return self._of_items(container, rest, is_read)
        if container == "dict":
            return _PLAIN["dict"]
        return "Any"

    def _of_items(self, container, rest, is_read):
        items = self.of(rest, is_read) if rest else "Any"
        return _OF_ITEMS[container][0 if is_read else 1].format(items)

    def _choice(self, words, is_read):
        parts = re.split(r", ", words)
        literals = [part for part in parts if _LITERAL.match(part) or part == "None"]
        if len(literals) == len(parts):
            return f"Literal[{', '.join(parts)}]"
        return self.of(" or ".join(parts), is_read)
