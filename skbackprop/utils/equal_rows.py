"""Rows of a matrix that are equal up to rounding."""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

_N_DIRECTIONS = 2


def first_of_equals(rows, reach):
    """Return for each row the index of the first row equal to it up to rounding.

    Projected onto a random direction, equal rows become neighbours, so only
    neighbours are compared. A second direction finds pairs that another row separates
    by chance in the first.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_columns)
    reach : float or ndarray of shape (n_rows,)
        Distance within which rows count as equal; for two rows, the larger reach.
        Equality is transitive: rows equal to a third are equal.

    Returns
    -------
    ndarray of int of shape (n_rows,)
    """
    n_rows, n_columns = rows.shape
    reach = np.broadcast_to(reach, n_rows)
    directions = np.random.default_rng(0).standard_normal((n_columns, _N_DIRECTIONS))
    pairs = []
    for place in (rows @ directions).T:
        order = np.argsort(place, kind="stable")
        left, right = order[:-1], order[1:]
        distance = np.linalg.norm(rows[right] - rows[left], axis=1)
        is_equal = distance <= np.maximum(reach[left], reach[right])
        pairs.append((left[is_equal], right[is_equal]))
    left, right = np.concatenate(pairs, axis=1)
    links = coo_array((np.ones(len(left)), (left, right)), shape=(n_rows, n_rows))
    _, labels = connected_components(links, directed=False)
    _, firsts, labels = np.unique(labels, return_index=True, return_inverse=True)
    return firsts[labels]
