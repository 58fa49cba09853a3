"""The base of all network estimators: where scikit-learn meets the engine.

A network estimator is a graph put into this frame. ``fit`` opens a session
(:mod:`skbackprop.fitting.session`), which asks the hooks of the estimator
(:mod:`skbackprop.fitting.hooks`) for what is its own.
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

# What grows by a number an epoch: lists here, arrays in pickles and files.
_RECORDS = {"history_", "loss_curve_", "validation_loss_curve_", "validation_scores_"}


class NetworkEstimator(
    CallbackSupportMixin,
    HiddenRepresentations,
    KeptInFiles,
    TakesWeights,
    FittingHooks,
    NetworkParameters,
):
    """A network that is fitted to samples and run on others.

    Subclasses say which graph they are (``_make_graph``) and what the targets
    mean (``_new_targets``), and whatever else of :class:`FittingHooks` is their own.

    Attributes
    ----------
    loss_ : float
        Loss of the last epoch, penalty included.
    best_loss_ : float or None
        Least loss of an epoch; None with ``early_stopping``. Stochastic solvers
        only.
    loss_curve_ : list of float
        Loss of each epoch. Stochastic solvers only.
    validation_scores_ : list of float or None
        Score (``scoring``) after each epoch, where there is a validation set.
    validation_loss_curve_ : list of float or None
        Loss there after each epoch, penalty left out.
    best_validation_score_ : float or None
        Best of the scores.
    history_ : dict of list
        What was recorded of each epoch (iteration of L-BFGS), for
        ``pandas.DataFrame(history_)``: 'epoch' from 1 on; 'loss', penalty included;
        'penalty', its part in the loss; 'learning_rate' of the last step;
        'gradient_norm', the mean over minibatches of the norm of the gradient,
        penalty left out, before clipping; 'validation_loss' and
        'validation_score'; 'seconds' of training. NaN where there is no such thing,
        and for 'seconds' in pickles, copies and files: equal fits are equal files.
    t_ : int
        Samples seen by the stochastic solvers.
    graph_ : Graph
        The network as a graph of modules.
    n_features_in_ : int
        Number of features seen during fit.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features. Only where X has string column names.
    n_iter_ : int
        Epochs (iterations of L-BFGS) of the last fit.
    n_outputs_ : int
        Number of outputs.
    out_activation_ : str
        Name of the function that makes predictions of the network's output. It
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
            The input data. Without y, a sequence of chunks of more data than fits
            into memory: an object with ``__len__`` and ``__getitem__(i)``, which
            returns a tuple (X, y) or (X, y, sample_weight), or a list of such
            tuples. See :mod:`skbackprop.chunks`.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Class labels or a label indicator matrix in classification, real
            numbers in regression. None where X is a sequence of chunks.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each sample in the loss; 1 each by default.
        X_val : {array-like, sparse matrix} of shape (n_val, n_features) \
or sequence of chunks, default=None
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
        ChunkError
            If a chunk cannot be read, or is not like the first. What was learned
            in the epochs before is kept.
        ValueError
            If a parameter or the data is not as it must be, or the validation set
            is not like the data.
        """
        given = GivenSet(X_val, y_val, sample_weight_val)
        return self._fit(X, y, sample_weight, given)

    def _fit(self, X, y, sample_weight=None, given=NO_SET, observers=()):
        """Fit to data as the estimator has it, which may be more than X and y."""
        continues = self.warm_start and self.__sklearn_is_fitted__()
        # Scorers, callbacks and schedules of the user run while it trains.
        with unchanged_on_error(self, trains=continues):
            session = Session.of_fit(self, X, y, sample_weight, given)
            data = self._as_callbacks_see(X, y, sample_weight)
            self._run_watched(session, data, observers)
        session.conclude()
        return self

    def _partial_fit(self, X, y, sample_weight=None, classes=None):
        """Learn from one pass over the data, from where the network stands."""
        # What is the user's, a schedule, runs before the one epoch does.
        with unchanged_on_error(self):
            session = Session.of_partial_fit(self, X, y, sample_weight, classes)
            session.run()
        session.conclude()
        return self

    @with_callbacks
    def _run_watched(self, session, data, observers):
        """Train while scikit-learn's callbacks are told, if there are any."""
        callbacks = begin_callbacks(self, data, session.held_out is not None)
        if not callbacks:
            session.run(observers)
            return
        session.run([*observers, callbacks])
        callbacks.end()

    @property
    def out_activation_(self):
        """Name of the function that makes predictions of what the network puts out.

        It follows from the loss, and is no parameter of the network.
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
        """Raise AttributeError where what follows from a network is assigned to it.

        Before a fit, when scikit-learn's estimators may be set up by hand, nothing
        follows from anything yet, and fit will find the value.
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
        """Return ``decode(logits)`` of rows as the network reads them."""
        return run_in_batches(
            self._program, self._parameters, X, decode, n_jobs=self.n_jobs
        )

    # Storage

    def __sklearn_is_fitted__(self):
        """Tell whether there is a network, trained or at least begun."""
        return hasattr(self, "_parameters")

    def __getstate__(self):
        """Return what to pickle: weights once, without their padding."""
        state = super().__getstate__().copy()
        if "history_" in state:
            # Of a process, not of what was learnt: two equal fits are equal files.
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
            # Of this machine's byte order, whichever wrote it.
            compact = np.asarray(self._parameters)
            compact = compact.astype(compact.dtype.newbyteorder("="), copy=False)
            self._parameters = self._program.expand(compact)
            if self._training_state is not None:
                self._training_state = self._training_state.copied()
            check_state(self)

    def __sklearn_tags__(self):
        """Tell scikit-learn that sparse input is welcome."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
