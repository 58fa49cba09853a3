"""Calibration of the probabilities of an ensemble by temperature scaling."""

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

_LOWEST, _HIGHEST = 0.1, 4.0
# Measured on generated tables and on training parts: see ``of_mean``.
_LESS_SURE, _NOISE_LEFT = 0.9, 1 / 3


def find_temperature(logits, targets, weights=None):
    """Return the T > 0 that minimises the log loss of softmax(z / T).

    See Guo, Pleiss, Sun & Weinberger (2017). For label indicator matrices, the logistic
    function replaces softmax.

    Parameters
    ----------
    logits : ndarray of shape (n_rows, n_outputs)
        One column for two classes, or one for each class or label.
    targets : ndarray of int of shape (n_rows,) or (n_rows, n_labels)
        Index of the class of each row, or zeros and ones.
    weights : ndarray of shape (n_rows,), default=None
    """
    logits = logits.astype(np.float64)
    if targets.ndim == 2:  # each label is a binary problem
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
    """Return the temperature of the mean of members from that of a single member.

    The mean is less confident than its members. Overconfident members (T > 1) have
    learnt noise, each in a different way. The mean averages out most of it, and the
    cube root of T is left.
    """
    if temperature > 1:
        temperature **= _NOISE_LEFT
    return _LESS_SURE * temperature


def log_sharpen(probabilities, temperature):
    """Return the logarithms of p^(1 / T), normalised to sum 1.

    Parameters
    ----------
    probabilities : ndarray of shape (..., n_classes)
        Mean probabilities of the members.
    temperature : float
    """
    tiny = np.finfo(np.float64).tiny
    logarithms = np.log(np.maximum(probabilities, tiny))
    return log_softmax(logarithms / temperature, axis=-1)
