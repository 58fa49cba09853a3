"""Generated data whose factors are known.

`make_pose_manifold` renders a head under poses, light and muscles: many pixels, few
degrees of freedom. `make_shifted_digits` moves handwritten digits by known amounts,
and `make_spirals` winds classes around each other.
"""

from collections.abc import Mapping
from numbers import Integral

import numpy as np
from sklearn.utils import Bunch, check_random_state
from sklearn.utils._param_validation import Interval, validate_params

from skbackprop.datasets.constraints import OUTPUTS, POSITIVE_INT
from skbackprop.datasets.heads import FACTORS, render


@validate_params(
    OUTPUTS
    | {
        "n_samples": [POSITIVE_INT],
        "image_size": [Interval(Integral, 4, None, closed="left")],
        "factors": ["array-like", Mapping, str],
        "random_state": ["random_state"],
    },
    prefer_skip_nested_validation=True,
)
def make_pose_manifold(
    n_samples=1000,
    *,
    image_size=32,
    factors=("azimuth", "elevation", "light"),
    random_state=None,
    return_X_y=False,
):
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
    import pandas as pd

    ranges = _check_ranges(factors)
    rng = check_random_state(random_state)
    draws = {name: rng.uniform(*limits, n_samples) for name, limits in ranges.items()}
    values = pd.DataFrame(draws)
    images = render_heads(values, image_size=image_size)
    circular = {
        name: FACTORS[name].period
        for name, (low, high) in ranges.items()
        if high - low == FACTORS[name].period
    }
    data = images.reshape(n_samples, -1)
    if return_X_y:
        return data, values
    return Bunch(data=data, images=images, factors=values, circular=circular)


def render_heads(factors, *, image_size=32):
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
    _check_names(factors)
    if not isinstance(image_size, Integral) or image_size < 4:
        raise ValueError(
            f"image_size must be an int of at least 4, got {image_size!r}."
        )
    given = {name: np.asarray(values, float) for name, values in factors.items()}
    for name, values in given.items():
        if values.ndim > 1 or not np.isfinite(values).all():
            raise ValueError(
                f"factors[{name!r}] must be a finite number or a one-dimensional "
                f"array of them, got {factors[name]!r}."
            )
    if "z" in given and (given["z"] > 6).any():
        raise ValueError("factors['z'] must be at most 6: the camera is 8 away.")
    resting = {name: np.array(float(factor.rest)) for name, factor in FACTORS.items()}
    try:
        values = np.broadcast_arrays(*(resting | given).values())
    except ValueError:
        lengths = {name: values.size for name, values in given.items()}
        raise ValueError(
            f"factors must be arrays of one length, got lengths {lengths}."
        ) from None
    values = dict(zip(FACTORS, np.atleast_1d(*values), strict=True))
    return render(values, image_size)


def _check_names(names):
    """Refuse names of factors that do not exist."""
    unknown = [name for name in names if name not in FACTORS]
    if unknown or not len(names):
        raise ValueError(
            f"factors must name some of {', '.join(FACTORS)}; got "
            f"{', '.join(map(repr, unknown)) or 'none'}."
        )


def _check_ranges(factors):
    """Return the range of each factor that varies."""
    if isinstance(factors, str):
        raise ValueError(f"factors must be a sequence of names, got {factors!r}.")
    _check_names(factors)
    if len(set(factors)) < len(factors):
        raise ValueError(f"factors must be named once each, got {factors!r}.")
    if not isinstance(factors, Mapping):
        factors = {name: FACTORS[name][:2] for name in factors}
    for name, limits in factors.items():
        if np.shape(limits) != (2,) or not -np.inf < limits[0] < limits[1] < np.inf:
            raise ValueError(
                f"factors[{name!r}] must be a range (low, high) of finite numbers, "
                f"low < high, got {limits!r}."
            )
    return dict(factors)
