"""The training loop: epochs of minibatches until a stopping rule applies.

:func:`train` calls the executor's ``run_epochs`` for as many epochs as take about a
fifth of a second, so that Ctrl-C and messages are handled between calls.
"""

import enum
import time
from contextlib import nullcontext
from dataclasses import dataclass, field, replace

import numpy as np

from skbackprop.engine.history import extend_history, new_history
from skbackprop.engine.interrupts import Interrupts
from skbackprop.engine.optimizers import Optimizer
from skbackprop.engine.penalties import Penalties
from skbackprop.engine.reference.curvature import gauss_newton_diagonal
from skbackprop.engine.reference.modules import Pass
from skbackprop.engine.samples import StoppingRule
from skbackprop.engine.schedules import Progress, Schedule
from skbackprop.engine.undoing import undone_if_cut_off
from skbackprop.exceptions import ChunkError

_SECONDS_PER_CALL = 0.2
_MAX_STEPS_PER_CALL = 20_000  # limits the table of the optimizer's coefficients
_CURVATURE_SAMPLES = 500  # for the mean of second derivatives, as in LeNet-5


class Outcome(enum.Enum):
    """Why training ended."""

    CONVERGED = "no improvement for long enough"
    FINISHED = "all planned epochs are done, or the schedule is over"
    OUT_OF_EPOCHS = "the maximum number of epochs is reached"
    DIVERGED = "a loss or a parameter was not finite"
    INTERRUPTED = "interrupted by the user"
    STOPPED = "an observer asked to stop"
    UNREADABLE = "a chunk of the samples could not be read"


@dataclass(frozen=True)
class Plan:
    """The settings of training, which do not change while it runs.

    Attributes
    ----------
    optimizer : Optimizer
    learning_rate : float
        Initial learning rate.
    schedule : Schedule
    penalties : Penalties
    max_epochs : int
    shuffle : bool
    tol : float
        Minimum improvement of the loss (or of the validation score) that counts.
    max_no_improvement : float
        Maximum number of consecutive epochs without improvement.
    clip_grad_norm : float or None
        Maximum norm of a minibatch's gradient, without penalty.
    early_stopping : bool
        Whether to stop by the validation score instead of the loss.
    ends_as_planned : bool
        Whether ``max_epochs`` is the planned end of training instead of an upper
        limit.
    rate_factors : tuple of float or None
        Factor of the learning rate for each block of the program. None for 1 each.
    """

    optimizer: Optimizer
    learning_rate: float
    schedule: Schedule
    penalties: Penalties
    max_epochs: int
    shuffle: bool
    tol: float
    max_no_improvement: float
    clip_grad_norm: float | None = None
    early_stopping: bool = False
    ends_as_planned: bool = False
    rate_factors: tuple | None = None


