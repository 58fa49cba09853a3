"""The largest eigenvalue of the Hessian, computed from gradients."""

import numpy as np
from scipy.sparse.linalg import LinearOperator, eigsh

_STEP = 1e-5  # relative to the parameters; balances truncation and rounding
_TOL = 1e-3  # of the eigenvector; the error of the eigenvalue is about its square


def largest_eigenvalue(gradient, parameters, rng):
    """Return the largest eigenvalue of the Hessian, of either sign.

    Products of the Hessian and a vector are differences of the gradient
    (LeCun, Simard & Pearlmutter 1993),

        H v = (g(w + h v) - g(w - h v)) / (2 h)

    Lanczos' method needs a few dozen of them. The power iteration would converge more
    slowly, and to the eigenvalue of largest size, which may be negative.

    Parameters
    ----------
    gradient : callable
        Returns the gradient at given parameters.
    parameters : ndarray of float64 of shape (n_parameters,)
    rng : RandomState
        Generates the starting vector.
    """
    n = len(parameters)
    length = _STEP * (1 + np.linalg.norm(parameters))

    def product(direction):
        direction = direction.ravel()
        step = length / np.linalg.norm(direction)
        ahead, behind = (gradient(parameters + s * direction) for s in (step, -step))
        return (ahead - behind) / (2 * step)

    begin = rng.normal(size=n)
    if n < 3:  # too few for Lanczos' method
        hessian = np.array([product(axis) for axis in np.eye(n)])
        return np.linalg.eigvalsh((hessian + hessian.T) / 2)[-1]
    if not product(begin).any():
        return 0.0
    operator = LinearOperator((n, n), product, dtype=np.float64)
    (value,) = eigsh(
        operator, k=1, which="LA", v0=begin, tol=_TOL, return_eigenvectors=False
    )
    return value
