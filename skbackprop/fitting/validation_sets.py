"""Validation sets: samples that are not trained on, and their scores."""

from typing import NamedTuple

import numpy as np
from scipy import sparse
from sklearn.metrics import check_scoring, get_scorer_names
from sklearn.model_selection import train_test_split
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import _num_samples

from skbackprop.engine import make_executor
from skbackprop.engine.chunked import read_ahead
from skbackprop.engine.observers import Validated
from skbackprop.engine.samples import CSR, Samples
from skbackprop.fitting.chunks import ChunkReader, are_chunks, check_reads_chunks
from skbackprop.fitting.targets import BinaryTargets
from skbackprop.network import Graph
from skbackprop.network.compiler import compile_graph
from skbackprop.utils.validation import check_weights


class GivenSet(NamedTuple):
    """The validation set that the user passes; None for what is missing."""

    X: object = None
    y: object = None
    sample_weight: object = None


NO_SET = GivenSet()


class HeldOut(NamedTuple):
    """A validation set, ready to run.

    Attributes
    ----------
    samples : Samples
    rows : ndarray of int64
        Rows of the samples (or of their groups) that belong to the set.
    graph : Graph
        The network that reads them; for sequences, unrolled to their length.
    score : callable
        Returns the score for the loss and the logits.
    """

    samples: Samples
    rows: np.ndarray
    graph: Graph
    score: object

    @property
    def weights(self):
        """Weights of the rows, None if all are 1."""
        weights = self.samples.weights
        return None if weights is None else weights[self.rows]


def check_validation(estimator, given):
    """Raise ValueError if parameters contradict each other or the validation set."""
    is_complete = (given.X is None) == (given.y is None)
    if not is_complete and not are_chunks(given.X, given.y):
        missing = "X_val" if given.X is None else "y_val"
        raise ValueError(
            f"X_val and y_val must be passed together, but {missing} is None."
        )
    if given.X is None and given.sample_weight is not None:
        raise ValueError("sample_weight_val must be None without X_val and y_val.")
    if given.X is not None and estimator.solver == "lbfgs":
        raise ValueError(
            "X_val and y_val are not supported by solver='lbfgs', which has no "
            "epochs. Use solver='sgd' or 'adam', or pass no validation set."
        )
    if estimator.scoring is None:
        return
    stops = estimator.early_stopping and estimator.solver != "lbfgs"
    if given.X is None and not stops:
        raise ValueError(
            f"scoring={estimator.scoring!r} needs a validation set. Use "
            "early_stopping=True with a stochastic solver, or pass X_val and y_val to "
            "fit."
        )


def split_rows(estimator, samples, splits, random_state):
    """Return the rows (or groups) to train on, and those held out (or None)."""
    rows = np.arange(samples.n_units)
    if not splits:
        return rows, None
    targets = estimator._targets
    # Chunks are held out whole, and their content is not known here.
    is_binary = type(targets) is BinaryTargets and not samples.are_in_chunks
    try:
        train_rows, validation_rows = train_test_split(
            rows,
            random_state=random_state,
            test_size=estimator.validation_fraction,
            stratify=targets.read(samples.targets) if is_binary else None,
        )
    except ValueError as error:
        raise ValueError(
            "early_stopping=True cannot hold out "
            f"validation_fraction={estimator.validation_fraction} of {len(rows)} "
            f"{'chunks' if samples.are_in_chunks else 'samples'}: {error}"
        ) from error
    if len(validation_rows) < 2 and not samples.are_in_chunks:
        raise ValueError(
            "The validation set is too small. Increase 'validation_fraction' or "
            "the size of your dataset."
        )
    is_needed = targets.needed_in_both_parts(samples)
    if is_needed is not None:
        _share_needed(train_rows, validation_rows, is_needed)
    if samples.weights is not None:
        for part, rows in (("held out", validation_rows), ("left", train_rows)):
            if not samples.weights[rows].any():
                raise ValueError(
                    f"All samples that early_stopping has {part} have sample_weight "
                    "0. Use positive weights for more samples, or change "
                    "'validation_fraction'."
                )
    return train_rows, validation_rows


