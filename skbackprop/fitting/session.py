"""A session: what one call of ``fit`` or ``partial_fit`` holds, and what it does.

The class is the one fit of all network estimators, the functions behind it make what
it holds: validated data, encoded targets, a network that is begun or taken up. Where
kinds of networks differ they ask the estimator (:mod:`skbackprop.fitting.hooks`).
"""

from functools import partial
from numbers import Integral

import numpy as np
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning

from skbackprop.engine import make_executor
from skbackprop.engine.history import new_history
from skbackprop.engine.initialization import initialize
from skbackprop.engine.lbfgs import train_lbfgs
from skbackprop.engine.parts import Parts
from skbackprop.engine.samples import CSR
from skbackprop.engine.training import Outcome, TrainingState, train
from skbackprop.exceptions import DivergenceError
from skbackprop.fitting.prediction import LARGEST_WORKSPACE_BYTES
from skbackprop.fitting.settings import (
    check_minibatches,
    check_settings,
    make_plan,
    warn_of_output,
)
from skbackprop.fitting.state import (
    has_come_to_its_end,
    new_random_state,
    resume_or_begin,
)
from skbackprop.fitting.storage.checkpoints import open_checkpoint
from skbackprop.fitting.threads import n_threads
from skbackprop.fitting.validation_sets import (
    check_validation,
    hold_out,
    make_validation,
    read_held_out,
)
from skbackprop.utils.validation import FLOATS, check_weights
from skbackprop.utils.warnings import warn_user

_LBFGS_BATCH = 1024  # rows at a time, where the executor cuts no blocks
# Fitted attributes that L-BFGS does not have.
_OF_MINIBATCHES = (
    "best_loss_",
    "best_validation_score_",
    "loss_curve_",
    "validation_loss_curve_",
    "validation_scores_",
)