@dataclass
class TrainingState:
    """The state of training, which a warm start continues.

    Attributes
    ----------
    solver : str
        The solver of the slots.
    slots : ndarray of shape (n_slots, n_parameters)
        The optimizer's moments or velocity.
    n_samples : int
        Number of rows (or groups) in ``order`` and ``validation``.
    order : ndarray of int64
        The rows to train on, as last shuffled.
    validation : ndarray of int64 or None
        The rows held out for the validation score.
    n_steps, n_seen : int
        Number of minibatches and samples so far.
    slowdown : float
        See :meth:`Schedule.slow_down`.
    no_improvement : int
        Number of consecutive epochs without improvement.
    best_loss, best_score : float
    best, last : ndarray of shape (n_parameters,) or None
        With a validation set: the parameters with the best score, which are the
        result of training, and the last parameters, from which training continues.
    losses, scores, validation_losses : list of float
        Values for each epoch. The last two need a validation set.
    history : dict of list
        All records of each epoch, see :mod:`skbackprop.engine.history`.
    seed : int
        Seed of the random numbers that modules draw.
    first_epoch : int
        Number of epochs before the learning rate schedule began.
    criterion : str or None
        Identifies the data and the measure of ``no_improvement`` and ``best_loss``.
    is_over : bool
        Whether training was completed.
    """

    solver: str
    slots: np.ndarray
    n_samples: int = 0
    order: np.ndarray | None = None
    validation: np.ndarray | None = None
    n_steps: int = 0
    n_seen: int = 0
    slowdown: float = 1.0
    no_improvement: int = 0
    best_loss: float = np.inf
    best_score: float = -np.inf
    best: np.ndarray | None = None
    last: np.ndarray | None = None
    losses: list = field(default_factory=list)
    scores: list = field(default_factory=list)
    validation_losses: list = field(default_factory=list)
    history: dict = field(default_factory=new_history)
    seed: int = 0
    first_epoch: int = 0
    criterion: str | None = None
    is_over: bool = False

    def copied(self):
        """Return a copy with writable copies of all arrays."""
        arrays = {k: v.copy() for k, v in vars(self).items() if hasattr(v, "dtype")}
        return replace(self, **arrays)

    def forget_progress(self):
        """Reset the criteria of progress, which do not apply to what comes next."""
        self.no_improvement = 0
        self.best_loss, self.slowdown = np.inf, 1.0

    def forget_moments(self):
        """Reset the optimizer, as its moments are useless after divergence."""
        self.slots[:] = 0
        self.n_steps = 0


def train(
    executor,
    samples,
    plan,
    state,
    random_state,
    validate=None,
    report=None,
    observers=(),
):
    """Train the executor's parameters until a stopping rule applies.

    Parameters
    ----------
    executor : Executor or ReferenceExecutor
    samples : Samples
    plan : Plan
    state : TrainingState
        The state, updated in place.
    random_state : RandomState
        Redraws groups and shuffles before each epoch, if samples and plan require it.
    validate : callable, default=None
        Returns the ``Validated`` loss and score of the current parameters. With
        it, the final parameters are those with the best score. If it has a true
        attribute ``reads_chunks``, an epoch in which it fails is undone.
    report : callable, default=None
        Called with messages about progress.
    observers : iterable of Observer, default=()
        Called after every few epochs, which were all completed.

    Returns
    -------
    Outcome
    """
    executor.prepare_training(samples, plan, state.slots, state.order)
    epochs = _Epochs(executor, samples, plan, state, random_state)
    if validate:
        _go_on_from_last(executor.parameters, state, validate)
    outcome = Outcome.OUT_OF_EPOCHS
    try:
        with Interrupts() as interrupts:
            executor.interrupts = interrupts
            while epochs.n_left and outcome is Outcome.OUT_OF_EPOCHS:
                # Only between calls into kernels, so that the state is always that at
                # the end of an epoch.
                interrupts.check()
                outcome = _run_and_record(epochs, validate, report, observers)
            # Divergence matters more than an interruption.
            if outcome is not Outcome.DIVERGED:
                interrupts.check()
    except KeyboardInterrupt:
        outcome = Outcome.INTERRUPTED
    except ChunkError as error:
        if not epochs.n_done:
            raise
        executor.failure = error
        outcome = Outcome.UNREADABLE
    is_scheduled_end = len(state.losses) - state.first_epoch >= plan.schedule.length
    is_meant = is_scheduled_end or plan.ends_as_planned
    if outcome is Outcome.OUT_OF_EPOCHS and is_meant:
        outcome = Outcome.FINISHED
    if validate:
        # Predictions use the best parameters, a warm start continues from the last.
        state.last = executor.parameters.copy()
        executor.parameters[:] = state.best
    return outcome


