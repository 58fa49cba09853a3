"""Programs of transformers: lists of kernels that run on blocks of samples."""

import numpy as np
from scipy import sparse
from sklearn import get_config

from skbackprop.kernels import calling, jit
from skbackprop.kernels.abi import Blocks, Context, SampleBlock
from skbackprop.kernels.rows import new_list, new_row
from skbackprop.network.layout import aligned_zeros
from skbackprop.utils.gate import are_indices
from skbackprop.utils.validation import validate_finite

MAX_PLACES = 2**31 - 1  # size of a block that int32 can index


def validate_samples(estimator, X, y="no_validation", **options):
    """Validate X for transformers on blocks: floats, C-contiguous or CSR."""
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

    Kernels detect values that are not finite as they read them. Only then are the
    samples searched; a search in advance would take as long as the transform.
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
    """The samples contain NaN or infinity."""


class SampleProgram:
    """Kernels that run one after the other on a few samples at a time.

    All memory that kernels write to belongs to this object, so each thread creates its
    own.

    Parameters
    ----------
    X : ndarray or sparse matrix of shape (n_samples, n_features)
        Samples in float32 or float64; dense and C-contiguous, or CSR.

    Attributes
    ----------
    lanes : int
        Number of samples processed at a time.
    """

    def __init__(self, X):
        self.dtype, (self.n_samples, n_features) = X.dtype, X.shape
        self._bits = 8 * self.dtype.itemsize
        target = calling.kernel_file("language.values").target()
        self.lanes = target.vector_bytes // self.dtype.itemsize
        if n_features * self.lanes > MAX_PLACES:
            raise ValueError(
                f"X has {n_features} features, but at most {MAX_PLACES // self.lanes} "
                "can be transformed, as int32 indices address a block of samples."
            )
        self._rows = []

    def add(self, name, layout, *settings, **fields):
        """Append a kernel.

        Parameters
        ----------
        name : str
            ``'expansion.expand'`` stands for the kernel of ``make_expand`` in
            :mod:`skbackprop.kernels.transformers.expansion`.
        layout : NamedTuple
            Layout of its row, one of :mod:`skbackprop.kernels.abi`.
        *settings : str
            Settings to compile it for, besides the precision.
        **fields : int or ndarray
            Fields of its row; arrays are replaced by their addresses.
        """
        kernel = self._compiled(name, *settings)
        self._rows.append(new_row(layout, kernel, **fields))

    def add_csr(self, name, layout, X, **fields):
        """Append a kernel that reads the entries of a CSR matrix."""
        if not (get_config()["assume_finite"] or np.isfinite(X.data).all()):
            raise NotFiniteError("X is not finite.")
        self.add(
            name,
            layout,
            data=np.ascontiguousarray(X.data),
            indices=np.ascontiguousarray(X.indices, np.int32),
            indptr=np.ascontiguousarray(X.indptr, np.int64),
            **fields,
        )

    def run(self):
        """Run all kernels on all samples; ctypes releases the GIL meanwhile."""
        run_blocks = self._compiled("blocks.run_blocks")
        row = new_list(Blocks, run_blocks, self._rows, n_samples=self.n_samples)
        context, scalars = np.zeros(len(Context), np.int64), np.zeros(1)
        calling.run_kernel(run_blocks, row, context, scalars)

    def padded(self, width):
        """Return a number of outputs, rounded up to whole vectors."""
        return -(-width // self.lanes) * self.lanes

    def _compiled(self, name, *settings):
        return calling.compiled(f"transformers.{name}", *settings, self._bits)


class BlockProgram(SampleProgram):
    """Kernels that run on one transposed block of samples after the other.

    The first kernel, added here, loads samples of X into the block.

    Parameters
    ----------
    X : ndarray or sparse matrix of shape (n_samples, n_features)
        As in ``SampleProgram``.
    center : bool, default=False
        Whether to subtract the mean of its features from each sample.

    Attributes
    ----------
    block : ndarray of shape (n_features, lanes)
        The current samples, transposed.
    remainders : ndarray of shape (lanes,)
        Kernels set it to NaN if an output is not finite.
    """

    def __init__(self, X, center=False):
        super().__init__(X)
        self.block = aligned_zeros((X.shape[1], self.lanes), self.dtype)
        self.remainders = aligned_zeros(self.lanes, self.dtype)
        self._input_remainders = aligned_zeros(self.lanes, self.dtype)
        load = self._load_csr if sparse.issparse(X) else self._load_dense
        load(X, center)
        if center:
            n_features = np.array([X.shape[1]], self.dtype)
            self._add_to_block("centre", divisor=n_features)

    def _load_dense(self, X, center):
        self._add_to_block("load_dense", samples=X, ld_samples=X.shape[1])
        if not get_config()["assume_finite"]:
            self._add_to_block("check_finite", remainders=self._input_remainders)

    def _load_csr(self, X, center):
        self.block[:] = 0
        if center:  # after that, the block has no zeros to skip
            self._add_to_block("clear")
        self.add_csr("blocks.load_csr", SampleBlock, X, block=self.block)

    def _add_to_block(self, name, **fields):
        """Append a kernel that changes the block itself."""
        self.add(
            f"blocks.{name}",
            SampleBlock,
            block=self.block,
            n_features=len(self.block),
            **fields,
        )

    def run(self):
        """Run all kernels on all samples, and return whether outputs are finite."""
        super().run()
        if not np.isfinite(self._input_remainders).all():
            raise NotFiniteError("X is not finite.")
        return bool(np.isfinite(self.remainders).all())

    def places(self, features):
        """Return where features begin in the block, for kernels to read."""
        if not are_indices(features.ravel(), len(self.block)):
            raise ValueError(
                f"Features {features.min()} to {features.max()} are needed, but there "
                f"are only {len(self.block)}: a fitted attribute has been changed."
            )
        return np.ascontiguousarray(features, np.int32) * np.int32(self.lanes)
