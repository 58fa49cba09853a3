"""Monomials of CSR rows, computed by the kernel or by NumPy."""

import numpy as np
from scipy import sparse

from skbackprop.kernels.calling import compiled, has_kernels, kernel_file, run_kernel
from skbackprop.transformers.monomials.basis import (
    GradedBasis,
    column_shifts,
    count_monomials,
)


def expand_csr(basis, X, check_size):
    """Return the monomials of CSR rows in canonical form, as CSR arrays.

    Parameters
    ----------
    basis : GradedBasis or ChosenBasis
    X : csr_array or csr_matrix of shape (n_samples, n_features)
        In canonical form.
    check_size : callable
        Called with the size of the result in bytes before it is allocated; may raise.

    Returns
    -------
    tuple
        (data, indices, indptr)
    """
    index_bytes = 4 if basis.n_outputs <= np.iinfo(np.int32).max else 8
    entry_bytes = X.dtype.itemsize + index_bytes
    if isinstance(basis, GradedBasis):
        counts = _count_entries(basis, X)
        check_size(counts.sum() * entry_bytes)
        return _expand_graded(basis, X, counts.astype(np.int64))
    check_size(_most_chosen_entries(basis, X) * entry_bytes)
    return _expand_chosen(basis, X)


def canonical_csr(X):
    """Return X as CSR with sorted indices, no duplicates and no unused memory.

    If X has this form, X itself is returned.
    """
    X = X.tocsr()
    if not X.has_canonical_format or len(X.indices) != X.nnz:
        X = X.copy()
        X.sum_duplicates()
        X.prune()
    return X


def _expand_graded(basis, X, row_counts):
    """Do the same for a graded basis; each row makes ``row_counts`` entries."""
    starts = np.zeros(X.shape[0] + 1, np.int64)
    np.cumsum(row_counts, out=starts[1:])
    index_dtype = np.int32 if _fits_int32(basis, starts[-1]) else np.int64
    data = np.empty(starts[-1], X.dtype)
    columns = np.empty(starts[-1], index_dtype)
    expand = _expand_csr_compiled if has_kernels(X.dtype) else _expand_csr_plainly
    if len(data):
        expand(basis, X, starts, data, columns)
    return data, columns, starts.astype(index_dtype)


def _fits_int32(basis, n_entries):
    return max(basis.n_outputs, int(n_entries)) <= np.iinfo(np.int32).max


def _count_entries(basis, X):
    """Return the number of entries in each row of the expansion of CSR rows.

    They are floats, as they may be larger than any array.
    """
    lengths = np.diff(X.indptr)
    if isinstance(basis.caps, np.ndarray):
        counts = _count_with_caps(basis, X, lengths)
        return basis.include_bias + counts[:, basis.min_degree :].sum(axis=1)
    occurring = np.flatnonzero(np.bincount(lengths, minlength=1))
    of_length = np.zeros(occurring[-1] + 1)
    for n_entries in occurring.tolist():
        kept, below = (
            count_monomials(n_entries, degree, basis.caps)
            for degree in (basis.max_degree, basis.min_degree - 1)
        )
        of_length[n_entries] = basis.include_bias + max(0, kept - below)
    return of_length.take(lengths)


def _count_with_caps(basis, X, lengths):
    """Count the monomials of each row by degree, adding one entry at a time.

    Their new number of degree k is the sum of the old numbers of degrees k - cap ... k.
    """
    degrees = np.arange(basis.max_degree + 1)
    counts = np.zeros((len(lengths), basis.max_degree + 1))
    counts[:, 0] = 1
    for position in range(lengths.max(initial=0)):
        (rows,) = np.nonzero(lengths > position)
        caps = basis.caps[X.indices[X.indptr[rows] + position]]
        sums = np.cumsum(counts[rows], axis=1)
        dropped = degrees - caps[:, None] - 1
        too_many = np.take_along_axis(sums, np.maximum(dropped, 0), axis=1)
        counts[rows] = sums - np.where(dropped >= 0, too_many, 0)
    return counts


def _expand_csr_compiled(basis, X, out_starts, data, columns):
    fields = kernel_file("transformers.monomials")
    bits, index_bits = 8 * X.dtype.itemsize, 8 * columns.itemsize
    longest = int(np.diff(X.indptr).max())
    shifts = _shifts_of_entries(basis, X.indices)
    is_each = isinstance(basis.caps, np.ndarray)
    cap = [basis.caps or basis.max_degree] if not is_each else basis.caps[X.indices]
    n_below = _most_below(basis, longest)
    below = np.zeros(n_below + 64, X.dtype), np.zeros(n_below + 64, columns.dtype)
    starts = np.zeros((basis.max_degree + 1, longest + 2), np.int64)
    starts[0, 0] = 1
    row = np.zeros(fields.FIELDS, np.int64)
    arrays = {
        fields.X: np.ascontiguousarray(X.data),
        fields.ROW_STARTS: X.indptr.astype(np.int64),
        fields.SHIFTS: shifts,
        fields.CAPS: np.array(cap, np.int64),
        fields.OUT_STARTS: out_starts,
        fields.OUT: data,
        fields.OUT_COLUMNS: columns,
        fields.SCRATCH: below[0],
        fields.SCRATCH_COLUMNS: below[1],
        fields.STARTS: starts,
    }
    for field, array in arrays.items():
        row[field] = array.ctypes.data
    row[fields.N_ROWS] = X.shape[0]
    row[fields.N_ENTRIES] = len(X.indices)
    row[fields.HAS_BIAS] = basis.include_bias
    row[fields.CAP_STEP] = is_each
    row[fields.MIN_DEGREE] = basis.min_degree
    row[fields.MAX_DEGREE] = basis.max_degree
    row[fields.LD_STARTS] = starts.shape[1]
    kernel = compiled("transformers.monomials.expand_csr", bits, index_bits)
    run_kernel(kernel, row)


