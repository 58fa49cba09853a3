"""How kernels go through signals row by row, and what they do with a row."""

from contextlib import contextmanager

from skbackprop.kernels import abi
from skbackprop.kernels.simd import where

_STRIDE_OF = {
    **dict.fromkeys((abi.X, abi.DX), abi.LDX),
    **dict.fromkeys((abi.X2, abi.DX2), abi.LDX2),
    **dict.fromkeys((abi.X3, abi.DX3), abi.LDX3),
    **dict.fromkeys((abi.Y, abi.DY), abi.LDY),
}


@contextmanager
def each_row(code, row, context, *signals):
    """Repeat what is written inside for each sample, with its row of each signal.

    ``signals`` are fields of the instruction row: X, DX, X2, Y ...
    """
    memories = [code.vectors(row[signal]) for signal in signals]
    with code.range(context[abi.N_ROWS]) as r:
        yield [
            memory.from_(r * row[_STRIDE_OF[signal]])
            for signal, memory in zip(signals, memories, strict=True)
        ]


def each_vector(code, width):
    """Repeat what is written inside for the first element of each vector."""
    return code.range(width, step=code.lanes)


def within(code, first, width):
    """Return which lanes of the vector at element ``first`` are below width."""
    return code.lane_numbers() < code.repeat(code.narrow_integer(width - first))


def add_to(vectors, j, adds, term):
    """Write ``term``, or add it to the vector there where ``adds`` is not 0."""
    vectors[j] = where(adds != 0, vectors[j], 0.0) + term


def clear_unless(code, adds, address, width):
    """Set ``width`` elements at an address to 0 where ``adds`` is 0."""
    vectors = code.vectors(address)
    with code.when(adds == 0), each_vector(code, width) as j:
        vectors[j] = code.constant(0.0)
