"""Linear models on monomials of degree two: quadratic forms."""

import numpy as np

from skbackprop._monomial_basis import GradedBasis, Layout

_ROWS_AT_ONCE = 256
_FEATURES_AT_ONCE = 64


def is_quadratic(basis):
    """Tell whether a linear model on these monomials is a quadratic form."""
    return isinstance(basis, GradedBasis) and basis.max_degree <= 2


def quadratic_form(basis, X, coef):
    """Return x'W_k x + c_k'x + b_k for all samples and outputs.

    Parameters
    ----------
    basis : GradedBasis
    X : ndarray of shape (n_samples, n_features)
    coef : ndarray of shape (n_outputs, basis.n_outputs)

    Returns
    -------
    ndarray of shape (n_samples, n_outputs)
    """
    constant, linear, quadratic = _by_degree(basis, coef)
    result = X @ linear.T + constant
    for rows in range(0, len(X), _ROWS_AT_ONCE):
        block = X[rows : rows + _ROWS_AT_ONCE]
        for first in range(0, basis.n_features, _FEATURES_AT_ONCE):
            # W is triangular: features before the first have nothing to do.
            some = quadratic[:, first : first + _FEATURES_AT_ONCE, first:]
            n_outputs, width, length = some.shape
            inner = block[:, first:] @ some.reshape(-1, length).T
            inner = inner.reshape(len(block), n_outputs, width)
            result[rows : rows + _ROWS_AT_ONCE] += np.einsum(
                "rkj,rj->rk", inner, block[:, first : first + width]
            )
    return result


def _by_degree(basis, coef):
    """Return constant (k,), linear (k, n) and triangular (k, n, n) coefficients."""
    n_outputs, n = len(coef), basis.n_features
    constant = coef[:, 0] if basis.include_bias else np.zeros(n_outputs, coef.dtype)
    linear = np.zeros((n_outputs, n), coef.dtype)
    quadratic = np.zeros((n_outputs, n, n), coef.dtype)
    if basis.max_degree:
        layout = Layout(basis)
        if basis.min_degree == 1:
            first = int(layout.firsts[1])
            linear[:] = coef[:, first : first + n]
        for _, target, length, feature in layout.segments():
            part = coef[:, target : target + length]
            quadratic[:, feature, n - length :] = part
    return constant, linear, quadratic
