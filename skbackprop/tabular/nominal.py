"""Nominal columns: their levels and indicator columns."""

import warnings
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from skbackprop.tabular.columns import plain, read_labels
from skbackprop.tabular.records import Record
from skbackprop.tabular.scaling import NOTHING, scale_of_counts

MOST_LEVELS = 256  # maximum number of indicator columns of a nominal column

# Most entries of prose are distinct and long; all identifiers are distinct.
_PROSE_ROWS, _PROSE_SHARE, _PROSE_LENGTH = 100, 0.5, 30
_ROWS = 2**12  # written at a time
_RAW = {0: (0.0,), 1: (1.0, 0.0), 2: (-1.0, 1.0, 0.0)}  # of each level, then unknown


@dataclass(frozen=True)
class NominalColumn(Record):
    """The settings learnt from a column of labels.

    Attributes
    ----------
    name : str
    levels : tuple of str, int, float and bool
        Levels in ascending order, numbers before strings.
    has_others : bool
        Whether there is a column for all other levels.
    scales : tuple of RobustScale
        Scales of the indicator columns.
    n_levels : int
        Number of levels in training.
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
            raise ValueError(f"{self.name!r} must have one scale for each column")
        if len(set(self.levels)) < len(self.levels):
            raise ValueError(f"levels of {self.name!r} must be distinct")

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
        """Empty edges for each of its columns in the matrix."""
        return [()] * len(self.scales)

    def write(self, column, Z):
        """Write its columns in the matrix."""
        if not self.levels:
            Z[:] = 0
            return
        places = self._places(column)
        for start in range(0, len(Z), _ROWS):
            rows = slice(start, start + _ROWS)
            Z[rows] = self._scaled[places[rows]]

    @cached_property
    def _scaled(self):
        """Rows of the matrix for each level, then for unknown labels."""
        if len(self.scales) == 1:
            return self.scales[0].of(_RAW[len(self.levels)])[:, np.newaxis]
        ones = np.eye(len(self.scales) + 1, len(self.scales))
        return np.array([s.of(x) for s, x in zip(self.scales, ones.T, strict=True)]).T

    def _places(self, column):
        """Return the index of each entry's level, or -1 if unknown."""
        codes, values = read_labels(column, self.name)
        places = np.array([self._place(value) for value in values], np.intp)
        if len(values) > 2 and not self.has_others and (places < 0).all():
            self._warn_of_strangers(codes, values)
        return places[codes]

    def _place(self, value):
        """Return the index of a value's level, or -1 if unknown.

        A value that equals no level is compared with levels of other types, as text or
        as the number that it spells.
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
        """Warn if there are several values and none is a level."""
        found = [values[code] for code in np.unique(codes)]
        found = [value for value in found if value is not None]
        if len(found) > 1:
            warnings.warn(
                f"No value of {self.name!r} was seen when the estimator was fitted: "
                f"found {found[0]!r} and {len(found) - 1} more, but the levels are "
                f"{', '.join(map(repr, self.levels[:3]))}"
                f"{', ...' if len(self.levels) > 3 else ''}. All are read as missing.",
                UserWarning,
                stacklevel=2,
            )

    def report(self):
        """Return a dict that describes the column and its encoding."""
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
    """Yield the spellings of a value in other types."""
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
    """Return the NominalColumn of a column."""
    codes, values = read_labels(column, name)
    counts = np.zeros(len(values), int)
    used, n_times = np.unique(codes, return_counts=True)
    np.add.at(counts, used, n_times)  # code -1 counts for the last value
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
            f"All {n_rows} values of {name!r} are distinct, so that they identify rows "
            "and are useless for learning. The column is left out.",
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
    """Return the sort key of a level."""
    return isinstance(level, str), level


def _scales(counts, n_rows):
    """Return the scales of columns from the counts of their levels."""
    n_others = n_rows - sum(counts)
    if len(counts) == 0:
        return (NOTHING,)
    if len(counts) == 1:
        return (scale_of_counts([0, 1], [n_others, counts[0]]),)
    if len(counts) == 2:
        return (scale_of_counts([-1, 0, 1], [counts[0], n_others, counts[1]]),)
    return tuple(scale_of_counts([0, 1], [n_rows - n, n]) for n in counts)


def _refuse_prose(count_of, n_rows, name):
    """Raise ValueError if labels are long texts."""
    if n_rows <= _PROSE_ROWS or len(count_of) <= _PROSE_SHARE * n_rows:
        return
    n_letters = sum(len(str(value)) * count for value, count in count_of.items())
    if n_letters > _PROSE_LENGTH * n_rows:
        raise ValueError(
            f"{name!r} holds prose: {len(count_of)} texts of {n_letters / n_rows:.0f} "
            f"letters on average in {n_rows} rows. Vectorise it, for example with "
            "TfidfVectorizer and TruncatedSVD, and pass the resulting columns."
        )
