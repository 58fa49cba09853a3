"""Robust scaling of columns to float32 by median and quartiles.

z = (x - median) f, with f = 1 / (upper quartile - lower quartile). If the quartiles are
equal, f = 2 / (largest - smallest); for constants, f = 0.

Computations use halved numbers, whose differences cannot overflow. Halving is exact.
"""

from dataclasses import dataclass

import numpy as np

from skbackprop.tabular.records import Record

# Bound of scaled numbers, below the root of float32's maximum, so that squares are
# finite. Networks with smoothly clipped inputs are not affected.
BOUND = 1e18
_BLOCK = 2**17  # numbers scaled at a time: 1 MB
_LARGEST = np.finfo(np.float64).max / 4


@dataclass(frozen=True)
class RobustScale(Record):
    """Median and factor of one column: z = (x - median) factor."""

    median: float
    factor: float

    def __post_init__(self):
        if not (np.isfinite(self.median) and 0 <= self.factor <= _LARGEST):
            raise ValueError(f"{self} must have a finite median and factor >= 0")

    def of(self, x):
        """Return scaled numbers as float32."""
        scaled = (np.asarray(x, np.float64) / 2 - self.median / 2) * (2 * self.factor)
        return np.clip(scaled, -BOUND, BOUND).astype(np.float32)


NOTHING = RobustScale(0.0, 0.0)  # for columns that are always 0


def scale_of(values):
    """Return the scale of numbers without missing values."""
    if len(values) == 0:
        return NOTHING
    halves = values * 0.5
    lower, median, upper = np.quantile(halves, [0.25, 0.5, 0.75])
    return _scale(lower, median, upper, halves.min(), halves.max())


def scale_of_counts(values, counts):
    """Return the scale of ascending values that occur ``counts`` times."""
    values, counts = np.array(values, float)[np.array(counts) > 0], np.array(counts)
    if len(values) == 0:
        return NOTHING
    ends = counts[counts > 0].cumsum()
    # Quantiles need only the two entries around a place.
    place = np.array([0.25, 0.5, 0.75]) * (ends[-1] - 1)
    below = np.floor(place)
    left = values[ends.searchsorted(below, "right")]
    right = values[ends.searchsorted(np.minimum(below + 1, ends[-1] - 1), "right")]
    halves = (left + (right - left) * (place - below)) / 2
    return _scale(*halves, values[0] / 2, values[-1] / 2)


def _scale(lower, median, upper, smallest, largest):
    """Return the scale from halved quartiles and extremes."""
    factor = 0.0
    with np.errstate(over="ignore"):
        if upper > lower:
            factor = 0.5 / (upper - lower)
        elif largest > smallest:
            factor = 1 / (largest - smallest)
    return RobustScale(float(2 * median), float(min(factor, _LARGEST)))


class Scaler:
    """Scales the numeric columns of a table and writes indicators of missing values.

    Parameters
    ----------
    names : list of str
        Names of the columns.
    scales : list of RobustScale
        Scales of the columns.
    places : list of int
        Their places in the matrix.
    indicators : list of RobustScale or None
        Scale of the indicator of missing values, which follows its column.
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
        """Scale an array of all columns into a matrix by blocks of rows."""
        n_rows = max(1, _BLOCK // max(1, self.n_columns))
        for start in range(0, len(X), n_rows):
            rows = slice(start, start + n_rows)
            self._write(X[rows], slice(None), Z[rows])

    def write_columns(self, columns, Z):
        """Scale an iterable of columns into a matrix by blocks of columns."""
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
        if len(places) == Z.shape[1]:  # then they are in order
            Z[:] = scaled
            return
        Z[:, places] = scaled
        self._write_indicators(is_missing, which, Z)

    def _write_indicators(self, is_missing, which, Z):
        """Write the indicators of missing values."""
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
        """Return a mask of missing numbers; raise ValueError if one is infinite."""
        is_infinite = np.isinf(X).any(axis=0)
        if is_infinite.any():
            refuse_infinity(self._names[which][is_infinite.argmax()])
        return np.isnan(X)


def refuse_infinity(name):
    """Raise scikit-learn's ValueError, and name the column."""
    raise ValueError(
        "Input X contains infinity or a value too large for dtype('float64').\n"
        f"The first such column is {name!r}."
    )
