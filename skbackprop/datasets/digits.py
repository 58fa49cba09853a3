"""Digits, shifted: data whose nuisance is known."""

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
    """Return digits as an int array."""
    digits = np.asarray(digits)
    is_some = digits.ndim == 1 and digits.size > 0
    # NumPy compares text with ints as text, so that "4" would be one of 0 to 9.
    if is_some and digits.dtype.kind not in "iu":
        raise ValueError(f"digits must be ints, some of 0 to 9, got {digits.tolist()}.")
    if not is_some or not np.isin(digits, range(10)).all():
        raise ValueError(f"digits must be some of 0 to 9, got {digits.tolist()}.")
    return digits


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
