"""How transformers run: lists of kernels on blocks of samples."""

import ctypes

import numpy as np
from scipy import sparse

from skbackprop.kernels import abi, jit

_KERNEL = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
MAX_PLACES = 2**31 - 1  # numbers of a block, which int32 count


class BlockProgram:
    """Kernels that run, one after the other, on block after block of samples.

    The first of them, made here, loads the samples of X into the block. All
    memory that kernels write to belongs to this object: threads make one each.

    Parameters
    ----------
    X : ndarray or sparse matrix of shape (n_samples, n_features)
        Of float32 or float64; dense and C-contiguous, or CSR.

    Attributes
    ----------
    lanes : int
        Samples in a block.
    block : ndarray of shape (n_features, lanes)
        The samples that are being transformed, transposed.
    """

    def __init__(self, X):
        from skbackprop.kernels import blocks
        from skbackprop.kernels.simd import target

        self._kernels = blocks
        self.dtype, (self.n_samples, n_features) = X.dtype, X.shape
        self._bits = 8 * self.dtype.itemsize
        self.lanes = target().vector_bytes // self.dtype.itemsize
        self._rows, self._alive = [], []
        self.block = aligned_empty((n_features, self.lanes), self.dtype)
        if sparse.issparse(X):
            self.add(
                "load_csr",
                blocks.make_load_csr,
                DATA=np.ascontiguousarray(X.data),
                INDICES=np.ascontiguousarray(X.indices, np.int32),
                INDPTR=np.ascontiguousarray(X.indptr, np.int64),
                Y=self.block,
                WIDTH_X=n_features,
            )
        else:
            self.add(
                "load_dense",
                blocks.make_load_dense,
                X=X,
                LDX=n_features,
                Y=self.block,
                WIDTH_X=n_features,
            )

    def add(self, name, factory, **fields):
        """Append a kernel.

        Parameters
        ----------
        name : str
            The kernel's, unique but for the precision.
        factory : callable
            Makes the kernel, given its precision in bits.
        **fields : int or ndarray
            Of its row, by their names in :mod:`skbackprop.kernels.abi`; an
            array stands for its address.
        """
        row = np.zeros(abi.ROW_FIELDS, np.int64)
        row[abi.CODE] = self._compiled(name, factory)
        for field, value in fields.items():
            row[getattr(abi, field)] = self._address(value)
        self._rows.append(row)

    def centre(self):
        """Append the kernel that subtracts from each sample its mean."""
        n_features = len(self.block)
        self.add(
            "centre",
            self._kernels.make_centre,
            Y=self.block,
            WIDTH_X=n_features,
            W=np.array([n_features], self.dtype),
        )

    def run(self):
        """Run all kernels on all samples. ctypes lets go of the GIL meanwhile."""
        rows, row = np.array(self._rows), np.zeros(abi.ROW_FIELDS, np.int64)
        context, scalars = np.zeros(abi.CONTEXT_FIELDS, np.int64), np.zeros(1)
        row[abi.X], row[abi.N_ELEMENTS] = rows.ctypes.data, len(rows)
        row[abi.WIDTH_X] = self.n_samples
        run_blocks = self._compiled("run_blocks", self._kernels.make_run_blocks)
        tables = (row, context, scalars)
        _KERNEL(run_blocks)(*(table.ctypes.data for table in tables))

    def places(self, features):
        """Return where in the block features begin, for kernels to read."""
        return np.ascontiguousarray(features, np.int32) * np.int32(self.lanes)

    def padded(self, width):
        """Return a number of outputs rounded up to whole vectors."""
        return -(-width // self.lanes) * self.lanes

    def _compiled(self, name, factory):
        def make():
            return factory(self._bits)

        return jit.compile_kernel(make, f"{name}_{self._bits}")

    def _address(self, value):
        if not isinstance(value, np.ndarray):
            return value
        self._alive.append(value)
        return value.__array_interface__["data"][0]


def aligned_empty(shape, dtype):
    """Return an array that begins at a cache line."""
    n_bytes = int(np.prod(shape)) * dtype.itemsize
    memory = np.empty(n_bytes + 64, np.uint8)
    start = -memory.ctypes.data % 64
    return memory[start : start + n_bytes].view(dtype).reshape(shape)
