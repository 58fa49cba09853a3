"""The outer step: from what the learners learnt to where the next round begins."""

import numpy as np


class OuterStep:
    r"""Nesterov's momentum on the mean of what the learners moved by.

    .. math:: g = \sum_k w_k (\theta - \theta_k), \quad v \leftarrow \mu v + g, \quad
        \theta \leftarrow \theta - \eta (g + \mu v)

    with the weights :math:`w_k` of the learners' rows, which add up to 1. Statistics
    that modules keep, as those of BatchNorm, are averaged. In double precision, and
    in the order of the learners, whichever was ready first.

    Parameters
    ----------
    parameters : ndarray of shape (n_parameters,)
        Without padding, those that are learned first.
    n_learned : int
        How many of them are learned.
    learning_rate, momentum : float
    weights : ndarray of shape (n_learners,)

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
        """Those from which the next round begins, as the network has them."""
        return self._parameters.astype(self._dtype)

    def take(self, learnt):
        """Move by what the learners' parameters say."""
        mean = np.zeros_like(self._parameters)
        for weight, parameters in zip(self.weights, learnt, strict=True):
            mean += weight * parameters.astype(np.float64)
        n_learned = len(self._velocity)
        gradient = (self._parameters - mean)[:n_learned]
        self._velocity = self._momentum * self._velocity + gradient
        step = gradient + self._momentum * self._velocity
        mean[:n_learned] = self._parameters[:n_learned] - self._learning_rate * step
        self._parameters = mean
