"""The kernel that loads a minibatch, rows of the user's matrix in any order."""

from skbackprop.kernels.abi import Context, Gather
from skbackprop.kernels.language.codegen import kernel
from skbackprop.kernels.language.rows import for_each_length
from skbackprop.kernels.language.values import INTEGER


def make_gather(bits):
    """Return the kernel of target[r, :width] = source[order[r], :width].

    The kernel reads only rows of the source, and does not change the padding of the
    target. A row is copied in vectors that fit into it. The last vector ends with the
    row, and may overlap the one before.
    """

    def write(code, row, context, scalars):
        width = row[Gather.width]
        for_each_length(code, width, lambda n: _copy_rows(code, row, context, n))

    return kernel(write, bits)


def _copy_rows(code, row, context, lanes):
    x, y = (
        code.vectors(row[field]).of(lanes) for field in (Gather.source, Gather.target)
    )
    order = code.scalars(context[Context.order], INTEGER)
    last = row[Gather.width] - lanes
    with code.range(context[Context.n_rows]) as r:
        source = x.from_(order[r] * row[Gather.ld_source])
        target = y.from_(r * row[Gather.ld_target])
        with code.range(last, step=lanes) as j:
            target[j] = source[j]
        target[last] = source[last]
