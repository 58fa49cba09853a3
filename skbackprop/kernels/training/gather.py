"""The kernel that loads a minibatch: rows of the user's matrix, in any order."""

from skbackprop.kernels.abi import LDX, LDY, N_ROWS, ORDER, WIDTH_X, X, Y
from skbackprop.kernels.language.codegen import kernel
from skbackprop.kernels.language.values import INTEGER
from skbackprop.kernels.modules.columns import for_each_length


def make_gather(bits):
    """Return the kernel of Y[r, :width] = X[order[r], :width].

    X is read where the rows are and nowhere else, and the padding of Y is left
    alone: a row is copied in vectors that fit into it, the last of them ending
    with the row, over elements that may have been copied before.
    """

    def write(code, row, context, scalars):
        width = row[WIDTH_X]
        for_each_length(code, width, lambda n: _copy_rows(code, row, context, n))

    return kernel(write, bits)


def _copy_rows(code, row, context, lanes):
    x, y = (code.vectors(row[field]).of(lanes) for field in (X, Y))
    order = code.scalars(context[ORDER], INTEGER)
    last = row[WIDTH_X] - lanes
    with code.range(context[N_ROWS]) as r:
        source, target = x.from_(order[r] * row[LDX]), y.from_(r * row[LDY])
        with code.range(last, step=lanes) as j:
            target[j] = source[j]
        target[last] = source[last]
