"""Kernels of Dropout: the mask is hashed anew, in forward and in backward."""

from contextlib import contextmanager

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
from skbackprop.kernels.codegen import kernel
from skbackprop.kernels.rows import add_to, each_vector, float_setting, row_of
from skbackprop.kernels.simd import where
from skbackprop.network.dropout import hash_of_elements


def make_forward_dropout(bits):
    """Return the kernel of y = x SETTING2 where the hash is SETTING or more, else 0.

    In prediction y = x. y may lie where x lies.
    """

    def forward(code, row, context, scalars):
        with _each_vector_of_kept(code, row, context, X, Y) as (kept, y, j):
            y[j] = kept

    return kernel(forward, bits)


def make_backward_dropout(bits):
    """Return the kernel of dx (+)= what forward did to x, done to dy."""

    def backward(code, row, context, scalars):
        vectors = _each_vector_of_kept(code, row, context, DY, DX)
        with code.when(row[DX] != 0), vectors as (kept, dx, j):
            add_to(dx, j, row[ADD_DX], kept)

    return kernel(backward, bits)


@contextmanager
def _each_vector_of_kept(code, row, context, source, target):
    """Repeat what is written inside for each vector of the source.

    Yields the vector without what is dropped, the row of the target, and where.
    """
    is_training = row[TRAINING] != 0
    threshold = code.narrow_integer(where(is_training, row[SETTING], 0), 32)
    factor = where(is_training, float_setting(code, row, SETTING2), 1.0)
    counters = context[SEED], context[N_STEPS], row[STREAM]
    counters = [code.narrow_integer(counter, 32) for counter in counters]
    with code.range(context[N_ROWS]) as r:
        x, y = row_of(code, row, r, source, target)
        sample = code.narrow_integer(r, 32)
        with each_vector(code, row[WIDTH_Y]) as j:
            columns = code.lane_numbers(32) + code.narrow_integer(j, 32)
            hashes = hash_of_elements(*counters, sample, columns)
            yield where(hashes >= threshold, x[j] * factor, 0.0), y, j
