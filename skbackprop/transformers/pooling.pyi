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

    Stochastic pooling [1]_ picks member i of a group with probability
    :math:`p_i`; ``transform`` returns its expectation, as a network trained by
    it predicts, and `sample` draws. It takes non-negative features only.

    Pooling makes a representation indifferent to which member of a group is
    active. That is good if the members mean the same: neighbouring pixels, or
    features that respond to the same samples or to the same classes.

    Parameters
    ----------
    pooling : {'sum', 'mean', 'max', 'l2', 'logsumexp', 'stochastic'}, default='max'
        What becomes of a group.
    groups : str or list of array-like of int, default='contiguous'
        Which features are pooled together.

        - 'contiguous': `group_size` neighbours, or windows of an image.
        - 'random': a random partition.
        - 'coactivation': learned; features that respond to the same samples,
          by k-means of their centred, normalised responses [2]_.
        - 'class_profiles': learned from y; features with the same mean
          responses to the classes, by k-means of these.
        - a list of groups, each a list of column numbers. Columns that it does
          not name are dropped.
    group_size : int or pair of int, default=2
        Features in a contiguous group; with `image_shape`, height and width of
        the windows. Random and learned groups have so many on average.
    stride : int, pair of int or None, default=None
        From one contiguous group or window to the next; by default
        `group_size`, so that they do not overlap.
    n_groups : int or None, default=None
        Number of random or learned groups, by default
        ``n_features / group_size``, rounded up. Learned groups are fewer where
        fewer features differ.
    image_shape : tuple of int or None, default=None
        ``(height, width)`` or ``(height, width, n_channels)`` of the images
        whose pixels the features are, in C order. Channels are pooled apart.
    random_state : int, RandomState instance or None, default=None
        Source of random groups and of the starting points of learned ones.

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
    SparseRandomExpansion : Many random units, which pooling makes fewer.
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
            Classes, which ``groups='class_profiles'`` learns from; else ignored.

        Returns
        -------
        self : FeaturePooling
            The fitted transformer.

        Raises
        ------
        ValueError
            If given groups overlap, are empty or name columns that X does not
            have, if there are fewer features than groups or other pixels than
            features, or if X is negative and pooling stochastic.
        """

    def get_feature_names_out(
        self,
        input_features: ArrayLike | None = None,
    ) -> NDArray[Any]:
        """Return names that tell the members of each group.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Names of the features; by default those seen during fit.

        Returns
        -------
        ndarray of str
            For instance ``'max(x0, x1)'``.
        """

    def sample(
        self,
        X: ArrayLike | sparse.spmatrix | sparse.sparray,
        random_state: int | np.random.RandomState | None = None,
    ) -> NDArray[Any]:
        """Draw one member of each group, as stochastic pooling trains.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples, not negative.
        random_state : int, RandomState instance or None, default=None
            Source of the draws.

        Returns
        -------
        P : ndarray of shape (n_samples, n_groups)
            A member of each group, drawn with probability proportional to
            itself; 0 where all are 0.
        """

    def transform(
        self,
        X: ArrayLike | sparse.spmatrix | sparse.sparray,
    ) -> NDArray[Any]:
        """Pool the groups of each sample.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples. Zeros that a sparse matrix does not store take part.

        Returns
        -------
        P : ndarray of shape (n_samples, n_groups)
            Pooled features: float32 if X is, else float64.

        Raises
        ------
        ValueError
            If a pooled feature overflows, or X is negative and pooling stochastic.
        """


def __getattr__(name: str) -> Any: ...
