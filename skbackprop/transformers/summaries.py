"""Summaries of groups of features: NumPy versions of the pooling kernels."""

import numpy as np
from scipy.special import logsumexp


def scaled_to_unit_size(x):
    """Scale rows to a maximum between 1 / 2 and 1; return them and the exponents.

    Division by powers of two is exact.
    """
    _, exponents = np.frexp(np.abs(x).max(axis=1))
    return np.ldexp(x, -exponents[:, np.newaxis]), exponents


def _in_proportion(pool):
    """Return f with f(c x) = c f(x), computed on rows of unit size."""

    def pool_scaled(x):
        x, exponents = scaled_to_unit_size(x)
        with np.errstate(over="ignore"):  # callers raise an error
            return np.ldexp(pool(x), exponents)

    return pool_scaled


def _expected_activation(x):
    total = x.sum(axis=1)
    return np.divide(
        np.square(x).sum(axis=1), total, out=np.zeros_like(total), where=total > 0
    )


# Functions from samples x members of a group to one number for each sample.
POOLINGS = {
    "sum": _in_proportion(lambda x: x.sum(axis=1)),
    "mean": _in_proportion(lambda x: x.mean(axis=1)),
    "max": lambda x: x.max(axis=1),
    "l2": _in_proportion(lambda x: np.sqrt(np.square(x).sum(axis=1))),
    "logsumexp": lambda x: logsumexp(x, axis=1),
    "stochastic": _in_proportion(_expected_activation),
}
