"""Rows for samples in parts: they form minibatches, load and run them."""

import numpy as np

from skbackprop.kernels import table
from skbackprop.kernels.abi import Deal, Gather, RowList, RunParts, Shuffle
from skbackprop.kernels.rows import new_list, new_row
from skbackprop.network.layout import aligned_zeros, padded_width


def weight_rows(samples, bits, batch_size):
    """Return the rows that sum the weights of a minibatch, if there are weights."""
    if samples.weights is None:
        return []
    kernel = table.loop_kernel("gather_weights", bits)
    weights = aligned_zeros(padded_width(batch_size), samples.weights.dtype)
    return [new_row(Gather, kernel, source=samples.weights, target=weights)]


def run_parts(samples, lists, spaces, batch_size):
    """Return the row that runs a minibatch part by part.

    Parameters
    ----------
    samples : Samples
    lists : list of Row
        The rows of each part, which add its gradient to that of the others.
    spaces : list of Workspace
        The workspaces of the parts, with shared memory.
    batch_size : int
    """
    part_of, places = samples.X.places()
    memory = spaces[0].memory
    return new_list(
        RunParts,
        table.loop_kernel("run_parts"),
        lists,
        part_of=part_of,
        places=places,
        chosen=np.zeros(batch_size, np.int64),
        gradient=memory.gradient,
        gradient_bytes=memory.gradient.nbytes,
        adjoints=memory.adjoints,
        adjoint_bytes=memory.adjoints.itemsize
        * np.array([space.n_elements for space in spaces]),
        latest=-1,
    )


def shuffle_row(order, key, position, parts=None, batch_size=0):
    """Return the row that shuffles ``order`` like ``RandomState.shuffle``.

    Parameters
    ----------
    order : ndarray of int64
    key, position : ndarray
        State of the generator, advanced in place.
    parts : Parts, default=None
        The parts of the samples, if minibatches are to be sorted by parts.
    batch_size : int, default=0
    """

    def shuffled(items):
        return new_row(
            Shuffle,
            table.loop_kernel("shuffle"),
            key=key,
            position=position,
            items=items,
            n_items=len(items),
        )

    if parts is None:
        return shuffled(order)
    blocks = np.arange(len(order) // batch_size)
    deal = new_row(
        Deal,
        table.loop_kernel("deal"),
        order=order,
        dealt=np.zeros_like(order),
        part_of=parts.places()[0],
        n_parts=len(parts.arrays),
        blocks=blocks,
        n_blocks=len(blocks),
        batch_size=batch_size,
    )
    rows = [shuffled(order), shuffled(blocks), deal]
    return new_list(RowList, table.loop_kernel("run_rows"), rows)
