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
    r"""Find the number of points whose labelings are separable half of the time.

    The trials are those of `capacity_curve`. A bisection searches for the largest
    number of points that are separable with at least the given probability p, assuming
    that the success rate decreases with each point. A sequential test decides whether
    the rate is larger or smaller than p for a given number: after s successes and f
    failures, the evidence for "smaller" is the likelihood averaged over all smaller
    rates q, divided by the likelihood of p,

    .. math::

        \frac{1}{p} \int_0^p \frac{q^s (1 - q)^f}{p^s (1 - p)^f} dq.

    If the rate is not smaller, the probability that this ever exceeds
    :math:`1 / \alpha` is at most :math:`\alpha` (Ville 1939; Robbins 1970 [1]_), so
    trials end as soon as it does. The k-th test uses
    :math:`\alpha_k = \alpha / (k (k + 1))`, so that all tests together err with a
    probability of at most :math:`\alpha`, which is 1 - `confidence_level`. Numbers of
    points without a decision after `max_trials` stay undecided, and the bisection
    continues on both sides of them.

    Parameters
    ----------
    estimator : transformer, classifier or None, default=None
        A transformer that is applied before the hyperplane, or a classifier that
        replaces it; pipelines work too. Wrap a fitted estimator in a
        :class:`~sklearn.frozen.FrozenEstimator` to keep it unchanged: its ``transform``
        is applied before the hyperplane, even if it is a classifier. To choose another
        hidden layer of a network, use
        ``FunctionTransformer(network.transform, kw_args={"layer": 0})``.
    n_features : int, default=None
        Number N of coordinates of a point. Optional only if `data` is an array.
    probability : float, default=0.5
        Probability of separation at which to measure the capacity, in (0, 1).
    max_trials : int, default=1000
        Maximum number of trials for one number of points, after which the test stays
        undecided.
    data : {'gaussian', 'sphere', 'hypercube'} or array-like of shape (n_samples, n_features), default='gaussian'
        Distribution of the points: standard normal, uniform on the unit sphere, or
        uniform on the corners of the cube [-1, 1]^N. An array is sampled without
        replacement.
    affine : bool, default=False
        Whether hyperplanes may have an intercept, which adds one dimension. False means
        hyperplanes through the origin, as in Cover's count. Classifiers ignore it.
    confidence_level : float, default=0.95
        Confidence level of the intervals.
    n_jobs : int, default=None
        Number of joblib workers, which are processes by default. The results do not
        depend on it.
    progress : callable, default=None
        Creates a progress bar that counts trials: ``tqdm.tqdm``, or any callable
        ``progress(total=n)`` whose result has the methods ``update(n)`` and
        ``close()``. For messages of joblib, use ``joblib.parallel_config(verbose=10)``.
    random_state : int, RandomState instance or None, default=None
        Controls the points, the labels, and every part of `estimator` whose
        ``random_state`` is None.

    Returns
    -------
    CapacityEstimate
        The capacity, its interval and all measurements. After an interrupt (Ctrl-C),
        the interval known by then, which is wider but as reliable.

    Raises
    ------
    ValueError
        If the estimator fails for some number of points, or a parameter is invalid.

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

    The representation of a fitted network, with 3 hidden units and an intercept:

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
