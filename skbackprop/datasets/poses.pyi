# Written by `make stubs` from the module beside it, which is what to change.

from collections.abc import Mapping
from collections.abc import Sequence
from numpy.typing import NDArray
from sklearn.utils import Bunch
from typing import Any
import numpy as np

def make_pose_manifold(
    n_samples: int = 1000,
    *,
    image_size: int = 32,
    factors: Sequence[str] | Mapping[Any, Any] = ('azimuth', 'elevation', 'light'),
    random_state: int | np.random.RandomState | None = None,
    return_X_y: bool = False,
) -> Bunch:
    """Render a head with random pose, light and facial muscles.

    Images of a moving object lie on a manifold whose dimension is the number of
    degrees of freedom, not the number of pixels. Here both are known. The chosen
    factors are drawn independently and uniformly from their ranges; the others keep
    their resting values. The images are smooth functions of all factors.

    ============  ============  ====  ==================================================
    factor        range         rest  meaning
    ============  ============  ====  ==================================================
    'azimuth'     0 to 360      0     rotation about the vertical axis, in degrees
    'elevation'   -40 to 40     0     angle of the camera above the head, in degrees
    'roll'        -30 to 30     0     anticlockwise rotation in the image, in degrees
    'x', 'y'      -0.2 to 0.2   0     shift to the right and up, in image widths
    'z'           -2 to 2       0     shift towards the camera at distance 8
    'light'       -70 to 70     -20   angle of the light, left to right, in degrees
    'brightness'  0.5 to 1      1     factor that multiplies all pixels
    'mouth'       0 to 1        0     closed to open
    'smile'       -1 to 1       0     corners of the mouth down to up
    'brow'        -1 to 1       0     down to up
    ============  ============  ====  ==================================================

    The light does not move with the head.

    Parameters
    ----------
    n_samples : int, default=1000
        Number of images.
    image_size : int, default=32
        Height and width of the images, in pixels.
    factors : sequence of str or mapping, default=('azimuth', 'elevation', 'light')
        The factors that vary. A mapping gives their ranges, as in
        ``{"azimuth": (-90, 90)}``.
    random_state : int, RandomState instance or None, default=None
        Source of the factors.
    return_X_y : bool, default=False
        Whether to return ``(data, factors)`` only.

    Returns
    -------
    Bunch
        With the following attributes, or a tuple of ``data`` and ``factors`` if
        ``return_X_y`` is True.

        data : ndarray of float32 of shape (n_samples, image_size ** 2)
            The flattened images, from 0 (black) to at most 1.
        images : ndarray of float32 of shape (n_samples, image_size, image_size)
            The images.
        factors : DataFrame of shape (n_samples, n_factors)
            The values of the factors.
        circular : dict
            Periods of circular factors: 360 for azimuth, if its range is a full
            turn.

    Raises
    ------
    ValueError
        If a factor is unknown or repeated, or a range is empty or not finite.

    See Also
    --------
    render_heads : Render images for given values of the factors.

    References
    ----------
    .. [1] LeCun, Y., Huang, F.-J. & Bottou, L. (2004). "Learning methods for
       generic object recognition with invariance to pose and lighting". CVPR.

    Examples
    --------
    >>> from skbackprop.datasets import make_pose_manifold
    >>> heads = make_pose_manifold(50, factors=["azimuth", "light"], random_state=0)
    >>> heads.images.shape, heads.data.shape
    ((50, 32, 32), (50, 1024))
    >>> heads.factors.head(2).round(1)
       azimuth  light
    0    197.6    9.8
    1    257.5   -8.6
    >>> heads.circular
    {'azimuth': 360}
    """

def render_heads(factors: Any, *, image_size: int = 32) -> NDArray[Any]:
    """Render the head of `make_pose_manifold` for given values of its factors.

    Parameters
    ----------
    factors : DataFrame or mapping of str to array-like of shape (n_samples,)
        Values of the factors, as numbers or arrays. Factors that are not given keep
        their resting values.
    image_size : int, default=32
        Height and width of the images, in pixels.

    Returns
    -------
    ndarray of float32 of shape (n_samples, image_size, image_size)
        The images.

    Raises
    ------
    ValueError
        If a factor is unknown or not finite, if z puts the camera inside the head,
        or if there are no values.

    Examples
    --------
    A full turn in four steps ends where it started:

    >>> from skbackprop.datasets import render_heads
    >>> turn = render_heads({"azimuth": [0, 90, 180, 270, 360], "light": 30})
    >>> bool(abs(turn[4] - turn[0]).max() < 1e-5)
    True
    """

def __getattr__(name: str) -> Any: ...
