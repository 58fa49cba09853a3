"""Generators of data with known factors.

`make_pose_manifold` renders a head with random poses, light and muscles: many pixels,
few degrees of freedom. `make_shifted_digits` shifts handwritten digits by known
amounts, and `make_spirals` generates intertwined classes.
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
        raise ValueError(
            "factors['z'] must be at most 6, as the camera is at distance 8."
        )
    resting = {name: np.array(float(factor.rest)) for name, factor in FACTORS.items()}
    try:
        values = np.broadcast_arrays(*(resting | given).values())
    except ValueError:
        lengths = {name: values.size for name, values in given.items()}
        raise ValueError(
            f"factors must be arrays of equal length, got lengths {lengths}."
        ) from None
    values = dict(zip(FACTORS, np.atleast_1d(*values), strict=True))
    return render(values, image_size)


def _check_names(names):
    """Raise an error for names of factors that do not exist."""
    unknown = [name for name in names if name not in FACTORS]
    if unknown or not len(names):
        raise ValueError(
            f"factors must be among {', '.join(FACTORS)}, got "
            f"{', '.join(map(repr, unknown)) or 'none'}."
        )


def _check_ranges(factors):
    """Return the ranges of the factors that vary."""
    if isinstance(factors, str):
        raise ValueError(f"factors must be a sequence of names, got {factors!r}.")
    _check_names(factors)
    if len(set(factors)) < len(factors):
        raise ValueError(f"factors must not contain repetitions, got {factors!r}.")
    if not isinstance(factors, Mapping):
        factors = {name: FACTORS[name][:2] for name in factors}
    for name, limits in factors.items():
        if np.shape(limits) != (2,) or not -np.inf < limits[0] < limits[1] < np.inf:
            raise ValueError(
                f"factors[{name!r}] must be a range (low, high) of finite numbers with "
                f"low < high, got {limits!r}."
            )
    return dict(factors)
