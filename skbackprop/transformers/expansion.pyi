# Written by `make stubs` from the module beside it, which is what to change.

from numpy.typing import ArrayLike
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.base import ClassNamePrefixFeaturesOutMixin
from sklearn.base import TransformerMixin
from typing import Any
from typing import Literal
from typing_extensions import Self
import numpy as np

class SparseRandomExpansion(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
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
    n_components: int
    n_inputs: int | float
    weights: Literal['binary', 'sign', 'gaussian']
    bias_scale: float
    center: bool
    activation: Literal['identity', 'relu', 'abs', 'square', 'sign']
    top_k: int | float | None
    winners: Literal['values', 'binary']
    sparse_output: bool
    random_state: int | np.random.RandomState | None
    components_: sparse.csr_array
    """All weights as one matrix."""
    inputs_: NDArray[Any]
    """The features that each unit reads, in ascending order."""
    weights_: NDArray[Any]
    """Their weights."""
    bias_: NDArray[Any]
    """The biases."""
    top_k_: int | None
    """Number of units that stay active in each sample."""
    n_features_in_: int
    """Number of features seen during fit."""
    feature_names_in_: NDArray[Any]
    """Names of the features, where X has string column names."""
    def __init__(
        self,
        n_components: int = 1000,
        *,
        n_inputs: int | float = 0.1,
        weights: Literal['binary', 'sign', 'gaussian'] = 'binary',
        bias_scale: float = 0.0,
        center: bool = False,
        activation: Literal['identity', 'relu', 'abs', 'square', 'sign'] = 'relu',
        top_k: int | float | None = None,
        winners: Literal['values', 'binary'] = 'values',
        sparse_output: bool = False,
        random_state: int | np.random.RandomState | None = None,
    ) -> None: ...
    def fit(
        self,
        X: ArrayLike | sparse.spmatrix | sparse.sparray,
        y: None = None,
    ) -> Self:
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

    def transform(
        self,
        X: ArrayLike | sparse.spmatrix | sparse.sparray,
    ) -> NDArray[Any]:
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


def __getattr__(name: str) -> Any: ...
