"""Loading: the rows that fetch a minibatch of samples or groups."""

from typing import NamedTuple

import numpy as np

from skbackprop.kernels import table
from skbackprop.kernels.abi import ExpandGroups, FindMembers, Gather
from skbackprop.kernels.calling import address
from skbackprop.kernels.rows import new_row
from skbackprop.network.layout import aligned_zeros, padded_width


class Batch(NamedTuple):
    """The rows that load a minibatch, and the arrays for its targets and weights."""

    rows: list
    targets: np.ndarray
    weights: np.ndarray


def csr_fields(samples):
    """Return the fields for rows that read CSR samples, or None for dense samples."""
    if not samples.is_sparse:
        return None
    csr = samples.X
    return {"x_data": csr.data, "x_indices": csr.indices, "x_indptr": csr.indptr}


def input_rows(samples, workspace):
    """Return the rows that load a minibatch's samples."""
    samples.check_input(workspace.program, workspace.dtype)
    if samples.is_sparse:
        # Linear kernels read the samples' rows in place.
        workspace.program.check_reads_sparse()
        return []
    return [_gather(samples.X, workspace.values_of(workspace.program.input))]


def load_row(workspace):
    """Return the row that loads dense samples, to be completed by ``load_from``."""
    source = workspace.program.input
    return _gather_row(workspace.values_of(source), source.width)


def load_from(X, run):
    """Set the checked samples to be read by a list of rows with ``load_row`` first.

    Only their address is stored, so that the list does not keep data alive.
    """
    run.memory["rows"][0, Gather.source] = address(X)


def batch_of(samples, workspace, batch_size, before=None):
    """Return the ``Batch`` of samples, targets and weights.

    It uses the arrays of the Batch ``before``, if the targets have equal widths.
    """
    dtype, n_rows = workspace.dtype, workspace.n_rows
    samples.check(workspace.program, dtype)
    shape = n_rows, padded_width(samples.targets.shape[1])
    if before is None or before.targets.shape != shape:
        weights = aligned_zeros(padded_width(batch_size), dtype)
        before = Batch([], aligned_zeros(shape, dtype), weights)
    _, targets, weights = before
    weights[:] = 1
    rows = []
    if samples.weights is not None:
        kernel = table.loop_kernel("gather_weights", workspace.bits)
        rows.append(new_row(Gather, kernel, source=samples.weights, target=weights))
    to_memberships, to_rows = _group_rows(samples.groups, n_rows, batch_size)
    rows += [*to_memberships, _gather(samples.targets, targets)]
    rows += [*to_rows, *input_rows(samples, workspace)]
    return Batch(rows, targets, weights)


def _group_rows(groups, n_rows, batch_size):
    """Return the rows that map groups to memberships, and memberships to rows of X."""
    if groups is None:
        return [], []
    expand = new_row(
        ExpandGroups,
        table.loop_kernel("expand_groups"),
        group_starts=groups.starts,
        memberships=np.zeros(n_rows, np.int64),
        batch_starts=np.zeros(batch_size + 1, np.int64),
    )
    find = table.loop_kernel("find_members")
    return [expand], [new_row(FindMembers, find, members=groups.members)]


def _gather(source, target):
    """Return the row that gathers rows of a source with the target's dtype."""
    row = _gather_row(target, source.shape[1])
    row.set(source=source)
    return row


def _gather_row(target, width):
    """Return the row that gathers rows, without a source yet."""
    return new_row(
        Gather,
        table.gather_kernel(8 * target.itemsize),
        target=target,
        ld_source=width,
        ld_target=target.strides[0] // target.itemsize,
        width=width,
    )
