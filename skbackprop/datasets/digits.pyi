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

def __getattr__(name: str) -> Any: ...
