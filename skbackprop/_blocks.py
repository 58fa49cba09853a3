"""How transformers run: lists of kernels on blocks of samples."""

import ctypes

import numpy as np
from scipy import sparse
from sklearn import get_config

from skbackprop._validation import validate_finite
from skbackprop.kernels import abi, jit

_KERNEL = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
MAX_PLACES = 2**31 - 1  # numbers of a block, which int32 count


def validate_samples(estimator, X, y="no_validation", **options):
    """Validate X as transformers on blocks read it: floats, C-contiguous or CSR."""
    return validate_finite(
        estimator,
        X,
        y,
        accept_sparse="csr",
        dtype=[np.float64, np.float32],
        order="C",
        **options,
    )


def transform_samples(estimator, transform, X):
    """Return ``transform`` of validated samples.

    Where kernels run, they notice what is not finite as they read it; only then
    are the samples searched for it. A search before would read them twice, and
    take as long as all else.
    """
    samples = validate_samples(
        estimator, X, reset=False, ensure_all_finite=not jit.available()
    )
    try:
        return transform(samples)
    except NotFiniteError:
        validate_samples(estimator, X, reset=False)
        raise


class NotFiniteError(ValueError):
    """The samples hold NaN or infinity."""


class BlockProgram:
    """Kernels that run, one after the other, on block after block of samples.

    The first of them, made here, loads the samples of X into the block. All
    memory that kernels write to belongs to this object: threads make one each.

    Parameters
    ----------
    X : ndarray or sparse matrix of shape (n_samples, n_features)
        Of float32 or float64; dense and C-contiguous, or CSR.
    center : bool, default=False
        Whether the mean of its features is subtracted from each sample.

    Attributes
    ----------
    lanes : int
        Samples in a block.
    block : ndarray of shape (n_features, lanes)
        The samples that are being transformed, transposed.
    """

    def __init__(self, X, center=False):
        from skbackprop.kernels import blocks
        from skbackprop.kernels.simd import target

        self._kernels = blocks
        self.dtype, (self.n_samples, n_features) = X.dtype, X.shape
        self._bits = 8 * self.dtype.itemsize
        self.lanes = target().vector_bytes // self.dtype.itemsize
        self._rows, self._alive = [], []
        self.block = aligned_empty((n_features, self.lanes), self.dtype)
        self._remainders = np.zeros(self.lanes, self.dtype)
        load = self._load_csr if sparse.issparse(X) else self._load_dense
        load(X, center)
        if center:
            n_features = np.array([n_features], self.dtype)
            self._add_to_block("centre_block", blocks.make_centre, W=n_features)

    def _load_dense(self, X, center):
        blocks = self._kernels
        self._add_to_block("load_dense", blocks.make_load_dense, X=X, LDX=X.shape[1])
        if not get_config()["assume_finite"]:
            make_check = blocks.make_check_finite
            self._add_to_block("check_block", make_check, W=self._remainders)

    def _load_csr(self, X, center):
        if not (get_config()["assume_finite"] or np.isfinite(X.data).all()):
            raise NotFiniteError("X is not finite.")
        self.block[:] = 0
        if center:  # which leaves a block without zeros behind
            self._add_to_block("clear_block", self._kernels.make_clear)
        self._add_to_block(
            "load_csr",
            self._kernels.make_load_csr,
            DATA=np.ascontiguousarray(X.data),
            INDICES=np.ascontiguousarray(X.indices, np.int32),
            INDPTR=np.ascontiguousarray(X.indptr, np.int64),
        )

    def _add_to_block(self, name, factory, **fields):
        """Append a kernel that changes the block itself."""
        self.add(name, factory, Y=self.block, WIDTH_X=len(self.block), **fields)

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

    def run(self):
        """Run all kernels on all samples. ctypes lets go of the GIL meanwhile."""
        rows, row = np.array(self._rows), np.zeros(abi.ROW_FIELDS, np.int64)
        context, scalars = np.zeros(abi.CONTEXT_FIELDS, np.int64), np.zeros(1)
        row[abi.X], row[abi.N_ELEMENTS] = rows.ctypes.data, len(rows)
        row[abi.WIDTH_X] = self.n_samples
        run_blocks = self._compiled("run_blocks", self._kernels.make_run_blocks)
        tables = (row, context, scalars)
        _KERNEL(run_blocks)(*(table.ctypes.data for table in tables))
        if not np.isfinite(self._remainders).all():
            raise NotFiniteError("X is not finite.")

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
