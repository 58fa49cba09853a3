"""The base class of all network estimators, between scikit-learn and the engine.

``fit`` opens a session (:mod:`skbackprop.fitting.session`), which calls the hooks that
each estimator overrides (:mod:`skbackprop.fitting.hooks`).
"""

from dataclasses import replace

import numpy as np

from skbackprop.engine.history import as_recorded, as_stored
from skbackprop.fitting.callbacks import (
    CallbackSupportMixin,
    begin_callbacks,
    with_callbacks,
)
from skbackprop.fitting.hidden import HiddenRepresentations
from skbackprop.fitting.hooks import FittingHooks
from skbackprop.fitting.parameters import NetworkParameters
from skbackprop.fitting.prediction import run_in_batches
from skbackprop.fitting.session import Session
from skbackprop.fitting.state import unchanged_on_error
from skbackprop.fitting.storage.estimators import KeptInFiles, TakesWeights, check_state
from skbackprop.fitting.validation_sets import NO_SET, GivenSet
from skbackprop.network.compiler import compile_graph, compile_part

# Attributes that grow by one number per epoch: lists here, arrays in pickles and files.
_RECORDS = {"history_", "loss_curve_", "validation_loss_curve_", "validation_scores_"}


class NetworkEstimator(
    CallbackSupportMixin,
    HiddenRepresentations,
    KeptInFiles,
    TakesWeights,
    FittingHooks,
    NetworkParameters,
):
    """Base class of all network estimators.

    Subclasses define their graph (``_make_graph``), the meaning of their targets
    (``_new_targets``), and override other hooks of :class:`FittingHooks` as needed.

    Attributes
    ----------
    loss_ : float
        Loss of the last epoch, including penalties.
    best_loss_ : float or None
        Minimum loss over the epochs; None with ``early_stopping``. Stochastic solvers
        only.
    loss_curve_ : list of float
        Loss of each epoch. Stochastic solvers only.
    validation_scores_ : list of float or None
        Validation score (``scoring``) after each epoch; None without a validation set.
    validation_loss_curve_ : list of float or None
        Validation loss after each epoch, without penalties.
    best_validation_score_ : float or None
        Best validation score.
    history_ : dict of list
        Record of each epoch (iteration of L-BFGS), suited for
        ``pandas.DataFrame(history_)``: 'epoch', counted from 1; 'loss', including
        penalties; 'penalty', the part of the penalties; 'learning_rate' of the last
        step; 'gradient_norm', the mean norm of the minibatch gradients, without
        penalties and before clipping; 'update_ratio', the norm of the last step divided
        by that of the learned parameters before it; 'validation_loss' and
        'validation_score'; 'seconds' of training. Values that do not exist are NaN. So
        are the 'seconds' in pickles, copies and files, so that equal fits give equal
        files.
    t_ : int
        Number of samples seen by the stochastic solver.
    graph_ : Graph
        The fitted network as a graph of modules.
    n_features_in_ : int
        Number of features seen during fit.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of features seen during fit. Defined only if X has string column names.
    n_iter_ : int
        Number of epochs (iterations of L-BFGS) of the last fit.
    n_outputs_ : int
        Number of outputs.
    out_activation_ : str
        Name of the output activation function, which turns logits into predictions. It
        follows from the loss and cannot be set.
    """

    # Fitting

    def fit(
        self,
        X,
        y=None,
        sample_weight=None,
        *,
        X_val=None,
        y_val=None,
        sample_weight_val=None,
    ):
        """Fit the network to data.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features) \
or sequence of chunks
            The input data. For data larger than memory, pass a sequence of chunks and
            leave out y: a list of tuples (X, y) or (X, y, sample_weight), or an object
            with ``__len__`` whose ``__getitem__(i)`` returns such a tuple. See
            :mod:`skbackprop.chunks`.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Class labels or a label indicator matrix in classification, real numbers in
            regression. None if X is a sequence of chunks.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each sample in the loss. By default, all samples have weight 1.
        X_val : {array-like, sparse matrix} of shape (n_val, n_features) \
or sequence of chunks, default=None
            Validation data in the format of X; not supported by L-BFGS. The network is
            scored on it after each epoch (``scoring``), and the parameters with the
            best score are kept. With ``early_stopping=True``, the validation score
            decides when to stop, and no part of X is held out; otherwise the training
            loss decides. In a pipeline, ``transform_input=["X_val"]`` transforms it
            like X.
        y_val : array-like of shape (n_val,) or (n_val, n_outputs), default=None
            Targets of ``X_val`` in the format of y. Classes may be missing, but none
            may be new.
        sample_weight_val : array-like of shape (n_val,), default=None
            Weight of each sample of ``X_val`` in the validation loss and score.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        DivergenceError
            If the loss or a parameter becomes infinite or NaN. The parameters of the
            last good epoch are kept. With a validation set, the parameters with the
            best validation score are kept and a warning is issued instead.
        ChunkError
            If a chunk cannot be read or does not match the first one. The result of the
            previous epochs is kept.
        ValueError
            If a parameter or the data is invalid, or the validation set does not match
            the data.
        """
        given = GivenSet(X_val, y_val, sample_weight_val)
        return self._fit(X, y, sample_weight, given)

    def _fit(self, X, y, sample_weight=None, given=NO_SET, observers=()):
        """Fit to the estimator's own data, which may be more than X and y."""
        continues = self.warm_start and self.__sklearn_is_fitted__()
        # Scorers, callbacks and schedules of the user run during training.
        with unchanged_on_error(self, trains=continues):
            session = Session.of_fit(self, X, y, sample_weight, given)
            data = self._as_callbacks_see(X, y, sample_weight)
            self._run_watched(session, data, observers)
        session.conclude()
        return self

    def _partial_fit(self, X, y, sample_weight=None, classes=None):
        """Train the current network for one pass over the data."""
        # The user's code, a schedule, runs before the only epoch.
        with unchanged_on_error(self):
            session = Session.of_partial_fit(self, X, y, sample_weight, classes)
            session.run()
        session.conclude()
        return self

    @with_callbacks
    def _run_watched(self, session, data, observers):
        """Train and notify scikit-learn's callbacks, if there are any."""
        callbacks = begin_callbacks(self, data, session.held_out is not None)
        if not callbacks:
            session.run(observers)
            return
        session.run([*observers, callbacks])
        callbacks.end()

    @property
    def out_activation_(self):
        """Name of the output activation function, which makes predictions of logits.

        It follows from the loss and cannot be set.
        """
        if not self.__sklearn_is_fitted__():
            raise AttributeError(
                f"{type(self).__name__!r} object has no attribute 'out_activation_' "
                "before it is fitted."
            )
        return self._targets.loss.link

    @out_activation_.setter
    def out_activation_(self, value):
        self._refuse_assignment("out_activation_", "the loss")

    def _refuse_assignment(self, attribute, source):
        """Raise AttributeError if an attribute derived from the network is assigned.

        Before a fit, scikit-learn's estimators may be set up by hand, and fit will
        overwrite the value.
        """
        if self.__sklearn_is_fitted__():
            raise AttributeError(
                f"{attribute} follows from {source} and cannot be assigned."
            )

    # Prediction

    def _predict_with(self, X, decode):
        """Return ``decode(logits)`` of all rows, run through the fitted network."""
        X, graph = self._read_input(X)
        part = self._predicting_part(graph)
        program = compile_graph(graph) if part is graph else compile_part(graph, part)
        return run_in_batches(program, self._parameters, X, decode, graph, self.n_jobs)

    def _predict_read(self, X, decode):
        """Return ``decode(logits)`` of rows in the format that the network reads."""
        return run_in_batches(
            self._program, self._parameters, X, decode, n_jobs=self.n_jobs
        )

    # Storage

    def __sklearn_is_fitted__(self):
        """Return whether a network exists, trained or only initialized."""
        return hasattr(self, "_parameters")

    def __getstate__(self):
        """Return the state to pickle: the weights once and without padding."""
        state = super().__getstate__().copy()
        if "history_" in state:
            # They depend on the machine's load: equal fits must give equal files.
            n_epochs = len(state["history_"]["seconds"])
            state["history_"] = {**state["history_"], "seconds": [np.nan] * n_epochs}
            if state["_training_state"] is not None:
                state["_training_state"] = replace(
                    state["_training_state"], history=state["history_"]
                )
        if state.get("_training_state") is None:  # which holds the same lists
            state.update({name: as_stored(state[name]) for name in _RECORDS & {*state}})
        if "_parameters" in state:
            state["_parameters"] = self._program.compact(self._parameters)
        return state

    def __setstate__(self, state):
        """Restore the flat parameter vector from the compact one."""
        if state.get("_training_state") is None:
            records = {n: as_recorded(state[n]) for n in _RECORDS & {*state}}
            state = {**state, **records}
        super().__setstate__(state)
        if "_parameters" in state:
            # In this machine's byte order, whichever machine wrote it.
            compact = np.asarray(self._parameters)
            compact = compact.astype(compact.dtype.newbyteorder("="), copy=False)
            self._parameters = self._program.expand(compact)
            if self._training_state is not None:
                self._training_state = self._training_state.copied()
            check_state(self)

    def __sklearn_tags__(self):
        """Tell scikit-learn that sparse input is supported."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
