"""Descriptions of parameters that the experiments share."""

_ESTIMATOR = """
    estimator : transformer, classifier or None, default=None
        A transformer that is applied before the hyperplane, or a classifier that
        replaces it; pipelines work too. Wrap a fitted estimator in a
        :class:`~sklearn.frozen.FrozenEstimator` to keep it unchanged: its ``transform``
        is applied before the hyperplane, even if it is a classifier. To choose another
        hidden layer of a network, use
        ``FunctionTransformer(network.transform, kw_args={"layer": 0})``.
"""

_CONDITIONS = """
    data : {'gaussian', 'sphere', 'hypercube'} or array-like of shape \
(n_samples, n_features), default='gaussian'
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
"""

CURVE_PARAMETERS = f"""
{_ESTIMATOR.strip()}
    n_features : int or array-like of int, default=None
        Number N of coordinates of a point. Several numbers give one curve each.
        Optional only if `data` is an array.
    n_points : array-like of int or of float, default=None
        Numbers P of points. Floats are multiples of the dimension D of the
        representation, or of `n_features` for a classifier. By default, 0.25, 0.5, ...,
        4 times that dimension.
    n_trials : int, default=1000
        Number of trials for each number of points.
    {_CONDITIONS.strip()}
"""

SEARCH_PARAMETERS = f"""
{_ESTIMATOR.strip()}
    n_features : int, default=None
        Number N of coordinates of a point. Optional only if `data` is an array.
    probability : float, default=0.5
        Probability of separation at which to measure the capacity, in (0, 1).
    max_trials : int, default=1000
        Maximum number of trials for one number of points, after which the test stays
        undecided.
    {_CONDITIONS.strip()}
"""
