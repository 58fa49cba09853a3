"""From what the user gives to samples, and a network that is ready to be trained."""

import copy
from contextlib import contextmanager
from functools import partial
from numbers import Integral

import numpy as np
from scipy import sparse
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight

from skbackprop.engine.history import new_history
from skbackprop.engine.initialization import initialize
from skbackprop.engine.samples import CSR
from skbackprop.engine.schedules import SPANNING
from skbackprop.engine.training import TrainingState
from skbackprop.fitting.settings import check_settings, make_optimizer
from skbackprop.fitting.validation_sets import split_rows
from skbackprop.utils.validation import FLOATS
from skbackprop.utils.warnings import warn_user

_INITIAL_BATCH = 512  # samples that the initial weights are fitted to
_MEASURES = ("alpha", "l1_alpha", "early_stopping", "n_iter_no_change", "tol")
# Fitted attributes that L-BFGS does not have.
_OF_MINIBATCHES = (
    "best_loss_",
    "best_validation_score_",
    "loss_curve_",
    "validation_loss_curve_",
    "validation_scores_",
)


def prepare(
    estimator,
    X,
    y,
    sample_weight,
    continues,
    splits=False,
    classes=None,
    incremental=False,
):
    """Validate everything, and return samples to train a network that is begun on.

    Parameters
    ----------
    continues : bool
        Whether a network fitted before learns on.
    splits : bool, default=False
        Whether a part of the samples is held out.
    classes, incremental
        See :meth:`FittingHooks._new_targets`.

    Returns
    -------
    samples : Samples
    remake : callable
        Makes them anew, by what the estimator holds then.
    """
    estimator._validate_params()
    dtype = estimator._parameters.dtype if continues else estimator.dtype
    dtype = FLOATS if dtype is None else dtype
    data = estimator._read_data(X, y, dtype, reset=not continues)
    X, y, _ = data
    sample_weight = _check_weights(sample_weight, X)
    if continues:
        targets = estimator._targets
        estimator._check_targets(targets, y, classes, incremental)
    else:
        targets = estimator._new_targets(y, classes, incremental)
    encoded = targets.encode(y, X.dtype)
    sample_weight = estimator._weigh(sample_weight, y, X.dtype, incremental)
    _check_any_weighs(estimator, sample_weight, incremental)
    if continues:
        _check_continuation(estimator, data)
    else:
        _begin(estimator, data, targets, incremental or estimator.warm_start)
    X = CSR.of(X) if sparse.issparse(X) else X
    remake = partial(estimator._make_samples, X, y, encoded, sample_weight)
    samples = remake()
    check_settings(estimator, estimator._program)
    if samples.is_sparse:
        estimator._program.check_reads_sparse()
    if estimator.solver != "lbfgs":
        criterion = None if incremental else _criterion(estimator, samples)
        state = _resume_or_begin(estimator, samples, splits, criterion)
        if not incremental and estimator.learning_rate in SPANNING:
            state.first_epoch = len(state.losses)
        estimator._training_state = state
    return samples, remake


def _check_weights(sample_weight, X):
    if sample_weight is None:
        return None
    sample_weight = _check_sample_weight(
        sample_weight, X, dtype=X.dtype, ensure_non_negative=True
    )
    if not sample_weight.any():
        raise ValueError(
            "sample_weight must have at least one positive entry, all are 0."
        )
    return sample_weight


def _check_any_weighs(estimator, weights, incremental):
    """Raise ValueError where a fit has no sample that weighs anything.

    These are the weights that the loss sees: of samples, times those of classes, in
    the precision of the network. A part of the data may weigh nothing.
    """
    if weights is None:
        return
    product = "sample_weight"
    if getattr(estimator, "class_weight", None) is not None:
        product = f"sample_weight times class_weight={estimator.class_weight!r}"
    if not np.isfinite(weights).all():
        raise ValueError(f"{product} must be finite, in {weights.dtype} too.")
    if not incremental and not weights.any():
        raise ValueError(f"{product} must not be negative, nor all 0.")


def _begin(estimator, data, targets, is_given):
    """Set up an untrained network of the right size."""
    estimator._targets = targets
    estimator.n_outputs_ = targets.n_outputs
    estimator.graph_ = estimator._make_graph(data, targets.n_outputs)
    estimator._random_state = _new_random_state(estimator.random_state)
    program = estimator._program
    estimator._parameters = program.allocate(data.X.dtype)
    looks_at_data = estimator.weight_init == "unit_variance"
    initialize(
        program,
        estimator._parameters,
        estimator._random_state,
        estimator.weight_init,
        data.X[:_INITIAL_BATCH] if looks_at_data else None,
    )
    estimator._begin(targets, is_given)
    estimator._training_state = None
    estimator.n_iter_ = estimator.t_ = 0
    estimator.loss_ = np.nan
    estimator.history_ = new_history()
    for name in _OF_MINIBATCHES:  # of a network before, trained otherwise
        vars(estimator).pop(name, None)
    if estimator.solver != "lbfgs":
        estimator.loss_curve_ = []
        estimator.best_loss_ = None if estimator.early_stopping else np.inf
        estimator.validation_scores_ = estimator.validation_loss_curve_ = None
        estimator.best_validation_score_ = None


