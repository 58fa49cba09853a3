"""Minibatches of samples in parts, each with its own program.

See :mod:`skbackprop.engine.parts`.
"""

from skbackprop.kernels.abi import ROW_BYTES, Context, Deal, RunParts
from skbackprop.kernels.language.memory import (
    as_int64s,
    call_kernel,
    clear_bytes,
    copy_bytes,
    plain_kernel,
)


def make_run_parts():
    """Return the kernel of d loss / dw as the sum over the parts of a minibatch."""

    def run_parts(row, context, scalars):
        samples, n_samples = context[Context.order], context[Context.n_rows]
        seed, order = context[Context.seed], as_int64s(samples)
        part_of = as_int64s(row[RunParts.part_of])
        places = as_int64s(row[RunParts.places])
        chosen = as_int64s(row[RunParts.chosen])
        adjoint_bytes = as_int64s(row[RunParts.adjoint_bytes])
        clear_bytes(row[RunParts.gradient], row[RunParts.gradient_bytes])
        context[Context.order] = row[RunParts.chosen]
        for part in range(row[RunParts.n_rows]):
            n_rows = 0
            for i in range(n_samples):
                if part_of[order[i]] == part:
                    chosen[n_rows] = places[order[i]]
                    n_rows += 1
            if n_rows > 0:
                if row[RunParts.latest] != part:
                    clear_bytes(row[RunParts.adjoints], adjoint_bytes[part])
                    row[RunParts.latest] = part
                context[Context.n_rows] = n_rows
                context[Context.seed] = seed + part  # for different dropout masks
                call_kernel(row[RunParts.rows] + part * ROW_BYTES, context, scalars)
        context[Context.order], context[Context.n_rows] = samples, n_samples
        context[Context.seed] = seed

    return plain_kernel(run_parts)


def make_deal():
    """Return the kernel of ``skbackprop.engine.parts.deal``."""

    def deal(row, context, scalars):
        order, dealt = as_int64s(row[Deal.order]), as_int64s(row[Deal.dealt])
        part_of, blocks = as_int64s(row[Deal.part_of]), as_int64s(row[Deal.blocks])
        batch_size = row[Deal.batch_size]
        k = 0
        for part in range(row[Deal.n_parts]):
            for i in range(row[Deal.n_blocks] * batch_size):
                if part_of[order[i]] == part:
                    dealt[k] = order[i]
                    k += 1
        batch_bytes = 8 * batch_size
        for block in range(row[Deal.n_blocks]):
            copy_bytes(
                row[Deal.order] + block * batch_bytes,
                row[Deal.dealt] + blocks[block] * batch_bytes,
                batch_bytes,
            )
            blocks[block] = block

    return plain_kernel(deal)
