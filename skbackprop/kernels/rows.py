"""Rows, filled in Python by the names of their fields."""

import numpy as np

from skbackprop.kernels.abi import KERNEL, ROW_FIELDS
from skbackprop.kernels.calling import address


class Row(np.ndarray):
    """A row with its layout, which keeps alive the arrays that it points to.

    Attributes
    ----------
    layout : NamedTuple
        A layout of :mod:`skbackprop.kernels.abi`.
    memory : dict of str to ndarray
        The arrays that its fields point to.
    listed : list of Row
        The rows that this row runs, which are copied into ``memory``.
    """

    layout, memory, listed = None, None, ()

    def set(self, **fields):
        """Set fields; arrays are replaced by their addresses."""
        for name, value in fields.items():
            if isinstance(value, np.ndarray):
                self.memory[name], value = value, address(value)
            self[getattr(self.layout, name)] = value


def new_row(layout, kernel, **fields):
    """Return a row for the kernel at an address; other fields are 0."""
    # A list first, as setting a field of an array takes three times as long, and
    # networks unrolled without loops have many rows.
    numbers, memory = [0] * ROW_FIELDS, {}
    numbers[KERNEL] = kernel
    for name, value in fields.items():
        if isinstance(value, np.ndarray):
            memory[name], value = value, address(value)
        numbers[getattr(layout, name)] = value
    row = np.array(numbers, np.int64).view(Row)
    row.layout, row.memory = layout, memory
    return row


def new_list(layout, kernel, rows, **fields):
    """Return a row for a kernel that runs other rows, which are copied."""
    table = np.array(rows, np.int64).reshape(-1, ROW_FIELDS)
    row = new_row(layout, kernel, rows=table, n_rows=len(rows), **fields)
    row.listed = rows
    return row
