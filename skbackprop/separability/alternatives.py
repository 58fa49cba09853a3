"""Gordan's alternatives, decided exactly: some w separates, or a combination vanishes.

Either some w has z_i . w > 0 for all rows z_i, or some convex combination of them
vanishes (Gordan 1873). A few of many rows are enough to decide: the integer dictionary
starts with the rows that floats propose. While its w does not satisfy all other rows,
those that it violates most are added. Floats suffice to check rows, except near the
hyperplane.
"""

import numpy as np

from skbackprop.separability.dictionary import Dictionary
from skbackprop.separability.rational import integer_rows, scale_to_ones

_ROUNDOFF = 2.0**-53
_UNDERFLOW = 2.0**-1000  # bound of what sums of products of scaled numbers can lose
_MOST_AT_ONCE = 4  # rows added to the dictionary between two checks of all rows


class Rows:
    """The rows of a labeled set, in floats if these suffice, else exact.

    Integers take a hundred times as long, and converting rows takes longer than most
    verdicts, so rows are converted only on request.

    Parameters
    ----------
    z : ndarray of float64 of shape (n_rows, n_columns)
    """

    def __init__(self, z):
        self._z = z
        self._integers = np.empty(z.shape, object)
        self._scales = np.empty(len(z), object)
        self._is_known = np.zeros(len(z), bool)
        self._scaled, factors, self._is_exact = scale_to_ones(z)
        exponents = np.frexp(factors)[1]
        self._shifts = (exponents.max() - exponents).tolist()

    def integers(self, indices):
        """Return rows as Python integers, each scaled by a positive number."""
        new = indices[~self._is_known[indices]]
        if len(new):
            self._integers[new], self._scales[new] = integer_rows(self._z[new])
            self._is_known[new] = True
        return self._integers[indices]

    def scales(self, indices):
        """Return the positive scales."""
        return self._scales[indices]

    def sides(self, w):
        """Return numbers with the signs of all z_i . w and approximately their sizes.

        Sizes are for rows and w scaled to entries of at most about 1. If rounding could
        have changed the sign of a sum, it is computed exactly.
        """
        w = np.asarray(w, object)
        scaled_w = _as_floats([n << e for n, e in zip(w, self._shifts, strict=True)])
        values = self._scaled @ scaled_w
        error = (len(w) + 4) * _ROUNDOFF * (abs(self._scaled) @ abs(scaled_w))
        is_sure = abs(values) > error * (1 + 1e-9) + _UNDERFLOW
        unsure = np.flatnonzero(~is_sure) if self._is_exact else np.arange(len(values))
        if len(unsure):
            values[unsure] = _exact_sides(self.integers(unsure), w)
        return values


def _as_floats(integers):
    """Return floats proportional to integers, the largest between 1/2 and 1."""
    unit = 1 << max(abs(number) for number in integers).bit_length()
    return np.array([number / unit for number in integers])


def _exact_sides(rows, w):
    """Return floats with the signs of products of integers."""
    sizes = abs(rows).max(axis=1) * max(1, abs(w).max())
    values = rows.dot(w)
    floats = [v / max(1, size) for v, size in zip(values, sizes, strict=True)]
    # Tiny values must not become 0.
    return np.sign(values).astype(float) * np.maximum(_UNDERFLOW, np.abs(floats))


class _Search:
    """A dictionary to which rows are added until its w satisfies all others."""

    def __init__(self, z, guess):
        self.rows = Rows(z)
        self.dictionary = Dictionary(z.shape[1])
        self.chosen = np.zeros(0, np.intp)
        self._add(np.unique(np.asarray(guess, np.intp)))

    def _add(self, indices):
        self.dictionary.add(self.rows.integers(indices))
        self.chosen = np.append(self.chosen, indices)

    def combination(self, i):
        """Return (indices, positive integers) of the combination of row i."""
        chosen, weights = self.dictionary.combination(i)
        indices = self.chosen[chosen]
        return indices, weights * self.rows.scales(indices)

    def add_worst(self):
        """Add the most violated rows; return whether there are any.

        Rows that are 0 for every remaining w are skipped: no w satisfies them.
        """
        values = self.rows.sides(self.dictionary.normal())
        values[self.chosen] = np.inf  # satisfied by the dictionary
        low = np.flatnonzero(values < 0)
        low = low[np.argsort(values[low], kind="stable")][:_MOST_AT_ONCE]
        if not len(low):
            # A row that has to be 0 is never negative, so the check is needed only
            # here.
            zero = np.flatnonzero(values == 0)
            can_be_served = self.dictionary.leaves_free(self.rows.integers(zero))
            low = zero[can_be_served][:_MOST_AT_ONCE]
        self._add(low)
        return len(low) > 0


def decide(z, guess=()):
    """Return ("hyperplane", w) or ("combination", indices, weights), exactly.

    Parameters
    ----------
    z : ndarray of float64 of shape (n_rows, n_columns)
    guess : iterable of int
        Rows to start with; a good guess saves pivots.

    Returns
    -------
    str
    ndarray of Python integers, or of int
    ndarray of Python integers
        Positive weights with which the rows of the indices combine to 0.
    """
    search = _Search(z, guess)
    while (i := search.dictionary.contradiction()) is None:
        if not search.add_worst():
            return "hyperplane", search.dictionary.normal()
    return "combination", *search.combination(i)


def weak_normal(z, guess=()):
    """Return integers w with s_i >= 0 for all rows, > 0 for as many as possible.

    Returns
    -------
    ndarray of Python integers, or None if all s_i must be 0.
    """
    search = _Search(z, guess)
    while True:
        while (i := search.dictionary.contradiction()) is not None:
            search.dictionary.force_to_zero(i)
        if search.dictionary.is_rigid():
            return None
        w = search.dictionary.normal()
        if not search.add_worst():
            return w if (search.rows.sides(w) > 0).any() else None


def is_separating(z, w):
    """Return whether all rows are on the positive side of integers w, exactly."""
    return bool((Rows(z).sides(w) > 0).all())


def vanishing_weights(z):
    """Return positive integer weights with which these rows combine to 0, or None."""
    verdict, *proof = decide(z, range(len(z)))
    if verdict == "hyperplane":
        return None
    weights = np.zeros(len(z), object)
    weights[proof[0]] = proof[1]
    rows, scales = integer_rows(z)
    total = (weights * (scales.max() // scales)).dot(rows)
    return weights if (weights > 0).all() and (total == 0).all() else None