def _share_needed(train_rows, validation_rows, is_needed):
    """Exchange a row in place if one part has none of the rows that both need."""
    parts = train_rows, validation_rows
    for poor, rich in (parts, parts[::-1]):
        if not is_needed[poor].any():
            given = np.flatnonzero(is_needed[rich])[0]
            poor[0], rich[given] = rich[given], poor[0]


def read_held_out(estimator, given):
    """Return the HeldOut set that the user passed, or None.

    Parameters
    ----------
    estimator : NetworkEstimator
        Ready to train.
    given : GivenSet
    """
    if given.X is None:
        return None
    if are_chunks(given.X, given.y):
        return _read_chunks(estimator, given)
    samples, graph = _read(estimator, given)
    rows = np.arange(samples.n_units)
    return _with_score(estimator, samples, rows, graph, given)


def hold_out(estimator, samples, X, y, sample_weight):
    """Return the HeldOut set of the rows that are not trained on, or None.

    Parameters
    ----------
    estimator : NetworkEstimator
        Ready to train.
    samples : Samples
        All samples.
    X, y, sample_weight
        The samples as the user passed them; X is a ChunkReader for chunks.
    """
    if estimator.solver == "lbfgs":  # trains on all samples, as in scikit-learn
        return None
    rows = estimator._training_state.validation
    if samples.are_in_chunks:
        return _score_chunks(estimator, X, rows)
    if _is_scorer(estimator.scoring):
        X, y = (_safe_indexing(_by_rows(part), rows) for part in (X, y))
    if sample_weight is not None:
        sample_weight = _safe_indexing(np.asarray(sample_weight), rows)
    given = GivenSet(X, y, sample_weight)
    return _with_score(estimator, samples, rows, estimator.graph_, given)


def _with_score(estimator, samples, rows, graph, given):
    held_out = HeldOut(samples, rows, graph, None)
    return held_out._replace(score=_make_score(estimator, held_out, given))


def _read(estimator, given):
    """Return the Samples of a validation set, and the graph that reads them."""
    dtype = estimator._parameters.dtype
    try:
        data = estimator._read_data(given.X, given.y, dtype, reset=False)
        # As in continued training, some classes may be missing.
        estimator._check_targets(estimator._targets, data.y, incremental=True)
        encoded = estimator._targets.encode(data.y, dtype)
    except ValueError as error:
        raise ValueError(f"X_val and y_val must match X and y: {error}") from error
    try:
        weights = check_weights(given.sample_weight, data.X, "sample_weight_val")
    except ValueError as error:
        raise ValueError(f"sample_weight_val does not match X_val: {error}") from error
    X = CSR.of(data.X) if sparse.issparse(data.X) else data.X
    samples = estimator._make_samples(X, data.y, encoded, weights)
    estimator._targets.check_validation(samples)
    return samples, estimator._graph_for(data)


def _read_chunks(estimator, given):
    """Return the HeldOut set of the chunks that the user passed."""
    check_reads_chunks(estimator)
    if given.sample_weight is not None:
        raise ValueError(
            "sample_weight_val must be None for a sequence of chunks. Each chunk "
            "contains its own weights: (X, y, sample_weight)."
        )
    dtype = estimator._parameters.dtype
    reader = ChunkReader(estimator, given.X, dtype, "X_val: chunk")
    reader.read(0)
    reader.survey()
    return _score_chunks(estimator, reader, np.arange(len(reader)))


def _score_chunks(estimator, reader, chunks):
    """Return the HeldOut set of some chunks, weighted by the user's sample weights."""
    samples = reader.chunked_samples(of_classes=False)
    targets = estimator._targets

    def score(loss, logits, encoded, weights):
        if estimator.scoring == "loss":
            return -loss
        true, predicted = targets.read(encoded), targets.decode(logits)
        return estimator._validation_score(true, predicted, weights)

    return HeldOut(samples, chunks, estimator.graph_, score)


