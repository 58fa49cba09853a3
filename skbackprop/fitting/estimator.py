"""The one fit: where scikit-learn meets the engine.

Validate the input, encode the targets, compile the graph, train, store. Every
network estimator of the package is a graph put into this frame.
"""

import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from numbers import Integral

import numpy as np
from scipy import sparse
from sklearn.base import RegressorMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state, column_or_1d
from sklearn.utils.validation import _check_sample_weight, check_is_fitted

from skbackprop.engine import make_executor
from skbackprop.engine.history import new_history
from skbackprop.engine.initialization import initialize
from skbackprop.engine.lbfgs import train_lbfgs
from skbackprop.engine.samples import CSR, Samples
from skbackprop.engine.training import Outcome, TrainingState, train
from skbackprop.exceptions import DivergenceError
from skbackprop.fitting.callbacks import (
    CallbackSupportMixin,
    begin_callbacks,
    with_callbacks,
)
from skbackprop.fitting.hidden import HiddenRepresentations
from skbackprop.fitting.parameters import NetworkParameters
from skbackprop.fitting.prediction import LARGEST_WORKSPACE_BYTES, run_in_batches
from skbackprop.fitting.settings import check_settings, make_optimizer, make_plan
from skbackprop.fitting.storage.checkpoints import open_checkpoint
from skbackprop.fitting.storage.estimators import KeptInFiles
from skbackprop.fitting.validation_sets import (
    NO_SET,
    GivenSet,
    check_validation,
    hold_out,
    make_validation,
    read_held_out,
    split_rows,
)
from skbackprop.network.compiler import compile_graph
from skbackprop.utils.validation import FLOATS, validate_finite

_INITIAL_BATCH = 512  # samples that the initial weights are fitted to


