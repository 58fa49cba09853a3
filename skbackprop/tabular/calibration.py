"""Calibration: by how much an ensemble is more, or less, sure than it is right."""

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

_LOWEST, _HIGHEST = 0.1, 4.0
# Measured on generated tables and on training parts: see ``of_mean``.
_LESS_SURE, _NOISE_LEFT = 0.9, 1 / 3


def find_temperature(logits, targets, weights=None):
    """Return the T > 0 that minimises the log loss of softmax(z / T).

    (Guo, Pleiss, Sun & Weinberger 2017). Of labels, that of the logistic function.

    Parameters
    ----------
    logits : ndarray of shape (n_rows, n_outputs)
        One column for two classes, one for each label.
    targets : ndarray of int of shape (n_rows,) or (n_rows, n_labels)
        Number of the class of each row, or zeros and ones.
    weights : ndarray of shape (n_rows,), default=None
    """
    logits = logits.astype(np.float64)
    if targets.ndim == 2:  # one binary question after the other
        weights = None if weights is None else np.repeat(weights, targets.shape[1])
        logits, targets = logits.reshape(-1, 1), targets.ravel()
    if logits.shape[1] == 1:
        logits = np.hstack([np.zeros_like(logits), logits])
    rows, targets = np.arange(len(targets)), targets.astype(int)

    def log_loss(log_temperature):
        log_probabilities = log_softmax(logits / np.exp(log_temperature), axis=1)
        return -np.average(log_probabilities[rows, targets], weights=weights)

    bounds = np.log([_LOWEST, _HIGHEST])
    return float(np.exp(minimize_scalar(log_loss, bounds=bounds, method="bounded").x))


def of_mean(temperature):
    """Return the temperature of the mean of members, from that of each of them.

    The mean is less sure than its members are. Where these are surer than they are
    right, T > 1, they have learnt noise by heart, each in another way: most of that is
    gone from the mean, and the cube root of T is left.
    """
    if temperature > 1:
        temperature **= _NOISE_LEFT
    return _LESS_SURE * temperature


def log_sharpen(probabilities, temperature):
    """Return logarithms of what is proportional to p^(1 / T) and adds to 1.

    Parameters
    ----------
    probabilities : ndarray of shape (..., n_classes)
        Means over the members.
    temperature : float
    """
    tiny = np.finfo(np.float64).tiny
    logarithms = np.log(np.maximum(probabilities, tiny))
    return log_softmax(logarithms / temperature, axis=-1)
