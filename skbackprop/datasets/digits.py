"""Shifted digits: images with a known nuisance factor."""

from numbers import Integral

import numpy as np
from sklearn.datasets import load_digits
from sklearn.utils import Bunch
from sklearn.utils._param_validation import Interval, validate_params

from skbackprop.datasets.constraints import OUTPUTS


@validate_params(
    OUTPUTS
    | {
        "shifts": ["array-like"],
        "digits": ["array-like"],
        "image_size": [None, Interval(Integral, 8, None, closed="left")],
    },
    prefer_skip_nested_validation=True,
)
def make_shifted_digits(
    shifts=(-2, -1, 0, 1, 2), *, digits=(4, 9), image_size=None, return_X_y=False
):
    """Shift handwritten digits by known amounts on a larger canvas.

    Two images of a digit with different shifts are far apart as vectors, but show the
    same digit. The column ``sample`` identifies images of the same digit. With this
    prior knowledge, an invariant mapping can be learned [1]_.

    Parameters
    ----------
    shifts : sequence of int or of pairs of int, default=(-2, -1, 0, 1, 2)
        Shifts in pixels, to the right, or to the right and down. Each shift is
        applied to each digit.
    digits : sequence of int, default=(4, 9)
        The classes to take from :func:`sklearn.datasets.load_digits`.
    image_size : int, default=None
        Height and width of the canvas. The default is 8 plus twice the largest
        absolute shift.
    return_X_y : bool, default=False
        Whether to return ``(data, target)`` only.

    Returns
    -------
    Bunch
        With the following attributes, or a tuple of ``data`` and ``target`` if
        ``return_X_y`` is True. The shifts of a digit are consecutive.

        data : ndarray of float32 of shape (n_samples, image_size ** 2)
            The flattened images, from 0 to 1.
        images : ndarray of float32 of shape (n_samples, image_size, image_size)
            The images.
        target : ndarray of int of shape (n_samples,)
            The digits.
        factors : DataFrame of shape (n_samples, 3)
            ``sample``, the row of the digit in ``load_digits``, and its shifts
            ``dx`` to the right and ``dy`` down.

    Raises
    ------
    ValueError
        If a digit is not in 0 to 9, a shift is not an int, or the canvas is too
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
            f"image_size={image_size} is too small for shifts by {reach} pixels, it "
            f"must be at least {smallest}."
        )
    digits = _check_digits(digits)
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
    import pandas as pd

    factors = pd.DataFrame(np.tile(shifts, (len(samples), 1)), columns=["dx", "dy"])
    factors.insert(0, "sample", np.repeat(samples, len(shifts)))
    return Bunch(data=data, images=images, target=target, factors=factors)


def _check_digits(digits):
    """Return digits as an array of int."""
    digits = np.asarray(digits)
    is_some = digits.ndim == 1 and digits.size > 0
    # NumPy compares strings with ints as strings, so "4" would be accepted.
    if is_some and digits.dtype.kind not in "iu":
        raise ValueError(f"digits must be ints from 0 to 9, got {digits.tolist()}.")
    if not is_some or not np.isin(digits, range(10)).all():
        raise ValueError(f"digits must be from 0 to 9, got {digits.tolist()}.")
    return digits


def _check_shifts(shifts):
    """Return shifts as an array of int of shape (n_shifts, 2)."""
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
