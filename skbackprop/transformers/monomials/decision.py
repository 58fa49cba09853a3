"""Linear models on monomials of degree two: quadratic forms."""

import numpy as np

from skbackprop.kernels.abi import Combine
from skbackprop.kernels.calling import kernel_file
from skbackprop.transformers.monomials.basis import GradedBasis, Layout

_NUMBERS_AT_ONCE = 1 << 16  # so that they stay in the cache
_FEATURES_AT_ONCE = 32


def is_quadratic(basis):
    """Return whether a linear model on these monomials is a quadratic form."""
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
    width = min(basis.n_features, _FEATURES_AT_ONCE)
    n_rows = max(16, _NUMBERS_AT_ONCE // max(1, width * len(coef)))
    # One buffer for all products: allocation costs more than the products.
    memory = np.empty(min(n_rows, len(X)) * width * len(coef), X.dtype)
    for rows in range(0, len(X), n_rows):
        block = X[rows : rows + n_rows]
        for first in range(0, basis.n_features, _FEATURES_AT_ONCE):
            # W is triangular: features before the first do not contribute.
            some = quadratic[:, first : first + _FEATURES_AT_ONCE, first:]
            n_outputs, width, length = some.shape
            inner = memory[: len(block) * n_outputs * width]
            inner = inner.reshape(len(block), n_outputs * width)
            np.matmul(block[:, first:], some.reshape(-1, length).T, out=inner)
            inner = inner.reshape(len(block), n_outputs, width)
            result[rows : rows + n_rows] += np.einsum(
                "rkj,rj->rk", inner, block[:, first : first + width]
            )
    return result


def add_quadratic_form(program, basis, coef):
    """Let a program on blocks of samples evaluate the same forms.

    Parameters
    ----------
    program : BlockProgram
    basis : GradedBasis
    coef : ndarray of shape (n_outputs, basis.n_outputs)

    Returns
    -------
    ndarray of shape (n_samples, n_outputs)
        The array that the program fills when it runs.
    """
    at_once = kernel_file("transformers.quadratic").FEATURES_AT_ONCE
    constant, linear, quadratic = _by_degree(basis, coef)
    n_outputs, n = linear.shape
    n_whole = -(-n // at_once) * at_once
    forms = np.zeros((n_outputs, n_whole, 1 + n), coef.dtype)
    forms[:, :n, 0], forms[:, :n, 1:] = linear, quadratic
    weights = [np.zeros((n_outputs, 0), coef.dtype)]
    for first in range(0, n, at_once):
        some = forms[:, first : first + at_once]
        some = np.concatenate([some[:, :, :1], some[:, :, 1 + first :]], axis=2)
        weights.append(some.transpose(0, 2, 1).reshape(n_outputs, -1))
    weights = np.concatenate(weights, axis=1)
    result = np.empty((n_outputs, program.padded(program.n_samples)), coef.dtype)
    program.add(
        "quadratic.evaluate",
        Combine,
        block=program.block,
        n_features=n,
        weights=weights,
        ld_weights=weights.shape[1],
        biases=np.ascontiguousarray(constant),
        outputs=result,
        ld_outputs=result.shape[1],
        n_outputs=n_outputs,
    )
    return result[:, : program.n_samples].T


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


def validate_coef(coef, intercept, n_columns, dtype):
    """Return coefficients (n_outputs, n_columns) and intercepts."""
    coef = np.atleast_2d(np.asarray(coef, dtype))
    if coef.ndim != 2 or coef.shape[1] != n_columns:
        raise ValueError(
            f"coef must have shape ({n_columns},) or (n_outputs, {n_columns}), "
            f"one number for each monomial, got shape {coef.shape}."
        )
    intercept = np.asarray(intercept, dtype)
    if intercept.ndim > 1 or intercept.size not in (1, len(coef)):
        raise ValueError(
            f"intercept must be a number or have shape ({len(coef)},), got "
            f"{intercept.shape}."
        )
    return coef, intercept
