"""Regression on tables."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.utils.validation import check_is_fitted, column_or_1d

from skbackprop.engine.losses import HalfSquaredError, Loss, Quantile
from skbackprop.estimators.dag import NetworkRegressor
from skbackprop.fitting.settings import number_loss
from skbackprop.fitting.tasks import NetworkRegressorMixin, share_explained
from skbackprop.tabular.base import TabularEstimator, weighted_mean
from skbackprop.utils.docs import inherit_docs


@inherit_docs
@dataclass(eq=False, repr=False)
class TabularRegressor(RegressorMixin, TabularEstimator):
    r"""Ensemble of small networks that predicts numbers from a raw table.

    Numbers are scaled by their quartiles, smoothly clipped and, if it helps, encoded
    by piecewise-linear bins [2]_. Categories become indicator columns. Missing numbers
    are replaced by the median; missing categories have no indicator. Each network is a
    multilayer perceptron with a factor for each input, trained with Adam, with the
    initial values, learning rates and schedule of RealMLP [1]_. Targets are scaled to
    mean 0 and variance 1. Held-out rows decide on the encoding and on when to stop.
    The prediction is the mean over the members, each clipped to the range of the
    targets seen in training.

    Parameters
    ----------
    loss : str or Loss, default='squared_error'
        Loss of the scaled targets, one of those of :class:`MLPRegressor`. With
        'poisson' and 'gamma', targets are divided by their mean.
    quantile : float or sequence of float, default=None
        Level of the quantile to predict with ``loss='quantile'``, between 0 and 1. With
        a sequence of levels, predictions have one column for each. None means 0.5.

    See Also
    --------
    TabularClassifier : The same for classification.
    MLPRegressor : A single network with full control over training.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from skbackprop import TabularRegressor
    >>> rng = np.random.default_rng(0)
    >>> X = pd.DataFrame({"size": rng.normal(size=300), "kind": list("abc") * 100})
    >>> y = X["size"] ** 2 + (X["kind"] == "b")
    >>> reg = TabularRegressor(n_estimators=2, max_iter=60, random_state=0)
    >>> reg.fit(X, y).score(X, y) > 0.9
    True
    """

    loss: str | Loss = "squared_error"
    quantile: float | tuple | None = None

    _parameter_constraints: ClassVar[dict] = {
        **TabularEstimator._parameter_constraints,
        **NetworkRegressorMixin._constraints_of_task,
    }
    _kind: ClassVar[str] = "numbers"
    _is_calibrated: ClassVar[bool] = False
    _scoring: ClassVar[str | None] = "loss"  # ranks epochs like R^2, but is faster

    def predict(self, X):
        """Predict the targets of rows.

        Parameters
        ----------
        X : {DataFrame, array-like} of shape (n_samples, n_features)
            A table with the columns seen during fit.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            The predicted values, with one column for each of several quantiles.
        """
        check_is_fitted(self)
        lowest, highest = self._range

        def decode(net, logits):
            return np.clip(net._targets.decode(logits), lowest, highest)

        mean = weighted_mean(self._run_members(X, decode), self.weights_)
        return mean * self._scale + self._mean

    def score(self, X, y, sample_weight=None):
        """Return R^2, or the explained share of the pinball loss with quantiles.

        The latter replaces the squared error in R^2 by the pinball loss, averaged over
        several levels.

        Parameters
        ----------
        X : {DataFrame, array-like} of shape (n_samples, n_features)
            A table with the columns seen during fit.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            The true values.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each sample.

        Returns
        -------
        score : float
            At most 1. The best constant prediction scores 0.
        """
        loss = number_loss(self)
        if isinstance(loss, Quantile):
            return share_explained(loss, y, self.predict(X), sample_weight)
        return super().score(X, y, sample_weight)

    # Hooks of the fit

    def _learn_targets(self, y, sample_weight):
        """Return the scaled targets, class 0 for all rows, and weights."""
        y = y.astype(np.float64)
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        loss = number_loss(self)
        mean = np.average(y, axis=0, weights=sample_weight)
        if loss.link == "exp":  # a shift would change ratios
            self._mean, self._scale = 0.0, mean
        else:
            self._mean, self._scale = mean, _deviation(y - mean, sample_weight)
        self._scale = np.where(self._scale > 0, self._scale, 1.0)
        scaled = ((y - self._mean) / self._scale).astype(np.float32)
        self._range = scaled.min(axis=0), scaled.max(axis=0)
        n_levels = np.size(loss.level) if isinstance(loss, Quantile) else 1
        self.n_outputs_ = n_levels if n_levels > 1 or y.ndim == 1 else y.shape[1]
        return scaled, np.zeros(len(y), int), sample_weight

    def _new_net(self, graph, **settings):
        return NetworkRegressor(
            graph, loss=self.loss, quantile=self.quantile, **settings
        )

    def _settings_of_task(self):
        return {}

    def _variance_per_loss(self):
        # The loss is half the squared error of targets of variance 1.
        return 2.0 if isinstance(number_loss(self), HalfSquaredError) else np.inf

    def __sklearn_tags__(self):
        """Tell scikit-learn that several targets are supported."""
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


def _deviation(centred, sample_weight):
    """Return the root mean square without overflow of the squares."""
    largest = np.abs(centred).max(axis=0)
    largest = np.where(largest > 0, largest, 1.0)
    squares = (centred / largest) ** 2
    return largest * np.sqrt(np.average(squares, axis=0, weights=sample_weight))