def _most_below(basis, n_entries):
    """Bound the monomials of lower degree in a row with ``n_entries`` entries."""
    caps = None if isinstance(basis.caps, np.ndarray) else basis.caps
    of_row = count_monomials(n_entries, basis.min_degree - 1, caps) - 1
    return min(of_row, basis.n_below)


def _shifts_of_entries(basis, features):
    """Return the column shifts of each entry, (max_degree, n_entries)."""
    if basis.n_features <= max(4 * len(features), 1 << 16):
        return column_shifts(basis, features)
    distinct, at = np.unique(features, return_inverse=True)
    return np.take(column_shifts(basis, distinct), at, axis=1)


def _expand_csr_plainly(basis, X, out_starts, data, columns):
    """Do in NumPy what the kernel does, for all rows at once, degree by degree.

    Each monomial is led by an entry. Each entry of the row up to that one leads a
    monomial of the next degree, if its cap allows.
    """
    lengths = np.diff(X.indptr)
    row_of = np.repeat(np.arange(X.shape[0]), lengths)
    shifts = _shifts_of_entries(basis, X.indices)
    caps = basis.caps if basis.caps is not None else basis.max_degree
    cap_of = np.broadcast_to(caps, basis.n_features)[X.indices]
    kept = []
    if basis.include_bias:
        rows = np.arange(X.shape[0])
        kept.append((rows, np.zeros_like(rows), np.ones(len(rows), X.dtype)))
    lead = np.arange(len(X.indices))
    column, value, power = shifts[:1].ravel(), X.data, np.ones_like(lead)
    for degree in range(1, basis.max_degree + 1):
        if degree > 1:
            n_leads = lead - X.indptr[row_of[lead]] + 1
            last = np.repeat(lead, n_leads)
            start = np.repeat(np.cumsum(n_leads) - n_leads, n_leads)
            lead = X.indptr[row_of[last]] + np.arange(len(last)) - start
            power = np.where(lead == last, np.repeat(power, n_leads), 0) + 1
            allowed = power <= cap_of[lead]
            lead, power = lead[allowed], power[allowed]
            column = np.repeat(column, n_leads)[allowed] + shifts[degree - 1, lead]
            value = X.data[lead] * np.repeat(value, n_leads)[allowed]
        if degree >= basis.min_degree:
            kept.append((row_of[lead], column, value))
    if kept:
        rows, all_columns, values = map(np.concatenate, zip(*kept, strict=True))
        order = np.lexsort((all_columns, rows))
        data[:], columns[:] = values[order], all_columns[order]


def _most_chosen_entries(basis, X):
    """Bound the entries of the expansion of a CSR array by chosen monomials."""
    of_column = np.bincount(X.indices, minlength=X.shape[1])
    total = int(basis.include_bias) * X.shape[0]
    for _, factors in basis.factor_blocks():
        total += int(of_column[factors[:, -1]].sum())
    return total


def _expand_chosen(basis, X):
    """Return the chosen monomials of a CSR array, as (data, indices, indptr).

    The entries of the last factor are kept if their rows also have entries in the
    columns of the other factors.
    """
    by_column = X.tocsc()
    n_samples = X.shape[0]
    column_of = np.repeat(np.arange(X.shape[1]), np.diff(by_column.indptr))
    places = column_of * n_samples + by_column.indices  # in ascending order
    parts = []
    if basis.include_bias:
        rows = np.arange(n_samples)
        parts.append((rows, np.zeros_like(rows), np.ones(n_samples, X.dtype)))
    for columns, factors in basis.factor_blocks():
        chosen, entries = _entries_of(by_column.indptr, factors[:, -1])
        rows, values = by_column.indices[entries], by_column.data[entries]
        for factor in factors.T[-2::-1]:
            wanted = factor[chosen] * n_samples + rows
            entries = np.minimum(np.searchsorted(places, wanted), len(places) - 1)
            found = places[entries] == wanted
            chosen, rows, entries = chosen[found], rows[found], entries[found]
            values = by_column.data[entries] * values[found]
        parts.append((rows, columns[chosen], values))
    rows, columns, values = map(np.concatenate, zip(*parts, strict=True))
    shape = (n_samples, basis.n_outputs)
    expanded = sparse.coo_array((values, (rows, columns)), shape).tocsr()
    expanded.sort_indices()
    return expanded.data, expanded.indices, expanded.indptr


def _entries_of(starts, columns):
    """Return (position in columns, entry) for all entries of these columns."""
    lengths = starts[columns + 1] - starts[columns]
    position = np.repeat(np.arange(len(columns)), lengths)
    first = np.repeat(np.cumsum(lengths) - lengths, lengths)
    return position, starts[columns][position] + np.arange(len(position)) - first
