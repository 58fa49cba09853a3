"""Training: epochs of minibatches until a rule says stop.

:func:`train` hands the executor as many epochs at a time as fit in a fifth of
a second, so that Ctrl-C and messages come through; an epoch itself, with its
minibatches, is the executor's ``run_epochs``.
"""

import enum
import time
from dataclasses import dataclass, field, replace

import numpy as np

from skbackprop.engine.curvature import gauss_newton_diagonal
from skbackprop.engine.interrupts import Interrupts
from skbackprop.engine.modules import Pass
from skbackprop.engine.optimizers import Optimizer
from skbackprop.engine.penalties import Penalties
from skbackprop.engine.samples import StoppingRule
from skbackprop.engine.schedules import Progress, Schedule

_SECONDS_PER_CALL = 0.2
_MAX_STEPS_PER_CALL = 20_000  # bounds the table of the optimizer's coefficients
_CURVATURE_SAMPLES = 500  # that second derivatives are the mean over, as in LeNet-5


class Outcome(enum.Enum):
    """Why training ended."""

    CONVERGED = "no improvement for long enough"
    OUT_OF_EPOCHS = "the maximum of epochs is reached"
    DIVERGED = "a loss or a parameter was not finite"
    INTERRUPTED = "interrupted by the user"


@dataclass(frozen=True)
class Plan:
    """How to train; everything that does not change while training runs.

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
        Improvement of the loss (or of the validation score) that counts.
    max_no_improvement : float
        Epochs in a row without improvement that are put up with.
    clip_grad_norm : float or None
        Largest norm of a minibatch's gradient, penalty left out.
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


@dataclass
class TrainingState:
    """What changes while training runs and is carried on by a warm start.

    Attributes
    ----------
    solver : str
        Whose slots these are.
    slots : ndarray of shape (n_slots, n_parameters)
        The optimizer's moments or velocity.
    n_samples : int
        Rows (or groups of rows) that ``order`` and ``validation`` are of.
    order : ndarray of int64
        Those to train on, as last shuffled.
    validation : ndarray of int64 or None
        Those held out for the validation score.
    n_steps, n_seen : int
        Minibatches and samples so far.
    slowdown : float
        See :meth:`Schedule.slow_down`.
    no_improvement : int
        Epochs in a row without improvement.
    best_loss, best_score : float
    best, last : ndarray of shape (n_parameters,) or None
        Where a validation set is held out: the parameters of the best score,
        which training ends with, and those from where it goes on.
    losses, scores : list of float
        Of each epoch; scores only where a validation set is held out.
    seed : int
        Of the random numbers that modules draw.
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
    seed: int = 0

    def copied(self):
        """Return a state with arrays of its own, writable whatever these are."""
        arrays = {k: v.copy() for k, v in vars(self).items() if hasattr(v, "dtype")}
        return replace(self, **arrays)

    def forget_moments(self):
        """Begin the optimizer anew: what led into a divergence is worth nothing."""
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
    prepare=None,
):
    """Train the executor's parameters until a rule says stop.

    Parameters
    ----------
    executor : Executor or ReferenceExecutor
    samples : Samples
    plan : Plan
    state : TrainingState
        Updated in place.
    random_state : RandomState
        Shuffles before each epoch, if the plan says so.
    validate : callable, default=None
        Returns the validation score of the current parameters. With it,
        training stops by this score and ends with the best parameters.
    report : callable, default=None
        Told in words what happens.
    prepare : callable, default=None
        Called before each epoch, to draw what the samples are made of anew.

    Returns
    -------
    Outcome
    """
    executor.prepare_training(samples, plan, state.slots, state.order)
    epochs = _Epochs(executor, samples, plan, state, random_state, prepare)
    if validate:
        _go_on_from_last(executor.parameters, state)
    outcome = Outcome.OUT_OF_EPOCHS
    try:
        with Interrupts() as interrupts:
            while epochs.n_left and outcome is Outcome.OUT_OF_EPOCHS:
                interrupts.check()
                outcome = _run_and_record(epochs, validate, report)
            if outcome is not Outcome.DIVERGED:
                interrupts.check()
    except KeyboardInterrupt:
        outcome = Outcome.INTERRUPTED
    if validate:
        state.last = executor.parameters.copy()
        executor.parameters[:] = state.best
    return outcome


