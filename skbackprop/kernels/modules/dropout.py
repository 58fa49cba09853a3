"""Kernels of Dropout, which compute the mask in forward and again in backward."""

from skbackprop.kernels.abi import Context, Module
from skbackprop.kernels.language.codegen import kernel
from skbackprop.kernels.language.rows import (
    add_to,
    each_row,
    each_vector,
    float_setting,
    row_of,
)
from skbackprop.kernels.language.values import where
from skbackprop.network.modules.dropout import draws_of_two_rows


def make_forward_dropout(bits):
    """Return the kernel of y = f x where the random number is at least t, else 0.

    The settings are t and f. In prediction y = x. y may have the place of x.
    """

    def write(y, j, kept):
        y[j] = kept

    def forward(code, row, context, scalars):
        _drop(code, row, context, Module.x, Module.y, write)

    return kernel(forward, bits)


def make_backward_dropout(bits):
    """Return the kernel of dx (+)= dy with the mask and factor of forward."""

    def backward(code, row, context, scalars):
        def add(dx, j, kept):
            add_to(dx, j, row[Module.add_dx], kept)

        with code.when(row[Module.dx] != 0):
            _drop(code, row, context, Module.dy, Module.dx, add)

    return kernel(backward, bits)


def _drop(code, row, context, source, target, write):
    """Write each vector of the source to the target, except dropped elements."""
    with (
        code.when(row[Module.is_training] == 0),
        each_row(code, row, context, source, target) as (x, y),
        each_vector(code, row[Module.width_y]) as j,
    ):
        write(y, j, x[j])
    with code.when(row[Module.is_training] != 0):
        _drop_at_random(code, row, context, source, target, write)


def _drop_at_random(code, row, context, source, target, write):
    """Process rows in pairs, which share their random bits."""
    threshold = code.narrow_integer(row[Module.setting], 32)
    factor = float_setting(code, row, Module.setting2)
    counters = context[Context.seed], context[Context.n_steps], row[Module.stream]
    counters = [code.narrow_integer(counter, 32) for counter in counters]
    n_rows, first_row = context[Context.n_rows], context[Context.first_row]
    with code.range(n_rows, step=2) as r:
        x, y = row_of(code, row, r, source, target)
        next_x, next_y = row_of(code, row, r + 1, source, target)
        sample = code.narrow_integer(first_row + r, 32)
        with each_vector(code, row[Module.width_y]) as j:
            columns = code.lane_numbers(32) + code.narrow_integer(j, 32)
            draws, next_draws = draws_of_two_rows(*counters, sample, columns)
            write(y, j, where(draws >= threshold, x[j] * factor, 0.0))
            with code.when(r + 1 < n_rows):
                kept = where(next_draws >= threshold, next_x[j] * factor, 0.0)
                write(next_y, j, kept)
