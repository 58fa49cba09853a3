"""Monomials of dense rows, computed by the kernel or by NumPy."""

import numpy as np

from skbackprop.kernels.calling import compiled, has_kernels, kernel_file, run_kernel
from skbackprop.transformers.monomials.basis import GradedBasis, Layout

_ROWS_AT_ONCE = 256  # in NumPy, so that a block stays in the cache


def make_expand_dense(basis, dtype, order="C"):
    """Return ``expand(X, out)``, which writes the monomials of dense rows.

    X has shape (n_samples, n_features) and is in C order; out has shape (n_samples,
    n_outputs) and is contiguous in ``order``. Both are of ``dtype``.
    """
    if not isinstance(basis, GradedBasis):
        return _each_block(lambda X, out: _write_products(basis, X, out))
    layout = Layout(basis)
    if order == "C" and has_kernels(dtype):
        return _CompiledExpansion(layout, dtype)
    return _each_block(lambda X, out: _write_segments(layout, X, out))


def _each_block(write):
    """Apply ``write`` to blocks of rows."""

    def expand(X, out):
        for first in range(0, len(X), _ROWS_AT_ONCE):
            rows = slice(first, first + _ROWS_AT_ONCE)
            write(X[rows], out[rows])

    return expand


def _write_products(basis, X, out):
    """Write the product of the factors of each column, the last two first."""
    if basis.include_bias:
        out[:, 0] = 1
    for columns, factors in basis.factor_blocks():
        product = X[:, factors[:, -1]]
        for factor in factors.T[-2::-1]:
            product *= X[:, factor]
        out[:, columns] = product


def _write_segments(layout, X, out):
    """Do in NumPy what the kernel does, in the slow, obvious way."""
    basis = layout.basis
    below = np.empty((len(X), basis.n_below), X.dtype)

    def columns(start, length):
        if start < 0:
            start += basis.n_below
            return below[:, start : start + length]
        return out[:, start : start + length]

    if basis.include_bias:
        out[:, 0] = 1
    if basis.max_degree:
        columns(layout.firsts[1], basis.n_features)[...] = X
    for source, target, length, feature in layout.segments():
        np.multiply(
            X[:, feature : feature + 1],
            columns(source, length),
            out=columns(target, length),
        )


class _CompiledExpansion:
    """The kernel of dense rows, bound to a layout, for one thread."""

    def __init__(self, layout, dtype):
        basis, size = layout.basis, np.dtype(dtype).itemsize
        monomials = kernel_file("transformers.monomials")
        self._kernel = compiled("transformers.monomials.expand", 8 * size)
        self._fields = monomials
        self._segments = layout.segments()
        # Segments are read and written in whole vectors of at most 64 bytes.
        self._scratch = np.zeros(basis.n_below + 64, dtype)
        self._row = row = np.zeros(monomials.FIELDS, np.int64)
        row[monomials.N_FEATURES] = basis.n_features if basis.max_degree else 0
        row[monomials.FIRST] = layout.firsts[1] if basis.max_degree else 0
        row[monomials.SEGMENTS] = self._segments.ctypes.data
        row[monomials.N_SEGMENTS] = len(self._segments)
        row[monomials.SCRATCH_END] = self._scratch[basis.n_below :].ctypes.data
        row[monomials.HAS_BIAS] = basis.include_bias

    def __call__(self, X, out):
        fields, row = self._fields, self._row
        row[fields.N_ROWS] = len(X)
        row[fields.X] = X.ctypes.data
        row[fields.LDX] = X.shape[1]
        row[fields.OUT] = out.ctypes.data
        row[fields.WIDTH] = out.shape[1]
        run_kernel(self._kernel, row)
