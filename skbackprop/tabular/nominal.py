"""Nominal columns: levels, and a column of the matrix for each."""

import warnings
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from skbackprop.tabular.columns import plain, read_labels
from skbackprop.tabular.records import Record
from skbackprop.tabular.scaling import NOTHING, scale_of_counts

MOST_LEVELS = 256  # columns that one nominal column becomes at most

# Of prose most entries differ and are long; identifiers differ all of them.
_PROSE_ROWS, _PROSE_SHARE, _PROSE_LENGTH = 100, 0.5, 30
_ROWS = 2**12  # that are written at a time
_RAW = {0: (0.0,), 1: (1.0, 0.0), 2: (-1.0, 1.0, 0.0)}  # of levels, of none of them


@dataclass(frozen=True)
class NominalColumn(Record):
    """What is learnt of a column of labels.

    Attributes
    ----------
    name : str
    levels : tuple of str, int, float and bool
        In ascending order, numbers before strings.
    has_others : bool
        Whether there is a column for all other levels.
    scales : tuple of RobustScale
        Of the columns.
    n_levels : int
        Levels that were found.
    n_missing : int
    """

    name: str
    levels: tuple
    has_others: bool
    scales: tuple
    n_levels: int
    n_missing: int

    def __post_init__(self):
        n_columns = len(self.levels) + self.has_others
        if len(self.scales) != (n_columns if n_columns > 2 else 1):
            raise ValueError(f"{self.name!r} has not as many scales as columns")
        if len(set(self.levels)) < len(self.levels):
            raise ValueError(f"levels of {self.name!r} are not distinct")

    @property
    def names(self):
        """Names of its columns in the matrix."""
        if not self.levels:
            return [self.name]
        shown = self.levels[-1:] if len(self.scales) == 1 else self.levels
        names = [f"{self.name}_{level}" for level in shown]
        return [*names, f"{self.name}_infrequent"] if self.has_others else names

    @property
    def all_edges(self):
        """Edges of each of its columns in the matrix: none."""
        return [()] * len(self.scales)

    def write(self, column, Z):
        """Write its columns of the matrix."""
        if not self.levels:
            Z[:] = 0
            return
        places = self._places(column)
        for start in range(0, len(Z), _ROWS):
            rows = slice(start, start + _ROWS)
            Z[rows] = self._scaled[places[rows]]

    @cached_property
    def _scaled(self):
        """Rows of the matrix for each level, and for none."""
        if len(self.scales) == 1:
            return self.scales[0].of(_RAW[len(self.levels)])[:, np.newaxis]
        ones = np.eye(len(self.scales) + 1, len(self.scales))
        return np.array([s.of(x) for s, x in zip(self.scales, ones.T, strict=True)]).T

    def _places(self, column):
        """Return the index of each entry's level, -1 for none of them."""
        codes, values = read_labels(column, self.name)
        places = np.array([self._place(value) for value in values], np.intp)
        if len(values) > 2 and not self.has_others and (places < 0).all():
            self._warn_of_strangers(codes, values)
        return places[codes]

    def _place(self, value):
        """Return the index of a value's level, -1 for none of them.

        A value that is found in no level is compared as text, or as the number that
        it spells, with those of another type.
        """
        if value is None:
            return -1
        place = self._place_of.get(value)
        if place is not None:
            return place
        for other in _in_other_words(value):
            if other in self._place_of:
                return self._place_of[other]
        return len(self.levels) if self.has_others else -1

    @cached_property
    def _place_of(self):
        return {level: place for place, level in enumerate(self.levels)}

    def _warn_of_strangers(self, codes, values):
        """Warn if several values are found, and none is a level."""
        found = [values[code] for code in np.unique(codes)]
        found = [value for value in found if value is not None]
        if len(found) > 1:
            warnings.warn(
                f"No value of {self.name!r} was there when the estimator was fitted: "
                f"found {found[0]!r} and {len(found) - 1} more, while levels are "
                f"{', '.join(map(repr, self.levels[:3]))}"
                f"{', ...' if len(self.levels) > 3 else ''}. All are read as missing.",
                UserWarning,
                stacklevel=2,
            )

    def report(self):
        """Return what was found, and what was made of it."""
        if self.n_levels and not self.levels:
            rule = "identifier: left out"
        elif not self.levels:
            rule = "all missing: 0"
        elif len(self.levels) == 1:
            rule = "one level: 1, missing 0" if self.n_missing else "constant: 0"
        elif len(self.levels) == 2:
            rule = "two levels: -1 and 1"
        elif self.has_others:
            rule = f"one-hot, {len(self.levels)} levels and one column for the others"
        else:
            rule = "one-hot"
        return {
            "name": self.name,
            "kind": "nominal",
            "levels": self.n_levels,
            "missing": self.n_missing,
            "bins": 0,
            "rule": rule,
        }


