# Written by `make stubs` from the module beside it, which is what to change.

from collections.abc import Sequence
from sklearn.utils import Bunch
from typing import Any

def make_shifted_digits(
    shifts: Any = (-2, -1, 0, 1, 2),
    *,
    digits: Sequence[int] = (4, 9),
    image_size: int | None = None,
    return_X_y: bool = False,
) -> Bunch:
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

def __getattr__(name: str) -> Any: ...
