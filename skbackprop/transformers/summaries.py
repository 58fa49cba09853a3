"""Summaries of groups of features: what pooling kernels compute, by NumPy."""

import numpy as np
from scipy.special import logsumexp


def scaled_to_unit_size(x):
    """Return rows whose largest number is 1 / 2 to 1, and the exponents taken out.

    Division by powers of two changes no digit.
    """
    _, exponents = np.frexp(np.abs(x).max(axis=1))
    return np.ldexp(x, -exponents[:, np.newaxis]), exponents


def _in_proportion(pool):
    """Return f with f(c x) = c f(x), computed where squares and sums are in range."""

    def pool_scaled(x):
        x, exponents = scaled_to_unit_size(x)
        with np.errstate(over="ignore"):  # is refused by those who call
            return np.ldexp(pool(x), exponents)

    return pool_scaled


def _expected_activation(x):
    total = x.sum(axis=1)
    return np.divide(
        np.square(x).sum(axis=1), total, out=np.zeros_like(total), where=total > 0
    )


# Samples x members of a group to one number for each sample.
POOLINGS = {
    "sum": _in_proportion(lambda x: x.sum(axis=1)),
    "mean": _in_proportion(lambda x: x.mean(axis=1)),
    "max": lambda x: x.max(axis=1),
    "l2": _in_proportion(lambda x: np.sqrt(np.square(x).sum(axis=1))),
    "logsumexp": lambda x: logsumexp(x, axis=1),
    "stochastic": _in_proportion(_expected_activation),
}
