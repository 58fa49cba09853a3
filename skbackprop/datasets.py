"""Generated data whose factors are known.

`make_pose_manifold` renders a head under poses, light and muscles: many pixels, few
degrees of freedom. `make_shifted_digits` moves handwritten digits by known amounts,
and `make_spirals` winds classes around each other.
"""

from collections.abc import Mapping
from numbers import Integral, Real

import numpy as np
import pandas as pd
from sklearn.datasets import load_digits
from sklearn.utils import Bunch, check_random_state
from sklearn.utils._param_validation import Interval, validate_params

from skbackprop._heads import FACTORS, render

__all__ = ["make_pose_manifold", "make_shifted_digits", "make_spirals", "render_heads"]

_POSITIVE_INT = Interval(Integral, 1, None, closed="left")
_OUTPUTS = {"return_X_y": ["boolean"]}


@validate_params(
    {
        "n_samples": [_POSITIVE_INT],
        "image_size": [Interval(Integral, 4, None, closed="left")],
        "factors": ["array-like", Mapping, str],
        "random_state": ["random_state"],
        **_OUTPUTS,
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


@validate_params(
    {
        "shifts": ["array-like"],
        "digits": ["array-like"],
        "image_size": [None, Interval(Integral, 8, None, closed="left")],
        **_OUTPUTS,
    },
    prefer_skip_nested_validation=True,
)
def make_shifted_digits(
    shifts=(-2, -1, 0, 1, 2), *, digits=(4, 9), image_size=None, return_X_y=False
):
    """Move handwritten digits by known amounts, on a canvas larger than they are.

    Two pictures of one digit, shifted differently, are far apart as vectors, but
    tell the same. That is prior knowledge, from which invariance can be learned: the
    column ``sample`` tells which pictures are of the same digit [1]_.

    Parameters
    ----------
    shifts : sequence of int or of pairs of int, default=(-2, -1, 0, 1, 2)
        By how many pixels: to the right, or to the right and down. Each digit
        is shifted by each of them.
    digits : sequence of int, default=(4, 9)
        Which of the digits of :func:`sklearn.datasets.load_digits`.
    image_size : int, default=None
        Height and width of the canvas. By default it is as large as the shifts
        ask for: 8 and twice the largest of them.
    return_X_y : bool, default=False
        Whether to return ``(data, target)`` only.

    Returns
    -------
    Bunch
        Of these, or the first and third of them as a tuple. The shifts of a digit
        follow each other:

        data : ndarray of float32 of shape (n_samples, image_size ** 2)
            The pictures, flattened, from 0 to 1.
        images : ndarray of float32 of shape (n_samples, image_size, image_size)
            The same pictures.
        target : ndarray of int of shape (n_samples,)
            The digits.
        factors : DataFrame of shape (n_samples, 3)
            ``sample``, the row of the digit in ``load_digits``, and its shifts
            ``dx`` to the right and ``dy`` down.

    Raises
    ------
    ValueError
        If a digit is not one of 0 to 9, a shift not an int, or the canvas too
        small.

    References
    ----------
    .. [1] Hadsell, R., Chopra, S. & LeCun, Y. (2006). "Dimensionality reduction by
       learning an invariant mapping". CVPR.

    Examples
    --------
    >>> from skbackprop.datasets import make_shifted_digits
    >>> shifted = make_shifted_digits([-3, 0, 3])
    >>> shifted.images.shape
    (1083, 14, 14)
    >>> shifted.factors[:3]
       sample  dx  dy
    0       4  -3   0
    1       4   0   0
    2       4   3   0
    """
    shifts = _check_shifts(shifts)
    reach = int(abs(shifts).max())
    smallest = 8 + 2 * reach
    image_size = smallest if image_size is None else image_size
    if image_size < smallest:
        raise ValueError(
            f"image_size={image_size} is too small for shifts by {reach} pixels; "
            f"choose at least {smallest}."
        )
    digits = np.asarray(digits)
    if digits.ndim != 1 or not digits.size or not np.isin(digits, range(10)).all():
        raise ValueError(f"digits must be some of 0 to 9, got {digits.tolist()}.")
    originals = load_digits()
    samples = np.flatnonzero(np.isin(originals.target, digits))
    shape = len(samples), len(shifts), image_size, image_size
    images = np.zeros(shape, np.float32)
    for i, (dx, dy) in enumerate(shifts):
        left, top = (image_size - 8) // 2 + np.array([dx, dy])
        canvas = images[:, i, top : top + 8, left : left + 8]
        canvas[:] = originals.images[samples] / 16
    images = images.reshape(-1, image_size, image_size)
    data = images.reshape(len(images), -1)
    target = np.repeat(originals.target[samples], len(shifts))
    if return_X_y:
        return data, target
    factors = pd.DataFrame(np.tile(shifts, (len(samples), 1)), columns=["dx", "dy"])
    factors.insert(0, "sample", np.repeat(samples, len(shifts)))
    return Bunch(data=data, images=images, target=target, factors=factors)


def _check_shifts(shifts):
    """Return shifts as an int array of shape (n_shifts, 2)."""
    shifts = np.asarray(shifts)
    if shifts.ndim == 1:
        shifts = np.stack([shifts, np.zeros_like(shifts)], axis=1)
    if shifts.ndim != 2 or shifts.shape[1] != 2 or not len(shifts):
        raise ValueError(
            f"shifts must be ints or pairs of ints, got shape {shifts.shape}."
        )
    if shifts.dtype.kind not in "iu":
        raise ValueError(f"shifts must be ints, got {shifts.tolist()}.")
    if len(np.unique(shifts, axis=0)) < len(shifts):
        raise ValueError(f"shifts must differ from each other, got {shifts.tolist()}.")
    return shifts.astype(np.intp)


@validate_params(
    {
        "n_samples": [_POSITIVE_INT],
        "n_turns": [Interval(Real, 0, None, closed="neither")],
        "n_spirals": [_POSITIVE_INT],
        "noise": [Interval(Real, 0, None, closed="left")],
        "random_state": ["random_state"],
    },
    prefer_skip_nested_validation=True,
)
def make_spirals(
    n_samples=200, *, n_turns=1.5, n_spirals=2, noise=0.0, random_state=None
):
    r"""Wind classes around each other, one spiral each.

    A sample of class k of K is at

    .. math:: r \, (\cos \varphi, \sin \varphi) + \epsilon, \qquad
       r = \sqrt u, \quad \varphi = 2 \pi \Big( n_{turns} \, r + \frac{k}{K} \Big)

    with u uniform in [0, 1], so that spirals are about as dense everywhere.

    Parameters
    ----------
    n_samples : int, default=200
        Number of samples, as evenly divided among classes as possible.
    n_turns : float, default=1.5
        How often a spiral winds around the origin.
    n_spirals : int, default=2
        Number of classes.
    noise : float, default=0.0
        Standard deviation of the Gaussian :math:`\epsilon`; spirals end at
        distance 1 from the origin.
    random_state : int, RandomState instance or None, default=None
        Source of the samples.

    Returns
    -------
    X : ndarray of shape (n_samples, 2)
        The samples, in random order.
    y : ndarray of int of shape (n_samples,)
        Their classes, 0 to ``n_spirals - 1``.

    References
    ----------
    .. [1] Lang, K. J. & Witbrock, M. J. (1988). "Learning to tell two spirals
       apart". Proceedings of the 1988 Connectionist Models Summer School.

    Examples
    --------
    >>> from skbackprop.datasets import make_spirals
    >>> X, y = make_spirals(300, n_spirals=3, noise=0.02, random_state=0)
    >>> X.shape, [int((y == k).sum()) for k in range(3)]
    ((300, 2), [100, 100, 100])
    """
    rng = check_random_state(random_state)
    y = rng.permutation(np.arange(n_samples) % n_spirals)
    r = np.sqrt(rng.uniform(size=n_samples))
    angle = 2 * np.pi * (n_turns * r + y / n_spirals)
    X = r[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return X + noise * rng.normal(size=X.shape), y
