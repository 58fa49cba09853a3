# Written by `make stubs` from the module beside it, which is what to change.

from numpy.typing import ArrayLike
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.base import TransformerMixin
from typing import Any
from typing import Literal
from typing_extensions import Self

class PiecewiseLinearFeatures(TransformerMixin, BaseEstimator):
    r"""Expand each feature into bins that its value fills from the lowest upwards.

    .. math:: x_j \mapsto (y_{j0}, y_{j1}, \ldots), \quad
        y_{ji} = \min\Big(\max\Big(\frac{x_j - e_{ji}}{e_{j,i+1} - e_{ji}},
        0\Big), 1\Big)

    Bins below the value are 1, bins above it are 0, and the bin that contains it is
    filled in proportion [1]_. A linear model on these features is a sum of
    piecewise-linear functions of single features with kinks at the edges, so it can
    separate classes that no hyperplane in X separates. They help networks, whose
    functions are smooth, to learn abrupt changes, as trees do.

    The edges :math:`e_j` are quantiles of the feature, so that each bin contains
    equally many samples. If values are tied, such as the zeros of an amount that is
    mostly 0, quantiles coincide; as many edges are then taken from the distinct values
    instead.

    Parameters
    ----------
    n_bins : int, default=32
        Maximum number of bins of a feature. If a feature has at most ``n_bins``
        distinct values, these are the edges.
    sparse_output : bool, default=False
        Whether ``transform`` returns a CSR array.
    handle_missing : {'error', 'zeros'}, default='error'
        How to handle NaN: raise an error, or fill all bins of the feature with zeros.
        The smallest value also becomes zeros; use
        :class:`sklearn.impute.MissingIndicator` to distinguish them.

    Attributes
    ----------
    edges_ : list of ndarray of shape (n_edges,)
        Edges of each feature: one if it is constant, none if all values are missing.
    n_features_in_ : int
        Number of features seen during fit.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, where X has string column names.

    See Also
    --------
    MonomialFeatures : Products of features, which bins lack.
    skbackprop.network.PiecewiseLinear : The same as a module of a network.
    sklearn.preprocessing.SplineTransformer : Smooth bumps instead of bins.
    sklearn.preprocessing.KBinsDiscretizer : Steps instead of slopes.

    Notes
    -----
    Each feature has at least one output column. A feature with two distinct values
    becomes a column of 0 and 1; a feature that is constant or always missing becomes a
    column of 0. A single column keeps the name of its feature.

    References
    ----------
    .. [1] Gorishniy, Y., Rubachev, I. & Babenko, A. (2022). "On embeddings for
       numerical features in tabular deep learning". Advances in Neural Information
       Processing Systems 35.

    Examples
    --------
    >>> import numpy as np
    >>> from skbackprop import PiecewiseLinearFeatures
    >>> X = np.array([[20.0, 0.0], [30.0, 1.0], [60.0, 1.0]])
    >>> expand = PiecewiseLinearFeatures().fit(X)
    >>> expand.transform([[25.0, 1.0], [45.0, 0.0], [99.0, 0.0]])
    array([[0.5, 0. , 1. ],
           [1. , 0.5, 0. ],
           [1. , 1. , 0. ]])
    >>> expand.get_feature_names_out(["age", "is_member"])
    array(['age_bin0_20_to_30', 'age_bin1_30_to_60', 'is_member'],
          dtype=object)

    An interval in the middle of a feature is not linearly separable until the feature
    is expanded:

    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> x = np.linspace(-3, 3, 200).reshape(-1, 1)
    >>> y = abs(x[:, 0]) < 1
    >>> linear = LogisticRegression(C=100)
    >>> expanded = make_pipeline(PiecewiseLinearFeatures(8), LogisticRegression(C=100))
    >>> linear.fit(x, y).score(x, y) < 0.7, expanded.fit(x, y).score(x, y) > 0.95
    (True, True)
    """
    n_bins: int
    sparse_output: bool
    handle_missing: Literal['error', 'zeros']
    edges_: list[NDArray[Any]]
    """Edges of each feature: one if it is constant, none if all values are missing."""
    n_features_in_: int
    """Number of features seen during fit."""
    feature_names_in_: NDArray[Any]
    """Names of the features, where X has string column names."""
    def __init__(
        self,
        n_bins: int = 32,
        *,
        sparse_output: bool = False,
        handle_missing: Literal['error', 'zeros'] = 'error',
    ) -> None: ...
    def fit(self, X: ArrayLike, y: None = None) -> Self:
        """Find the edges of each feature.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Samples.
        y : None
            Ignored.

        Returns
        -------
        self : PiecewiseLinearFeatures
            The fitted transformer.
        """

    def get_feature_names_out(
        self,
        input_features: ArrayLike | None = None,
    ) -> NDArray[Any]:
        """Return the names of the bins, such as 'age_bin0_20_to_30'.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Names of the features, by default those seen during fit, or x0, x1 ...

        Returns
        -------
        ndarray of str
            One name for each column.
        """

    def inverse_transform(
        self,
        X: ArrayLike | sparse.spmatrix | sparse.sparray,
    ) -> NDArray[Any]:
        """Return the values that fill the bins.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features_out)
            Output of ``transform``.

        Returns
        -------
        ndarray of shape (n_samples, n_features)
            The first edge plus the sum of the bins times their widths. Values below all
            edges, and missing values, become the lowest edge; values above all edges
            become the highest. Features that were always missing stay missing.
        """

    def transform(self, X: ArrayLike) -> NDArray[Any] | sparse.csr_array:
        """Return how far each value fills the bins of its feature.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Samples. float32 is preserved.

        Returns
        -------
        {ndarray, csr_array} of shape (n_samples, n_features_out)
            Numbers from 0 to 1, the bins of the first feature first.
        """


def __getattr__(name: str) -> Any: ...