@dataclass(eq=False, repr=False)
class NetworkEstimator(
    CallbackSupportMixin, HiddenRepresentations, KeptInFiles, NetworkParameters
):
    """A network that is fitted to samples and run on others.

    Subclasses say which graph they are (``_make_graph``) and what the targets
    mean (``_make_targets``).
    """

    # Fitting

    def fit(
        self,
        X,
        y,
        sample_weight=None,
        *,
        X_val=None,
        y_val=None,
        sample_weight_val=None,
    ):
        """Fit the network to data.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The input data.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Class labels or a label indicator matrix in classification, real
            numbers in regression.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each sample in the loss; 1 each by default.
        X_val : {array-like, sparse matrix} of shape (n_val, n_features), \
default=None
            A validation set, like X; not with L-BFGS. The network is scored on it
            after each epoch (``scoring``), and training ends with the parameters
            of the best score. With ``early_stopping=True`` the score also says
            when to stop, and nothing is held out from X; else the loss says so,
            as without a validation set. In a pipeline,
            ``transform_input=["X_val"]`` transforms it like X.
        y_val : array-like of shape (n_val,) or (n_val, n_outputs), default=None
            Its targets, like y. Classes may be missing, but none may be new.
        sample_weight_val : array-like of shape (n_val,), default=None
            Weight of each of its samples in validation loss and score.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        DivergenceError
            If a loss or a parameter is not finite. The parameters of the last
            epoch that ended well are kept. Where there is a validation set,
            those with the best validation score are kept and a warning is given
            instead.
        ValueError
            If a parameter or the data is not as it must be, or the validation set
            is not like the data.
        """
        given = GivenSet(X_val, y_val, sample_weight_val)
        return self._fit(X, y, sample_weight, given)

    def _fit(self, X, y, sample_weight=None, given=NO_SET):
        """Fit to data as the estimator has it, which may be more than X and y."""
        continues = self.warm_start and self.__sklearn_is_fitted__()
        with self._unchanged_on_error():
            splits = self.early_stopping and given.X is None
            samples = self._prepare(X, y, sample_weight, continues, splits=splits)
            check_validation(self, given)
            held_out = read_held_out(self, given)
            checkpoint = open_checkpoint(self, samples, held_out, continues)
            if splits:
                held_out = hold_out(self, samples, X, y)
        data = self._as_callbacks_see(X, y, sample_weight)
        ended = self._train_watched(data, samples, held_out, checkpoint)
        return self._conclude(*ended, keeps_best=held_out is not None)

    def _partial_fit(self, X, y, sample_weight=None, classes=None):
        """Learn from one pass over the data, from where the network stands."""
        with self._unchanged_on_error():
            if self.early_stopping:
                raise ValueError("partial_fit does not support early_stopping=True.")
            if self.checkpoint is not None:
                raise ValueError(
                    f"partial_fit does not write checkpoint={self.checkpoint!r}, which "
                    "is of a whole fit. Use checkpoint=None, and save between calls."
                )
            continues = self.__sklearn_is_fitted__()
            samples = self._prepare(
                X, y, sample_weight, continues, classes=classes, incremental=True
            )
        self._keeps_training_state = True
        outcome, message = self._train(samples, 1)
        return self._conclude(outcome, message, incremental=True)

    @contextmanager
    def _unchanged_on_error(self):
        """Leave the estimator as it was if its input turns out to be bad."""
        before = dict(vars(self))
        try:
            yield
        except BaseException:
            vars(self).clear()
            vars(self).update(before)
            raise

    def _prepare(
        self,
        X,
        y,
        sample_weight,
        continues,
        *,
        splits=False,
        classes=None,
        incremental=False,
    ):
        """Validate everything and return the samples, ready to train on."""
        self._validate_params()
        dtype = self._parameters.dtype if continues else self.dtype
        dtype = FLOATS if dtype is None else dtype
        X, y = self._validate_samples(X, y, dtype, reset=not continues)
        if sample_weight is not None:
            sample_weight = _check_sample_weight(
                sample_weight, X, dtype=X.dtype, ensure_non_negative=True
            )
            if not sample_weight.any():
                raise ValueError(
                    "sample_weight must have at least one positive entry, all are 0."
                )
        targets = self._make_targets(y, continues, classes, incremental)
        encoded = targets.encode(y, X.dtype)
        sample_weight = self._weigh(sample_weight, y, X.dtype, incremental)
        if continues:
            self._check_continuation(targets)
        else:
            self._begin(X, targets)
        X = CSR.of(X) if sparse.issparse(X) else X
        samples = self._make_samples(X, y, encoded, sample_weight)
        program = self._program
        check_settings(self, program)
        if samples.is_sparse:
            program.check_reads_sparse()
        if self.solver != "lbfgs":
            self._training_state = self._resume_or_begin(samples, splits)
        return samples

    def _validate_held_out(self, X, y, dtype):
        """Return X and y of a validation set, and the graph that reads it."""
        return *self._validate_samples(X, y, dtype, reset=False), self.graph_

    def _validate_samples(self, X, y, dtype, reset):
        """Return X as the network reads it, and y."""
        X, y = validate_finite(
            self,
            X,
            y,
            accept_sparse="csr" if self.__sklearn_tags__().input_tags.sparse else False,
            dtype=dtype,
            order="C",
            multi_output=True,
            y_numeric=isinstance(self, RegressorMixin),
            reset=reset,
        )
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        return X, y

    def _make_samples(self, X, y, encoded, sample_weight):
        """Return what to train on; those who train on groups make them of y."""
        return Samples(X, encoded, sample_weight)

    def _weigh(self, sample_weight, y, dtype, incremental):
        """Return the weights of the samples in the loss, None where all are 1."""
        return sample_weight

    def _begin(self, X, targets):
        """Set up an untrained network of the right size."""
        self._targets = targets
        self.n_outputs_ = targets.n_outputs
        self.graph_ = self._make_graph(self.n_features_in_, targets.n_outputs)
        self.out_activation_ = targets.loss.link
        self._random_state = self._new_random_state()
        program = self._program
        self._parameters = program.allocate(X.dtype)
        initialize(
            program,
            self._parameters,
            self._random_state,
            self.weight_init,
            X[:_INITIAL_BATCH] if self.weight_init == "unit_variance" else None,
        )
        self._training_state = None
        self.n_iter_ = self.t_ = 0
        self.loss_ = np.nan
        self.history_ = new_history()
        if self.solver != "lbfgs":
            self.loss_curve_ = []
            self.best_loss_ = None if self.early_stopping else np.inf
            self.validation_scores_ = self.validation_loss_curve_ = None
            self.best_validation_score_ = None

    def _check_continuation(self, targets):
        """Check that the network fitted before is the one that is asked for."""
        graph = self._make_graph(self.n_features_in_, targets.n_outputs)
        if not self._is_same_network(graph):
            self._refuse_continuation()
        if self.dtype is not None and self._parameters.dtype != self.dtype:
            raise ValueError(
                f"dtype={self.dtype!r} is not that of the network fitted before, "
                f"{self._parameters.dtype}. Use warm_start=False, or a new estimator."
            )
        self.graph_ = graph
        # An integer seeds the first fit; later ones continue its stream.
        if not isinstance(self.random_state, Integral):
            self._random_state = self._new_random_state()

    @property
    def _program(self):
        return compile_graph(self.graph_)

    def _refuse_continuation(self):
        raise ValueError(
            "The parameters of this estimator now describe another network than the "
            "one fitted before, so training cannot go on from there. It was\n"
            f"{self._describe_network()}\nUse warm_start=False, or a new estimator."
        )

    def _describe_network(self):
        return str(self.graph_)

    def _is_same_network(self, graph):
        """Tell whether a graph has the parameters of the network fitted before."""
        return graph == self.graph_

    def _new_random_state(self):
        random_state = check_random_state(self.random_state)
        if random_state.get_state(legacy=False)["bit_generator"] == "MT19937":
            return random_state
        # The kernels shuffle with the generator that scikit-learn uses.
        return np.random.RandomState(random_state.randint(2**31 - 1))

    def _draw_seed(self):
        """Return the seed of the numbers that steps draw, if they draw any."""
        modules = [instruction.module for instruction in self._program.instructions]
        if self.solver != "sdlm" and not any(module.is_random for module in modules):
            return 0
        return int(self._random_state.randint(2**31 - 1))

    def _as_callbacks_see(self, X, y, sample_weight):
        """Return what a fit was given, by scikit-learn's names of it."""
        return {"X": X, "y": y, "metadata": {"sample_weight": sample_weight}}

    @with_callbacks
    def _train_watched(self, data, samples, held_out, checkpoint):
        """Train while callbacks are told; return as ``_train`` does."""
        self._keeps_training_state = bool(self.warm_start)
        callbacks = begin_callbacks(self, data, keeps_best=held_out is not None)
        if not callbacks:
            return self._train(samples, self.max_iter, held_out, checkpoint)
        ended = self._train(samples, self.max_iter, held_out, checkpoint, [callbacks])
        callbacks.end()
        return ended

    def _train(self, samples, max_epochs, held_out=None, checkpoint=None, observers=()):
        """Train and store what training found.

        Returns
        -------
        Outcome
        message : str
            What to warn of where training did not converge.
        """
        if self.solver == "lbfgs":
            return self._train_lbfgs(samples, max_epochs, observers)
        return self._train_stochastic(
            samples, max_epochs, held_out, checkpoint, observers
        )

    def _conclude(self, outcome, message, keeps_best=False, incremental=False):
        """Say how training ended."""
        if outcome is Outcome.DIVERGED:
            self._handle_divergence(keeps_best)
        elif outcome is Outcome.INTERRUPTED:
            warnings.warn("Training interrupted by user.", stacklevel=4)
        elif outcome is Outcome.OUT_OF_EPOCHS and not incremental:
            warnings.warn(message, ConvergenceWarning, stacklevel=4)
        return self

    def _train_stochastic(self, samples, max_epochs, held_out, checkpoint, observers):
        state, batch_size = self._training_state, self.batch_size
        if batch_size == "auto":
            batch_size = self._auto_batch_size(samples)
        batch_size = min(batch_size, len(state.order))
        executor = make_executor(
            compile_graph(self.graph_),
            self._parameters,
            self._targets.loss,
            batch_size,
            state.seed,
            samples.most_rows(batch_size),
        )
        validate = make_validation(self, held_out, batch_size)
        n_epochs_before = len(state.losses)
        if checkpoint:
            n_epochs_before = checkpoint.n_epochs_before
            max_epochs = checkpoint.n_left(state, max_epochs)
            checkpoint.keeps_best = validate is not None
            observers = [*observers, checkpoint]
        outcome = train(
            executor,
            samples,
            make_plan(self, max_epochs),
            state,
            self._random_state,
            validate,
            print if self.verbose else None,
            observers=observers,
        )
        self.n_iter_ = len(state.losses) - n_epochs_before
        self.t_ = state.n_seen
        if state.losses:
            self.loss_ = state.losses[-1]
        if not self.early_stopping:
            self.best_loss_ = state.best_loss
        if held_out is not None:
            self.best_validation_score_ = state.best_score
            self.validation_scores_ = state.scores
            self.validation_loss_curve_ = state.validation_losses
        if checkpoint:
            outcome = checkpoint.after_training(outcome)
        return outcome, (
            f"Stochastic Optimizer: Maximum iterations ({self.max_iter}) reached and "
            "the optimization hasn't converged yet."
        )

    def _auto_batch_size(self, samples):
        """Return what ``batch_size="auto"`` means for this data."""
        return 200

    def _train_lbfgs(self, samples, max_iter, observers):
        row_bytes = self._program.workspace_width * self._parameters.itemsize
        affordable = max(8, LARGEST_WORKSPACE_BYTES // row_bytes)
        batch_size = max(1, min(1024, affordable) // samples.most_rows(1))
        batch_size = min(samples.n_units, batch_size)
        outcome, self.n_iter_, self.loss_, message = train_lbfgs(
            make_executor(
                compile_graph(self.graph_),
                self._parameters,
                self._targets.loss,
                batch_size,
                n_rows=samples.most_rows(batch_size),
            ),
            samples,
            self.alpha,
            max_iter,
            self.max_fun,
            self.tol,
            print if self.verbose else None,
            TrainingState("lbfgs", None, history=self.history_),
            observers,
        )
        return outcome, (
            f"lbfgs failed to converge after {self.n_iter_} iteration(s): {message}. "
            "Increase max_iter or max_fun, or scale the data."
        )

    def _resume_or_begin(self, samples, splits):
        """Return the state to train from: of the last fit, if it still applies."""
        state, program = self._training_state, self._program
        if state is None or state.solver != self.solver:
            n_slots = make_optimizer(self).n_slots
            slots = program.allocate(self._parameters.dtype, n_slots)
            state = TrainingState(
                self.solver, slots, n_seen=self.t_, seed=self._draw_seed()
            )
        state.losses = self.loss_curve_ = getattr(self, "loss_curve_", [])
        state.history = self.history_ = getattr(self, "history_", new_history())
        state.scores = getattr(self, "validation_scores_", None) or []
        state.validation_losses = getattr(self, "validation_loss_curve_", None) or []
        if state.n_samples != samples.n_units or splits != (
            state.validation is not None
        ):
            state.order, state.validation = split_rows(
                self, samples, splits, self._random_state
            )
            state.n_samples = samples.n_units
        if self.batch_size != "auto" and self.batch_size > len(state.order):
            warnings.warn(
                "Got `batch_size` less than 1 or larger than sample size. It is going "
                "to be clipped",
                stacklevel=5,
            )
        return state

    def _handle_divergence(self, keeps_best):
        kept = "the parameters of the last epoch that ended well are kept"
        message = (
            f"Training diverged in epoch {self.n_iter_ + 1}: {{}}. Solver produced "
            "non-finite parameter weights. The input data may contain large values "
            "and need to be preprocessed. Try a smaller learning_rate_init, scale the "
            "features (StandardScaler), or scale the targets in regression."
        )
        if keeps_best:
            kept = "the parameters with the best validation score are kept"
            warnings.warn(message.format(kept), ConvergenceWarning, stacklevel=5)
        else:
            raise DivergenceError(message.format(kept))

    # Prediction

    def _predict_with(self, X, decode):
        """Return ``decode(logits)`` of all rows."""
        check_is_fitted(self)
        X, graph = self._validate_input(X)
        return run_in_batches(compile_graph(graph), self._parameters, X, decode)

    def _validate_input(self, X):
        """Return X, dense or CSR, and the graph that reads it."""
        X = validate_finite(
            self, X, accept_sparse=["csr", "csc"], dtype=FLOATS, reset=False
        )
        return X.tocsr() if sparse.issparse(X) else X, self.graph_

    def _like_input(self, rows, X):
        """Return numbers for what the network reads in the shape of X."""
        return rows

    # Storage

    def __sklearn_is_fitted__(self):
        """Tell whether there is a network, trained or at least begun."""
        return hasattr(self, "_parameters")

    def __getstate__(self):
        """Return what to pickle: weights once, without their padding."""
        state = super().__getstate__().copy()
        if "_parameters" in state:
            state["_parameters"] = self._program.compact(self._parameters)
            if not self._keeps_training_state:
                state["_training_state"] = None
        return state

    def __setstate__(self, state):
        """Restore the flat parameter vector from the compact one."""
        super().__setstate__(state)
        if "_parameters" in state:
            self._parameters = self._program.expand(np.asarray(self._parameters))
            if self._training_state is not None:
                self._training_state = self._training_state.copied()

    def __sklearn_tags__(self):
        """Tell scikit-learn that sparse input is welcome."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
