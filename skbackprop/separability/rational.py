"""Floats as rational numbers, and proofs by error bounds.

The points of a labeled set are given as rows z_i = y_i (x_i, 1). As integers, they are
scaled by positive numbers, which does not change verdicts.
"""

from fractions import Fraction
from math import gcd

import numpy as np

from skbackprop.separability.coordinates import independent_coordinates

_ONE = 1 << 160  # of fixed-point numbers
_LARGEST_FIXED_POINT = 2.0**400
_MOST_REFINEMENTS = 8


def signed_rows(X, signs, affine):
    """Return the rows z_i = y_i (x_i, 1), or y_i x_i, as float64."""
    if affine:
        X = np.hstack([X, np.ones((len(X), 1))])
    return X * np.asarray(signs, float)[:, np.newaxis]


def integer_rows(z):
    """Return (m, d) of Python integers with m_i = d_i z_i and d_i > 0."""
    numbers, exponents = _odd_numbers(z)
    shifts = np.maximum(0, -exponents.min(axis=1))
    exponents = exponents + shifts[:, np.newaxis]
    ones = np.ones(len(z), object)
    return numbers.astype(object) << exponents.astype(object), ones << shifts


def _odd_numbers(x):
    """Return (n, e) of x = n 2^e with odd n, or n = e = 0."""
    fractions, exponents = np.frexp(x)
    numbers = np.ldexp(fractions, 53).astype(np.int64)
    units = np.maximum(1, numbers & -numbers)
    exponents = exponents - 53 + np.frexp(units)[1] - 1
    return numbers // units, np.where(numbers == 0, 0, exponents)


def as_convex(weights):
    """Return integer weights as fractions with sum 1."""
    total = sum(weights)
    return [Fraction(weight, total) for weight in weights]


def integer_products(x, powers):
    """Return Python integers proportional to the products of floats."""
    rows, scales = integer_rows(np.column_stack([x, powers]))
    numerators, denominators = rows.prod(axis=1), scales**2
    products = numerators * (denominators.max() // denominators)
    return products // max(1, gcd(*products))


def scaled_coordinates(z):
    """Return rows in independent coordinates, and factors of columns.

    Rows and columns are first scaled by `scale_to_ones`.

    Returns
    -------
    Coordinates, or None if scaling would lose numbers to underflow
    ndarray
    """
    scaled, factors, is_exact = scale_to_ones(z)
    if not is_exact:
        return None, factors
    rows, scales = integer_rows(scaled)
    rows = rows * (scales.max() // scales)[:, np.newaxis]
    return independent_coordinates(rows), factors


def is_doubtful(z):
    """Return whether no coordinates were found in which rows are far from collinear.

    Columns are then probably exact combinations of others with fractions that are not
    simple, which floats cannot detect.
    """
    coordinates, _ = scaled_coordinates(z)
    return coordinates is None or not coordinates.is_settled


def approximate_weights(z):
    """Return approximate weights of a combination of rows that provably vanishes.

    A result is a proof that positive weights nearby make the combination vanish
    exactly, and that they are unique up to a common factor. In independent coordinates,
    there must be one more row than columns.

    Let S be all rows but the last, B near S^-1, and E = 1 - S B. The error of
    approximate weights in ``weights S = -last`` is -(weights S + last) B (1 - E)^-1
    (Rump 2010). B and the weights are rounded, but the bound of their error is exact.
    For many columns, this is much faster than `decide`.

    Returns
    -------
    ndarray with sum 1, or None
        None if the bound is too weak or there are no such weights.
    """
    coordinates, factors = scaled_coordinates(z)
    if coordinates is None or len(z) != coordinates.rows.shape[1] + 1:
        return None
    unit = coordinates.unit() * _ONE
    matrix, last = coordinates.rows[:-1], coordinates.rows[-1]
    b, invertible = _near_inverse(matrix, coordinates.floats()[:-1], unit)
    if b is None:
        return None
    weights, residual = np.zeros(len(matrix), object), last * _ONE
    for _ in range(_MOST_REFINEMENTS):
        step = residual.dot(b)
        if (weights * invertible > abs(step).sum()).all():
            weights = np.array([weight / _ONE for weight in (*weights, _ONE)])
            return convex_weights(weights, z * factors)
        weights = weights - step // unit
        residual = weights.dot(matrix) + last * _ONE
    return None


def _near_inverse(matrix, rounded, unit):
    """Return fixed-point numbers B near S^-1 and 1 - |1 - S B|, or (None, 0).

    Integers, in units of 1 / _ONE and of 1 / unit.
    """
    try:
        inverse = np.linalg.inv(rounded)
    except np.linalg.LinAlgError:
        return None, 0
    if not abs(inverse).max() < _LARGEST_FIXED_POINT:
        return None, 0
    b = _fixed_point(inverse)
    identity = np.eye(len(matrix), dtype=int).astype(object) * unit
    invertible = unit - abs(identity - matrix.dot(b)).sum(axis=1).max()
    return (b, invertible) if invertible > 0 else (None, 0)


def convex_weights(weights, rows):
    """Return weights of rows with sum 1, from those of the scaled rows."""
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
        Factors of the columns.
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
