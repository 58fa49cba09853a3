"""Rows of the tables that kernels read, as the executor fills them."""

import numpy as np

from skbackprop.kernels import abi, table
from skbackprop.kernels.calling import address

# Where the fields of each input stand in a row: address, stride, width, and of its
# adjoint the address and whether it is added to.
INPUTS = (
    (abi.X, abi.LDX, abi.WIDTH_X, abi.DX, abi.ADD_DX),
    (abi.X2, abi.LDX2, abi.WIDTH_X2, abi.DX2, abi.ADD_DX2),
    (abi.X3, abi.LDX3, abi.WIDTH_X3, abi.DX3, abi.ADD_DX3),
)


# Where the address of a parameter, and that of its gradient, stand in a row.
BLOCKS = {
    "weight": (abi.W, abi.DW),
    "scale": (abi.W, abi.DW),
    "bias": (abi.B, abi.DB),
    "running_mean": (abi.MEAN, None),
    "running_var": (abi.VARIANCE, None),
}


class RowList(np.ndarray):
    """A row with a reference to the rows that it points at."""

    rows = None


def new_row(code):
    """Return a row of the kernel at this address, its other fields 0."""
    row = np.zeros(abi.ROW_FIELDS, np.int64)
    row[abi.CODE] = code
    return row


def row_list(rows):
    """Return the row that runs rows, which it keeps alive."""
    rows = np.array(rows).reshape(-1, abi.ROW_FIELDS)
    row = RowList((abi.ROW_FIELDS,), np.int64)
    row[:] = 0
    row[abi.CODE] = table.loop_kernel("run_rows")
    row[abi.X], row[abi.N_ELEMENTS] = address(rows), len(rows)
    row.rows = rows
    return row
