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
    """Measure how often random labelings of random points can be told apart.

    Each trial draws points, and for each of them one of two labels by a fair coin.
    It asks whether a hyperplane separates the two classes:

    - of the points themselves, if there is no `estimator`;
    - of the points as a transformer represents them. It is fitted once, to 1000
      points or more, and is then the same map for all trials;
    - or whether a classifier, trained on the points, gives each of them its label.
      A single class counts as told apart without training.

    Verdicts on separability are exact, see
    :func:`~skbackprop.linear_separability`.

    Parameters
    ----------
    estimator : transformer, classifier or None, default=None
        What stands before the hyperplane, or in its place; pipelines too. What is
        fitted already, and is to stay so, in a
        :class:`~sklearn.frozen.FrozenEstimator`: it stands before the hyperplane
        with its ``transform``, be it a classifier or not. Another hidden layer of a
        network is ``FunctionTransformer(network.transform, kw_args={"layer": 0})``.
    n_features : int or array-like of int, default=None
        Number N of coordinates of a point; of several, each gets a curve. Left out
        only where `data` is an array.
    n_points : array-like of int or of float, default=None
        Numbers P of points. Floats are multiples of the dimension D of the
        representation, for a classifier of `n_features`. By default 0.25, 0.5, ...
        4 times that.
    n_trials : int, default=1000
        Trials for each number of points.
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
    pandas.DataFrame
        A row for each number of points. With an int as `random_state` it does not
        depend on the other rows. The columns are

        - ``n_features``, ``n_points``, ``n_trials``;
        - ``n_dimensions``: dimension D of the space that the features span, found
          as a numerical rank; NaN for classifiers;
        - ``n_successes``, ``fraction``: labelings told apart;
        - ``lower``, ``upper``: Wilson's interval for the probability [1]_;
        - ``theory``: Cover's probability for D dimensions, see
          `separability_probability`. Exact where the images of the points are in
          general position, as those from a density are under polynomials; an upper
          bound wherever they are not. NaN for classifiers;
        - ``seconds``: time of the workers on this row.

        Interrupting (Ctrl-C) ends the experiment with a warning and returns the rows
        that are finished; so does a worker that dies each time it is restarted.

    Raises
    ------
    ValueError
        If the estimator fails on some number of points, or a parameter is invalid.

    See Also
    --------
    CapacityDisplay : Such curves as a figure.
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
