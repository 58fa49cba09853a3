"""How transformers run: lists of kernels on blocks of samples."""

import ctypes
import importlib

import numpy as np
from scipy import sparse
from sklearn import get_config

from skbackprop.kernels import abi, jit
from skbackprop.network.layout import aligned_empty
from skbackprop.utils.gate import are_indices
from skbackprop.utils.validation import validate_finite

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


class SampleProgram:
    """Kernels that run, one after the other, on a few samples after a few others.

    All memory that kernels write to belongs to this object: threads make one
    each.

    Parameters
    ----------
    X : ndarray or sparse matrix of shape (n_samples, n_features)
        Of float32 or float64; dense and C-contiguous, or CSR.

    Attributes
    ----------
    lanes : int
        Samples at a time.
    """

    def __init__(self, X):
        from skbackprop.kernels.language.values import target

        self.dtype, (self.n_samples, n_features) = X.dtype, X.shape
        self._bits = 8 * self.dtype.itemsize
        self.lanes = target().vector_bytes // self.dtype.itemsize
        if n_features * self.lanes > MAX_PLACES:
            raise ValueError(
                f"X has {n_features} features; at most {MAX_PLACES // self.lanes} can "
                "be transformed, as int32 indices count those of a block of samples."
            )
        self._rows, self._alive = [], []

    def add(self, name, *settings, **fields):
        """Append a kernel.

        Parameters
        ----------
        name : str
            ``'expansion.expand'`` stands for what ``make_expand`` of
            :mod:`skbackprop.kernels.transformers.expansion` makes.
        *settings : str
            What it is made for, besides the precision.
        **fields : int or ndarray
            Of its row, by their names in :mod:`skbackprop.kernels.abi`; an
            array stands for its address.
        """
        row = np.zeros(abi.ROW_FIELDS, np.int64)
        row[abi.CODE] = self._compiled(name, *settings)
        for field, value in fields.items():
            row[getattr(abi, field)] = self._address(value)
        self._rows.append(row)

    def add_csr(self, name, X, **fields):
        """Append a kernel that reads the entries of a CSR matrix."""
        if not (get_config()["assume_finite"] or np.isfinite(X.data).all()):
            raise NotFiniteError("X is not finite.")
        self.add(
            name,
            DATA=np.ascontiguousarray(X.data),
            INDICES=np.ascontiguousarray(X.indices, np.int32),
            INDPTR=np.ascontiguousarray(X.indptr, np.int64),
            **fields,
        )

    def run(self):
        """Run all kernels on all samples. ctypes lets go of the GIL meanwhile."""
        rows, row = np.array(self._rows), np.zeros(abi.ROW_FIELDS, np.int64)
        context, scalars = np.zeros(abi.CONTEXT_FIELDS, np.int64), np.zeros(1)
        row[abi.X], row[abi.N_ELEMENTS] = rows.ctypes.data, len(rows)
        row[abi.WIDTH_X] = self.n_samples
        run_blocks = self._compiled("blocks.run_blocks")
        tables = (row, context, scalars)
        _KERNEL(run_blocks)(*(table.ctypes.data for table in tables))

    def padded(self, width):
        """Return a number of outputs rounded up to whole vectors."""
        return -(-width // self.lanes) * self.lanes

    def _compiled(self, name, *settings):
        def make():  # only now, so that cached kernels do without these modules
            module, _, kernel = name.partition(".")
            module = importlib.import_module(
                f"skbackprop.kernels.transformers.{module}"
            )
            return getattr(module, f"make_{kernel}")(*settings, self._bits)

        return jit.compile_kernel(make, "_".join([name, *settings, str(self._bits)]))

    def _address(self, value):
        if not isinstance(value, np.ndarray):
            return value
        self._alive.append(value)
        return value.__array_interface__["data"][0]


class BlockProgram(SampleProgram):
    """Kernels that run on block after block of samples, transposed.

    The first of them, made here, loads the samples of X into the block.

    Parameters
    ----------
    X : ndarray or sparse matrix of shape (n_samples, n_features)
        As of a ``SampleProgram``.
    center : bool, default=False
        Whether the mean of its features is subtracted from each sample.

    Attributes
    ----------
    block : ndarray of shape (n_features, lanes)
        The samples that are being transformed, transposed.
    """

    def __init__(self, X, center=False):
        super().__init__(X)
        self.block = aligned_empty((X.shape[1], self.lanes), self.dtype)
        self._remainders = np.zeros(self.lanes, self.dtype)
        load = self._load_csr if sparse.issparse(X) else self._load_dense
        load(X, center)
        if center:
            n_features = np.array([X.shape[1]], self.dtype)
            self._add_to_block("centre", W=n_features)

    def _load_dense(self, X, center):
        self._add_to_block("load_dense", X=X, LDX=X.shape[1])
        if not get_config()["assume_finite"]:
            self._add_to_block("check_finite", W=self._remainders)

    def _load_csr(self, X, center):
        self.block[:] = 0
        if center:  # which leaves a block without zeros behind
            self._add_to_block("clear")
        self.add_csr("blocks.load_csr", X, Y=self.block, WIDTH_X=len(self.block))

    def _add_to_block(self, name, **fields):
        """Append a kernel that changes the block itself."""
        self.add(f"blocks.{name}", Y=self.block, WIDTH_X=len(self.block), **fields)

    def run(self):
        """Run all kernels on all samples."""
        super().run()
        if not np.isfinite(self._remainders).all():
            raise NotFiniteError("X is not finite.")

    def places(self, features):
        """Return where in the block features begin, for kernels to read."""
        if not are_indices(features.ravel(), len(self.block)):
            raise ValueError(
                f"Features {features.min()} to {features.max()} are asked for, but "
                f"there are {len(self.block)}: what was fitted has been changed."
            )
        return np.ascontiguousarray(features, np.int32) * np.int32(self.lanes)
