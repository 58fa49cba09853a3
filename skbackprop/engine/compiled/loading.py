"""Loading: from samples, and groups of them, to the rows that fetch a minibatch."""

from typing import NamedTuple

import numpy as np

from skbackprop.engine.compiled.rows import new_row
from skbackprop.kernels import abi, table
from skbackprop.kernels.calling import address
from skbackprop.network.layout import aligned_zeros, padded_width


class Batch(NamedTuple):
    """The rows that load a minibatch, and where targets, weights and orders go."""

    rows: list
    targets: np.ndarray
    weights: np.ndarray
    orders: tuple | None


def csr_addresses(samples):
    """Return where the parts of a CSR matrix of samples are; None for a dense one."""
    if not samples.is_sparse:
        return None
    csr = samples.X
    return [address(part) for part in (csr.data, csr.indices, csr.indptr)]


def input_rows(samples, workspace):
    """Return the rows that load a minibatch's samples."""
    if samples.is_sparse:
        # Linear kernels read the samples' rows where they are.
        workspace.program.check_reads_sparse()
        return []
    return [_gather(samples.X, workspace.values_of(workspace.program.input))]


def batch_of(samples, workspace, batch_size):
    """Return the ``Batch`` of samples, targets and weights."""
    dtype, n_rows = workspace.dtype, workspace.n_rows
    targets = aligned_zeros((n_rows, padded_width(samples.targets.shape[1])), dtype)
    weights = aligned_zeros(padded_width(batch_size), dtype)
    weights[:] = 1
    rows = []
    if samples.weights is not None:
        row = new_row(table.loop_kernel("gather_weights", workspace.bits))
        row[abi.X] = address(samples.weights)
        row[abi.Y] = address(weights)
        rows.append(row)
    to_memberships, to_rows, orders = _group_rows(samples.groups, n_rows, batch_size)
    rows += to_memberships
    rows.append(_gather(samples.targets, targets))
    rows += to_rows + input_rows(samples, workspace)
    return Batch(rows, targets, weights, orders)


def _group_rows(groups, n_rows, batch_size):
    """Return what goes from groups to memberships, from these to rows of X."""
    if groups is None:
        return [], [], None
    order, starts = (np.zeros(n, np.int64) for n in (n_rows, batch_size + 1))
    expand = new_row(table.loop_kernel("expand_groups"))
    expand[abi.X], expand[abi.Y] = address(groups.starts), address(order)
    expand[abi.W] = address(starts)
    find = new_row(table.loop_kernel("find_members"))
    find[abi.X] = address(groups.members)
    return [expand], [find], (order, starts)


def _gather(source, target):
    """Return the row that gathers rows of the source, of the target's dtype."""
    row = new_row(table.gather_kernel(8 * target.itemsize))
    row[abi.X], row[abi.Y] = address(source), address(target)
    row[abi.WIDTH_X] = row[abi.LDX] = source.shape[1]
    row[abi.LDY] = target.strides[0] // target.itemsize
    return row
