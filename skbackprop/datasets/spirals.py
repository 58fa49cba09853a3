"""Intertwined spirals, which no hyperplane separates."""

from numbers import Real

import numpy as np
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, validate_params

from skbackprop.datasets.constraints import POSITIVE_INT


@validate_params(
    {
        "n_samples": [POSITIVE_INT],
        "n_turns": [Interval(Real, 0, None, closed="neither")],
        "n_spirals": [POSITIVE_INT],
        "noise": [Interval(Real, 0, None, closed="left")],
        "random_state": ["random_state"],
    },
    prefer_skip_nested_validation=True,
)
def make_spirals(
    n_samples=200, *, n_turns=1.5, n_spirals=2, noise=0.0, random_state=None
):
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
    rng = check_random_state(random_state)
    y = rng.permutation(np.arange(n_samples) % n_spirals)
    r = np.sqrt(rng.uniform(size=n_samples))
    angle = 2 * np.pi * (n_turns * r + y / n_spirals)
    X = r[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return X + noise * rng.normal(size=X.shape), y
