"""Robust scaling: from medians and quartiles of columns to a matrix of float32.

z = (x - median) f, with f = 1 / (upper quartile - lower quartile), or where that is
0, f = 2 / (largest - smallest), or where that is 0 too, f = 0.

All is computed from halves, of which no difference overflows; halving is exact.
"""

from dataclasses import dataclass

import numpy as np

from skbackprop.tabular.records import Record

# Where outliers are cut off: the square root of what float32 holds, so that their
# squares are finite. A net whose inputs are clipped smoothly sees no difference.
BOUND = 1e18
_BLOCK = 2**17  # numbers that are scaled at a time: 1 MB
_LARGEST = np.finfo(np.float64).max / 4


@dataclass(frozen=True)
class RobustScale(Record):
    """Median and factor of one column: z = (x - median) factor."""

    median: float
    factor: float

    def __post_init__(self):
        if not (np.isfinite(self.median) and 0 <= self.factor <= _LARGEST):
            raise ValueError(f"{self} is no scale")

    def of(self, x):
        """Return what numbers are scaled to, as float32."""
        scaled = (np.asarray(x, np.float64) / 2 - self.median / 2) * (2 * self.factor)
        return np.clip(scaled, -BOUND, BOUND).astype(np.float32)


NOTHING = RobustScale(0.0, 0.0)  # of a column that is 0 whatever it holds


def scale_of(values):
    """Return the scale of numbers, none of which is missing."""
    if len(values) == 0:
        return NOTHING
    halves = values * 0.5
    lower, median, upper = np.quantile(halves, [0.25, 0.5, 0.75])
    return _scale(lower, median, upper, halves.min(), halves.max())


def scale_of_counts(values, counts):
    """Return the scale of few values, in ascending order, that occur many times."""
    values, counts = np.array(values, float)[np.array(counts) > 0], np.array(counts)
    if len(values) == 0:
        return NOTHING
    ends = counts[counts > 0].cumsum()
    # Quantiles need the entries around a place, not all of them.
    place = np.array([0.25, 0.5, 0.75]) * (ends[-1] - 1)
    below = np.floor(place)
    left = values[ends.searchsorted(below, "right")]
    right = values[ends.searchsorted(np.minimum(below + 1, ends[-1] - 1), "right")]
    halves = (left + (right - left) * (place - below)) / 2
    return _scale(*halves, values[0] / 2, values[-1] / 2)


def _scale(lower, median, upper, smallest, largest):
    """Return the scale, from halves of quartiles and extremes."""
    factor = 0.0
    with np.errstate(over="ignore"):
        if upper > lower:
            factor = 0.5 / (upper - lower)
        elif largest > smallest:
            factor = 1 / (largest - smallest)
    return RobustScale(float(2 * median), float(min(factor, _LARGEST)))


class Scaler:
    """Scales the columns of numbers of a table and says which were missing.

    Parameters
    ----------
    names : list of str
        Of the columns.
    scales : list of RobustScale
        Of the columns.
    places : list of int
        Where they stand in the matrix.
    indicators : list of RobustScale or None
        Of the column, right behind, that says whether a number is missing.
    """

    def __init__(self, names, scales, places, indicators):
        self._names = names
        self._half_medians = np.array([scale.median for scale in scales]) / 2
        self._factors = np.array([scale.factor for scale in scales]) * 2
        self._places = np.array(places, np.intp)
        self._has_indicator = np.array([one is not None for one in indicators], bool)
        self._present = np.array([one.of(0) for one in indicators if one], np.float32)
        self._missing = np.array([one.of(1) for one in indicators if one], np.float32)
        self.n_columns = len(scales)

    def write_array(self, X, Z):
        """Scale an array of all columns into a matrix, some rows at a time."""
        n_rows = max(1, _BLOCK // max(1, self.n_columns))
        for start in range(0, len(X), n_rows):
            rows = slice(start, start + n_rows)
            self._write(X[rows], slice(None), Z[rows])

    def write_columns(self, columns, Z):
        """Scale columns, an iterable of arrays, into a matrix, some at a time."""
        n_columns = max(1, _BLOCK // len(Z))
        columns = iter(columns)
        for start in range(0, self.n_columns, n_columns):
            which = slice(start, min(start + n_columns, self.n_columns))
            X = np.empty((which.stop - start, len(Z))).T
            for column in X.T:
                column[:] = next(columns)
            self._write(X, which, Z)

    def _write(self, X, which, Z):
        """Scale some of the columns."""
        with np.errstate(over="ignore", invalid="ignore"):
            scaled = np.multiply(X, 0.5, dtype=np.float64)
            scaled -= self._half_medians[which]
            scaled *= self._factors[which]
        is_missing = None
        if not np.isfinite(scaled).all():
            is_missing = self._missing_in(X, which)
            scaled[is_missing] = 0
        np.maximum(scaled, -BOUND, out=scaled)
        np.minimum(scaled, BOUND, out=scaled)
        places = self._places[which]
        if len(places) == Z.shape[1]:  # and so in order
            Z[:] = scaled
            return
        Z[:, places] = scaled
        self._write_indicators(is_missing, which, Z)

    def _write_indicators(self, is_missing, which, Z):
        """Write which numbers are missing, where there are columns for that."""
        has_indicator = self._has_indicator[which]
        if not has_indicator.any():
            return
        start = self._has_indicator[: which.start].sum() if which.start else 0
        some = slice(start, start + has_indicator.sum())
        places = self._places[which][has_indicator] + 1
        Z[:, places] = self._present[some]
        if is_missing is not None:
            marks = is_missing[:, has_indicator]
            Z[:, places] = np.where(marks, self._missing[some], self._present[some])

    def _missing_in(self, X, which):
        """Return where numbers are missing; raise ValueError where one is infinite."""
        is_infinite = np.isinf(X).any(axis=0)
        if is_infinite.any():
            refuse_infinity(self._names[which][is_infinite.argmax()])
        return np.isnan(X)


def refuse_infinity(name):
    """Raise ValueError, as scikit-learn does, and name the column."""
    raise ValueError(
        "Input X contains infinity or a value too large for dtype('float64').\n"
        f"The first such column is {name!r}."
    )
