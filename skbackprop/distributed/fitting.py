"""``fit``, which trains one network on all workers of a cluster."""

import copy
from numbers import Integral, Real

import numpy as np
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, validate_params

from skbackprop.distributed.rounds import Rounds
from skbackprop.distributed.team import Team
from skbackprop.fitting.callbacks import begin_callbacks, with_callbacks
from skbackprop.fitting.estimator import NetworkEstimator
from skbackprop.fitting.settings import make_plan
from skbackprop.fitting.state import unchanged_on_error
from skbackprop.utils.optional import import_optional


@validate_params(
    {
        "epochs_per_round": [Interval(Integral, 1, None, closed="left")],
        "outer_learning_rate": [Interval(Real, 0, None, closed="neither")],
        "outer_momentum": [Interval(Real, 0, 1, closed="left")],
    },
    prefer_skip_nested_validation=True,
)
def fit(
    estimator,
    X,
    y,
    *,
    sample_weight=None,
    client=None,
    epochs_per_round=1,
    outer_learning_rate=0.7,
    outer_momentum=0.9,
):
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
    _check_estimator(estimator)
    client = _given_or_last(client)
    continues = estimator.warm_start and estimator.__sklearn_is_fitted__()
    # Actors use the client that is current when they are created.
    with unchanged_on_error(estimator, trains=continues), client.as_current():
        seed = _seed(estimator)
        team = Team(client, X, y, sample_weight, is_classifier(estimator))
        template = _template(estimator, continues, seed)
        network = team.begin(template)
        _check_schedule(network)
        if not continues:
            _take_up(estimator, network)
        team.gather(network)
        rounds = Rounds(
            estimator, team, epochs_per_round, seed, outer_learning_rate, outer_momentum
        )
        _run_watched(
            estimator, rounds, estimator._as_callbacks_see(X, y, sample_weight)
        )
    rounds.conclude()
    return estimator


def _given_or_last(client):
    distributed = import_optional("distributed", "dask")
    if client is None:
        try:
            return distributed.get_client()
        except ValueError as error:
            raise ValueError(
                "client=None uses the most recent client, and there is none. Create "
                "one first: distributed.Client()."
            ) from error
    if not isinstance(client, distributed.Client):
        raise TypeError(
            f"client must be a distributed.Client or None, got {type(client).__name__}."
        )
    return client


def _check_estimator(estimator):
    is_of_rows = is_classifier(estimator) or is_regressor(estimator)
    if not (isinstance(estimator, NetworkEstimator) and is_of_rows):
        raise TypeError(
            "estimator must be a classifier or regressor of skbackprop that consists "
            f"of one network, got {type(estimator).__name__}."
        )
    estimator._validate_params()
    refused = {"early_stopping": False, "checkpoint": None}
    for name, only in refused.items():
        if getattr(estimator, name) != only:
            raise ValueError(
                f"{name}={getattr(estimator, name)!r} needs all data in one process. "
                f"Use {name}={only!r} to fit on a cluster."
            )
    if estimator.solver == "lbfgs":
        raise ValueError(
            "solver='lbfgs' cannot be used on a cluster. Use a minibatch solver, such "
            "as 'adam'."
        )


def _check_schedule(network):
    schedule = make_plan(network, network.max_iter).schedule
    if schedule.slow_down(1.0, network.learning_rate_init):
        raise ValueError(
            f"learning_rate={network.learning_rate!r} waits for a plateau of the loss "
            "over all data, which no worker knows. Use 'constant' or another schedule "
            "that does not depend on the loss."
        )


def _seed(estimator):
    if isinstance(estimator.random_state, Integral):
        return int(estimator.random_state)
    return int(check_random_state(estimator.random_state).randint(2**31 - 1))


def _template(estimator, continues, seed):
    """Return the estimator for workers, which always trains all its epochs."""
    template = copy.copy(estimator) if estimator.warm_start else clone(estimator)
    vars(template).pop("_skl_callbacks", None)  # they run in the client
    if continues:
        template._training_state = None  # it belongs to other rows
    return template.set_params(
        random_state=seed, n_iter_no_change=np.inf, verbose=False, warm_start=False
    )


def _take_up(estimator, network):
    """Copy the network that a worker has initialized to the estimator."""
    parameters = estimator.get_params(deep=False)
    begun = {k: v for k, v in vars(network).items() if k not in parameters}
    vars(estimator).pop("feature_names_in_", None)
    vars(estimator).update(copy.deepcopy(begun))
    vars(estimator).pop("_assigned", None)


@with_callbacks
def _run_watched(estimator, rounds, data):
    """Train, and call the callbacks of scikit-learn, if there are any."""
    callbacks = begin_callbacks(estimator, data, False, "round", rounds.n_planned)
    rounds.run([callbacks] if callbacks else [])
    if callbacks and rounds.failure is None:
        callbacks.end()
