# Written by `make stubs` from the module beside it, which is what to change.

from typing import Any

def fit(
    estimator: Any,
    X: Any,
    y: Any,
    *,
    sample_weight: Any = None,
    client: Any = None,
    epochs_per_round: int = 1,
    outer_learning_rate: float = 0.7,
    outer_momentum: float = 0.9,
) -> Any:
    r"""Fit a network to data that lie on the workers of a dask cluster.

    Each worker trains on the partitions that it holds, with an optimizer of its own.
    After each round of some epochs the parameters :math:`\theta_k` of the workers
    make those of the network, by DiLoCo (Douillard et al. 2023 [1]_):

    .. math:: g = \sum_k w_k (\theta - \theta_k), \quad v \leftarrow \mu v + g, \quad
        \theta \leftarrow \theta - \eta (g + \mu v)

    where :math:`w_k` is the share of the worker in the weight of all rows. With
    ``outer_learning_rate=1`` and ``outer_momentum=0`` it is the plain average.
    Statistics of BatchNorm are always averaged.

    No row passes through the client, which gets parameters, losses and the labels
    that occur. Rows stand twice in the memory of a worker: as partitions, and as what
    is trained on.

    Parameters
    ----------
    estimator : object
        A classifier or regressor of this package that is one network, such as
        `skbackprop.MLPClassifier`, with a solver that learns from minibatches.
        ``max_iter`` counts epochs, each a pass over all partitions; ``tol`` and
        ``n_iter_no_change`` end training as in its own ``fit``. With
        ``warm_start=True`` the network fitted before goes on. Not with
        ``early_stopping``, ``checkpoint`` or a learning rate that waits for a
        standstill.
    X : dask array or frame of shape (n_samples, n_features), or list
        The input data; or a list of futures or delayed objects, each some rows.
        Partitions without rows are left out.
    y : dask array, series or frame, or list
        Class labels or numbers, in partitions like those of X.
    sample_weight : dask array or series of shape (n_samples,), or list, default=None
        Weight of each sample in the loss; 1 each by default.
    client : distributed.Client, default=None
        Of the cluster; None: the client that was made last.
    epochs_per_round : int, default=1
        Passes of a worker over its rows between two averages.
    outer_learning_rate : float, default=0.7
        The factor :math:`\eta` above.
    outer_momentum : float, default=0.9
        The factor :math:`\mu` above, from 0 to below 1.

    Returns
    -------
    estimator : object
        The same, fitted: it predicts, is saved and goes on like any other. The result
        depends on ``random_state`` and on which partitions lie together, not on who
        is ready first.

    Raises
    ------
    ImportError
        If dask or distributed is not installed.
    DivergenceError
        If a loss or a parameter is not finite. The network of the round before is
        kept.
    RuntimeError
        If the scheduler cannot be reached, if partitions are lost with their worker
        and dask cannot compute them anew, or if a learner is lost three times in a
        round.
    TypeError
        If the estimator, the client or the data is not one of those above.
    ValueError
        If a parameter or the data is not as it must be; the partition is named.

    See Also
    --------
    skbackprop.MLPClassifier.partial_fit : Learn from rows that come one after another.

    Notes
    -----
    A worker that dies is replaced: dask computes its partitions anew, on a worker that
    a nanny has started or on one of the others, and the round is run again there,
    with new moments of the optimizer. Ctrl-C ends training behind a round, and keeps
    what was learned.

    An error after the first round, be it of the cluster, of a worker or of a callback,
    leaves the network of the last round that ended well. With ``warm_start=True``,
    which may be set then, another call goes on from there, with new moments and a new
    momentum. An error before leaves the estimator as it was.

    Callbacks of scikit-learn are told in the client when a round begins and ends: a
    task called ``'round'``.

    References
    ----------
    .. [1] Douillard, A. et al. (2023). "DiLoCo: Distributed low-communication
       training of language models". arXiv:2311.08105.

    Examples
    --------
    >>> import dask.array as da
    >>> from distributed import Client
    >>> from sklearn.datasets import load_digits
    >>> from skbackprop import MLPClassifier
    >>> from skbackprop.distributed import fit
    >>> X, y = load_digits(return_X_y=True)
    >>> X, y = da.from_array(X, (450, 64)), da.from_array(y, 450)
    >>> clf = MLPClassifier(max_iter=20, tol=None, random_state=0)
    >>> with Client(
    ...     n_workers=1, threads_per_worker=1, processes=False, dashboard_address=":0"
    ... ) as client:
    ...     clf = fit(clf, X, y, client=client)
    >>> clf.score(X.compute(), y.compute()) > 0.9
    True
    """

def __getattr__(name: str) -> Any: ...
