"""Kernels of Dropout: the mask is hashed anew, in forward and in backward."""

from skbackprop.kernels.abi import (
    ADD_DX,
    DX,
    DY,
    N_ROWS,
    N_STEPS,
    SEED,
    SETTING,
    SETTING2,
    STREAM,
    TRAINING,
    WIDTH_Y,
    X,
    Y,
)
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
    """Return the kernel of y = x SETTING2 where the draw is SETTING or more, else 0.

    In prediction y = x. y may lie where x lies.
    """

    def write(y, j, kept):
        y[j] = kept

    def forward(code, row, context, scalars):
        _drop(code, row, context, X, Y, write)

    return kernel(forward, bits)


def make_backward_dropout(bits):
    """Return the kernel of dx (+)= what forward did to x, done to dy."""

    def backward(code, row, context, scalars):
        def add(dx, j, kept):
            add_to(dx, j, row[ADD_DX], kept)

        with code.when(row[DX] != 0):
            _drop(code, row, context, DY, DX, add)

    return kernel(backward, bits)


def _drop(code, row, context, source, target, write):
    """Write each vector of the source to the target, without what is dropped."""
    with (
        code.when(row[TRAINING] == 0),
        each_row(code, row, context, source, target) as (x, y),
        each_vector(code, row[WIDTH_Y]) as j,
    ):
        write(y, j, x[j])
    with code.when(row[TRAINING] != 0):
        _drop_at_random(code, row, context, source, target, write)


def _drop_at_random(code, row, context, source, target, write):
    """Go through the rows by twos, which share their random bits."""
    threshold = code.narrow_integer(row[SETTING], 32)
    factor = float_setting(code, row, SETTING2)
    counters = context[SEED], context[N_STEPS], row[STREAM]
    counters = [code.narrow_integer(counter, 32) for counter in counters]
    n_rows = context[N_ROWS]
    with code.range(n_rows, step=2) as r:
        x, y = row_of(code, row, r, source, target)
        next_x, next_y = row_of(code, row, r + 1, source, target)
        sample = code.narrow_integer(r, 32)
        with each_vector(code, row[WIDTH_Y]) as j:
            columns = code.lane_numbers(32) + code.narrow_integer(j, 32)
            draws, next_draws = draws_of_two_rows(*counters, sample, columns)
            write(y, j, where(draws >= threshold, x[j] * factor, 0.0))
            with code.when(r + 1 < n_rows):
                kept = where(next_draws >= threshold, next_x[j] * factor, 0.0)
                write(next_y, j, kept)