def _check_continuation(estimator, data):
    """Check that the network fitted before is the one that is asked for."""
    graph = estimator._make_graph(data, estimator._targets.n_outputs)
    if not estimator._is_same_network(graph):
        estimator._refuse_continuation()
    dtype = estimator._parameters.dtype
    if estimator.dtype is not None and dtype != estimator.dtype:
        raise ValueError(
            f"dtype={estimator.dtype!r} is not that of the network fitted before, "
            f"{dtype}. Use warm_start=False, or a new estimator."
        )
    estimator.graph_ = graph
    # An integer seeds the first fit; later ones continue its stream.
    if not isinstance(estimator.random_state, Integral):
        estimator._random_state = _new_random_state(estimator.random_state)


def _new_random_state(seed):
    random_state = check_random_state(seed)
    if random_state.get_state(legacy=False)["bit_generator"] == "MT19937":
        return random_state
    # The kernels shuffle with the generator that scikit-learn uses.
    return np.random.RandomState(random_state.randint(2**31 - 1))


# The state of training


def _resume_or_begin(estimator, samples, splits, criterion):
    """Return the state to train from: of the last fit, if it still applies."""
    state = estimator._training_state
    if state is None or state.solver != estimator.solver:
        n_slots = make_optimizer(estimator).n_slots
        slots = estimator._program.allocate(estimator._parameters.dtype, n_slots)
        seed = _draw_seed(estimator)
        state = TrainingState(estimator.solver, slots, n_seen=estimator.t_, seed=seed)
    elif criterion and (state.is_over or state.criterion != criterion):
        state.forget_progress()
    state.criterion = criterion
    _share_record(estimator, state)
    is_split = state.validation is not None
    if state.n_samples != samples.n_units or splits != is_split:
        state.order, state.validation = split_rows(
            estimator, samples, splits, estimator._random_state
        )
        state.n_samples = samples.n_units
    if estimator.batch_size != "auto" and estimator.batch_size > len(state.order):
        warn_user(
            "Got `batch_size` less than 1 or larger than sample size. It is going "
            "to be clipped"
        )
    return state


def _criterion(estimator, samples):
    """Return what the counters of the stopping rule are about, as text.

    That is the data and what progress is measured by. A fit that was cut off goes on
    counting; one on other data, or by another measure, counts anew.
    """
    if not estimator.warm_start:
        return None
    parameters = [getattr(estimator, name) for name in _MEASURES]
    return f"{samples.fingerprint()} {estimator._targets.loss!r} {parameters}"


def _share_record(estimator, state):
    """Let the state and the estimator have one record of the epochs.

    They hold the same lists, into which training enters each epoch: callbacks see
    the estimator's attributes grow, and a fit that goes on, be it from a pickle
    without a state, goes on behind the epochs before.
    """
    learnt = vars(estimator)
    state.losses = estimator.loss_curve_ = learnt.get("loss_curve_", [])
    state.history = estimator.history_ = learnt.get("history_", new_history())
    state.scores = learnt.get("validation_scores_") or []
    state.validation_losses = learnt.get("validation_loss_curve_") or []


def _draw_seed(estimator):
    """Return the seed of the numbers that steps draw, 0 if they draw none."""
    instructions = estimator._program.instructions
    are_random = any(instruction.module.is_random for instruction in instructions)
    if estimator.solver != "sdlm" and not are_random:
        return 0
    return int(estimator._random_state.randint(2**31 - 1))


# What training changes in place.
_TRAINED = (
    "_parameters",
    "_training_state",
    "history_",
    "loss_curve_",
    "validation_loss_curve_",
    "validation_scores_",
)


@contextmanager
def unchanged_on_error(estimator, trains=False):
    """Leave an estimator as it was if something goes wrong.

    Parameters
    ----------
    estimator : NetworkEstimator
    trains : bool, default=False
        Whether a network that is there already is trained in place, so that it has
        to be copied before.
    """
    before = dict(vars(estimator))
    if trains:
        trained = {name: before[name] for name in _TRAINED if name in before}
        before.update(copy.deepcopy(trained))  # all at once: they share lists
        drawn = estimator._random_state.get_state()
    try:
        yield
    except BaseException:
        vars(estimator).clear()
        vars(estimator).update(before)
        if trains:  # in place, as the user may hold the generator
            estimator._random_state.set_state(drawn)
        raise
