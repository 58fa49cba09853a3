"""A session: the data and the steps of one call of ``fit`` or ``partial_fit``.

All network estimators share it. :mod:`skbackprop.fitting.preparing` prepares its
validated data, encoded targets and network; the hooks of the estimator
(:mod:`skbackprop.fitting.hooks`) do what differs between networks.
"""

from sklearn.exceptions import ConvergenceWarning

from skbackprop.engine import make_executor
from skbackprop.engine.chunked import ChunkedExecutor
from skbackprop.engine.idle import idle_executors
from skbackprop.engine.lbfgs import train_lbfgs
from skbackprop.engine.parts import Parts
from skbackprop.engine.training import Outcome, TrainingState, train
from skbackprop.exceptions import ChunkError, DivergenceError
from skbackprop.fitting.chunks import are_chunks
from skbackprop.fitting.prediction import LARGEST_WORKSPACE_BYTES
from skbackprop.fitting.preparing import minibatch_size, prepare, prepare_chunks
from skbackprop.fitting.settings import make_plan
from skbackprop.fitting.state import has_come_to_its_end
from skbackprop.fitting.storage.checkpoints import open_checkpoint
from skbackprop.fitting.threads import n_threads
from skbackprop.fitting.validation_sets import (
    check_validation,
    hold_out,
    make_validation,
    read_held_out,
)
from skbackprop.utils.warnings import warn_user

_LBFGS_BATCH = 1024  # rows at a time, if the executor does not cut blocks