def _run_and_record(epochs, validate, report, observers):
    """Run some epochs and return the outcome; OUT_OF_EPOCHS if none is decided yet."""
    for observer in observers:
        observer.before_epochs(epochs.state)
    # Validation and observers need a return from the kernels after each epoch or after
    # a few. Otherwise that would cost time.
    at_most = [observer.epochs_per_call for observer in observers]
    at_most = min(1 if validate else epochs.n_per_call, *at_most, np.inf)
    # Only errors of chunks keep earlier epochs, and copies take time and memory.
    validates_chunks = getattr(validate, "reads_chunks", False)
    chunks_may_fail = epochs.samples.are_in_chunks or validates_chunks
    with undone_if_cut_off(epochs) if chunks_may_fail else nullcontext():
        run = epochs.run(at_most)
        _record(epochs, run, report)
        if validate and not run.diverged:
            _record_validation(validate(), epochs.state, report)
    if run.diverged:
        epochs.state.forget_moments()
        return Outcome.DIVERGED
    outcome = _apply_rule(epochs, run, validate, report)
    # A list instead of any(), so that all observers are called.
    asked_to_stop = [observer.after_epochs(epochs.state) for observer in observers]
    if outcome is Outcome.OUT_OF_EPOCHS and any(asked_to_stop):
        return Outcome.STOPPED
    return outcome


def _apply_rule(epochs, run, validate, report):
    """Count epochs without improvement, and stop or slow down if there are too many."""
    plan, state = epochs.plan, epochs.state
    # The kernels have counted by the training loss already.
    state.best_loss, no_improvement = run.best_loss, run.no_improvement
    if validate:
        by_score = _keep_best(epochs.executor, plan.tol, state)
        no_improvement = by_score if plan.early_stopping else no_improvement
    state.no_improvement = no_improvement
    if state.no_improvement > plan.max_no_improvement:
        return _stop_or_slow_down(plan, state, report)
    return Outcome.OUT_OF_EPOCHS


def _go_on_from_last(parameters, state, validate):
    """Continue from the last parameters, unless the user has changed them.

    The best parameters are scored again, as the validation set may have changed.
    """
    if state.last is not None and np.array_equal(parameters, state.best):
        state.best_score = validate().score
        parameters[:] = state.last
    else:
        state.best_score = -np.inf
        state.best = parameters.copy()


