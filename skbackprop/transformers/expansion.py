"""Sparse random expansion: many units, each reading a few features."""

from numbers import Integral, Real
from typing import ClassVar

import numpy as np
from scipy import sparse
from sklearn import get_config
from sklearn.base import (
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
    _fit_context,
)
from sklearn.utils import check_random_state, gen_batches
from sklearn.utils._param_validation import Interval, RealNotInt, StrOptions
from sklearn.utils.validation import check_is_fitted

from skbackprop.kernels import jit
from skbackprop.kernels.abi import COUNT_CHAINS, Combine, Winners
from skbackprop.network.layout import aligned_zeros
from skbackprop.transformers.overflow import first_overflow, overflow_error
from skbackprop.transformers.programs import (
    BlockProgram,
    transform_samples,
    validate_samples,
)
from skbackprop.transformers.summaries import scaled_to_unit_size
from skbackprop.transformers.wiring import WEIGHTS, balanced_inputs
from skbackprop.utils.gate import are_indices
from skbackprop.utils.pages import LinkedToPage
from skbackprop.utils.undoing import all_or_nothing

# NumPy versions of the compiled kernels, by the same names.
ACTIVATIONS = {
    "identity": lambda x: x,
    "relu": lambda x: np.maximum(x, 0),
    "abs": np.abs,
    "square": np.square,
    "sign": np.sign,
}
_INT32_MAX = np.iinfo(np.int32).max
_BATCH_BYTES = 2**21  # of activations, where they become sparse or NumPy runs


