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
    r"""Expand features into many random units that read a few of them each.

    Unit :math:`j` reads a random set :math:`S_j` of ``n_inputs`` features and
    is active by

    .. math:: h_j(x) = f\Big(b_j + \sum_{i \in S_j} w_{ji} \, (x_i - \bar x)\Big)

    with fixed random weights :math:`w` and biases :math:`b`, a non-linearity
    :math:`f`, and the mean :math:`\bar x` of the sample's features if ``center``
    is set, else 0. With ``top_k``, winners take all: the ``top_k`` most active
    units of each sample stay active, the others become 0. What cannot be
    separated by a hyperplane among few features often can be among many
    non-linear ones [1]_.

    The olfactory circuit of the fruit fly is of this kind: 2000 Kenyon cells
    read 6 of 50 glomeruli each, and inhibition silences all but the most
    active 5 %. As a hash, their identities tell similar odours from others
    better than dense Gaussian projections of the same length [2]_:
    ``SparseRandomExpansion(2000, activation="identity", center=True,
    top_k=0.05, winners="binary")``.

    Parameters
    ----------
    n_components : int, default=1000
        Number of units m.
    n_inputs : int or float, default=0.1
        Features that each unit reads, all of them different: their number, or
        their share of all features if it is a float, at least one. All
        features are read equally often, give or take one.
    weights : {'binary', 'sign', 'gaussian'}, default='binary'
        Weights of the features that are read: 1, a random sign, or standard
        normal.
    bias_scale : float, default=0.0
        Standard deviation of the normal biases, in units of the weighted sums;
        0 stands for no biases.
    center : bool, default=False
        Whether the mean of its features is subtracted from each sample.
    activation : {'identity', 'relu', 'abs', 'square', 'sign'}, default='relu'
        Non-linearity f.
    top_k : int, float or None, default=None
        Units that stay active in each sample: their number, or their share of
        all units if it is a float, at least one. Exactly so many: among equal
        activations those of lower index win. None keeps all units.
    winners : {'values', 'binary'}, default='values'
        Whether units that stay active keep their activation or become 1.
    sparse_output : bool, default=False
        Whether ``transform`` returns a CSR array. With ``top_k`` it stores
        `top_k` entries in each row, and the dense matrix of all activations
        never exists.
    random_state : int, RandomState instance or None, default=None
        Source of the units' features, weights and biases.

    Attributes
    ----------
    components_ : csr_array of shape (n_components, n_features)
        All weights, as one matrix.
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
    FeaturePooling : Bring units together that tell the same.
    sklearn.random_projection.SparseRandomProjection : To fewer features, linear.
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
    """All weights, as one matrix."""
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
        """Draw the units; of X only the number of features matters.

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
            If units are to read more features than there are, if more of them
            are to stay active than there are, or if int32 cannot count the
            weights.
        """

    def transform(
        self,
        X: ArrayLike | sparse.spmatrix | sparse.sparray,
    ) -> NDArray[Any]:
        """Return the activations of the units.

        A sample's activations do not depend on which samples it comes with,
        nor on whether it is stored dense or sparse.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        H : ndarray or csr_array of shape (n_samples, n_components)
            Activations: float32 if X is, else float64.

        Raises
        ------
        ValueError
            If int32 cannot count the winners of all samples, or if an activation
            overflows.
        """


def __getattr__(name: str) -> Any: ...
