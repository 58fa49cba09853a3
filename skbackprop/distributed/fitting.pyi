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
    r"""Fit a network to data on the workers of a dask cluster.

    Each worker trains on the partitions that it holds, with its own optimizer. After
    each round of ``epochs_per_round`` epochs, the parameters :math:`\theta_k` of the
    workers are combined by DiLoCo (Douillard et al. 2023 [1]_):

    .. math:: g = \sum_k w_k (\theta - \theta_k), \quad v \leftarrow \mu v + g, \quad
        \theta \leftarrow \theta - \eta (g + \mu v)

    where :math:`w_k` is the worker's fraction of the total sample weight. With
    ``outer_learning_rate=1`` and ``outer_momentum=0``, this is the weighted average.
    Statistics of BatchNorm are always averaged.

    Rows never pass through the client, which receives parameters, losses, labels and
    column names. Workers hold their rows in memory twice, as partitions and as
    training data.

    Parameters
    ----------
    estimator : object
        A classifier or regressor of this package that consists of one network, such
        as `skbackprop.MLPClassifier`, with a minibatch solver. ``max_iter`` counts
        epochs, each a pass over all partitions; ``tol`` and ``n_iter_no_change`` end
        training as in its own ``fit``. With ``warm_start=True``, training continues
        from the previous fit. ``early_stopping``, ``checkpoint`` and learning rates
        that wait for a plateau are not supported.
    X : dask array or frame of shape (n_samples, n_features), or list
        The input data, or a list of futures or delayed objects, one per partition.
        Partitions without rows are ignored.
    y : dask array, series or frame, or list
        Class labels or target values, partitioned like X.
    sample_weight : dask array or series of shape (n_samples,), or list, default=None
        Weight of each sample in the loss, partitioned like X. If None, all weights
        are 1.
    client : distributed.Client, default=None
        Client of the cluster. If None, the most recent client is used.
    epochs_per_round : int, default=1
        Number of epochs that each worker trains between two averages.
    outer_learning_rate : float, default=0.7
        The factor :math:`\eta` above.
    outer_momentum : float, default=0.9
        The factor :math:`\mu` above, in the range [0, 1).

    Returns
    -------
    estimator : object
        The fitted estimator itself. The result depends on ``random_state`` and on how
        partitions are divided among workers, but not on the order in which workers
        finish.

    Raises
    ------
    ImportError
        If dask or distributed is not installed.
    DivergenceError
        If a loss or a parameter is not finite. The network of the previous round is
        kept.
    RuntimeError
        If the scheduler cannot be reached, if partitions are lost with their worker
        and dask cannot recompute them, or if a learner is lost three times in a round.
    TypeError
        If the estimator, the client or the data is not one of those above.
    ValueError
        If a parameter or the data is invalid. Errors in the data name the partition.

    See Also
    --------
    skbackprop.MLPClassifier.partial_fit : Update a model with a batch of rows.

    Notes
    -----
    If a worker dies, dask recomputes its partitions on a worker restarted by its
    nanny, or on another worker. The round is repeated there with reset moments of the
    optimizer. Ctrl-C ends training after the current round, and keeps its result.

    After an error of the cluster, a worker or a callback, the estimator keeps the
    network of the last complete round. To continue from there, set
    ``warm_start=True`` and call ``fit`` again; moments and outer momentum are reset.
    If no round was complete, the estimator is unchanged.

    Callbacks of scikit-learn run in the client, with a task named ``'round'`` for each
    round.

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