def _by_rows(part):
    return part.tocsr() if sparse.issparse(part) else part


def _is_scorer(scoring):
    """Return whether scoring is a scorer of scikit-learn's kind, for X and y."""
    return scoring not in (None, "loss")


def _make_score(estimator, held_out, given):
    """Return the function of the loss and logits that ``scoring`` stands for."""
    scoring, targets, weights = estimator.scoring, estimator._targets, held_out.weights
    if getattr(estimator, "class_weight", None) is not None:
        # Scores use the user's sample weights; class weights are for the loss.
        weights = given.sample_weight
    if scoring == "loss" or targets.are_scored_by_loss:
        return lambda loss, logits: -loss
    if scoring is None:
        memberships, of_groups = held_out.rows, {}
        if held_out.samples.groups is not None:
            groups = held_out.samples.groups
            memberships, of_groups["starts"] = groups.expand(held_out.rows)
        true = targets.read(held_out.samples.targets[memberships])
        return lambda loss, logits: estimator._validation_score(
            true, targets.decode(logits), weights, **of_groups
        )
    if isinstance(scoring, str) and targets.are_of_steps:
        raise ValueError(
            f"scoring={scoring!r} scores one prediction per sample, but with "
            "return_sequences=True there is one per step. Use scoring=None, 'loss' or "
            "a callable of (estimator, X, y)."
        )
    scorer = _find_scorer(estimator, scoring)
    X, y, weights = given
    options = {} if weights is None else {"sample_weight": weights}

    def score(loss, logits):
        try:
            return scorer(estimator, X, y, **options)
        except (TypeError, ValueError) as error:
            raise type(error)(
                f"scoring={scoring!r} cannot score the validation set of "
                f"{_num_samples(X)} samples: {error}"
            ) from error

    return score


def _find_scorer(estimator, scoring):
    if isinstance(scoring, str) and scoring not in get_scorer_names():
        raise ValueError(
            f"scoring={scoring!r} is not the name of a scorer. Use 'loss', None, a "
            "name of sklearn.metrics.get_scorer_names(), or a callable of "
            "(estimator, X, y)."
        )
    return check_scoring(estimator, scoring)


def make_validation(estimator, held_out, batch_size):
    """Return the function that validates the current state of an estimator."""
    if held_out is None:
        return None
    if held_out.samples.are_in_chunks:
        return _make_validation_of_chunks(estimator, held_out, batch_size)
    program, loss = compile_graph(held_out.graph), estimator._targets.loss
    batch_size = min(batch_size, held_out.samples.n_units)
    n_rows = held_out.samples.most_rows(batch_size)
    executor = make_executor(
        program, estimator._parameters, loss, batch_size, n_rows=n_rows
    )
    weights = held_out.weights
    weight_sum = len(held_out.rows) if weights is None else float(weights.sum())
    factor = loss.reported_factor(program.output.width) / weight_sum

    def validate():
        total, logits = executor.evaluate(held_out.samples, held_out.rows)
        return Validated(factor * total, held_out.score(factor * total, logits))

    return validate


def _make_validation_of_chunks(estimator, held_out, batch_size):
    """Return the same for chunks, of which only predictions stay in memory."""
    samples, chunks = held_out.samples, held_out.rows
    loss = estimator._targets.loss
    executor = make_executor(
        estimator._program, estimator._parameters, loss, batch_size
    )

    def validate():
        total, found = 0.0, []
        for part in read_ahead(samples.read, chunks):
            own, logits = executor.evaluate(part)
            total += own
            found.append((logits, part.targets, part.weights))
        logits, encoded, weights = zip(*found, strict=True)
        weights = None if weights[0] is None else np.concatenate(weights)
        weight_sum = samples.count(chunks) if weights is None else weights.sum()
        total *= loss.reported_factor(estimator._program.output.width) / weight_sum
        joined = np.concatenate(logits), np.concatenate(encoded)
        return Validated(total, held_out.score(total, *joined, weights))

    validate.reads_chunks = True
    return validate
