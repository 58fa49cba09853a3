# Written by `make stubs` from the module beside it, which is what to change.

from collections.abc import Sequence
from typing import Any

def n_output_features(
    n_features: int,
    degree: int | Sequence[Any] = 2,
    *,
    interaction_only: bool = False,
    include_bias: bool = True,
) -> int:
    r"""Count the monomials of ``n_features`` variables.

    There are :math:`\binom{n + d}{d}` monomials of degree 0 to d, about
    :math:`n^d / d!`: each additional degree costs a factor of about n / d. With
    ``interaction_only``, where no variable occurs twice, there are
    :math:`\sum_k \binom{n}{k}`.

    Parameters
    ----------
    n_features : int
        Number of variables n.
    degree : int or tuple (min_degree, max_degree), default=2
        Maximum degree d, or the range of degrees.
    interaction_only : bool, default=False
        Whether to count only products of distinct variables.
    include_bias : bool, default=True
        Whether to count the constant, of degree 0.

    Returns
    -------
    int
        The exact number, however large.

    See Also
    --------
    MonomialFeatures : Computes these columns.

    Examples
    --------
    >>> from skbackprop import n_output_features
    >>> [n_output_features(30, degree) for degree in (1, 2, 3, 4)]
    [31, 496, 5456, 46376]
    >>> n_output_features(784, 5)
    2515874132157
    """

def __getattr__(name: str) -> Any: ...