def _in_other_words(value):
    """Yield a value as those of other types would spell it."""
    if isinstance(value, str):
        if value in ("True", "False"):
            yield value == "True"
        try:
            yield plain(float(value))
        except (ValueError, OverflowError):
            return
    else:
        yield str(value)
        yield str(float(value))
        if value in (0, 1):
            yield str(bool(value))


def learn_nominal(column, name):
    """Return what is learnt of a column of labels."""
    codes, values = read_labels(column, name)
    counts = np.zeros(len(values), int)
    used, n_times = np.unique(codes, return_counts=True)
    np.add.at(counts, used, n_times)  # -1 is the last one
    count_of = {}
    for value, count in zip(values, counts.tolist(), strict=True):
        if count:
            count_of[value] = count_of.get(value, 0) + count
    n_missing = count_of.pop(None, 0)
    n_rows = len(codes) - n_missing
    _refuse_prose(count_of, n_rows, name)
    n_levels = len(count_of)
    if n_levels == n_rows > MOST_LEVELS:
        warnings.warn(
            f"All {n_rows} values of {name!r} differ: they identify rows, and nothing "
            "can be learnt of them. The column is left out.",
            UserWarning,
            stacklevel=2,
        )
        count_of = {}
    levels = sorted(count_of, key=_rank)
    has_others = len(levels) > MOST_LEVELS
    if has_others:
        frequent = sorted(levels, key=count_of.get, reverse=True)[: MOST_LEVELS - 1]
        levels = sorted(frequent, key=_rank)
    counts = [count_of[level] for level in levels]
    if has_others:
        counts.append(n_rows - sum(counts))
    scales = _scales(counts, len(codes))
    return NominalColumn(name, tuple(levels), has_others, scales, n_levels, n_missing)


def _rank(level):
    """Return what levels are sorted by."""
    return isinstance(level, str), level


def _scales(counts, n_rows):
    """Return the scales of columns, by how often each level occurs."""
    n_others = n_rows - sum(counts)
    if len(counts) == 0:
        return (NOTHING,)
    if len(counts) == 1:
        return (scale_of_counts([0, 1], [n_others, counts[0]]),)
    if len(counts) == 2:
        return (scale_of_counts([-1, 0, 1], [counts[0], n_others, counts[1]]),)
    return tuple(scale_of_counts([0, 1], [n_rows - n, n]) for n in counts)


def _refuse_prose(count_of, n_rows, name):
    """Raise ValueError where labels are texts to be read."""
    if n_rows <= _PROSE_ROWS or len(count_of) <= _PROSE_SHARE * n_rows:
        return
    n_letters = sum(len(str(value)) * count for value, count in count_of.items())
    if n_letters > _PROSE_LENGTH * n_rows:
        raise ValueError(
            f"{name!r} holds prose: {len(count_of)} texts of {n_letters / n_rows:.0f} "
            f"letters on average in {n_rows} rows. Vectorise it, with "
            "TfidfVectorizer and TruncatedSVD, say, and give the columns that result."
        )
