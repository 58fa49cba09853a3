# Written by `make stubs` from the module beside it, which is what to change.

from numpy.typing import ArrayLike
from numpy.typing import NDArray
from typing import Any

def sphere_capacity(
    radius: float | ArrayLike,
    dimension: float | ArrayLike,
) -> float | NDArray[Any]:
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

def __getattr__(name: str) -> Any: ...
