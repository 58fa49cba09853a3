"""Coordinates that turn nearly collinear columns into independent ones.

Totals, differences, units and shares are columns that others determine except for the
last digits, on which the verdict depends. Floats cannot resolve these digits next to
numbers of usual size, but they can resolve the residual of such columns, computed
exactly and scaled up.
"""

from typing import NamedTuple

import numpy as np
from scipy.linalg import qr, solve_triangular

_MOST_ROUNDS = 4
_DEPENDENT = 2.0**-24  # residual of a dependent column, relative to the largest column
# Coefficients are multiples of 1 / _UNIT. Simple fractions are exact, so columns that
# others determine exactly vanish.
_UNIT = 2520 << 24


class Coordinates(NamedTuple):
    """Rows in new coordinates.

    ``rows`` are the given rows times ``transform``, both of Python integers, and the
    largest numbers of all columns have the same length. Coordinates that are 0 for all
    rows are left out. ``is_settled`` says whether the columns, or the rows, are
    independent in floats.
    """

    rows: np.ndarray
    transform: np.ndarray
    is_settled: bool

    def unit(self):
        """Return a power of two near the largest numbers."""
        return 1 << max(abs(self.rows[:, 0]).max().bit_length(), 1)

    def floats(self):
        """Return the rows as floats of at most 1."""
        return (self.rows / self.unit()).astype(float)


def independent_coordinates(rows):
    """Return coordinates in which columns are far from collinear, if they exist.

    Columns that others nearly determine are replaced by their residuals until there are
    none. This is Gaussian elimination of these few columns, with rounded coefficients
    and exact products.

    Parameters
    ----------
    rows : ndarray of Python integers of shape (n_rows, n_columns)
        All of about the same size.

    Returns
    -------
    Coordinates
    """
    n_columns = rows.shape[1]
    found = Coordinates(rows, np.eye(n_columns, dtype=int).astype(object), False)
    for _ in range(_MOST_ROUNDS):
        found = _balanced(found)
        independent, dependent, coefficients = _relations(found.floats())
        if not len(dependent) or len(independent) == len(rows):
            return found._replace(is_settled=True)
        for part in (found.rows, found.transform):
            combined = part[:, independent].dot(coefficients)
            part[:, dependent] = part[:, dependent] * _UNIT - combined
    return _balanced(found)


def _balanced(found):
    """Drop coordinates that are 0, and scale the others to the same length."""
    sizes = abs(found.rows).max(axis=0)
    is_left = sizes != 0
    if not is_left.any():
        is_left[0] = True
    lengths = np.array([size.bit_length() for size in sizes[is_left]], object)
    shifts = lengths.max() - lengths
    rows, transform = (
        part[:, is_left] << shifts for part in (found.rows, found.transform)
    )
    return Coordinates(rows, transform, False)


def _relations(x):
    """Return (independent, dependent, coefficients) of the columns.

    The coefficients are integers, in units of 1 / _UNIT.
    """
    triangle, order = qr(x, mode="r", pivoting=True, check_finite=False)
    sizes = abs(np.diag(triangle))
    n = np.count_nonzero(sizes > _DEPENDENT * sizes[0])
    coefficients = solve_triangular(triangle[:n, :n], triangle[:n, n:])
    integers = [int(number) for number in np.rint(coefficients * _UNIT).ravel()]
    integers = np.array(integers, object).reshape(coefficients.shape)
    return order[:n], order[n:], integers
