# Written by `make stubs` from the module beside it, which is what to change.

from numpy.typing import NDArray
from typing import Any
import numpy as np

def make_spirals(
    n_samples: int = 200,
    *,
    n_turns: float = 1.5,
    n_spirals: int = 2,
    noise: float = 0.0,
    random_state: int | np.random.RandomState | None = None,
) -> tuple[NDArray[Any], NDArray[Any]]:
    r"""Generate intertwined spirals, one for each class.

    A sample of class k of K is at

    .. math:: r \, (\cos \varphi, \sin \varphi) + \epsilon, \qquad
       r = \sqrt u, \quad \varphi = 2 \pi \Big( n_{turns} \, r + \frac{k}{K} \Big)

    with u uniform in [0, 1], so that the density is about the same everywhere.

    Parameters
    ----------
    n_samples : int, default=200
        Number of samples, divided among classes as evenly as possible.
    n_turns : float, default=1.5
        Number of turns of a spiral around the origin.
    n_spirals : int, default=2
        Number of classes.
    noise : float, default=0.0
        Standard deviation of the Gaussian :math:`\epsilon`. Spirals end at
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

def __getattr__(name: str) -> Any: ...
