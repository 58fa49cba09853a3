"""Queries: grouping of documents by query, targets, and NDCG."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from sklearn.metrics import ndcg_score

from skbackprop.engine.losses.base import GroupLoss
from skbackprop.engine.losses.rankings import LambdaRank
from skbackprop.engine.samples import Groups
from skbackprop.fitting.targets import Targets
from skbackprop.utils.gate import check_masked
from skbackprop.utils.validation import is_missing, naming, read_numbers


class Judgements(NamedTuple):
    """The relevance of documents, their queries, and weights of queries.

    Attributes
    ----------
    relevance : ndarray of shape (n_samples,)
    queries : Groups
    weights : ndarray of shape (n_queries,) or None
    """

    relevance: np.ndarray
    queries: Groups
    weights: np.ndarray | None

    @classmethod
    def of(cls, relevance, qid, query_weight):
        """Validate the arguments of :meth:`MLPRanker.fit`."""
        if not np.isfinite(relevance).all():
            raise ValueError("y contains NaN or infinity.")
        if (relevance < 0).any():
            raise ValueError(
                "y must not be negative: the relevance of a document is 0 or more. Got "
                f"a minimum of {relevance.min()}."
            )
        queries = group_by_query(qid, len(relevance))
        return cls(relevance, queries, weights_of_queries(query_weight, queries))

    @property
    def can_be_ranked(self):
        """Whether a query has documents of different relevance."""
        ordered = self.relevance[self.queries.members]
        return bool(can_be_ranked(ordered, self.queries.starts).any())


def can_be_ranked(relevance, starts):
    """Return for each query whether it has documents of different relevance."""
    best, worst = (f.reduceat(relevance, starts[:-1]) for f in (np.maximum, np.minimum))
    return best > worst


def group_by_query(qid, n_samples):
    """Return the rows of each query in their original order.

    Queries are sorted, so that results do not depend on their order.
    """
    if qid is None:
        return Groups(np.arange(n_samples), np.array([0, n_samples]))
    qid = _one_of_each_row(qid, "qid", "the query it belongs to", n_samples)
    if is_missing(qid).any():
        raise ValueError("qid contains NaN: every row must belong to a query.")
    try:
        _, numbers, sizes = np.unique(qid, return_inverse=True, return_counts=True)
    except TypeError as error:
        raise ValueError(
            f"qid must be numbers or strings that can be sorted: {error}."
        ) from None
    members = np.argsort(numbers, kind="stable").astype(np.int64)
    return Groups(members, np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64))


def _one_of_each_row(values, name, meaning, n_samples):
    check_masked(values, name)
    with naming(name):
        values = np.asarray(values)
    if values.shape != (n_samples,):
        raise ValueError(
            f"{name} must have one entry for each of the {n_samples} rows of X: "
            f"{meaning}. Got an array of shape {values.shape}."
        )
    return values


def weights_of_queries(query_weight, queries):
    """Return the weight of each query, which must be equal in all its rows."""
    if query_weight is None:
        return None
    n_samples = len(queries.members)
    weights = _one_of_each_row(
        read_numbers(query_weight, "query_weight"),
        "query_weight",
        "the weight of its query",
        n_samples,
    )
    if not (np.isfinite(weights).all() and (weights >= 0).all() and weights.any()):
        raise ValueError(
            "query_weight must be finite and not negative, with a positive entry."
        )
    of_rows = weights[queries.members]
    of_queries = of_rows[queries.starts[:-1]]
    if (of_rows != np.repeat(of_queries, np.diff(queries.starts))).any():
        raise ValueError("query_weight must be the same for all rows of a query.")
    return of_queries


def gains_of(relevance, gain):
    """Return the gains of documents in DCG.

    Parameters
    ----------
    relevance : ndarray
    gain : {'linear', 'exponential'}
        The relevance itself, or 2 ** relevance - 1.
    """
    with np.errstate(over="ignore"):
        gains = relevance if gain == "linear" else np.exp2(relevance) - 1
        is_finite = np.isfinite(gains.sum())
    if not is_finite:
        raise ValueError(
            f"y has a relevance of {relevance.max():g}, too large for gain={gain!r} in "
            f"{relevance.dtype}: the sum of gains is infinite. Use smaller grades"
            + ("." if gain == "linear" else ", or gain='linear'.")
        )
    return gains


def _can_be_scored(samples):
    """Return for each query whether it can be ranked and has positive weight."""
    can_be = can_be_ranked(samples.targets[:, 0], samples.groups.starts)
    return can_be if samples.weights is None else can_be & (samples.weights > 0)


@dataclass
class RelevanceTargets(Targets):
    """The relevance of documents; the only output is the score."""

    loss: GroupLoss
    gain: str

    n_outputs = 1

    def encode(self, y, dtype):
        """Return a column of gains or grades, as the loss reads them, by query."""
        with np.errstate(over="ignore"):
            relevance = y.relevance[y.queries.members].astype(dtype)
        if not np.isfinite(relevance).all():
            raise ValueError(f"y has values too large for {np.dtype(dtype)}.")
        # Other losses compare grades, but validation needs finite gains too.
        gains = gains_of(relevance, self.gain)
        return (gains if self._reads_gains else relevance)[:, np.newaxis]

    def read(self, encoded):
        """Return the gains of encoded documents."""
        column = encoded[:, 0]
        return column if self._reads_gains else gains_of(column, self.gain)

    def needed_in_both_parts(self, samples):
        """Return which queries can be ranked and have positive weight."""
        is_needed = _can_be_scored(samples)
        if is_needed.sum() < 2:
            raise ValueError(
                "early_stopping=True needs two queries with documents of different "
                "relevance (and a positive query_weight), one to train on and one to "
                f"hold out, but has {is_needed.sum()} among {samples.n_units}."
            )
        return is_needed

    def check_validation(self, samples):
        """Raise ValueError if all rankings of the documents score the same."""
        if not _can_be_scored(samples).any():
            raise ValueError(
                "X_val and y_val cannot be scored: no query has documents of different "
                "relevance and a positive weight. Check qid_val, y_val and "
                "query_weight_val."
            )

    @property
    def _reads_gains(self):
        return isinstance(self.loss, LambdaRank)

    def decode(self, logits):
        """Return the scores."""
        return logits[:, 0]


def mean_ndcg(gains, scores, starts, k=None, weights=None):
    """Return the mean of scikit-learn's ``ndcg_score`` over queries.

    Queries without a relevant document, whose NDCG is 0 / 0, and queries with a single
    document are left out.

    Parameters
    ----------
    gains, scores : ndarray of shape (n_documents,)
        Gains and scores, sorted by query.
    starts : ndarray of int of shape (n_queries + 1,)
        Start of each query, then the end of the last one.
    k : int, default=None
        Number of ranks to consider. None means all.
    weights : ndarray of shape (n_queries,), default=None
        Weights of the queries.
    """
    sizes = np.diff(starts)
    has_relevant = np.maximum.reduceat(gains, starts[:-1]) > 0
    counts = has_relevant & (sizes > 1)
    weights = counts if weights is None else counts * weights
    if not weights.any():
        raise ValueError(
            "NDCG is not defined: no query has several documents, one of them "
            "relevant (y > 0)" + (" and a weight." if counts.any() else ".")
        )
    total = 0.0
    for size in np.unique(sizes[weights > 0]):  # queries of equal size together
        own = np.flatnonzero((sizes == size) & (weights > 0))
        rows = starts[own, np.newaxis] + np.arange(size)
        mean = ndcg_score(gains[rows], scores[rows], k=k, sample_weight=weights[own])
        total += mean * weights[own].sum()
    return float(total / weights.sum())
