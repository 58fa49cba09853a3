"""Documentation that the experiments share, written once."""

_ESTIMATOR = """
    estimator : transformer, classifier or None, default=None
        What stands before the hyperplane, or in its place; pipelines too. What is
        fitted already, and is to stay so, in a
        :class:`~sklearn.frozen.FrozenEstimator`: it stands before the hyperplane
        with its ``transform``, be it a classifier or not. Another hidden layer of a
        network is ``FunctionTransformer(network.transform, kw_args={"layer": 0})``.
"""

_CONDITIONS = """
    data : {'gaussian', 'sphere', 'hypercube'} or array-like of shape \
(n_samples, n_features), default='gaussian'
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
"""

CURVE_PARAMETERS = f"""
{_ESTIMATOR.strip()}
    n_features : int or array-like of int, default=None
        Number N of coordinates of a point; of several, each gets a curve. Left out
        only where `data` is an array.
    n_points : array-like of int or of float, default=None
        Numbers P of points. Floats are multiples of the dimension D of the
        representation, for a classifier of `n_features`. By default 0.25, 0.5, ...
        4 times that.
    n_trials : int, default=1000
        Trials for each number of points.
    {_CONDITIONS.strip()}
"""

SEARCH_PARAMETERS = f"""
{_ESTIMATOR.strip()}
    n_features : int, default=None
        Number N of coordinates of a point. Left out only where `data` is an array.
    probability : float, default=0.5
        The probability of being told apart that is searched for, in (0, 1).
    max_trials : int, default=1000
        Trials for one number of points, after which it counts as too close to call.
    {_CONDITIONS.strip()}
"""