class _Epochs:
    """Runs epochs, with about a fifth of a second per call."""

    def __init__(self, executor, samples, plan, state, random_state):
        self.executor, self.samples = executor, samples
        self.plan, self.state = plan, state
        self.random_state = random_state
        self.n_batches = samples.n_batches(state.order, executor.batch_size)
        self.n_counted = samples.count(state.order)
        self.n_done = 0
        self.n_per_call = 1  # until the duration of an epoch is known
        self.rates, self.seconds = None, 0.0  # of the last call, per epoch

    @property
    def n_left(self):
        return self.plan.max_epochs - self.n_done

    def run(self, at_most):
        is_measured = self.plan.optimizer.uses_curvature
        samples = self.samples
        if samples.are_redrawn or samples.are_in_chunks or is_measured:
            # Redrawing and measuring need the network as it is before each epoch. An
            # error of reading must not lose other epochs of the call.
            at_most = 1
        n_epochs = int(min(at_most, self.n_left))
        # First, as a custom schedule may fail: nothing has changed yet.
        coefficients, self.rates = self._coefficients(n_epochs)
        if samples.are_redrawn:
            self._redraw()
        if is_measured:
            self._measure_curvature()
        state = self.state
        rule = StoppingRule(
            self.plan.tol,
            self.plan.max_no_improvement,
            state.best_loss,
            state.no_improvement,
        )
        begin = time.perf_counter()
        run = self.executor.run_epochs(
            coefficients,
            rule,
            self.random_state if self.plan.shuffle else None,
            state.n_steps,
        )
        done = len(run.losses)  # fewer than requested if a rule stopped training
        self.seconds = (time.perf_counter() - begin) / max(1, done)
        affordable = min(
            _SECONDS_PER_CALL / self.seconds, _MAX_STEPS_PER_CALL / self.n_batches
        )
        self.n_per_call = max(1, int(affordable))
        self.n_done += done
        state.n_seen += done * self.n_counted
        state.n_steps += done * self.n_batches
        return run

    def _redraw(self):
        samples, order = self.samples, self.state.order
        samples.groups.redraw(self.executor, samples, order, self.random_state)

    def _measure_curvature(self):
        """Pass second derivatives, estimated from some samples, to the optimizer.

        The samples depend on the seed and the number of steps, so that resumed training
        uses the same.
        """
        state, samples, executor = self.state, self.samples, self.executor
        rows = state.order
        if samples.weights is not None:
            rows = rows[samples.weights[rows] > 0]
        if len(rows) > _CURVATURE_SAMPLES:
            rng = np.random.default_rng((state.seed, state.n_steps))
            rows = rng.choice(rows, _CURVATURE_SAMPLES, replace=False)
        curvature = gauss_newton_diagonal(
            executor.program,
            executor.parameters,
            executor.loss,
            samples,
            rows,
            Pass(is_training=True, seed=state.seed, n_steps=state.n_steps),
        )
        self.plan.optimizer.take_curvature(state.slots, curvature)

    def _coefficients(self, n_epochs):
        """Return the coefficients of steps, and the last rate of each epoch."""
        state, plan, n_batches = self.state, self.plan, self.n_batches
        steps = np.arange(n_epochs * n_batches)

        def at(first_epoch):
            """Return the number of epochs at each step since ``first_epoch``."""
            # Not (epochs so far) + steps / n_batches, whose rounding depends on how
            # steps are divided into calls.
            n_before = len(state.losses) - first_epoch
            return n_before + steps // n_batches + steps % n_batches / n_batches

        epochs = at(0)
        n_seen = state.n_seen + self.n_counted * (steps // n_batches)
        scheduled = Progress(at(state.first_epoch), n_seen, state.slowdown)
        factors = plan.schedule.factors(scheduled)
        rates = plan.learning_rate * factors
        steps += state.n_steps + 1  # bias corrections count from 1
        table = np.hstack(
            [
                plan.penalties.coefficients(epochs, rates),
                plan.optimizer.coefficients(steps, rates),
            ]
        )
        table = np.ascontiguousarray(table).reshape(n_epochs, self.n_batches, -1)
        return table, rates[n_batches - 1 :: n_batches]


def _record(epochs, run, report):
    """Add a run of epochs to the state."""
    state, n_epochs = epochs.state, len(run.losses)
    losses = run.losses.tolist()
    state.losses.extend(losses)
    extend_history(
        state.history,
        loss=losses,
        penalty=run.penalties.tolist(),
        learning_rate=epochs.rates[:n_epochs].tolist(),
        gradient_norm=run.gradient_norms.tolist(),
        update_ratio=run.update_ratios.tolist(),
        seconds=[epochs.seconds] * n_epochs,
    )
    if report:
        for epoch, loss in enumerate(losses, start=epochs.n_done - n_epochs + 1):
            report(f"Iteration {epoch}, loss = {loss:.8f}")


def _record_validation(validated, state, report):
    """Add the results of validation after an epoch to the state."""
    loss, score = map(float, validated)
    state.validation_losses.append(loss)
    state.scores.append(score)
    state.history["validation_loss"][-1] = loss
    state.history["validation_score"][-1] = score
    if report:
        report(f"Validation score: {score:f}")


def _keep_best(executor, tol, state):
    """Keep the parameters with the best score; return epochs without improvement."""
    score = state.scores[-1]
    too_low = score < state.best_score + tol
    if score > state.best_score:
        state.best_score = score
        state.best[:] = executor.parameters
    return state.no_improvement + 1 if too_low else 0


def _stop_or_slow_down(plan, state, report):
    """Reduce the learning rate after a plateau, or end training."""
    slowdown = plan.schedule.slow_down(state.slowdown, plan.learning_rate)
    if report:
        what = "Validation score" if plan.early_stopping else "Training loss"
        report(
            f"{what} did not improve more than tol={plan.tol:f} for "
            f"{plan.max_no_improvement} consecutive epochs. "
            f"{'Slowing down' if slowdown else 'Stopping'}."
        )
    if not slowdown:  # the schedule cannot, or has reached its minimum
        return Outcome.CONVERGED
    state.slowdown = slowdown
    state.no_improvement = 0
    return Outcome.OUT_OF_EPOCHS
