"""The capacity of spheres, the reference for manifolds."""

from numbers import Real

import numpy as np
from scipy.special import betainc, betaln
from sklearn.utils._param_validation import validate_params

from skbackprop.utils.validation import read_numbers

# Gauss-Legendre for angles outside the cone, up to pi / 2 further, in their square
# roots: in less than one dimension, the density is infinite at the axis.
_ROOTS, _WEIGHTS = np.polynomial.legendre.leggauss(200)
_ROOTS = (1 + _ROOTS) / 2
_BEYOND, _WEIGHTS = np.pi / 2 * _ROOTS**2, np.pi / 2 * _ROOTS * _WEIGHTS


@validate_params(
    {"radius": ["array-like", Real], "dimension": ["array-like", Real]},
    prefer_skip_nested_validation=True,
)
def sphere_capacity(radius, dimension):
    r"""Return how many spheres a hyperplane can separate, per dimension of space.

    The spheres are surfaces of balls of radius R and dimension D, in independent random
    directions, with centers at distance 1 from the origin. Seen from the origin, a ball
    spans a circular cone in D + 1 dimensions with the half-angle arctan R. Its
    statistical dimension is [1]_

    .. math:: \frac{1}{\alpha} = (D + 1) \, E f(\theta), \qquad f(\theta) =
       \begin{cases}
           1 & \theta \le \arctan R \\
           \cos^2(\theta - \arctan R) & \arctan R < \theta < \arctan R + \pi / 2 \\
           0 & \text{beyond}
       \end{cases}

    where the density of the angle :math:`\theta` to the axis is proportional to
    :math:`\sin^{D - 1} \theta`. This is the capacity of balls without a margin in [2]_.
    It is 2 for points, and about :math:`(1 + R^{-2}) / D` for large D, unless R is
    small. Relative errors are below 1e-4 for D from 1/2 to 10,000.

    Parameters
    ----------
    radius : float or array-like of float
        Radius R, at least 0.
    dimension : float or array-like of float
        Dimension D of the ball, positive: 1 for pairs of points, 2 for circles.

    Returns
    -------
    float or ndarray of float
        The capacity, with the broadcast shape of both parameters.

    See Also
    --------
    manifold_capacity : The capacity, radius and dimension of any manifolds.

    References
    ----------
    .. [1] D. Amelunxen, M. Lotz, M. B. McCoy and J. A. Tropp, "Living on the edge:
       phase transitions in convex programs with random data", Information and
       Inference 3, 224-294, 2014.
    .. [2] S. Chung, D. D. Lee and H. Sompolinsky, "Classification and geometry of
       general perceptual manifolds", Physical Review X 8, 031003, 2018.

    Examples
    --------
    >>> from skbackprop.capacity import sphere_capacity
    >>> sphere_capacity([0, 0.5, 1, 2], 2).round(3)
    array([2.   , 0.95 , 0.667, 0.514])
    """
    R, D = read_numbers(radius, "radius"), read_numbers(dimension, "dimension")
    if not (R >= 0).all():
        raise ValueError(f"radius must be at least 0, got {radius!r}.")
    if not ((D > 0) & np.isfinite(D)).all():
        raise ValueError(f"dimension must be positive and finite, got {dimension!r}.")
    try:
        R, D = np.broadcast_arrays(R, D)
    except ValueError:
        raise ValueError(
            f"radius and dimension must have shapes that broadcast, got {R.shape} and "
            f"{D.shape}."
        ) from None
    angle = np.arctan(R)
    inside = betainc(D / 2, 0.5, np.sin(angle) ** 2) / 2
    log_sines = np.log(np.sin(angle[..., np.newaxis] + _BEYOND))
    log_total = betaln(D / 2, 0.5)[..., np.newaxis]
    density = np.exp((D - 1)[..., np.newaxis] * log_sines - log_total)
    outside = density @ (np.cos(_BEYOND) ** 2 * _WEIGHTS)
    return 1 / ((D + 1) * (inside + outside))
