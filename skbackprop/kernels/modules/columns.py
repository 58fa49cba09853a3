"""Kernels of Slice, Concatenate and Zeros.

Columns are not aligned to vectors. A copy must therefore end exactly at its last
column, so as not to change the next.
"""

from skbackprop.kernels.abi import Module
from skbackprop.kernels.language import functions as xp
from skbackprop.kernels.language.codegen import kernel
from skbackprop.kernels.language.rows import (
    add_to,
    clear,
    clear_unless,
    each_row,
    each_vector,
    for_each_length,
    within,
)


def make_forward_slice(bits):
    """Return the kernel of y = x[:, first : first + width_y]; the setting is first."""

    def forward(code, row, context, scalars):
        rows = each_row(code, row, context, Module.x, Module.y)
        with rows as (x, y), each_vector(code, row[Module.width_y]) as j:
            y[j] = x[j + row[Module.setting]]

    return kernel(forward, bits)


def make_backward_slice(bits):
    """Return the kernel of dx[:, first : first + width_y] (+)= dy.

    The padding of dy is zero and may be added to the next columns.
    """

    def backward(code, row, context, scalars):
        rows = each_row(code, row, context, Module.dx, Module.dy)
        with code.when(row[Module.dx] != 0), rows as (dx, dy):
            clear_unless(code, row[Module.add_dx], dx, row[Module.width_x])
            part = dx.from_(row[Module.setting])
            with each_vector(code, row[Module.width_y]) as j:
                part[j] = part[j] + dy[j]

    return kernel(backward, bits)


def make_forward_concatenate(bits):
    """Return the kernel of y[:, first : first + width_x] = x; the setting is first."""

    def forward(code, row, context, scalars):
        for_each_length(
            code, row[Module.width_x], lambda n: _copy(code, row, context, n)
        )

    return kernel(forward, bits)


def _copy(code, row, context, lanes):
    last = row[Module.width_x] - lanes
    with each_row(code, row, context, Module.x, Module.y) as (x, y):
        x, y = x.of(lanes), y.of(lanes).from_(row[Module.setting])
        with code.range(last, step=lanes) as j:
            y[j] = x[j]
        y[last] = x[last]


def make_backward_concatenate(bits):
    """Return the kernel of dx (+)= dy[:, first : first + width_x].

    The columns after these do not enter the padding of dx.
    """

    def backward(code, row, context, scalars):
        rows = each_row(code, row, context, Module.dx, Module.dy)
        vectors = each_vector(code, row[Module.width_x])
        with code.when(row[Module.dx] != 0), rows as (dx, dy), vectors as j:
            is_own = within(code, j, row[Module.width_x])
            term = xp.where(is_own, dy[j + row[Module.setting]], 0.0)
            add_to(dx, j, row[Module.add_dx], term)

    return kernel(backward, bits)


def make_forward_zeros(bits):
    """Return the kernel of y = 0."""

    def forward(code, row, context, scalars):
        with each_row(code, row, context, Module.y) as (y,):
            clear(code, y, row[Module.width_y])

    return kernel(forward, bits)


def make_backward_zeros(bits):
    """Return the kernel that does nothing."""

    def backward(code, row, context, scalars):
        pass

    return kernel(backward, bits)
