# Written by `make stubs` from the module beside it, which is what to change.

from numpy.typing import ArrayLike
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.base import OneToOneFeatureMixin
from sklearn.base import TransformerMixin
from typing import Any
from typing_extensions import Self

class SmoothClippingScaler(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    r"""Scale features by their quartiles and smoothly clip outliers to a limit.

    .. math:: z = \frac{x - \operatorname{median}}{q_{75} - q_{25}}, \quad
        y = \frac{z}{\sqrt{1 + (z / l)^2}}

    with the quartiles :math:`q_{25}, q_{75}` of the feature and the limit l. Ordinary
    values are scaled as by :class:`sklearn.preprocessing.RobustScaler`, while outliers
    keep their order but never exceed l, so that they cannot dominate a sum of features,
    as in the first layer of a network [1]_. If the quartiles are equal, half the range
    of the feature replaces their difference.

    Parameters
    ----------
    limit : float or None, default=3.0
        Maximum absolute value of the output. None disables clipping.

    Attributes
    ----------
    center_ : ndarray of shape (n_features,)
        Medians; 0 for features with only missing values.
    scale_ : ndarray of shape (n_features,)
        Divisor of the centred values: the difference of the quartiles, or half the
        range. Infinite for constant features, which become 0.
    n_features_in_ : int
        Number of features seen during fit.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, where X has string column names.

    See Also
    --------
    PiecewiseLinearFeatures : Bins instead of one number.
    skbackprop.network.SmoothClip : The clipping as a module of a network.
    sklearn.preprocessing.RobustScaler : The same without a limit.

    Notes
    -----
    NaN is ignored in ``fit`` and preserved in ``transform``.

    References
    ----------
    .. [1] Holzmueller, D., Grinsztajn, L. & Steinwart, I. (2024). "Better by default:
       strong pre-tuned MLPs and boosted trees on tabular data". Advances in Neural
       Information Processing Systems 37.

    Examples
    --------
    >>> import numpy as np
    >>> from skbackprop import SmoothClippingScaler
    >>> X = np.array([[1.0], [2.0], [3.0], [4.0], [1e9]])
    >>> SmoothClippingScaler().fit_transform(X).round(3).ravel()
    array([-0.949, -0.493,  0.   ,  0.493,  3.   ])
    """
    limit: float | None
    center_: NDArray[Any]
    """Medians; 0 for features with only missing values."""
    scale_: NDArray[Any]
    """Divisor of the centred values: the difference of the quartiles, or half the
    range. Infinite for constant features, which become 0.
    """
    n_features_in_: int
    """Number of features seen during fit."""
    feature_names_in_: NDArray[Any]
    """Names of the features, where X has string column names."""
    def __init__(self, limit: float | None = 3.0) -> None: ...
    def fit(self, X: ArrayLike, y: None = None) -> Self:
        """Find the median and the scale of each feature.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Samples.
        y : None
            Ignored.

        Returns
        -------
        self : SmoothClippingScaler
            The fitted transformer.
        """

    def inverse_transform(self, X: ArrayLike) -> NDArray[Any]:
        """Undo scaling and clipping.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Output of ``transform``.

        Returns
        -------
        ndarray of shape (n_samples, n_features)
            The original features. Values at or beyond the limit are replaced by the
            outermost value that the precision can distinguish from it. Constant
            features become their constant.
        """

    def transform(self, X: ArrayLike) -> NDArray[Any]:
        """Scale and clip the features.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Samples. float32 is preserved.

        Returns
        -------
        ndarray of shape (n_samples, n_features)
            Between -limit and limit.
        """


def __getattr__(name: str) -> Any: ...
