"""Base class of the recurrent estimators."""

from dataclasses import KW_ONLY, dataclass, replace
from numbers import Integral, Real
from typing import ClassVar

import numpy as np
from sklearn.utils import check_consistent_length
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import _check_feature_names, check_is_fitted

from skbackprop.engine.parts import Parts
from skbackprop.estimators.panels import refuse_panels
from skbackprop.estimators.sequences import (
    Sequences,
    are_sequences,
    read_sequences,
    split_rows,
    with_distinct_columns,
)
from skbackprop.estimators.steps import StepTargets, read_steps
from skbackprop.estimators.streaming import step_forth
from skbackprop.fitting.estimator import NetworkEstimator
from skbackprop.fitting.hidden import index_layers
from skbackprop.fitting.hooks import Data
from skbackprop.fitting.settings import dropout_rates, layer_sizes
from skbackprop.fitting.tasks import NetworkRegressorMixin
from skbackprop.network.compiler import compile_graph
from skbackprop.network.recurrence import CELLS, READOUTS, RecurrentNet, SequenceLayout
from skbackprop.utils.validation import (
    FLOATS,
    check_targets,
    validate_finite,
    validate_input,
)


@dataclass(eq=False, repr=False)
class _Recurrent:
    """A recurrent network that reads sequences step by step.

    Parameters
    ----------
    hidden_layer_sizes : array-like of int or int, default=(64,)
        Number of units of each recurrent layer, in each direction.
    cell : {'tanh', 'relu', 'gru', 'lstm'}, default='gru'
        Type of the recurrence: tanh(x W + h U + b), the same with max(0, .), gated
        recurrent unit, or long short-term memory. See
        :mod:`skbackprop.network.recurrence` for the equations.
    bidirectional : bool, default=False
        Whether each layer also reads the sequence backwards.
    readout : {'last', 'mean', 'max'}, default='last'
        Input of the output layer: the last state, or the mean or maximum of the states
        over time.
    return_sequences : bool, default=False
        Whether to compute an output at each step, from its state. y then holds a label
        or value for each step, and the loss of a sequence is the sum over its steps.
        Supports neither ``class_weight`` nor the name of a scorer as ``scoring``.
    n_timesteps : int, default=None
        Number of steps in each row of a two-dimensional X, such as the output of a
        scaler. None means that each column is a step with one feature.
    layout : {'NTF', 'NFT'}, default='NTF'
        Order of samples (N), time (T) and features (F) in a three-dimensional X. X can
        also be two-dimensional (see ``n_timesteps``), or a list or pandas Series of
        matrices (time_i, features) of different lengths. These are arrays, or data
        frames with the columns seen in ``fit``. Sequences of similar length are padded
        and processed together, which does not affect predictions and gradients. If
        lengths differ much, minibatches consist of sequences of similar length, unless
        ``shuffle=False``.
    bptt_steps : int, default=None
        Truncate backprop through time: gradients stop at multiples of this number of
        steps, in both directions with ``bidirectional``. None means no truncation.
    dropout : float or tuple of float, default=None
        Fraction of the outputs of each layer to drop at random, anew at each step and
        minibatch, before the next layer and the output layer. Connections between steps
        are not dropped (Zaremba et al. 2014). A tuple gives the rates (input, hidden 1,
        hidden 2, ...). Predictions use all units. Not supported by L-BFGS.

    Attributes
    ----------
    n_features_per_step_ : int
        Number of features of a time step.
    n_features_in_ : int
        Number of features of a time step, or of columns if X is two-dimensional.
    """

    hidden_layer_sizes: tuple = (64,)
    cell: str = "gru"
    bidirectional: bool = False
    readout: str = "last"
    return_sequences: bool = False
    n_timesteps: int | None = None
    layout: str = "NTF"
    bptt_steps: int | None = None
    _: KW_ONLY
    dropout: float | tuple | None = None

    _parameter_constraints: ClassVar[dict] = {
        **NetworkEstimator._parameter_constraints,
        "cell": [StrOptions(set(CELLS))],
        "hidden_layer_sizes": [
            "array-like",
            Interval(Integral, 1, None, closed="left"),
        ],
        "bidirectional": ["boolean"],
        "readout": [StrOptions(set(READOUTS))],
        "return_sequences": ["boolean"],
        "n_timesteps": [None, Interval(Integral, 1, None, closed="left")],
        "layout": [StrOptions({"NTF", "NFT"})],
        "bptt_steps": [None, Interval(Integral, 1, None, closed="left")],
        "dropout": [None, Interval(Real, 0, 1, closed="left"), list, tuple],
    }

    # Files written before the first release contain a SequenceLayout.
    _storable: ClassVar[tuple] = (RecurrentNet, SequenceLayout)

    # Sequences in

    def _read_data(self, X, y, dtype, reset):
        if y is None:
            raise ValueError(
                "requires y to be passed, but the target y is None: "
                f"{type(self).__name__} is a supervised estimator."
            )
        refuse_panels(X, y)
        if are_sequences(X) or self.return_sequences:
            sequences = self._read(X, dtype, reset)
        else:
            # scikit-learn validates flat rows and plain targets together.
            X, y, _ = super()._read_data(X, y, dtype, reset)
            sequences = split_rows(X, self.n_timesteps, self.layout)
            self._check_width(sequences, reset)
        if self.return_sequences:
            y = read_steps(y, sequences)
        elif are_sequences(X):
            y = self._validate_targets(y, sequences)
        rows, layouts = sequences.rows_to_train(self._readout == "mean")
        if self.return_sequences and isinstance(rows, Parts):
            y = replace(y, buckets=rows.rows)
        return Data(rows, y, layouts)

    def _validate_targets(self, y, sequences):
        """Check y as scikit-learn does, but for sequences."""
        is_numeric = isinstance(self, NetworkRegressorMixin)
        y = check_targets(y, len(sequences.lengths), is_numeric)
        return y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y

    def _read_input(self, X):
        sequences = self._read(X, FLOATS, reset=False)
        layout = sequences.layout(self._net.readout == "mean")
        return sequences.rows(layout), self._net.unroll(layout)

    def _like_input(self, rows, X):
        return self._read(X, FLOATS, reset=False).like(rows, X, self.layout)

    def _read(self, X, dtype, reset):
        """Return the Sequences of X in any supported format."""
        if isinstance(X, Sequences):
            return X
        if not reset:
            has_rows = self.n_features_in_ != self.n_features_per_step_
            refuse_panels(X, reads_rows=has_rows)
        if are_sequences(X):
            sequences = read_sequences(X, dtype, self.layout)
            if reset:
                self.n_features_in_ = sequences.steps.shape[1]
            self._check_columns(X, sequences.steps.shape[1], reset)
        else:
            X = self._validate_rows(X, dtype, reset)
            sequences = split_rows(X, self.n_timesteps, self.layout)
        self._check_width(sequences, reset)
        return sequences

    def _validate_rows(self, X, dtype, reset):
        if reset or dtype != FLOATS:
            return validate_finite(self, X, dtype=dtype, reset=reset)
        return validate_input(self, X)

    def _check_columns(self, X, width, reset):
        """Compare names of features with those of fit, as scikit-learn does."""
        if self.layout == "NFT":  # columns are steps
            return
        if self.n_features_in_ != width:  # fitted to rows, which have other names
            return
        if type(X) is np.ndarray and not (reset or hasattr(self, "feature_names_in_")):
            return  # neither has names
        for i, matrix in with_distinct_columns(X):
            try:
                _check_feature_names(self, matrix, reset=reset and i == 0)
            except ValueError as error:
                raise ValueError(f"Sequence {i} of X: {error}") from None

    def _check_width(self, sequences, reset):
        width = sequences.steps.shape[1]
        if reset:
            self.n_features_per_step_ = width
        elif width != self.n_features_per_step_:
            raise ValueError(
                f"Each time step of X has {width} features, but "
                f"{type(self).__name__} is expecting {self.n_features_per_step_} "
                f"features as input (layout={self.layout!r})."
            )

    # The network

    @property
    def _readout(self):
        return "steps" if self.return_sequences else self.readout

    def _make_net(self, n_outputs):
        sizes = layer_sizes(self.hidden_layer_sizes, min_layers=1)
        return RecurrentNet(
            self.cell,
            tuple(sizes),
            n_outputs,
            self.bidirectional,
            self._readout,
            dropout=tuple(dropout_rates(self.dropout, len(sizes))),
        )

    def _make_graph(self, data, n_outputs):
        net = replace(self._make_net(n_outputs), bptt_steps=self.bptt_steps)
        graph = _unroll(net, data)
        # An existing equal graph already has a program, except that a graph loaded from
        # a file is unrolled, without loops.
        known = vars(self).get("graph_")
        return known if type(known) is type(graph) and graph == known else graph

    def _graph_for(self, data):
        return _unroll(self._net, data)

    def _begin(self, targets, is_given=False):
        self._net = self._make_net(targets.n_outputs)

    def _is_same_network(self, graph):
        """Compare networks, not graphs, which depend on the lengths of sequences."""
        return self._make_net(self._net.n_outputs) == self._net

    def _describe_network(self):
        return repr(self._net)

    # Targets of steps

    def _new_targets(self, y, classes=None, incremental=False):
        if not self.return_sequences:
            return super()._new_targets(y, classes, incremental)
        return StepTargets(super()._new_targets(y.flat, classes, incremental))

    def _check_targets(self, targets, y, classes=None, incremental=False):
        if targets.are_of_steps != self.return_sequences:
            self._refuse_continuation()
        if targets.are_of_steps:
            targets, y = targets.step, y.flat
        super()._check_targets(targets, y, classes, incremental)

    @property
    def _puts_out_steps(self):
        return self._net.readout == "steps"

    def _validation_score(self, true, predicted, weights=None, starts=None):
        if self._puts_out_steps:
            true, predicted, weights = _existing(true, predicted, weights)
        return super()._validation_score(true, predicted, weights)

    # Sequences out

    def _predict_with(self, X, decode):
        compute = super()._predict_with
        return self._compute_in_buckets(lambda bucket: compute(bucket, decode), X)

    def predict_step(self, x, state=None):
        """Predict from one more step of each sequence and the state of previous steps.

        After t calls, the prediction equals that of ``predict`` for sequences of these
        t steps up to rounding, or its last step with ``return_sequences``. The cost of
        a call does not depend on the number of previous steps.

        Parameters
        ----------
        x : array-like of shape (n_samples, n_features_per_step)
            The new step of each sequence.
        state : ndarray of shape (n_samples, n_state), default=None
            The state returned by the previous call. None starts new sequences.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            The predictions.
        state : ndarray of shape (n_samples, n_state)
            A new array, for the next call. You can select or reorder its rows together
            with those of x.

        Raises
        ------
        ValueError
            If the network is ``bidirectional``, as it then reads the end of a sequence
            first, or if the state does not match the network and x.
        """
        check_is_fitted(self)
        return step_forth(self, self._net, x, state)

    def _represent(self, X, layer):
        return self._compute_in_buckets(
            lambda bucket: self._represent_bucket(bucket, layer), X
        )

    def _compute_in_buckets(self, compute, X):
        """Compute from sequences in buckets; results by steps are cut to length."""
        check_is_fitted(self)
        sequences = self._read(X, FLOATS, reset=False)
        return sequences.compute_in_buckets(compute, self._puts_out_steps)

    def _represent_bucket(self, sequences, layer):
        """Return the activations of a layer, by steps if the output is by steps."""
        n_units = self._n_hidden_units(layer)
        layout = sequences.layout(self._net.readout == "mean")
        graph, of_layer = self._net.unroll_layers(layout)
        values = self._run_part(sequences.rows(layout), graph, of_layer(layer))
        if self._puts_out_steps:
            return values.reshape(len(values), -1, n_units)
        return values

    @property
    def _n_hidden_layers(self):
        return len(self._net.layer_sizes)

    def _n_hidden_units(self, layer):
        if not isinstance(layer, Integral):
            raise ValueError(
                f"layer must be the index of a recurrent layer, got {layer!r}."
            )
        n_units = index_layers(self._net.layer_sizes, layer)
        return n_units * (2 if self._net.is_bidirectional else 1)

    def score(self, X, y, sample_weight=None):
        """Return the accuracy in classification, or R^2 in regression.

        Parameters
        ----------
        X : array-like or list of sequences
            The input data, as in ``fit``.
        y : array-like
            True labels or values, of each step with ``return_sequences``.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each sequence.

        Returns
        -------
        score : float
            Accuracy or R^2, over all steps of all sequences with ``return_sequences``.
        """
        check_is_fitted(self)
        if not self._puts_out_steps:
            return super().score(X, y, sample_weight)
        sequences = self._read(X, FLOATS, reset=False)
        check_consistent_length(sequences.lengths, y, sample_weight)
        true = read_steps(y, sequences)
        predicted = type(self).predict(self, X)
        predicted = np.concatenate(list(predicted))
        if sample_weight is not None:
            sample_weight = np.repeat(sample_weight, sequences.lengths)
        return super()._validation_score(true.flat, predicted, sample_weight)

    def __sklearn_tags__(self):
        """Tell scikit-learn that X can be three-dimensional."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = False
        tags.input_tags.three_d_array = True
        return tags


def _unroll(net, data):
    """Return the graph of the longest sequences, and set the programs of parts."""
    graphs = [net.unroll(layout) for layout in data.layout]
    if isinstance(data.X, Parts):
        data.X.programs = [compile_graph(graph) for graph in graphs]
    return graphs[-1]


def _existing(true, predicted, weights):
    """Return values, predictions and weights of the steps that exist."""
    if isinstance(true, Parts):
        parts = zip(true.arrays, predicted.arrays, true.rows, strict=True)
        found = [
            _existing(t, p, None if weights is None else weights[rows])
            for t, p, rows in parts
        ]
        true, predicted, of_parts = zip(*found, strict=True)
        weights = None if weights is None else np.concatenate(of_parts)
        return np.concatenate(true), np.concatenate(predicted), weights
    mask = np.ma.getmaskarray(true)
    exists = ~mask if mask.ndim == 2 else ~mask.all(axis=2)
    if weights is not None:
        weights = np.broadcast_to(weights[:, np.newaxis], exists.shape)[exists]
    return true.data[exists], predicted[exists], weights