class Session:
    """The state of one fit besides the estimator that it trains.

    Parameters
    ----------
    estimator : NetworkEstimator
        Estimator with an initialized network.
    samples : Samples
    held_out : HeldOut, default=None
        The validation set.
    checkpoint : Checkpoint, default=None
        The checkpoint to write.
    incremental : bool, default=False
        Whether the call is one epoch of ``partial_fit``, not a whole ``fit``.
    """

    def __init__(
        self, estimator, samples, held_out=None, checkpoint=None, incremental=False
    ):
        self.estimator = estimator
        self.samples = samples
        self.held_out = held_out
        self.checkpoint = checkpoint
        self.incremental = incremental
        self.max_epochs = 1 if incremental else estimator.max_iter
        self.outcome = None
        self._not_converged = ""  # the warning, if training does not converge
        self._failure = None  # the error in the last epoch

    # Opening: from the user's data to a network that is ready to train

    @classmethod
    def of_fit(cls, estimator, X, y, sample_weight, given):
        """Open a session of ``fit``, with an optional validation set."""
        continues = estimator.warm_start and estimator.__sklearn_is_fitted__()
        splits = estimator.early_stopping and given.X is None
        if are_chunks(X, y):
            samples, remake, whole = prepare_chunks(
                estimator, X, sample_weight, continues, splits
            )
            X, y, sample_weight = whole
        else:
            samples, remake = prepare(
                estimator, X, y, sample_weight, continues, splits=splits
            )
        check_validation(estimator, given)
        held_out = read_held_out(estimator, given)
        checkpoint = open_checkpoint(estimator, samples, held_out, continues)
        if checkpoint and checkpoint.is_taken_up:
            samples = remake()  # with the random draws of the fit that continues
        if splits:
            held_out = hold_out(estimator, samples, X, y, sample_weight)
        return cls(estimator, samples, held_out, checkpoint)

    @classmethod
    def of_partial_fit(cls, estimator, X, y, sample_weight, classes):
        """Open a session of ``partial_fit``, where y may be only a part of the data."""
        continues = estimator.__sklearn_is_fitted__()
        _check_partial_fit(estimator)
        part = {"classes": classes, "incremental": True}
        samples, _ = prepare(estimator, X, y, sample_weight, continues, **part)
        return cls(estimator, samples, incremental=True)

    # Training

    def run(self, observers=()):
        """Train the network, and set the fitted attributes of the estimator."""
        estimator = self.estimator
        if estimator.solver == "lbfgs":
            self.outcome = self._run_lbfgs(observers)
        else:
            self.outcome = self._run_stochastic(observers)
            estimator._training_state.is_over = has_come_to_its_end(
                estimator, self.outcome
            )
        if not (self.incremental or estimator.warm_start):
            # Pickles, little larger than the weights, do not contain the optimizer
            # state either: an estimator and its copies continue alike.
            estimator._training_state = None

    def _run_stochastic(self, observers):
        estimator, samples, checkpoint = self.estimator, self.samples, self.checkpoint
        state = estimator._training_state
        batch_size = minibatch_size(estimator, samples, state.order)
        executor = self._executor(batch_size, state.seed)
        if samples.are_in_chunks:
            executor = ChunkedExecutor(executor)
        validate = make_validation(estimator, self.held_out, batch_size)
        n_epochs_before, max_epochs = len(state.losses), self.max_epochs
        if checkpoint:
            # The epochs of the interrupted fit count as epochs of this one.
            n_epochs_before = checkpoint.n_epochs_before
            max_epochs = checkpoint.n_left(state, max_epochs)
            checkpoint.keeps_best = validate is not None
            observers = [*observers, checkpoint]
        outcome = train(
            executor,
            samples,
            make_plan(estimator, max_epochs),
            state,
            estimator._random_state,
            validate,
            print if estimator.verbose else None,
            observers,
        )
        self._failure = executor.failure
        if self._finds_idle and executor.n_lanes == 1:
            idle_executors.put(executor, estimator._parameters)
        self._report(state, n_epochs_before)
        self._not_converged = (
            f"Stochastic Optimizer: Maximum iterations ({estimator.max_iter}) reached "
            "and the optimization hasn't converged yet."
        )
        return checkpoint.after_training(outcome) if checkpoint else outcome

    def _report(self, state, n_epochs_before):
        """Set the attributes that describe training by minibatches."""
        estimator = self.estimator
        estimator.n_iter_ = len(state.losses) - n_epochs_before
        estimator.t_ = state.n_seen
        if state.losses:
            estimator.loss_ = state.losses[-1]
        if not estimator.early_stopping:
            estimator.best_loss_ = state.best_loss
        if self.held_out is not None:
            estimator.best_validation_score_ = state.best_score
            estimator.validation_scores_ = state.scores
            estimator.validation_loss_curve_ = state.validation_losses

    def _run_lbfgs(self, observers):
        estimator, samples = self.estimator, self.samples
        outcome, estimator.n_iter_, estimator.loss_, reason = train_lbfgs(
            self._executor(min(samples.n_units, self._lbfgs_batch_size())),
            samples,
            estimator.alpha,
            self.max_epochs,
            estimator.max_fun,
            estimator.tol,
            print if estimator.verbose else None,
            TrainingState("lbfgs", None, history=estimator.history_),
            observers,
        )
        self._not_converged = (
            f"lbfgs failed to converge after {estimator.n_iter_} iteration(s): "
            f"{reason}. Increase max_iter or max_fun, or scale the data."
        )
        return outcome

    def _lbfgs_batch_size(self):
        """Return the maximum number of samples or groups to run at once."""
        samples = self.samples
        affordable = max(8, self._most_rows_in(LARGEST_WORKSPACE_BYTES))
        is_cut_into_blocks = samples.groups is None and not samples.are_in_parts
        if is_cut_into_blocks and affordable >= _LBFGS_BATCH:
            return samples.n_units
        return max(1, min(_LBFGS_BATCH, affordable) // samples.most_rows(1))

    def _most_rows_in(self, n_bytes):
        """Return the number of rows whose signals fit into ``n_bytes`` of memory."""
        estimator, X = self.estimator, self.samples.X
        n_elements = n_bytes // estimator._parameters.itemsize
        if not isinstance(X, Parts):
            return n_elements // estimator._program.workspace_width
        affordable = [n_elements // p.workspace_width for p in X.programs]
        pairs = zip(affordable, X.rows, strict=True)
        # A part with fewer rows than fit does not limit the others.
        return min((n for n, rows in pairs if n < len(rows)), default=max(affordable))

    @property
    def _finds_idle(self):
        """Whether the previous call may have left an executor, as this one may."""
        samples = self.samples
        return self.incremental and samples.groups is None and not samples.are_in_parts

    def _executor(self, batch_size, seed=0):
        estimator, loss = self.estimator, self.estimator._targets.loss
        program, parameters = estimator._program, estimator._parameters
        executor = None
        if self._finds_idle:
            executor = idle_executors.take(program, parameters, batch_size, loss, seed)
        if executor is None:
            n_rows = self.samples.most_rows(batch_size)
            # A view, so that a kept executor does not keep the parameters alive.
            executor = make_executor(
                program, parameters[:], loss, batch_size, seed, n_rows
            )
            executor.graph = estimator.graph_
        if executor.n_lanes > 1:
            executor.n_threads = n_threads(estimator.n_jobs)
        return executor

    # The end

    def conclude(self):
        """Issue a warning or raise an error if training did not succeed."""
        if self.outcome is Outcome.DIVERGED:
            self._tell_divergence()
        elif self.outcome is Outcome.UNREADABLE:
            self._tell_failure()
        elif self.outcome is Outcome.INTERRUPTED:
            warn_user("Training interrupted by user.")
        elif self.outcome is Outcome.OUT_OF_EPOCHS and not self.incremental:
            warn_user(self._not_converged, ConvergenceWarning)

    def _tell_failure(self):
        n_epochs = self.estimator.n_iter_
        raise ChunkError(
            f"In epoch {n_epochs + 1}: {self._failure} The result of {n_epochs} "
            "epoch(s) is kept. To continue from there, call fit again with "
            "warm_start=True, which must have been set before, or with the same "
            "checkpoint."
        ) from self._failure

    def _tell_divergence(self):
        message = (
            f"Training diverged in epoch {self.estimator.n_iter_ + 1}: {{}} are kept. "
            "Solver produced non-finite parameter weights. The input data may contain "
            "large values and need to be preprocessed. Try a smaller "
            "learning_rate_init, scale the features (StandardScaler), or scale the "
            "targets in regression."
        )
        if self.held_out is None:
            kept = "the parameters of the last good epoch"
            raise DivergenceError(message.format(kept))
        # There is a network that is known to be good, so a warning is enough.
        kept = "the parameters with the best validation score"
        warn_user(message.format(kept), ConvergenceWarning)


def _check_partial_fit(estimator):
    if estimator.early_stopping:
        raise ValueError("partial_fit does not support early_stopping=True.")
    if estimator.checkpoint is not None:
        raise ValueError(
            f"partial_fit does not support checkpoint={estimator.checkpoint!r}. "
            "Use checkpoint=None, and call save between calls."
        )
