"""The outer step, which combines the parameters of learners after each round."""

import numpy as np


class OuterStep:
    r"""Nesterov's momentum on the mean change of the learners' parameters.

    .. math:: g = \sum_k w_k (\theta - \theta_k), \quad v \leftarrow \mu v + g, \quad
        \theta \leftarrow \theta - \eta (g + \mu v)

    with the weights :math:`w_k` of the learners' rows, which sum to 1. Buffers, such
    as the statistics of BatchNorm, are averaged. The step is computed in double
    precision, in the order of the learners, not in the order in which they finish.

    Parameters
    ----------
    parameters : ndarray of shape (n_parameters,)
        Parameters without padding, learned ones first.
    n_learned : int
        Number of learned parameters.
    learning_rate, momentum : float
    weights : ndarray of shape (n_learners,)
        Weight of each learner's rows.

    References
    ----------
    .. [1] Douillard, A. et al. (2023). "DiLoCo: Distributed low-communication
       training of language models". arXiv:2311.08105.
    """

    def __init__(self, parameters, n_learned, learning_rate, momentum, weights):
        self._dtype = parameters.dtype
        self._parameters = parameters.astype(np.float64)
        self._velocity = np.zeros(n_learned)
        self._learning_rate, self._momentum = learning_rate, momentum
        self.weights = weights / weights.sum()

    @property
    def parameters(self):
        """Parameters for the next round, in the dtype of the network."""
        return self._parameters.astype(self._dtype)

    def take(self, learnt):
        """Update the parameters from those of all learners."""
        mean = np.zeros_like(self._parameters)
        for weight, parameters in zip(self.weights, learnt, strict=True):
            mean += weight * parameters.astype(np.float64)
        n_learned = len(self._velocity)
        gradient = (self._parameters - mean)[:n_learned]
        self._velocity = self._momentum * self._velocity + gradient
        step = gradient + self._momentum * self._velocity
        mean[:n_learned] = self._parameters[:n_learned] - self._learning_rate * step
        self._parameters = mean
