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
    """Render a head at random poses, in random light, with random muscles tense.

    Pictures of an object that moves lie on a manifold, whose dimension is the
    number of its degrees of freedom, not that of pixels. Here both are known:
    the chosen factors are drawn independently and uniformly from their ranges, the
    others rest. The pictures are smooth functions of all factors.

    ============  ============  ====  ==================================================
    factor        range         rest  meaning
    ============  ============  ====  ==================================================
    'azimuth'     0 to 360      0     degrees by which the head turns about its axis
    'elevation'   -40 to 40     0     degrees, of the camera above the head
    'roll'        -30 to 30     0     degrees, anticlockwise in the picture
    'x', 'y'      -0.2 to 0.2   0     shift to the right and up, in picture widths
    'z'           -2 to 2       0     shift to the camera, which is 8 away
    'light'       -70 to 70     -20   degrees, where the light is: left to right
    'brightness'  0.5 to 1      1     by which all pixels are multiplied
    'mouth'       0 to 1        0     closed to open
    'smile'       -1 to 1       0     corners of the mouth down to up
    'brow'        -1 to 1       0     down to up
    ============  ============  ====  ==================================================

    The light stays where it is as the head turns.

    Parameters
    ----------
    n_samples : int, default=1000
        Number of pictures.
    image_size : int, default=32
        Height and width of a picture, in pixels.
    factors : sequence of str or mapping, default=('azimuth', 'elevation', 'light')
        What varies. A mapping gives ranges, as in ``{"azimuth": (-90, 90)}``.
    random_state : int, RandomState instance or None, default=None
        Source of the factors.
    return_X_y : bool, default=False
        Whether to return ``(data, factors)`` only.

    Returns
    -------
    Bunch
        Of these, or the first and third of them as a tuple:

        data : ndarray of float32 of shape (n_samples, image_size ** 2)
            The pictures, flattened; 0 is black, and nothing is above 1.
        images : ndarray of float32 of shape (n_samples, image_size, image_size)
            The same pictures.
        factors : DataFrame of shape (n_samples, n_factors)
            What varied.
        circular : dict
            Period of each factor that comes back to where it began: azimuth has
            that of 360 degrees, if its range is a full turn.

    Raises
    ------
    ValueError
        If a factor is unknown or named twice, or a range is empty or not finite.

    See Also
    --------
    render_heads : Pictures at given values of the factors.

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
    """Render the head of `make_pose_manifold` at given values of its factors.

    Parameters
    ----------
    factors : DataFrame or mapping of str to array-like of shape (n_samples,)
        Values of factors, numbers or arrays of them. What is not given rests.
    image_size : int, default=32
        Height and width of a picture, in pixels.

    Returns
    -------
    ndarray of float32 of shape (n_samples, image_size, image_size)
        The pictures.

    Raises
    ------
    ValueError
        If a factor is unknown or not finite, if z brings the camera into the
        head, or if there are no values.

    Examples
    --------
    A full turn in four steps, and what it ends with:

    >>> from skbackprop.datasets import render_heads
    >>> turn = render_heads({"azimuth": [0, 90, 180, 270, 360], "light": 30})
    >>> bool(abs(turn[4] - turn[0]).max() < 1e-5)
    True
    """

def __getattr__(name: str) -> Any: ...
