"""Minibatches that run block by block: :mod:`skbackprop.engine.compiled.blocks`."""

from skbackprop.kernels.abi import Context, RunBlocks
from skbackprop.kernels.language.memory import call_kernel, plain_kernel


def make_run_blocks():
    """Return the kernel of d loss / dw as the sum over the blocks of a minibatch."""

    def run_blocks(row, context, scalars):
        samples, n_samples = context[Context.order], context[Context.n_rows]
        start = 0
        while start < n_samples:
            n_rows = min(row[RunBlocks.block_size], n_samples - start)
            context[Context.order] = samples + 8 * start
            context[Context.n_rows] = n_rows
            context[Context.first_row] = start
            call_kernel(row[RunBlocks.rows], context, scalars)
            start += n_rows
        context[Context.order], context[Context.n_rows] = samples, n_samples
        context[Context.first_row] = 0

    return plain_kernel(run_blocks)
