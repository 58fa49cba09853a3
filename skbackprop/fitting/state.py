"""The state from which training continues, and its recovery when a fit fails."""

import copy
from contextlib import contextmanager

import numpy as np
from sklearn.utils import check_random_state

from skbackprop.engine.history import new_history
from skbackprop.engine.schedules import SPANNING
from skbackprop.engine.training import Outcome, TrainingState
from skbackprop.fitting.settings import make_optimizer
from skbackprop.fitting.validation_sets import split_rows
from skbackprop.utils import undoing
from skbackprop.utils.warnings import warn_user

# Parameters that define how progress is measured.
_MEASURES = ("alpha", "l1_alpha", "early_stopping", "n_iter_no_change", "tol")


def new_random_state(seed):
    """Return the generator for ``random_state``, of the type that the kernels use."""
    random_state = check_random_state(seed)
    if random_state.get_state(legacy=False)["bit_generator"] == "MT19937":
        return random_state
    # The kernels shuffle with the same generator as scikit-learn.
    return np.random.RandomState(random_state.randint(2**31 - 1))


def resume_or_begin(estimator, samples, splits, incremental):
    """Return the state to train from: that of the last fit, if it still applies.

    Parameters
    ----------
    estimator : NetworkEstimator
    samples : Samples
    splits : bool
        Whether a part of the samples is held out.
    incremental : bool
        Whether the call is one epoch of ``partial_fit``.
    """
    state, program = estimator._training_state, estimator._program
    criterion = None if incremental else _criterion(estimator, samples)
    if state is None or state.solver != estimator.solver:
        n_slots = make_optimizer(estimator).n_slots
        slots = program.allocate(estimator._parameters.dtype, n_slots)
        seed = _draw_seed(estimator)
        state = TrainingState(estimator.solver, slots, n_seen=estimator.t_, seed=seed)
    elif criterion and (state.is_over or state.criterion != criterion):
        state.forget_progress()
    state.criterion = criterion
    _share_record(estimator, state)
    if not incremental and estimator.learning_rate in SPANNING:
        state.first_epoch = len(state.losses)
    is_split = state.validation is not None
    if state.n_samples != samples.n_units or splits != is_split:
        state.order, state.validation = split_rows(
            estimator, samples, splits, estimator._random_state
        )
        state.n_samples = samples.n_units
    n_counted = samples.count(state.order)
    if estimator.batch_size != "auto" and estimator.batch_size > n_counted:
        warn_user(
            "Got `batch_size` less than 1 or larger than sample size. It is going "
            "to be clipped"
        )
    return state


def has_come_to_its_end(estimator, outcome):
    """Return whether training has ended, so that a continuation restarts the counts.

    Without a convergence criterion (``tol=None``), there are no counts, and the planned
    end holds only until more epochs are planned.
    """
    if outcome is Outcome.FINISHED:
        return estimator.tol is not None
    return outcome is Outcome.CONVERGED


def _criterion(estimator, samples):
    """Return a text that identifies the data and the measure of progress.

    If both are the same, a fit that was cut off continues its counts of the stopping
    rule; otherwise, they restart.
    """
    if not estimator.warm_start:
        return None
    parameters = [getattr(estimator, name) for name in _MEASURES]
    return f"{samples.fingerprint()} {estimator._targets.loss!r} {parameters}"


def _share_record(estimator, state):
    """Let the state and the estimator share one record of the epochs.

    They hold the same lists, to which training appends each epoch. So callbacks see the
    attributes of the estimator grow, and a continued fit appends to the previous
    epochs, even from a pickle without a state.
    """
    learnt = vars(estimator)
    state.losses = estimator.loss_curve_ = learnt.get("loss_curve_", [])
    state.history = estimator.history_ = learnt.get("history_", new_history())
    state.scores = learnt.get("validation_scores_") or []
    state.validation_losses = learnt.get("validation_loss_curve_") or []


def _draw_seed(estimator):
    """Return the seed of the random numbers in steps, 0 if there are none."""
    instructions = estimator._program.instructions
    are_random = any(instruction.module.is_random for instruction in instructions)
    if estimator.solver != "sdlm" and not are_random:
        return 0
    return int(estimator._random_state.randint(2**31 - 1))


# Attributes that training changes in place.
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
    """Restore an estimator if an error occurs.

    Parameters
    ----------
    estimator : NetworkEstimator
    trains : bool, default=False
        Whether an existing network is trained in place, so that it must be copied
        first.
    """
    with undoing.unchanged_on_error(estimator) as before:
        if trains:
            trained = {name: before[name] for name in _TRAINED if name in before}
            before.update(copy.deepcopy(trained))  # together, as they share lists
        elif before.get("_training_state") is not None:
            # Other attributes do not change before training begins.
            before["_training_state"] = copy.copy(before["_training_state"])
        yield
