"""The dictionary of the simplex method in exact integers."""

import numpy as np

_QUICK_PIVOTS = 10  # per column


class Dictionary:
    """The values s_i = z_i . w, expressed by a basis of some of them.

    As in the simplex method (Chvatal 1983), s_i = sum_c T[i, c] x_c / det, where each
    x_c is one of the s_i (a basis) or, at first, a coordinate of w. A pivot exchanges
    one of them. It multiplies before it divides, so all numbers stay integers (Edmonds
    1967). Its time is proportional to the number of rows in the dictionary; rows can be
    added at any time.

    Parameters
    ----------
    n_columns : int
        Number of coordinates of w.
    """

    def __init__(self, n_columns):
        self._n_columns = n_columns
        # The first rows are those of w itself.
        self._table = np.eye(n_columns, dtype=int).astype(object)
        self._det = 1
        self._basis = np.full(n_columns, -1)  # row number of x_c, -1: coordinate
        self._is_zero = np.zeros(n_columns, bool)  # columns whose x_c must be 0
        self._may_be_zero = False  # whether s_i >= 0 suffices

    def add(self, rows):
        """Add rows of Python integers; add independent ones to the basis.

        So no row ever has a term with a coordinate.
        """
        first = len(self._table) - self._n_columns
        self._table = np.vstack([self._table, rows.dot(self._w())])
        for i in range(first, first + len(rows)):
            free = np.flatnonzero((self._basis < 0) & (self._rows()[i] != 0))
            if len(free):
                self._pivot(i, free[0])

    def _w(self):
        return self._table[: self._n_columns]

    def _rows(self):
        return self._table[self._n_columns :]

    def _pivot(self, i, c):
        table, row = self._table, self._rows()[i]
        column, pivot = table[:, c].copy(), row[c]
        table = (table * pivot - np.outer(column, row)) // self._det
        table[:, c] = column
        self._table, self._det = (table, pivot) if pivot > 0 else (-table, -pivot)
        self._basis[c] = i

    def contradiction(self):
        """Search for x > 0 with all s_i positive; return the row that rules it out.

        With x = 1, take a row with s_i < 1. If none of its coefficients is positive,
        s_i <= 0 for all x > 0: a contradiction. Otherwise, exchange it for an x_c with
        a positive coefficient. The worst row and its largest coefficient usually need
        few pivots; after many, least indices, which never cycle (Bland 1977), take
        over.

        Returns
        -------
        int or None
            A row without positive coefficients; None if all s_i >= 1 for x = 1.
        """
        n_quick = _QUICK_PIVOTS * self._n_columns
        while True:
            live = self._live()
            table = self._rows()[:, live]
            values = table.sum(axis=1)
            is_low = values < self._det
            if self._may_be_zero:
                is_low &= (table != 0).any(axis=1)
            low = np.flatnonzero(is_low)
            if not len(low):
                return None
            i = low[self._worst(table[low], values[low]) if n_quick > 0 else 0]
            positive = live[table[i] > 0]
            if not len(positive):
                return i
            keys = -self._rows()[i, positive] if n_quick > 0 else self._basis[positive]
            self._pivot(i, positive[np.argmin(keys)])
            n_quick -= 1

    def _worst(self, rows, values):
        """Return the row that is furthest below 1, relative to its size."""
        sizes = np.maximum(abs(rows).max(axis=1, initial=0), self._det)
        return np.argmin(
            [(v - self._det) / d for v, d in zip(values, sizes, strict=True)]
        )

    def combination(self, i):
        """Return (rows, positive integers) of the vanishing combination of row i.

        s_i - sum_c T[i, c] x_c / det = 0, where no T[i, c] is positive.
        """
        row, columns = self._rows()[i], self._live()
        columns = columns[row[columns] < 0]
        indices = np.append(self._basis[columns], i)
        return indices, np.append(-row[columns], self._det)

    def force_to_zero(self, i):
        """Apply the consequence of a contradiction if s_i >= 0 suffices.

        All terms of a vanishing combination with positive weights must be 0.
        """
        self._may_be_zero = True
        columns = self._live()
        self._is_zero[columns[self._rows()[i, columns] < 0]] = True

    def normal(self):
        """Return integers w for x = 1, or 0 where x must be 0 or is undetermined."""
        return self._w()[:, self._live()].sum(axis=1)

    def leaves_free(self, rows):
        """Return a mask of the rows whose s_i need not be 0."""
        if not self._may_be_zero:
            return np.ones(len(rows), bool)
        return (rows.dot(self._w()[:, ~self._is_zero]) != 0).any(axis=1)

    def is_rigid(self):
        """Return whether w must be 0."""
        return self._is_zero.all()

    def _live(self):
        return np.flatnonzero((self._basis >= 0) & ~self._is_zero)
