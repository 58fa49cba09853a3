"""Preparation of a fit: validated data, and a new or continued network."""

from functools import partial
from numbers import Integral

import numpy as np
from scipy import sparse

from skbackprop.engine.history import new_history
from skbackprop.engine.initialization import initialize
from skbackprop.engine.parts import Parts
from skbackprop.engine.samples import CSR
from skbackprop.fitting.chunks import ChunkReader, check_reads_chunks
from skbackprop.fitting.settings import (
    check_minibatches,
    check_settings,
    warn_of_output,
)
from skbackprop.fitting.state import new_random_state, resume_or_begin
from skbackprop.fitting.validation_sets import GivenSet
from skbackprop.utils.validation import FLOATS, check_weights

# Fitted attributes that L-BFGS does not set.
_FOUND_BY_MINIBATCHES = (
    "best_loss_",
    "best_validation_score_",
    "loss_curve_",
    "validation_loss_curve_",
    "validation_scores_",
)


def prepare(
    estimator,
    X,
    y,
    sample_weight,
    continues,
    splits=False,
    classes=None,
    incremental=False,
):
    """Validate everything, initialize the network, and return the training samples.

    Parameters
    ----------
    continues : bool
        Whether to continue training a fitted network.
    splits : bool, default=False
        Whether to hold out a part of the samples.
    classes, incremental
        See :meth:`FittingHooks._new_targets`.

    Returns
    -------
    samples : Samples
    remake : callable
        Recomputes the samples for the current state of the estimator.
    """
    estimator._validate_params()
    dtype = _dtype_of_input(estimator, continues)
    data = estimator._read_data(X, y, dtype, reset=not continues)
    sample_weight = check_weights(sample_weight, data.X)
    return _prepare_data(
        estimator, data, sample_weight, continues, splits, classes, incremental
    )


def _dtype_of_input(estimator, continues):
    """Return the dtype, or dtypes, in which X is read."""
    dtype = estimator._parameters.dtype if continues else estimator.dtype
    return FLOATS if dtype is None else dtype


def _prepare_data(
    estimator, data, sample_weight, continues, splits, classes=None, incremental=False
):
    """Do the same for validated Data and weights."""
    X, y, _ = data
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
    _get_ready(estimator, samples, splits, incremental)
    return samples, remake


def prepare_chunks(estimator, chunks, sample_weight, continues, splits):
    """Do the same for a sequence of chunks.

    Returns
    -------
    samples : Samples or ChunkedSamples
        Samples if all chunks fit into memory at once.
    remake : callable
    whole : GivenSet
        X, y and weights, if they fit into memory at once.
    """
    estimator._validate_params()
    check_reads_chunks(estimator)
    if sample_weight is not None:
        raise ValueError(
            "sample_weight must be None for a sequence of chunks. Each chunk contains "
            "its own weights: (X, y, sample_weight)."
        )
    reader = ChunkReader(estimator, chunks, _dtype_of_input(estimator, continues))
    data, weights = first = reader.read(0, reset=not continues)
    if reader.is_small:
        data, weights = reader.join(first)
        found = _prepare_data(estimator, data, weights, continues, splits)
        return *found, GivenSet(data.X, data.y, weights)
    labels = reader.survey()
    if continues:
        y = data.y if labels is None else labels
        estimator._check_targets(estimator._targets, y)
        _check_continuation(estimator, data)
    else:
        targets = estimator._new_targets(data.y, labels, incremental=True)
        _begin(estimator, data, targets, estimator.warm_start)
    samples = reader.chunked_samples()
    _get_ready(estimator, samples, splits)
    return samples, lambda: samples, GivenSet(reader)


def _get_ready(estimator, samples, splits, incremental=False):
    """Check that an initialized network can learn from samples; set its state."""
    check_settings(estimator, estimator._program)
    if samples.is_sparse:
        estimator._program.check_reads_sparse()
    if estimator.solver != "lbfgs":
        batch_size = minibatch_size(estimator, samples, np.arange(samples.n_units))
        check_minibatches(estimator._program, samples.most_rows(batch_size))
        state = resume_or_begin(estimator, samples, splits, incremental)
        estimator._training_state = state


def _check_any_weighs(estimator, weights, incremental):
    """Raise ValueError if all weights of a fit are 0.

    These are the weights in the loss: sample weights times class weights, in the
    precision of the network. In incremental training, all weights of a part may be 0.
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
    """Initialize an untrained network of the right size."""
    estimator._targets = targets
    estimator.n_outputs_ = targets.n_outputs
    estimator.graph_ = estimator._make_graph(data, targets.n_outputs)
    estimator._random_state = new_random_state(estimator.random_state)
    program = estimator._program
    estimator._parameters = program.allocate(data.X.dtype)
    X = data.X
    if isinstance(X, Parts):  # the largest part gives the best statistics
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
    for name in _FOUND_BY_MINIBATCHES:  # of a previous fit by another solver
        vars(estimator).pop(name, None)
    if estimator.solver != "lbfgs":
        estimator.loss_curve_ = []
        estimator.best_loss_ = None if estimator.early_stopping else np.inf
        estimator.validation_scores_ = estimator.validation_loss_curve_ = None
        estimator.best_validation_score_ = None


def _check_continuation(estimator, data):
    """Check that the fitted network is the one that the parameters describe."""
    graph = estimator._make_graph(data, estimator._targets.n_outputs)
    if not estimator._is_same_network(graph):
        estimator._refuse_continuation()
    dtype = estimator._parameters.dtype
    if estimator.dtype is not None and dtype != estimator.dtype:
        raise ValueError(
            f"dtype={estimator.dtype!r} differs from that of the network fitted "
            f"before, {dtype}. Use warm_start=False, or a new estimator."
        )
    estimator.graph_ = graph
    # An integer seeds the first fit; later ones continue its stream.
    if not isinstance(estimator.random_state, Integral):
        estimator._random_state = new_random_state(estimator.random_state)


def minibatch_size(estimator, samples, units):
    """Return the size of a minibatch, at most the number of samples or groups."""
    if samples.are_minibatches:
        return 1
    batch_size = estimator.batch_size
    if batch_size == "auto":
        batch_size = estimator._auto_batch_size(samples)
    return min(batch_size, samples.count(units))