def _run_and_record(epochs, validate, report):
    """Run some epochs and decide whether training goes on (OUT_OF_EPOCHS)."""
    plan, state = epochs.plan, epochs.state
    run = epochs.run(at_most=1 if validate else epochs.n_per_call)
    _record(run, state, epochs.n_done, report)
    if run.diverged:
        state.forget_moments()
        return Outcome.DIVERGED
    if validate:
        if _record_score(validate(), plan.tol, state, report):
            state.best[:] = epochs.executor.parameters
    else:
        state.best_loss, state.no_improvement = run.best_loss, run.no_improvement
    if state.no_improvement > plan.max_no_improvement:
        return _stop_or_slow_down(plan, state, validate, report)
    return Outcome.OUT_OF_EPOCHS


def _go_on_from_last(parameters, state):
    """Take up the parameters where training stopped, unless they were changed."""
    if state.last is not None and np.array_equal(parameters, state.best):
        parameters[:] = state.last
    else:
        state.best = parameters.copy()


class _Epochs:
    """Runs epochs, as many per call as take about a fifth of a second."""

    def __init__(self, executor, samples, plan, state, random_state, prepare=None):
        self.executor, self.samples = executor, samples
        self.plan, self.state = plan, state
        self.random_state = random_state if plan.shuffle else None
        self.prepare = prepare
        self.n_batches = -(-len(state.order) // executor.batch_size)
        self.n_done = 0
        self.n_per_call = 1

    @property
    def n_left(self):
        return self.plan.max_epochs - self.n_done

    def run(self, at_most):
        if self.prepare:
            at_most = 1
            self.prepare()
        if self.plan.optimizer.uses_curvature:
            at_most = 1
            self._measure_curvature()
        n_epochs = min(at_most, self.n_left)
        state, n_samples = self.state, len(self.state.order)
        rule = StoppingRule(
            self.plan.tol,
            self.plan.max_no_improvement,
            state.best_loss,
            state.no_improvement,
        )
        begin = time.perf_counter()
        run = self.executor.run_epochs(
            self._coefficients(n_epochs),
            rule,
            self.random_state,
            state.n_steps,
        )
        seconds = (time.perf_counter() - begin) / n_epochs
        affordable = min(
            _SECONDS_PER_CALL / seconds, _MAX_STEPS_PER_CALL / self.n_batches
        )
        self.n_per_call = max(1, int(affordable))
        done = len(run.losses)
        self.n_done += done
        state.n_seen += done * n_samples
        state.n_steps += done * self.n_batches
        return run

    def _measure_curvature(self):
        """Tell the optimizer the second derivatives, as some samples show them.

        Which ones depends on the seed and on the steps so far, so that training
        that is resumed meets the same.
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
        """Return what each step of the next epochs is told."""
        state, plan, n_batches = self.state, self.plan, self.n_batches
        steps = np.arange(n_epochs * n_batches)
        # Not (epochs so far) + steps / n_batches, which is rounded differently
        # when the same steps are divided into other calls.
        epochs = len(state.losses) + steps // n_batches + steps % n_batches / n_batches
        n_seen = state.n_seen + len(state.order) * (steps // n_batches)
        factors = plan.schedule.factors(Progress(epochs, n_seen, state.slowdown))
        rates = plan.learning_rate * factors
        steps += state.n_steps + 1
        table = np.hstack(
            [
                plan.penalties.coefficients(epochs, rates),
                plan.optimizer.coefficients(steps, rates),
            ]
        )
        return np.ascontiguousarray(table).reshape(n_epochs, self.n_batches, -1)


def _record(run, state, n_done, report):
    """Enter the losses of a run into the state."""
    state.losses.extend(map(float, run.losses))
    if report:
        for epoch, loss in enumerate(run.losses, start=n_done - len(run.losses) + 1):
            report(f"Iteration {epoch}, loss = {loss:.8f}")


def _record_score(score, tol, state, report):
    """Enter a validation score; return whether it is the best so far."""
    state.scores.append(score)
    if report:
        report(f"Validation score: {score:f}")
    too_low = score < state.best_score + tol
    state.no_improvement = state.no_improvement + 1 if too_low else 0
    is_best = score > state.best_score
    if is_best:
        state.best_score = score
    return is_best


def _stop_or_slow_down(plan, state, validate, report):
    """Reduce the learning rate after a standstill, or end training."""
    slowdown = plan.schedule.slow_down(state.slowdown, plan.learning_rate)
    if report:
        report(
            f"{'Validation score' if validate else 'Training loss'} did not improve "
            f"more than tol={plan.tol:f} for {plan.max_no_improvement} consecutive "
            f"epochs. {'Slowing down' if slowdown else 'Stopping'}."
        )
    if not slowdown:
        return Outcome.CONVERGED
    state.slowdown = slowdown
    state.no_improvement = 0
    return Outcome.OUT_OF_EPOCHS
