"""Calibration: by how much an ensemble is more, or less, sure than it is right."""

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

_LOWEST, _HIGHEST = 0.1, 4.0
# The mean of members is less sure than each of them.
_OF_ENSEMBLE = 0.9


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


def sharpen(probabilities, temperature):
    """Return probabilities proportional to p^(1 / (0.9 T)), in rows that add to 1.

    Parameters
    ----------
    probabilities : ndarray of shape (n_rows, n_classes)
        Means over the members.
    temperature : float
        Of one member, on rows that it has not learnt from.
    """
    tiny = np.finfo(np.float64).tiny
    logarithms = np.log(np.maximum(probabilities, tiny))
    return np.exp(log_softmax(logarithms / (_OF_ENSEMBLE * temperature), axis=1))