class SparseRandomExpansion(
    ClassNamePrefixFeaturesOutMixin, TransformerMixin, LinkedToPage, BaseEstimator
):
    r"""Expand features into many random units that each read a few of them.

    Unit :math:`j` reads a random set :math:`S_j` of ``n_inputs`` features. Its
    activation is

    .. math:: h_j(x) = f\Big(b_j + \sum_{i \in S_j} w_{ji} \, (x_i - \bar x)\Big)

    with fixed random weights :math:`w` and biases :math:`b`, a non-linearity :math:`f`,
    and the mean :math:`\bar x` of the sample's features if ``center=True``, else 0.
    With ``top_k``, winners take all: the ``top_k`` most active units of each sample
    keep their activation, and the others become 0. Classes that no hyperplane separates
    in few features are often separable in many non-linear ones [1]_.

    The olfactory circuit of the fruit fly works like this: 2000 Kenyon cells read 6 of
    50 glomeruli each, and inhibition silences all but the most active 5 %. As a hash,
    the set of active cells preserves the similarity of odours better than dense
    Gaussian projections of the same length [2]_:
    ``SparseRandomExpansion(2000, activation="identity", center=True,
    top_k=0.05, winners="binary")``.

    Parameters
    ----------
    n_components : int, default=1000
        Number of units.
    n_inputs : int or float, default=0.1
        Number of distinct features that each unit reads. A float is a share of all
        features, at least one. All features are read equally often, to within one.
    weights : {'binary', 'sign', 'gaussian'}, default='binary'
        Weights of the inputs: 1, a random sign, or standard normal.
    bias_scale : float, default=0.0
        Standard deviation of the normal biases, in units of the weighted sums; 0 means
        no biases.
    center : bool, default=False
        Whether to subtract the mean of its features from each sample.
    activation : {'identity', 'relu', 'abs', 'square', 'sign'}, default='relu'
        Non-linearity f.
    top_k : int, float or None, default=None
        Number of units that stay active in each sample. A float is a share of all
        units, at least one. The number is exact: ties go to the lower index. None keeps
        all units.
    winners : {'values', 'binary'}, default='values'
        Whether active units keep their activation or become 1.
    sparse_output : bool, default=False
        Whether ``transform`` returns a CSR array. With ``top_k``, it stores `top_k`
        entries in each row, and the dense matrix of all activations is never allocated.
    random_state : int, RandomState instance or None, default=None
        Controls the inputs, weights and biases of the units.

    Attributes
    ----------
    components_ : csr_array of shape (n_components, n_features)
        All weights as one matrix.
    inputs_ : ndarray of int32 of shape (n_components, n_inputs)
        The features that each unit reads, in ascending order.
    weights_ : ndarray of shape (n_components, n_inputs)
        Their weights.
    bias_ : ndarray of shape (n_components,)
        The biases.
    top_k_ : int or None
        Number of units that stay active in each sample.
    n_features_in_ : int
        Number of features seen during fit.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, where X has string column names.

    See Also
    --------
    FeaturePooling : Pool units that respond alike.
    sklearn.random_projection.SparseRandomProjection : Linear, to fewer features.
    sklearn.kernel_approximation.RBFSampler : Units that read all features.

    References
    ----------
    .. [1] Cover, T. (1965). "Geometrical and statistical properties of systems
       of linear inequalities with applications in pattern recognition". IEEE
       Transactions on Electronic Computers EC-14.
    .. [2] Dasgupta, S., Stevens, C. & Navlakha, S. (2017). "A neural algorithm
       for a fundamental computing problem". Science 358.

    Examples
    --------
    >>> import numpy as np
    >>> from skbackprop import SparseRandomExpansion
    >>> X = np.random.default_rng(0).random((5, 50), dtype=np.float32)
    >>> fly = SparseRandomExpansion(
    ...     2000, n_inputs=6, activation="identity", center=True, top_k=0.05,
    ...     winners="binary", sparse_output=True, random_state=0,
    ... )
    >>> codes = fly.fit_transform(X)
    >>> codes.shape, codes.dtype, np.diff(codes.indptr)
    ((5, 2000), dtype('float32'), array([100, 100, 100, 100, 100], dtype=int32))
    """

    _parameter_constraints: ClassVar[dict] = {
        "n_components": [Interval(Integral, 1, None, closed="left")],
        "n_inputs": [
            Interval(Integral, 1, None, closed="left"),
            Interval(RealNotInt, 0, 1, closed="right"),
        ],
        "weights": [StrOptions(set(WEIGHTS))],
        "bias_scale": [Interval(Real, 0, None, closed="left")],
        "center": ["boolean"],
        "activation": [StrOptions(set(ACTIVATIONS))],
        "top_k": [
            Interval(Integral, 1, None, closed="left"),
            Interval(RealNotInt, 0, 1, closed="right"),
            None,
        ],
        "winners": [StrOptions({"values", "binary"})],
        "sparse_output": ["boolean"],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        n_components=1000,
        *,
        n_inputs=0.1,
        weights="binary",
        bias_scale=0.0,
        center=False,
        activation="relu",
        top_k=None,
        winners="values",
        sparse_output=False,
        random_state=None,
    ):
        self.n_components = n_components
        self.n_inputs = n_inputs
        self.weights = weights
        self.bias_scale = bias_scale
        self.center = center
        self.activation = activation
        self.top_k = top_k
        self.winners = winners
        self.sparse_output = sparse_output
        self.random_state = random_state

    @_fit_context(prefer_skip_nested_validation=True)
    @all_or_nothing
    def fit(self, X, y=None):
        """Draw the units. Only the number of features of X matters.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.
        y : None
            Ignored.

        Returns
        -------
        self : SparseRandomExpansion
            The fitted transformer.

        Raises
        ------
        ValueError
            If `n_inputs` exceeds the number of features, `top_k` exceeds the number of
            units, or int32 cannot count the weights.
        """
        X = validate_samples(self, X)
        n_units, n_features = self.n_components, X.shape[1]
        n_inputs = _part_of(n_features, self.n_inputs, "n_inputs", "features")
        top_k = None
        if self.top_k is not None:
            top_k = _part_of(n_units, self.top_k, "top_k", "units (n_components)")
        _check_countable(n_units, n_inputs)

        rng = check_random_state(self.random_state)
        inputs = balanced_inputs(n_units, n_inputs, n_features, rng)
        weights = WEIGHTS[self.weights](rng, inputs.shape)
        self.inputs_, self.weights_ = inputs, weights.astype(X.dtype)
        self.bias_ = np.zeros(n_units, X.dtype)
        if self.bias_scale > 0:
            self.bias_[:] = self.bias_scale * rng.standard_normal(n_units)
        self.top_k_ = top_k
        return self

    def transform(self, X):
        """Return the activations of the units.

        The activations of a sample do not depend on the other samples, nor on whether X
        is dense or sparse.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        H : ndarray or csr_array of shape (n_samples, n_components)
            Activations, in float32 if X is float32, else float64.

        Raises
        ------
        ValueError
            If int32 cannot count the active units of all samples, or if an activation
            overflows.
        """
        check_is_fitted(self)
        return transform_samples(self, self._expanded, X)

    def _expanded(self, X):
        if self.top_k_ is not None:
            active = self._winners(X)
            return active if self.sparse_output else active.toarray()
        if not self.sparse_output:
            return self._activations(X)
        return sparse.vstack(
            [
                sparse.csr_array(self._activations(X[batch], batch.start))
                for batch in self._batches(X)
            ],
            format="csr",
        )

    @property
    def components_(self):
        """Return all weights as one sparse matrix.

        Returns
        -------
        csr_array of shape (n_components, n_features)
            A view of `inputs_` and `weights_`, without a copy.
        """
        n_units, n_inputs = self.inputs_.shape
        if not are_indices(self.inputs_.ravel(), self.n_features_in_):
            raise ValueError(
                f"inputs_ must be numbers of features, below {self.n_features_in_}, "
                f"got {self.inputs_.min()} to {self.inputs_.max()}."
            )
        starts = np.arange(0, self.inputs_.size + 1, n_inputs, dtype=np.int32)
        return sparse.csr_array(
            (self.weights_.ravel(), self.inputs_.ravel(), starts),
            shape=(n_units, self.n_features_in_),
        )

    @property
    def _n_features_out(self):
        return len(self.inputs_)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def _batches(self, X):
        n_bytes = self._n_features_out * X.dtype.itemsize
        return gen_batches(X.shape[0], max(1, _BATCH_BYTES // n_bytes))

    def _activations(self, X, first_row=0):
        """Return the activations of all units as an array.

        Parameters
        ----------
        X : ndarray or sparse matrix of shape (n_samples, n_features)
        first_row : int, default=0
            Index of the first sample, if X is a batch.
        """
        activations = np.empty((X.shape[0], self._n_features_out), X.dtype)
        if jit.available():
            program = BlockProgram(X, self.center)
            self._add_units(program, activations, advances=1)
            is_finite = program.run()
        else:
            for batch in self._batches(X):
                activations[batch] = self._reference_activations(X[batch])
            is_finite = np.isfinite(activations).all()
        if not (is_finite or get_config()["assume_finite"]):
            row, unit = first_overflow(activations)
            raise overflow_error(f"Unit {unit}", first_row + row, X.dtype)
        return activations

    def _winners(self, X):
        """Return the activations of the winners as a CSR array."""
        n_samples, n_units, k = X.shape[0], self._n_features_out, self.top_k_
        if n_samples * k > _INT32_MAX:
            raise ValueError(
                f"{n_samples} samples with top_k={k} winners each are more entries "
                f"than int32 indices can count ({_INT32_MAX}). Transform fewer "
                f"samples at a time, or keep fewer winners."
            )
        # One more than is kept: the kernel writes a value before it decides.
        indices = np.zeros(n_samples * k + 1, np.int32)
        values = np.zeros(n_samples * k + 1, X.dtype)
        if jit.available():
            self._run_winners(X, indices, values)
        else:
            for batch in self._batches(X):
                scores = self._activations(X[batch], batch.start)
                order = np.argsort(-scores, axis=1, kind="stable")
                winners = np.sort(order[:, :k], axis=1)
                part = slice(batch.start * k, batch.stop * k)
                indices[part] = winners.ravel()
                values[part] = np.take_along_axis(scores, winners, axis=1).ravel()
        if self.winners == "binary":
            values[:] = 1
        starts = np.arange(0, n_samples * k + 1, k, dtype=np.int32)
        return sparse.csr_array(
            (values[:-1], indices[:-1], starts), shape=(n_samples, n_units)
        )

    def _run_winners(self, X, indices, values):
        program = BlockProgram(X, self.center)
        n_units, step = self._n_features_out, COUNT_CHAINS * program.lanes
        stride = -(-n_units // step) * step
        scores = aligned_zeros((program.lanes, stride), X.dtype)
        scores[:] = -np.inf
        self._add_units(program, scores)
        program.add(
            "winners.select_winners",
            Winners,
            scores=scores,
            ld_scores=stride,
            n_scores=n_units,
            n_winners=self.top_k_,
            indices=indices,
            values=values,
            work=np.zeros(2, np.int64),
        )
        if not program.run():
            for batch in self._batches(X):  # raises an error that names the unit
                self._activations(X[batch], batch.start)

    def _add_units(self, program, activations, **fields):
        """Append the kernel that writes all activations of a block."""
        n_units, n_inputs = self.inputs_.shape
        n_padded = program.padded(n_units)
        bias = np.zeros(n_padded, program.dtype)
        bias[:n_units] = self.bias_

        def side_by_side(of_units):
            padded = np.zeros((n_padded, n_inputs), of_units.dtype)
            padded[:n_units] = of_units
            groups = padded.reshape(-1, program.lanes, n_inputs)
            return np.ascontiguousarray(groups.transpose(0, 2, 1))

        weights = self.weights_.astype(program.dtype)
        is_binary = bool((weights == 1).all())
        program.add(
            "expansion.expand",
            Combine,
            self.activation,
            "binary" if is_binary else "weighted",
            block=program.block,
            places=program.places(side_by_side(self.inputs_)),
            weights=0 if is_binary else side_by_side(weights),
            biases=bias,
            n_places=n_inputs,
            n_outputs=n_units,
            outputs=activations,
            ld_outputs=activations.shape[1],
            remainders=program.remainders,
            **fields,
        )

    def _reference_activations(self, X):
        """Return the activations of a few samples, computed by NumPy and SciPy."""
        samples = X.toarray() if sparse.issparse(X) else X
        with np.errstate(over="ignore", invalid="ignore"):  # raises an error later
            if self.center:
                samples, exponents = scaled_to_unit_size(samples)
                samples = samples - samples.mean(axis=1, keepdims=True)
                samples = np.ldexp(samples, exponents[:, np.newaxis])
            sums = (self.components_.astype(X.dtype) @ samples.T).T + self.bias_
            sums = np.where(np.isfinite(sums), sums, np.nan).astype(X.dtype)
            return ACTIVATIONS[self.activation](sums)


def _part_of(whole, part, name, things):
    """Return the number of things, given as a number or as a share of the whole."""
    if not isinstance(part, Integral):
        return max(1, round(part * whole))
    if part > whole:
        raise ValueError(
            f"{name}={part} is more than the {whole} {things} there are; choose at "
            f"most {whole}, or a share from 0 to 1 as a float."
        )
    return int(part)


def _check_countable(n_units, n_inputs):
    """Raise ValueError for more weights than int32 indices can count."""
    if n_units * n_inputs > _INT32_MAX:
        raise ValueError(
            f"n_components={n_units} units with n_inputs={n_inputs} features each "
            f"have {n_units * n_inputs} weights, more than int32 indices can count "
            f"({_INT32_MAX}); use fewer units, or fewer inputs."
        )
