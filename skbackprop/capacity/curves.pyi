# Written by `make stubs` from the module beside it, which is what to change.

from collections.abc import Callable
from numpy.typing import ArrayLike
from typing import Any
from typing import Literal
import numpy as np
import pandas as pd

def capacity_curve(
    estimator: Any = None,
    *,
    n_features: int | ArrayLike | None = None,
    n_points: Any = None,
    n_trials: int = 1000,
    data: Literal['gaussian', 'sphere', 'hypercube'] | ArrayLike = 'gaussian',
    affine: bool = False,
    confidence_level: float = 0.95,
    n_jobs: int | None = None,
    progress: Callable[..., Any] | None = None,
    random_state: int | np.random.RandomState | None = None,
) -> pd.DataFrame:
    """Measure how often random labelings of random points are separable.

    Each trial draws random points, labels each of them by a fair coin, and counts as a
    success if

    - a hyperplane separates the two classes, without `estimator`;
    - a hyperplane separates the transformed points, if `estimator` is a transformer. It
      is fitted once, on 1000 points or more, so all trials use the same map;
    - the trained `estimator` predicts every label correctly, if it is a classifier.
      Trials with a single class succeed without training.

    Verdicts on separability are exact, see :func:`~skbackprop.linear_separability`.

    Parameters
    ----------
    estimator : transformer, classifier or None, default=None
        A transformer that is applied before the hyperplane, or a classifier that
        replaces it; pipelines work too. Wrap a fitted estimator in a
        :class:`~sklearn.frozen.FrozenEstimator` to keep it unchanged: its ``transform``
        is applied before the hyperplane, even if it is a classifier. To choose another
        hidden layer of a network, use
        ``FunctionTransformer(network.transform, kw_args={"layer": 0})``.
    n_features : int or array-like of int, default=None
        Number N of coordinates of a point. Several numbers give one curve each.
        Optional only if `data` is an array.
    n_points : array-like of int or of float, default=None
        Numbers P of points. Floats are multiples of the dimension D of the
        representation, or of `n_features` for a classifier. By default, 0.25, 0.5, ...,
        4 times that dimension.
    n_trials : int, default=1000
        Number of trials for each number of points.
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
    pandas.DataFrame
        One row per number of points. With an int as `random_state`, a row does not
        depend on the other rows. The columns are

        - ``n_features``, ``n_points``, ``n_trials``;
        - ``n_dimensions``: dimension D of the span of the features, a numerical rank;
          NaN for classifiers;
        - ``n_successes``, ``fraction``: number and share of successful trials;
        - ``lower``, ``upper``: Wilson's interval for the probability [1]_;
        - ``theory``: Cover's probability for D dimensions, see
          `separability_probability`. It is exact if the images of the points are in
          general position, as for polynomials of points from a density, and an upper
          bound otherwise; NaN for classifiers;
        - ``seconds``: computing time of the workers for this row.

        An interrupt (Ctrl-C) ends the experiment with a warning and returns the
        finished rows; so does a worker that dies each time it is restarted.

    Raises
    ------
    ValueError
        If the estimator fails for some number of points, or a parameter is invalid.

    See Also
    --------
    CapacityDisplay : Plot such curves.
    empirical_capacity : The number of points where the fraction is one half.

    References
    ----------
    .. [1] E. B. Wilson, "Probable inference, the law of succession, and statistical
       inference", Journal of the American Statistical Association 22, 209-212, 1927.

    Examples
    --------
    >>> from skbackprop.capacity import capacity_curve
    >>> curve = capacity_curve(
    ...     n_features=5, n_points=[5, 10, 20], n_trials=100, random_state=0
    ... )
    >>> curve[["n_points", "fraction", "theory"]].round(2)
       n_points  fraction  theory
    0         5      1.00    1.00
    1        10      0.44    0.50
    2        20      0.02    0.01
    """

def __getattr__(name: str) -> Any: ...
