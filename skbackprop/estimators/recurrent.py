"""Recurrent networks for sequences."""

from dataclasses import dataclass
from typing import ClassVar

from sklearn.utils.metaestimators import available_if

from skbackprop.engine.losses import Loss
from skbackprop.estimators.recurrence import _Recurrent
from skbackprop.fitting.estimator import NetworkEstimator
from skbackprop.fitting.tasks import (
    NetworkClassifierMixin,
    NetworkRegressorMixin,
    gives_probabilities,
)
from skbackprop.utils.docs import inherit_docs


@inherit_docs
@dataclass(eq=False, repr=False)
class RecurrentClassifier(_Recurrent, NetworkClassifierMixin, NetworkEstimator):
    r"""Recurrent network that classifies sequences, or their steps.

    A cell reads a sequence step by step,

    .. math:: h_t = cell(x_t, h_{t-1}), \quad h_0 = 0,

    and a linear module computes the logits of the classes from its states. The network
    is trained by backprop through time; all steps share their parameters.

    See Also
    --------
    RecurrentRegressor : The same network for real targets.

    Examples
    --------
    Distinguish two frequencies:

    >>> import numpy as np
    >>> from skbackprop import RecurrentClassifier
    >>> rng = np.random.default_rng(0)
    >>> y = rng.integers(2, size=100)
    >>> time = np.arange(20) + rng.uniform(0, 20, (100, 1))
    >>> X = np.sin(time * np.where(y, 0.9, 0.6)[:, np.newaxis])[:, :, np.newaxis]
    >>> X.shape
    (100, 20, 1)
    >>> clf = RecurrentClassifier(
    ...     8, learning_rate_init=0.02, max_iter=60, batch_size=20, random_state=0
    ... )
    >>> clf.fit(X, y).score(X, y) > 0.9
    True
    """

    _parameter_constraints: ClassVar[dict] = {
        **_Recurrent._parameter_constraints,
        **NetworkClassifierMixin._constraints_of_task,
    }

    def predict(self, X):
        """Predict the class of each sequence, or of each step.

        Parameters
        ----------
        X : array-like or list of sequences
            The input data, as in ``fit``.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            The predicted labels. With ``return_sequences``, they have shape
            (n_samples, n_timesteps). If sequences have different lengths, y is an array
            of objects, with an array of labels for each sequence.
        """
        return super().predict(X)

    def decision_function(self, X):
        """Compute scores of the classes, which are comparable between samples.

        With a loss of probabilities ("log_loss", "focal"), they are the log-odds
        log p - log(1 - p) of each class; with other losses, the network's outputs.

        Parameters
        ----------
        X : array-like or list of sequences
            The input data, as in ``fit``.

        Returns
        -------
        scores : ndarray of shape (n_samples,) or (n_samples, n_classes)
            One score for two classes, otherwise one for each class. With
            ``return_sequences``, the second axis is time.
        """
        return super().decision_function(X)

    @available_if(gives_probabilities)
    def predict_proba(self, X):
        """Estimate the probabilities of the classes.

        Parameters
        ----------
        X : array-like or list of sequences
            The input data, as in ``fit``.

        Returns
        -------
        y_prob : ndarray of shape (n_samples, n_classes)
            Probabilities, in the order of ``classes_``. With ``return_sequences``, the
            second axis is time.
        """
        return super().predict_proba(X)

    @available_if(gives_probabilities)
    def predict_log_proba(self, X):
        """Estimate the logarithms of the probabilities of the classes.

        Parameters
        ----------
        X : array-like or list of sequences
            The input data, as in ``fit``.

        Returns
        -------
        log_y_prob : ndarray of shape (n_samples, n_classes)
            Log-probabilities, in the format of ``predict_proba``.
        """
        return super().predict_log_proba(X)


@inherit_docs
@dataclass(eq=False, repr=False)
class RecurrentRegressor(_Recurrent, NetworkRegressorMixin, NetworkEstimator):
    r"""Recurrent network for real targets of sequences, or of their steps.

    A cell reads a sequence step by step,

    .. math:: h_t = cell(x_t, h_{t-1}), \quad h_0 = 0,

    and a linear module computes the outputs from its states. The network is trained by
    backprop through time; all steps share their parameters.

    See Also
    --------
    RecurrentClassifier : The same network for classes.

    Examples
    --------
    Predict a running sum at each step:

    >>> import numpy as np
    >>> from skbackprop import RecurrentRegressor
    >>> X = np.random.default_rng(0).normal(size=(200, 10, 1))
    >>> y = X[:, :, 0].cumsum(axis=1)
    >>> reg = RecurrentRegressor(
    ...     (16,), return_sequences=True, batch_size=20, learning_rate_init=0.02,
    ...     tol=0.1, random_state=0,
    ... )
    >>> reg.fit(X, y).score(X, y) > 0.98
    True
    """

    _parameter_constraints: ClassVar[dict] = {
        **_Recurrent._parameter_constraints,
        **NetworkRegressorMixin._constraints_of_task,
    }

    loss: str | Loss = "squared_error"

    def predict(self, X):
        """Predict the targets of each sequence, or of each step.

        Parameters
        ----------
        X : array-like or list of sequences
            The input data, as in ``fit``.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            The predicted values. With ``return_sequences``, the second axis is time. If
            sequences have different lengths, y is then an array of objects, with an
            array of values for each sequence.
        """
        return super().predict(X)
