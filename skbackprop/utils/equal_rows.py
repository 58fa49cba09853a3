"""Rows of a matrix that are equal up to rounding."""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

_N_DIRECTIONS = 2


def first_of_equals(rows, reach):
    """Return of each row the index of the first that it equals up to rounding.

    Projected on a random direction, equal rows stand next to each other, so that
    only neighbours are compared; a second direction finds those between which
    another row came by chance.

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_columns)
    reach : float or ndarray of shape (n_rows,)
        Distance within which rows count as equal; of two rows the larger reach.
        What equals a third row is equal.

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
