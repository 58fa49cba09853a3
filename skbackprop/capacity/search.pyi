# Written by `make stubs` from the module beside it, which is what to change.

from collections.abc import Callable
from numpy.typing import ArrayLike
from skbackprop.capacity._experiments import CapacityEstimate
from typing import Any
from typing import Literal
import numpy as np

def empirical_capacity(
    estimator: Any = None,
    *,
    n_features: int | None = None,
    probability: float = 0.5,
    max_trials: int = 1000,
    data: Literal['gaussian', 'sphere', 'hypercube'] | ArrayLike = 'gaussian',
    affine: bool = False,
    confidence_level: float = 0.95,
    n_jobs: int | None = None,
    progress: Callable[..., Any] | None = None,
    random_state: int | np.random.RandomState | None = None,
) -> CapacityEstimate:
    r"""Find the number of points whose labelings are told apart half of the time.

    The trials are those of `capacity_curve`. A bisection looks for the largest number
    of points with ``p >= probability``; it takes for granted that p falls with every
    point. Whether p is larger or smaller for a given number is decided by a
    sequential test: after s successes and f failures the evidence for "smaller" is
    the likelihood averaged over all smaller q, divided by that of p,

    .. math::

        \frac{1}{p} \int_0^p \frac{q^s (1 - q)^f}{p^s (1 - p)^f} dq.

    If p is not smaller, this exceeds :math:`1 / \alpha` at any time with a probability
    of at most alpha (Ville 1939; Robbins 1970 [1]_): trials end as soon as it does. The
    k-th test is given :math:`\alpha_k = \alpha / (k (k + 1))`, so that all of them
    together err with probability alpha, 1 - `confidence_level`. Numbers of points that
    are still open after `max_trials` are left open, and the bisection goes on to
    both sides of them.

    Parameters
    ----------
    estimator : transformer, classifier or None, default=None
        What stands before the hyperplane, or in its place; pipelines too. What is
        fitted already, and is to stay so, in a
        :class:`~sklearn.frozen.FrozenEstimator`: it stands before the hyperplane
        with its ``transform``, be it a classifier or not. Another hidden layer of a
        network is ``FunctionTransformer(network.transform, kw_args={"layer": 0})``.
    n_features : int, default=None
        Number N of coordinates of a point. Left out only where `data` is an array.
    probability : float, default=0.5
        The probability of being told apart that is searched for, in (0, 1).
    max_trials : int, default=1000
        Trials for one number of points, after which it counts as too close to call.
    data : {'gaussian', 'sphere', 'hypercube'} or array-like of shape (n_samples, n_features), default='gaussian'
        Where points come from: the standard normal distribution, the uniform one on
        the unit sphere, the corners -1 and 1 of the cube, or different rows of an
        array.
    affine : bool, default=False
        False for hyperplanes through the origin, as Cover counts; True to let them
        have an intercept, one more dimension. Classifiers do as they are told.
    confidence_level : float, default=0.95
        That of the intervals.
    n_jobs : int, default=None
        Workers of the joblib backend that is active; processes by default. They
        have no influence on the result.
    progress : callable, default=None
        Makes a progress bar: ``tqdm.tqdm`` or what is called like it,
        ``progress(total=n)`` with methods ``update(n)`` and ``close()``, counting
        trials. Messages of joblib are had by ``joblib.parallel_config(verbose=10)``.
    random_state : int, RandomState instance or None, default=None
        Seed of points, labels, and of all in `estimator` that has none.

    Returns
    -------
    CapacityEstimate
        The capacity, its interval and all that was measured. After an interrupt
        (Ctrl-C) it is what was known by then: wider, and as reliable.

    Raises
    ------
    ValueError
        If the estimator fails on some number of points, or a parameter is invalid.

    See Also
    --------
    capacity : The capacity by Cover's theorem.
    capacity_curve : The fractions for given numbers of points.

    References
    ----------
    .. [1] H. Robbins, "Statistical methods related to the law of the iterated
       logarithm", Annals of Mathematical Statistics 41, 1397-1409, 1970.

    Examples
    --------
    >>> from skbackprop.capacity import empirical_capacity
    >>> found = empirical_capacity(n_features=5, random_state=0)
    >>> found.lower <= 2 * 5 <= found.upper
    True

    What a fitted network makes of samples: 3 hidden units, and an intercept.

    >>> from sklearn.datasets import load_iris
    >>> from sklearn.frozen import FrozenEstimator
    >>> from skbackprop import MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> mlp = MLPClassifier(3, activation="tanh", tol=0.1, random_state=0).fit(X, y)
    >>> found = empirical_capacity(
    ...     FrozenEstimator(mlp), n_features=4, affine=True, random_state=0
    ... )
    >>> found.lower <= 2 * 4 <= found.upper
    True
    """

def __getattr__(name: str) -> Any: ...