class Session:
    """What one fit holds beside the estimator that it trains.

    Parameters
    ----------
    estimator : NetworkEstimator
        With the network to train, begun at least.
    samples : Samples
    held_out : HeldOut, default=None
        The validation set.
    checkpoint : Checkpoint, default=None
        Where the fit is written to.
    incremental : bool, default=False
        Whether it is one epoch of ``partial_fit``, not all of ``fit``.
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
        self._not_converged = ""  # what to warn of, where that is how it ends

    # Opening: from what the user gives to a network that is ready to be trained

    @classmethod
    def of_fit(cls, estimator, X, y, sample_weight, given):
        """Open a session of ``fit``, with a validation set that may be given."""
        continues = estimator.warm_start and estimator.__sklearn_is_fitted__()
        splits = estimator.early_stopping and given.X is None
        samples, remake = _prepare(
            estimator, X, y, sample_weight, continues, splits=splits
        )
        check_validation(estimator, given)
        held_out = read_held_out(estimator, given)
        checkpoint = open_checkpoint(estimator, samples, held_out, continues)
        if checkpoint and checkpoint.is_taken_up:
            samples = remake()  # as the fit that is gone on with has drawn them
        if splits:
            held_out = hold_out(estimator, samples, X, y, sample_weight)
        return cls(estimator, samples, held_out, checkpoint)

    @classmethod
    def of_partial_fit(cls, estimator, X, y, sample_weight, classes):
        """Open a session of ``partial_fit``, of which y may be a part only."""
        continues = estimator.__sklearn_is_fitted__()
        _check_partial_fit(estimator)
        part = {"classes": classes, "incremental": True}
        samples, _ = _prepare(estimator, X, y, sample_weight, continues, **part)
        return cls(estimator, samples, incremental=True)

    # Training

    def run(self, observers=()):
        """Train the network, and tell the estimator what training found."""
        estimator = self.estimator
        if estimator.solver == "lbfgs":
            self.outcome = self._run_lbfgs(observers)
        else:
            self.outcome = self._run_stochastic(observers)
            estimator._training_state.is_over = has_come_to_its_end(
                estimator, self.outcome
            )
        if not (self.incremental or estimator.warm_start):
            # Nor would a pickle, little larger than its weights, have the memory of
            # the optimizer: an estimator and its copies go on alike.
            estimator._training_state = None

    def _run_stochastic(self, observers):
        estimator, samples, checkpoint = self.estimator, self.samples, self.checkpoint
        state = estimator._training_state
        batch_size = _batch_size(estimator, samples, len(state.order))
        executor = self._executor(batch_size, state.seed)
        validate = make_validation(estimator, self.held_out, batch_size)
        n_epochs_before, max_epochs = len(state.losses), self.max_epochs
        if checkpoint:
            # The epochs of the fit that was broken off are epochs of this one.
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
        self._report(state, n_epochs_before)
        self._not_converged = (
            f"Stochastic Optimizer: Maximum iterations ({estimator.max_iter}) reached "
            "and the optimization hasn't converged yet."
        )
        return checkpoint.after_training(outcome) if checkpoint else outcome

    def _report(self, state, n_epochs_before):
        """Set the attributes that tell of training by minibatches."""
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
        """Return how many samples or groups an executor is given at once, at most."""
        samples = self.samples
        affordable = max(8, self._most_rows_in(LARGEST_WORKSPACE_BYTES))
        is_cut_into_blocks = samples.groups is None and not samples.are_in_parts
        if is_cut_into_blocks and affordable >= _LBFGS_BATCH:
            return samples.n_units
        return max(1, min(_LBFGS_BATCH, affordable) // samples.most_rows(1))

    def _most_rows_in(self, n_bytes):
        """Return how many rows can have their signals in so much memory at once."""
        estimator, X = self.estimator, self.samples.X
        n_elements = n_bytes // estimator._parameters.itemsize
        if not isinstance(X, Parts):
            return n_elements // estimator._program.workspace_width
        affordable = [n_elements // p.workspace_width for p in X.programs]
        pairs = zip(affordable, X.rows, strict=True)
        # A part with fewer rows than are affordable sets no limit to others.
        return min((n for n, rows in pairs if n < len(rows)), default=max(affordable))

    def _executor(self, batch_size, seed=0):
        estimator = self.estimator
        executor = make_executor(
            estimator._program,
            estimator._parameters,
            estimator._targets.loss,
            batch_size,
            seed,
            self.samples.most_rows(batch_size),
        )
        if executor.n_lanes > 1:
            executor.n_threads = n_threads(estimator.n_jobs)
        return executor

    # The end

    def conclude(self):
        """Say how training ended, by a warning or an error where it is no success."""
        if self.outcome is Outcome.DIVERGED:
            self._tell_divergence()
        elif self.outcome is Outcome.INTERRUPTED:
            warn_user("Training interrupted by user.")
        elif self.outcome is Outcome.OUT_OF_EPOCHS and not self.incremental:
            warn_user(self._not_converged, ConvergenceWarning)

    def _tell_divergence(self):
        message = (
            f"Training diverged in epoch {self.estimator.n_iter_ + 1}: {{}} are kept. "
            "Solver produced non-finite parameter weights. The input data may contain "
            "large values and need to be preprocessed. Try a smaller "
            "learning_rate_init, scale the features (StandardScaler), or scale the "
            "targets in regression."
        )
        if self.held_out is None:
            kept = "the parameters of the last epoch that ended well"
            raise DivergenceError(message.format(kept))
        # There is a network that is known to be good: worth a warning only.
        kept = "the parameters with the best validation score"
        warn_user(message.format(kept), ConvergenceWarning)


def _check_partial_fit(estimator):
    if estimator.early_stopping:
        raise ValueError("partial_fit does not support early_stopping=True.")
    if estimator.checkpoint is not None:
        raise ValueError(
            f"partial_fit does not write checkpoint={estimator.checkpoint!r}, which "
            "is of a whole fit. Use checkpoint=None, and save between calls."
        )


def _prepare(
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
    sample_weight = check_weights(sample_weight, X)
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
        batch_size = _batch_size(estimator, samples, samples.n_units)
        check_minibatches(estimator._program, samples.most_rows(batch_size))
        state = resume_or_begin(estimator, samples, splits, incremental)
        estimator._training_state = state
    return samples, remake


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
    estimator._random_state = new_random_state(estimator.random_state)
    program = estimator._program
    estimator._parameters = program.allocate(data.X.dtype)
    X = data.X
    if isinstance(X, Parts):  # the one with most rows has most to look at
        part = np.argmax([len(rows) for rows in X.rows])
        program, X = X.programs[part], X.arrays[part]
    initialize(
        program,
        estimator._parameters,
        estimator._random_state,
        estimator.weight_init,
        X,
        estimator.bias_init,
    )
    estimator._begin(targets, is_given)
    warn_of_output(program, targets)
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
        estimator._random_state = new_random_state(estimator.random_state)


def _batch_size(estimator, samples, n_units):
    """Return the units of a minibatch, at most the number of those to train on."""
    if samples.are_minibatches:
        return 1
    batch_size = estimator.batch_size
    if batch_size == "auto":
        batch_size = estimator._auto_batch_size(samples)
    return min(batch_size, n_units)
