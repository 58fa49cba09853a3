"""Rows of unequal width, such as sequences of unequal length, in parts.

Rows of similar width are padded to a common width, and each width has its own program.
All programs have the same parameters, and gradients of the parts of a minibatch are
added up before a step. The division into parts and the padding therefore make no
difference to training.
"""

from dataclasses import dataclass

import numpy as np


@dataclass
class Parts:
    """Rows of unequal width, in parts of equal width.

    Attributes
    ----------
    arrays : list of ndarray of shape (n_rows of the part, width)
    rows : list of ndarray of int64
        Indices of the rows in each part, in ascending order.
    programs : list of Program, default=()
        The program for each array, if the arrays are inputs of a network.
    """

    arrays: list
    rows: list
    programs: list = ()

    def __len__(self):
        return sum(map(len, self.rows))

    @property
    def shape(self):
        """Number of rows, and largest number of columns."""
        return len(self), max(array.shape[1] for array in self.arrays)

    @property
    def dtype(self):
        """Dtype of all arrays."""
        return self.arrays[0].dtype

    def places(self):
        """Return the part of each row, and its index in that part."""
        part_of, place = np.empty((2, len(self)), np.int64)
        for part, rows in enumerate(self.rows):
            part_of[rows], place[rows] = part, np.arange(len(rows))
        return part_of, place

    def split(self, indices):
        """Return, for each part, the selected rows that it contains.

        Returns
        -------
        list of (ndarray of int64, ndarray of int64)
            Positions in ``indices``, and indices of rows in the part.
        """
        part_of, place = (of_rows[indices] for of_rows in self.places())
        chosen = [np.flatnonzero(part_of == part) for part in range(len(self.arrays))]
        return [(numbers, place[numbers]) for numbers in chosen]

    def __getitem__(self, indices):
        """Return the parts of selected rows, renumbered from 0."""
        chosen = self.split(indices)
        pairs = zip(self.arrays, chosen, strict=True)
        arrays = [array[places] for array, (_, places) in pairs]
        return Parts(arrays, [numbers for numbers, _ in chosen], self.programs)

    def map(self, function):
        """Return parts with a function applied to each array that has rows."""
        pairs = [p for p in zip(self.arrays, self.rows, strict=True) if len(p[1])]
        arrays = [function(array) for array, _ in pairs]
        return Parts(arrays, [rows for _, rows in pairs])

    def joined(self):
        """Return all rows as one array, filled up with NaN."""
        whole = np.full(self.shape, np.nan, self.dtype)
        for array, rows in zip(self.arrays, self.rows, strict=True):
            whole[rows, : array.shape[1]] = array
        return whole


def deal(order, part_of, batch_size, blocks):
    """Sort shuffled rows by parts, in place, so that most minibatches have one part.

    The rows of the last minibatch, if it is smaller than others, are not moved.

    Parameters
    ----------
    order : ndarray of int64
        Shuffled rows. Rows of a part keep their order.
    part_of : ndarray of int64
        Part of each row.
    batch_size : int
    blocks : ndarray of int64 of shape (len(order) // batch_size,)
        The order of minibatches.
    """
    dealt = order[: len(blocks) * batch_size]
    by_part = dealt[np.argsort(part_of[dealt], kind="stable")]
    dealt[:] = by_part.reshape(-1, batch_size)[blocks].ravel()
