"""From where training goes on: its state, and the way back when a fit fails."""

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

# Parameters by which progress is measured.
_MEASURES = ("alpha", "l1_alpha", "early_stopping", "n_iter_no_change", "tol")


def new_random_state(seed):
    """Return the generator that ``random_state`` means, of the kernels' kind."""
    random_state = check_random_state(seed)
    if random_state.get_state(legacy=False)["bit_generator"] == "MT19937":
        return random_state
    # The kernels shuffle with the generator that scikit-learn uses.
    return np.random.RandomState(random_state.randint(2**31 - 1))


def resume_or_begin(estimator, samples, splits, incremental):
    """Return the state to train from: of the last fit, if it still applies.

    Parameters
    ----------
    estimator : NetworkEstimator
    samples : Samples
    splits : bool
        Whether a part of the samples is held out.
    incremental : bool
        Whether it is one epoch of ``partial_fit``.
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
    """Tell whether training is over, so that what goes on counts anew.

    Without a rule of convergence (``tol=None``) nothing is counted, and the end that
    was planned is over only until more epochs are planned.
    """
    if outcome is Outcome.FINISHED:
        return estimator.tol is not None
    return outcome is Outcome.CONVERGED


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
    with undoing.unchanged_on_error(estimator) as before:
        if trains:
            trained = {name: before[name] for name in _TRAINED if name in before}
            before.update(copy.deepcopy(trained))  # all at once: they share lists
        elif before.get("_training_state") is not None:
            # Not what it holds, which nothing changes before training begins.
            before["_training_state"] = copy.copy(before["_training_state"])
        yield
