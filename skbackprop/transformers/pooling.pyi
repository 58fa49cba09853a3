# Written by `make stubs` from the module beside it, which is what to change.

from collections.abc import Sequence
from numpy.typing import ArrayLike
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.base import TransformerMixin
from typing import Any
from typing import Literal
from typing_extensions import Self
import numpy as np

class FeaturePooling(TransformerMixin, BaseEstimator):
    r"""Pool groups of features into one feature each.

    Feature :math:`g` of the result is a summary of the features :math:`i` of
    group :math:`G_g`:

    ============  =====================================================
    pooling       result
    ============  =====================================================
    'sum'         :math:`\sum_i x_i`
    'mean'        :math:`\sum_i x_i / |G_g|`
    'max'         :math:`\max_i x_i`
    'l2'          :math:`\sqrt{\sum_i x_i^2}`
    'logsumexp'   :math:`\log \sum_i e^{x_i}`, without overflow
    'stochastic'  :math:`\sum_i p_i x_i, \; p_i = x_i / \sum_j x_j`; 0 if all are 0
    ============  =====================================================

    Stochastic pooling [1]_ picks member i of a group with probability :math:`p_i`.
    ``transform`` returns the expectation, as is usual in prediction, and `sample` draws
    a member. It requires non-negative features.

    Pooling makes a representation invariant to which member of a group is active. This
    is useful if the members have the same meaning, such as neighbouring pixels, or
    features that respond to the same samples or classes.

    Parameters
    ----------
    pooling : {'sum', 'mean', 'max', 'l2', 'logsumexp', 'stochastic'}, default='max'
        Function that pools the features of a group.
    groups : str or list of array-like of int, default='contiguous'
        Groups of features to pool.

        - 'contiguous': `group_size` neighbours, or windows of an image.
        - 'random': a random partition.
        - 'coactivation': learned; features that respond to the same samples,
          by k-means of their centred, normalised responses [2]_.
        - 'class_profiles': learned from y; features with the same mean
          responses to the classes, by k-means of these.
        - a list of groups, each a list of column numbers; other columns are dropped.
    group_size : int or pair of int, default=2
        Number of features in a contiguous group; with `image_shape`, height and width
        of the windows. For random and learned groups, the average size.
    stride : int, pair of int or None, default=None
        Distance between successive contiguous groups or windows. By default,
        `group_size`, so that they do not overlap.
    n_groups : int or None, default=None
        Number of random or learned groups. By default, ``n_features / group_size``,
        rounded up. There are fewer learned groups if fewer features differ.
    image_shape : tuple of int or None, default=None
        ``(height, width)`` or ``(height, width, n_channels)`` of images whose pixels,
        in C order, are the features. Channels are pooled separately.
    random_state : int, RandomState instance or None, default=None
        Controls random groups and the initialization of learned groups.

    Attributes
    ----------
    groups_ : list of ndarray of int
        Columns of each group.
    n_features_in_ : int
        Number of features seen during fit.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, where X has string column names.

    See Also
    --------
    SparseRandomExpansion : Expand features into many random units, to be pooled.
    sklearn.cluster.FeatureAgglomeration : Pooling of hierarchical clusters.

    References
    ----------
    .. [1] Zeiler, M. & Fergus, R. (2013). "Stochastic pooling for
       regularization of deep convolutional neural networks". ICLR.
    .. [2] Coates, A. & Ng, A. (2011). "Selecting receptive fields in deep
       networks". NeurIPS.

    Examples
    --------
    >>> from skbackprop import FeaturePooling
    >>> pooling = FeaturePooling("max", group_size=3)
    >>> pooling.fit_transform([[1.0, 4.0, 2.0, 0.0, -1.0]])
    array([[4., 0.]])
    >>> pooling.get_feature_names_out()
    array(['max(x0, x1, x2)', 'max(x3, x4)'], dtype=object)

    The windows of 4 x 4 images:

    >>> windows = FeaturePooling("mean", image_shape=(4, 4)).fit([range(16)])
    >>> windows.groups_[0]
    array([0, 1, 4, 5])
    >>> windows.transform([range(16)])
    array([[ 2.5,  4.5, 10.5, 12.5]])
    """
    pooling: Literal['sum', 'mean', 'max', 'l2', 'logsumexp', 'stochastic']
    groups: str | Sequence[ArrayLike]
    group_size: int | Sequence[int]
    stride: int | Sequence[int] | None
    n_groups: int | None
    image_shape: Sequence[int] | None
    random_state: int | np.random.RandomState | None
    groups_: list[NDArray[Any]]
    """Columns of each group."""
    n_features_in_: int
    """Number of features seen during fit."""
    feature_names_in_: NDArray[Any]
    """Names of the features, where X has string column names."""
    def __init__(
        self,
        pooling: Literal['sum', 'mean', 'max', 'l2', 'logsumexp', 'stochastic'] = 'max',
        *,
        groups: str | Sequence[ArrayLike] = 'contiguous',
        group_size: int | Sequence[int] = 2,
        stride: int | Sequence[int] | None = None,
        n_groups: int | None = None,
        image_shape: Sequence[int] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None: ...
    def fit(
        self,
        X: ArrayLike | sparse.spmatrix | sparse.sparray,
        y: ArrayLike | None = None,
    ) -> Self:
        """Find the groups.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.
        y : array-like of shape (n_samples,), default=None
            Classes, only used by ``groups='class_profiles'``.

        Returns
        -------
        self : FeaturePooling
            The fitted transformer.

        Raises
        ------
        ValueError
            If the given groups overlap, are empty or contain columns that X lacks; if
            there are fewer features than groups, or `image_shape` does not match the
            number of features; or if X has negative values and pooling is stochastic.
        """

    def get_feature_names_out(
        self,
        input_features: ArrayLike | None = None,
    ) -> NDArray[Any]:
        """Return names that list the members of each group.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Names of the features. By default, those seen during fit.

        Returns
        -------
        ndarray of str
            One name per group, for instance ``'max(x0, x1)'``.
        """

    def sample(
        self,
        X: ArrayLike | sparse.spmatrix | sparse.sparray,
        random_state: int | np.random.RandomState | None = None,
    ) -> NDArray[Any]:
        """Draw one member of each group, as in training with stochastic pooling.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Non-negative samples.
        random_state : int, RandomState instance or None, default=None
            Controls the draws.

        Returns
        -------
        P : ndarray of shape (n_samples, n_groups)
            A member of each group, drawn with probability proportional to its value; 0
            if all are 0.
        """

    def transform(
        self,
        X: ArrayLike | sparse.spmatrix | sparse.sparray,
    ) -> NDArray[Any]:
        """Pool the groups of each sample.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples. The implicit zeros of a sparse matrix are pooled too.

        Returns
        -------
        P : ndarray of shape (n_samples, n_groups)
            Pooled features, in float32 if X is float32, else float64.

        Raises
        ------
        ValueError
            If a pooled feature overflows, or X has negative values and pooling is
            stochastic.
        """


def __getattr__(name: str) -> Any: ...
