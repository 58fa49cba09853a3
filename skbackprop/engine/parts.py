"""Parts: rows of unequal width, as sequences of unequal length have them.

Rows of like width are padded to one, and each width has a program of its own. All of
these programs have the same parameters, so that it does not matter to training in
which part a row stands, nor how far it is padded: the parts of a minibatch add their
gradients up before a step is taken.
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
        Which rows of the whole each part has, in ascending order.
    programs : list of Program, default=()
        What reads each of the arrays, where they are the input of a network.
    """

    arrays: list
    rows: list
    programs: list = ()

    def __len__(self):
        return sum(map(len, self.rows))

    @property
    def shape(self):
        """Number of rows, and the largest number of columns."""
        return len(self), max(array.shape[1] for array in self.arrays)

    @property
    def dtype(self):
        """That of all arrays."""
        return self.arrays[0].dtype

    def places(self):
        """Return the part of each row, and which of that part's rows it is."""
        part_of, place = np.empty((2, len(self)), np.int64)
        for part, rows in enumerate(self.rows):
            part_of[rows], place[rows] = part, np.arange(len(rows))
        return part_of, place

    def split(self, indices):
        """Return, for each part, which of these rows it has and where.

        Returns
        -------
        list of (ndarray of int64, ndarray of int64)
            Numbers among the indices, and among the rows of the part.
        """
        part_of, place = (of_rows[indices] for of_rows in self.places())
        chosen = [np.flatnonzero(part_of == part) for part in range(len(self.arrays))]
        return [(numbers, place[numbers]) for numbers in chosen]

    def __getitem__(self, indices):
        """Return the parts of some rows, which then count from 0."""
        chosen = self.split(indices)
        pairs = zip(self.arrays, chosen, strict=True)
        arrays = [array[places] for array, (_, places) in pairs]
        return Parts(arrays, [numbers for numbers, _ in chosen], self.programs)

    def map(self, function):
        """Return the parts of what a function makes of each array that has rows."""
        pairs = [p for p in zip(self.arrays, self.rows, strict=True) if len(p[1])]
        arrays = [function(array) for array, _ in pairs]
        return Parts(arrays, [rows for _, rows in pairs])

    def joined(self):
        """Return all rows as one array, with NaN behind those that are not as wide."""
        whole = np.full(self.shape, np.nan, self.dtype)
        for array, rows in zip(self.arrays, self.rows, strict=True):
            whole[rows, : array.shape[1]] = array
        return whole


def deal(order, part_of, batch_size, blocks):
    """Sort what is in order by parts, in place, so that few minibatches have several.

    Only whole minibatches are dealt: the rows of the last one, that are too few, stay
    those that chance has put there.

    Parameters
    ----------
    order : ndarray of int64
        Shuffled rows; those of a part stay in their order.
    part_of : ndarray of int64
        Part of each row.
    batch_size : int
    blocks : ndarray of int64 of shape (len(order) // batch_size,)
        The order of minibatches.
    """
    dealt = order[: len(blocks) * batch_size]
    by_part = dealt[np.argsort(part_of[dealt], kind="stable")]
    dealt[:] = by_part.reshape(-1, batch_size)[blocks].ravel()
