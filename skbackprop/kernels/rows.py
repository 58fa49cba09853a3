"""Rows as Python fills them: by the names of their fields."""

import numpy as np

from skbackprop.kernels.abi import KERNEL, ROW_FIELDS
from skbackprop.kernels.calling import address


class Row(np.ndarray):
    """A row that knows its layout, and keeps alive what it points at.

    Attributes
    ----------
    layout : NamedTuple
        One of :mod:`skbackprop.kernels.abi`.
    memory : dict of str to ndarray
        The arrays that its fields point at.
    listed : list of Row
        Of a row that runs others: these, which stand copied in its ``memory``.
    """

    layout, memory, listed = None, None, ()

    def set(self, **fields):
        """Set fields; an array stands for its address."""
        for name, value in fields.items():
            if isinstance(value, np.ndarray):
                self.memory[name], value = value, address(value)
            self[getattr(self.layout, name)] = value


def new_row(layout, kernel, **fields):
    """Return a row for the kernel at an address; fields that are not named are 0."""
    # A list first: to set a field of an array takes three times as long, and nets
    # whose steps are not alike have many rows.
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
    """Return a row for a kernel that runs rows, copied one behind the other."""
    table = np.array(rows, np.int64).reshape(-1, ROW_FIELDS)
    row = new_row(layout, kernel, rows=table, n_rows=len(rows), **fields)
    row.listed = rows
    return row
