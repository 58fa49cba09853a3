"""Exact answers over the rationals: who separates whom, and the proof of it.

The points of a labeled set enter as rows z_i = y_i (x_i, 1) of integers, each
scaled by a positive number, which changes no verdict. Either some w has
z_i . w > 0 for all i, or some convex combination of the z_i vanishes (Gordan
1873). All numbers here are Python integers or fractions: nothing is rounded.
"""

from fractions import Fraction
from itertools import chain
from math import gcd

import numpy as np

_ONE = 1 << 160  # of fixed-point numbers
_LARGEST_FIXED_POINT = 2.0**400
_MOST_REFINEMENTS = 8
_QUICK_PIVOTS = 10  # for each column


def signed_rows(X, signs, affine):
    """Return the rows z_i = y_i (x_i, 1), or y_i x_i, as float64."""
    if affine:
        X = np.hstack([X, np.ones((len(X), 1))])
    return X * np.asarray(signs, float)[:, np.newaxis]


def integer_rows(z):
    """Return (m, d) of Python integers with m_i = d_i z_i and d_i > 0."""
    numerators, denominators = _ratios(z)
    # Denominators of doubles are powers of two: the largest is common.
    scales = denominators.max(axis=1)
    return numerators * (scales[:, np.newaxis] // denominators), scales


def _ratios(x):
    """Return the numerators and the denominators of an array of floats."""
    ratios = np.array([x.as_integer_ratio() for x in x.ravel().tolist()], object)
    return ratios[:, 0].reshape(x.shape), ratios[:, 1].reshape(x.shape)


class Dictionary:
    """The values s_i = z_i . w, some of them independent, the rest in their terms.

    As in the simplex method (Chvatal 1983), s_i = sum_c T[i, c] x_c / det, where
    each x_c is one of the s_i themselves (a basis) or, at first, a coordinate of
    w. A pivot exchanges one of them; it multiplies before it divides, so that
    all numbers stay integers (Edmonds 1967).

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_columns)
        Python integers.
    """

    def __init__(self, rows):
        self.n_rows, n_columns = rows.shape
        identity = np.eye(n_columns, dtype=int).astype(object)
        self._table = np.vstack([rows, identity])  # the last rows are those of w
        self._det = 1
        self._basis = np.full(n_columns, -1)  # row number of x_c, -1: coordinate
        self._is_zero = np.zeros(n_columns, bool)  # columns whose x_c must be 0
        self._may_be_zero = False  # whether s_i >= 0 is enough

    def enter(self, rows):
        """Make these rows part of the basis, as far as they are independent."""
        for i in rows:
            free = np.flatnonzero((self._basis < 0) & (self._table[i] != 0))
            if len(free):
                self._pivot(i, free[0])

    def _pivot(self, i, c):
        table, pivot = self._table, self._table[i, c]
        column = table[:, c].copy()
        table = (table * pivot - np.outer(column, table[i])) // self._det
        table[:, c] = column
        self._table, self._det = (table, pivot) if pivot > 0 else (-table, -pivot)
        self._basis[c] = i

    def contradiction(self):
        """Search an x > 0 that makes all s_i positive; return what forbids it.

        With x = 1, take a row with s_i < 1. If none of its coefficients is
        positive, s_i <= 0 for all x > 0: a contradiction. Otherwise exchange it for
        an x_c of positive coefficient. The worst row and its largest coefficient
        need few pivots; least indices, which never cycle (Bland 1977), take over
        where these need many.

        Returns
        -------
        int or None
            A row without positive coefficients; None if all s_i >= 1 for x = 1.
        """
        n_quick = _QUICK_PIVOTS * len(self._basis)
        while True:
            live = self._live()
            table = self._table[: self.n_rows, live]
            values = table.sum(axis=1)
            is_low = values < self._det
            if self._may_be_zero:
                is_low &= ~self.rows_forced_to_zero()
            low = np.flatnonzero(is_low)
            if not len(low):
                return None
            i = low[self._worst(table[low], values[low]) if n_quick > 0 else 0]
            positive = live[table[i] > 0]
            if not len(positive):
                return i
            keys = -self._table[i, positive] if n_quick > 0 else self._basis[positive]
            self._pivot(i, positive[np.argmin(keys)])
            n_quick -= 1

    def _worst(self, rows, values):
        """Return which row misses 1 by most, for its size."""
        sizes = np.maximum(abs(rows).max(axis=1, initial=0), self._det)
        return np.argmin(
            [(v - self._det) / d for v, d in zip(values, sizes, strict=True)]
        )

    def combination(self, i):
        """Return (rows, positive integers) of the combination that row i shows.

        s_i - sum_c T[i, c] x_c / det = 0, where no T[i, c] is positive.
        """
        columns = self._live()
        columns = columns[self._table[i, columns] < 0]
        indices = np.append(self._basis[columns], i)
        return indices, np.append(-self._table[i, columns], self._det)

    def force_to_zero(self, i):
        """Draw the consequence of a contradiction where s_i >= 0 is enough.

        All terms of a vanishing combination of positive weights must be 0.
        """
        self._may_be_zero = True
        columns = self._live()
        self._is_zero[columns[self._table[i, columns] < 0]] = True

    def normal(self):
        """Return integers w for x = 1, but 0 where it must be."""
        return self._table[self.n_rows :, self._live()].sum(axis=1)

    def rows_forced_to_zero(self):
        """Return a mask of the rows whose s_i is 0 whatever the others are."""
        return ~(self._table[: self.n_rows, self._live()] != 0).any(axis=1)

    def _live(self):
        return np.flatnonzero((self._basis >= 0) & ~self._is_zero)


def decide(rows, guess=()):
    """Return ("hyperplane", w) or ("combination", indices, weights), exactly.

    Parameters
    ----------
    rows : ndarray of Python integers of shape (n_rows, n_columns)
    guess : iterable of int
        Rows to begin with; a good guess saves pivots.
    """
    dictionary = Dictionary(rows)
    dictionary.enter(chain(guess, range(len(rows))))
    i = dictionary.contradiction()
    if i is None:
        return "hyperplane", dictionary.normal()
    return "combination", *dictionary.combination(i)


def weak_normal(rows, guess=()):
    """Return integers w with s_i >= 0 for all rows, > 0 for as many as possible.

    Returns
    -------
    ndarray of Python integers, or None if all s_i have to be 0.
    """
    dictionary = Dictionary(rows)
    dictionary.enter(chain(guess, range(len(rows))))
    while (i := dictionary.contradiction()) is not None:
        dictionary.force_to_zero(i)
    if dictionary.rows_forced_to_zero().all():
        return None
    return dictionary.normal()


def is_separating(rows, w):
    """Tell whether all rows are on the positive side of w."""
    return bool((rows.dot(w) > 0).all())


def vanishing_weights(rows):
    """Return positive integers that make these rows vanish; None if none do."""
    verdict, *proof = decide(rows)
    if verdict == "hyperplane":
        return None
    weights = np.zeros(len(rows), object)
    weights[proof[0]] = proof[1]
    vanishes = (weights > 0).all() and (weights.dot(rows) == 0).all()
    return weights if vanishes else None


def as_convex(weights, scales):
    """Return weights of z_i as fractions that sum to 1, from those of d_i z_i."""
    products = weights * scales
    total = products.sum()
    return [Fraction(product, total) for product in products]


def integer_products(x, powers):
    """Return Python integers proportional to the products of floats."""
    rows, scales = integer_rows(np.column_stack([x, powers]))
    numerators, denominators = rows.prod(axis=1), scales**2
    products = numerators * (denominators.max() // denominators)
    return products // max(1, gcd(*products))


def approximate_weights(z):
    """Return weights with which n + 1 rows of n columns vanish nearly, and a proof.

    The proof is that they are returned: positive weights are near with which the
    rows vanish exactly.

    Let S be all rows but the last, B near S^-1, and E = 1 - S B. Weights near
    the solution of ``weights S = -last`` are wrong by -(weights S + last) B
    (1 - E)^-1 (Rump 2010). B and the weights are rounded, the bound of their error
    is exact. For many columns this takes a small part of the time of `decide`.

    Returns
    -------
    ndarray, of sum 1, or None
        None where the bound is too weak or there are no such weights.
    """
    scaled, factors, is_exact = scale_to_ones(z)
    rows, scales = integer_rows(scaled)
    unit, n = scales.max(), z.shape[1]
    rows = rows * (unit // scales)[:, np.newaxis]
    matrix, last = rows[:-1], rows[-1]
    try:
        inverse = np.linalg.inv(scaled[:-1])
    except np.linalg.LinAlgError:
        return None
    if not is_exact or not abs(inverse).max() < _LARGEST_FIXED_POINT:
        return None
    b = _fixed_point(inverse)
    identity = np.eye(n, dtype=int).astype(object) * (unit * _ONE)
    invertible = unit * _ONE - abs(identity - matrix.dot(b)).sum(axis=1).max()
    if invertible <= 0:
        return None
    weights, residual = np.zeros(n, object), last * _ONE
    for _ in range(_MOST_REFINEMENTS):
        step = np.array([number / (unit * _ONE) for number in residual]) @ inverse
        weights = weights - _fixed_point(step)
        residual = weights.dot(matrix) + last * _ONE
        if (weights * invertible > abs(residual.dot(b)).sum()).all():
            weights = np.array([weight / _ONE for weight in (*weights, _ONE)])
            return convex_weights(weights, z * factors)
    return None


def convex_weights(weights, rows):
    """Return weights of rows, of sum 1, from those of the rows scaled to ones."""
    exponents = np.frexp(abs(rows).max(axis=1))[1]
    weights = np.ldexp(weights, exponents.min() - exponents)
    return weights / weights.sum()


def _fixed_point(x):
    """Return Python integers near _ONE x."""
    numbers = [int(number) for number in (x * float(_ONE)).ravel().tolist()]
    return np.array(numbers, object).reshape(x.shape)


def scale_to_ones(z):
    """Scale columns, then rows, by powers of two to largest entries in [1, 2).

    Returns
    -------
    scaled : ndarray
    factors : ndarray
        Those of the columns.
    is_exact : bool
        Whether nothing was lost to underflow.
    """
    factors = _inverse_powers(abs(z).max(axis=0))
    by_column = z * factors
    row_factors = _inverse_powers(abs(by_column).max(axis=1))[:, np.newaxis]
    scaled = by_column * row_factors
    with np.errstate(over="ignore"):
        is_exact = np.array_equal(scaled / row_factors / factors, z)
    return scaled, factors, is_exact


def _inverse_powers(magnitudes):
    exponents = np.frexp(magnitudes)[1]
    return np.ldexp(1.0, np.clip(1 - exponents, -1022, 1022))
