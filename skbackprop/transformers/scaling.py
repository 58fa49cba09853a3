"""Robust scaling with smooth clipping."""

from numbers import Real
from typing import ClassVar

import numpy as np
from sklearn.base import (
    BaseEstimator,
    OneToOneFeatureMixin,
    TransformerMixin,
    _fit_context,
)
from sklearn.utils import gen_batches
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import check_is_fitted

from skbackprop.network import SmoothClip
from skbackprop.transformers.piecewise import quantiles_of_sorted
from skbackprop.utils.pages import LinkedToPage
from skbackprop.utils.validation import FLOATS, check_samples, validate_finite

_BATCH_NUMBERS = 1 << 17  # processed at a time: they fit into the cache
_BELOW_ONE = np.nextafter(1.0, 0.0)
_HALF_OF_LARGEST = 0.5 * np.finfo(np.float64).max


class SmoothClippingScaler(
    OneToOneFeatureMixin, TransformerMixin, LinkedToPage, BaseEstimator
):
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

    _parameter_constraints: ClassVar[dict] = {
        "limit": [Interval(Real, 0, None, closed="neither"), None],
    }

    def __init__(self, limit=3.0):
        self.limit = limit

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None):
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
        X = self._validate(X)
        found = np.array([_center_and_scale(column) for column in X.T])
        self.center_, self.scale_ = found.T.copy()
        return self

    def transform(self, X):
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
        check_is_fitted(self)
        X = self._validate(X, reset=False)
        return self._in_batches(self._scaled, X)

    def inverse_transform(self, X):
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
        check_is_fitted(self)
        X = check_samples(X, dtype=FLOATS, ensure_all_finite="allow-nan")
        if X.shape[1] != self.n_features_in_:
            raise ValueError(
                f"X has {X.shape[1]} features, but {type(self).__name__} was fitted to "
                f"{self.n_features_in_}."
            )
        return self._in_batches(self._unscaled, X)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def _validate(self, X, **options):
        return validate_finite(
            self, X, dtype=FLOATS, ensure_all_finite="allow-nan", **options
        )

    def _in_batches(self, function, X):
        """Apply a function in float64 to batches of X; return the dtype of X."""
        result = np.empty(X.shape, X.dtype)
        # Values beyond the largest number go to the limit.
        with np.errstate(over="ignore"):
            for batch in gen_batches(len(X), max(1, _BATCH_NUMBERS // X.shape[1])):
                result[batch] = function(X[batch].astype(np.float64))
        return result

    def _scaled(self, X):
        z = (X - self.center_) / self.scale_
        return z if self.limit is None else SmoothClip(self.limit).value(z, np)

    def _unscaled(self, X):
        if self.limit is not None:
            share = np.clip(X / self.limit, -_BELOW_ONE, _BELOW_ONE)
            X = share / np.sqrt((1 - share) * (1 + share)) * self.limit
        is_constant = np.isinf(self.scale_)
        return X * np.where(is_constant, 0, self.scale_) + self.center_


def _center_and_scale(column):
    """Return the median and the scale of a feature."""
    values = np.sort(column[~np.isnan(column)]).astype(np.float64)
    if len(values) == 0:
        return 0.0, np.inf
    lower, median, upper = quantiles_of_sorted(values, 5)[1:4]
    # Halves, as the difference of the largest numbers would overflow.
    scale = 2 * min(0.5 * upper - 0.5 * lower, _HALF_OF_LARGEST)
    if scale == 0:
        scale = 0.5 * values[-1] - 0.5 * values[0]
    return median, scale if scale > 0 else np.inf
