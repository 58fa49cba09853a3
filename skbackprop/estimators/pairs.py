"""Relations of similarity between rows, from neighbours, labels, or pairs.

A relation draws similar pairs of rows (``draw_similar``), knows which rows have
dissimilar ones (``has_dissimilar``), and draws a dissimilar row for each given row
(``draw_dissimilar``).
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sklearn.neighbors import kneighbors_graph
from sklearn.utils import check_consistent_length, column_or_1d

from skbackprop.engine import losses
from skbackprop.fitting.targets import Targets
from skbackprop.utils.gate import check_masked, check_sparse
from skbackprop.utils.validation import is_missing, naming, naming_y, read_numbers
from skbackprop.utils.warnings import warn_user

_ROUNDS_OF_REJECTION = 20


class SimilarityGraph:
    """Rows joined by an edge are similar, all others are dissimilar.

    Parameters
    ----------
    graph : sparse matrix of shape (n_samples, n_samples)
        A non-zero entry of any sign joins two rows in both directions.
    """

    are_fixed = False

    @property
    def source(self):
        """The arrays that say what is similar."""
        return (self._pairs,)

    def __init__(self, graph):
        edges = sparse.coo_matrix(graph)
        edges.sum_duplicates()
        is_edge = (edges.data != 0) & (edges.row != edges.col)
        i, j = (ends[is_edge].astype(np.int64) for ends in (edges.row, edges.col))
        self.n_samples = graph.shape[0]
        keys = np.minimum(i, j) * self.n_samples + np.maximum(i, j)
        self._keys = np.unique(keys)
        self._pairs = np.column_stack(np.divmod(self._keys, self.n_samples))
        degrees = np.bincount(self._pairs.ravel(), minlength=self.n_samples)
        self.has_dissimilar = degrees < self.n_samples - 1

    def draw_similar(self, random_state):
        """Return each similar pair once."""
        return self._pairs

    def are_similar(self, rows, others):
        """Return for each pair whether it is similar, or a row with itself."""
        keys = np.minimum(rows, others) * self.n_samples + np.maximum(rows, others)
        places = np.searchsorted(self._keys, keys)
        found = self._keys[np.minimum(places, len(self._keys) - 1)]
        return (rows == others) | (found == keys)

    def draw_dissimilar(self, rows, random_state):
        """Return a dissimilar row for each row, all equally likely."""
        others = random_state.randint(self.n_samples, size=len(rows))
        for _ in range(_ROUNDS_OF_REJECTION):
            bad = np.flatnonzero(self.are_similar(rows, others))
            if not len(bad):
                return others
            others[bad] = random_state.randint(self.n_samples, size=len(bad))
        every_row = np.arange(self.n_samples)
        for i in np.flatnonzero(self.are_similar(rows, others)):
            is_similar = self.are_similar(np.full_like(every_row, rows[i]), every_row)
            others[i] = random_state.choice(every_row[~is_similar])
        return others


class SameLabel:
    """Rows with the same label are similar.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
    n_partners : int
        Number of similar rows to draw for each row.
    """

    are_fixed = False

    @property
    def source(self):
        """The arrays that say what is similar."""
        return self._by_label, self._sizes

    def __init__(self, y, n_partners):
        _, codes, counts = np.unique(y, return_inverse=True, return_counts=True)
        self.n_samples = len(codes)
        # Rows sorted by label. For each row, the start and the size of the block of
        # its label, and its place in the block.
        self._by_label = np.argsort(codes, kind="stable")
        starts = np.cumsum(counts) - counts
        self._starts, self._sizes = starts[codes], counts[codes]
        places = np.empty(self.n_samples, np.int64)
        places[self._by_label] = np.arange(self.n_samples)
        self._places = places - self._starts
        self._anchors = np.flatnonzero(self._sizes > 1).repeat(n_partners)
        self.has_dissimilar = self._sizes < self.n_samples

    def draw_similar(self, random_state):
        """Return ``n_partners`` pairs for each row whose label is not unique."""
        anchors = self._anchors
        if not len(anchors):
            return np.empty((0, 2), np.int64)
        sizes = self._sizes[anchors]
        steps = 1 + _draw_below(sizes - 1, random_state)
        places = self._starts[anchors] + (self._places[anchors] + steps) % sizes
        return np.column_stack([anchors, self._by_label[places]])

    def draw_dissimilar(self, rows, random_state):
        """Return a row of another label for each row, all equally likely."""
        starts, sizes = self._starts[rows], self._sizes[rows]
        places = _draw_below(self.n_samples - sizes, random_state)
        return self._by_label[places + np.where(places >= starts, sizes, 0)]


class ListedPairs:
    """Listed pairs, each similar or dissimilar.

    Parameters
    ----------
    pairs : ndarray of shape (n_pairs, 2)
    are_dissimilar : ndarray of bool of shape (n_pairs,)
    n_samples : int
    """

    are_fixed = True

    @property
    def source(self):
        """The arrays that say what is similar."""
        return self.pairs, self.are_dissimilar

    def __init__(self, pairs, are_dissimilar, n_samples):
        self.pairs, self.are_dissimilar = pairs, are_dissimilar
        self.n_samples = n_samples
        i, j = pairs[are_dissimilar].T
        i, j = np.concatenate([i, j]), np.concatenate([j, i])
        self._others = j[np.argsort(i, kind="stable")]
        self._n_others = np.bincount(i, minlength=n_samples)
        self._starts = np.cumsum(self._n_others) - self._n_others
        self.has_dissimilar = self._n_others > 0

    def draw_similar(self, random_state):
        """Return the similar pairs."""
        return self.pairs[~self.are_dissimilar]

    def draw_dissimilar(self, rows, random_state):
        """Return for each row one that is listed as dissimilar to it."""
        places = _draw_below(self._n_others[rows], random_state)
        return self._others[self._starts[rows] + places]


def _draw_below(bounds, random_state):
    """Return a random integer in [0, bound) for each bound."""
    return (random_state.random_sample(len(bounds)) * bounds).astype(np.int64)


def make_similarity(X, y, pairs, similarity, n_neighbors, of_both_kinds=True):
    """Return the relation that the parameters and the data of a fit define.

    With ``of_both_kinds``, there must also be dissimilar pairs.
    """
    if similarity == "labels":
        if pairs is not None:
            raise ValueError(
                "similarity='labels' and pairs contradict each other. With pairs, use "
                "similarity='neighbors', the default."
            )
        if y is None:
            raise ValueError(
                "similarity='labels' needs y, the label of each sample, got None."
            )
        check_masked(y, "y")
        with naming("y"):
            check_consistent_length(X, y)
            y = column_or_1d(y, warn=True)
        _check_labelled(y)
        relation = SameLabel(y, n_neighbors)
    elif pairs is None:
        relation = SimilarityGraph(_graph_of_neighbors(X, n_neighbors))
    elif sparse.issparse(pairs):
        check_sparse(pairs, "pairs")
        _check_graph(pairs, X.shape[0])
        relation = SimilarityGraph(pairs)
    else:
        relation = _read_pairs(pairs, X.shape[0])
    _check_similar(relation, similarity, pairs)
    if of_both_kinds:
        _check_dissimilar(relation, similarity, pairs)
    return relation


def _check_labelled(y):
    """Refuse samples without a label, which would count as one class."""
    n_missing = is_missing(y).sum()
    if n_missing:
        raise ValueError(
            f"y has no label for {n_missing} sample(s). Leave these samples out "
            "of the fit (transform can still map them), or pass pairs."
        )
    with naming_y(y):
        labels = np.unique(y)
    if labels.dtype.kind == "f" and np.isinf(labels).any():
        raise ValueError("y must have finite labels, but contains infinity.")
    if labels.dtype.kind in "if" and labels[0] == -1 and len(labels) > 2:
        warn_user(
            "y has the label -1, which often marks unlabelled samples. Here, it is a "
            "class like any other. Leave these samples out if they have no label."
        )


def _graph_of_neighbors(X, n_neighbors):
    if n_neighbors >= X.shape[0]:
        raise ValueError(
            f"n_neighbors={n_neighbors} must be less than n_samples = {X.shape[0]}."
        )
    return kneighbors_graph(X, n_neighbors, include_self=False)


def _check_graph(graph, n_samples):
    if graph.shape != (n_samples, n_samples):
        raise ValueError(
            "pairs, if a sparse matrix, must have a row and a column for each of the "
            f"{n_samples} samples, got shape {graph.shape}."
        )


def _read_pairs(pairs, n_samples):
    """Return ListedPairs from rows (i, j, Y), or a tuple of (i, j) and Y."""
    if isinstance(pairs, tuple) and len(pairs) == 2:
        ends, y = (read_numbers(part, "pairs") for part in pairs)
    else:
        ends = y = pairs = read_numbers(pairs, "pairs")
        if pairs.ndim == 2:
            ends, y = pairs[:, :2], pairs[:, 2:]
    if ends.ndim != 2 or ends.shape[1] != 2 or y.size != len(ends):
        raise ValueError(
            "pairs must be an array of shape (n_pairs, 3) with rows (i, j, Y), a tuple "
            "of arrays of shapes (n_pairs, 2) and (n_pairs,), or a sparse matrix of "
            f"similar samples, got {_shapes_of(pairs)}."
        )
    y = y.ravel()
    if not np.isin(y, (0, 1)).all():
        raise ValueError(
            "Y, the third column of pairs, must be 0 for similar and 1 for dissimilar "
            f"samples, got {y[~np.isin(y, (0, 1))][0]}."
        )
    is_outside = ~((ends >= 0) & (ends < n_samples) & (ends == np.floor(ends)))
    if is_outside.any():
        raise ValueError(
            f"pairs must hold indices of samples, from 0 to {n_samples - 1}, got "
            f"{ends[is_outside][0]}."
        )
    indices = ends.astype(np.int64)
    same = np.flatnonzero(indices[:, 0] == indices[:, 1])
    if len(same):
        raise ValueError(
            f"pairs must join different samples, but pair {same[0]} joins sample "
            f"{indices[same[0], 0]} with itself."
        )
    return ListedPairs(indices, y == 1, n_samples)


def _shapes_of(pairs):
    if isinstance(pairs, tuple):
        return f"a tuple of shapes {[np.shape(part) for part in pairs]}"
    return f"shape {np.shape(pairs)}"


def _source(similarity, pairs):
    return "pairs" if pairs is not None else f"similarity={similarity!r}"


def _check_similar(relation, similarity, pairs):
    source = _source(similarity, pairs)
    if not len(relation.draw_similar(np.random.RandomState(0))):
        raise ValueError(
            f"{source} gives no similar pairs. Some label must occur at least twice, "
            "and some pairs must have Y = 0."
        )


def _check_dissimilar(relation, similarity, pairs):
    source = _source(similarity, pairs)
    if not relation.has_dissimilar.any():
        raise ValueError(
            f"{source} gives only similar pairs, for which the best map is a single "
            "point. There must be at least two labels, n_neighbors well below the "
            "number of samples, and some pairs with Y = 1 (or without an entry in a "
            "sparse matrix)."
        )


class PairSampler:
    """Draws the groups of rows of an epoch.

    Parameters
    ----------
    relation : SimilarityGraph, SameLabel or ListedPairs
    of_triplets : bool
        Whether groups are triplets (a row, a similar one, a dissimilar one) or pairs.
    n_dissimilar : int
        Number of dissimilar rows to draw for each similar pair.
    n_candidates : int
        Number of candidates for each of them, of which the closest is used.

    Attributes
    ----------
    size : int
        Number of rows in a group.
    are_fixed : bool
        Whether the groups are the same in all epochs.
    """

    def __init__(self, relation, of_triplets, n_dissimilar, n_candidates):
        self.relation, self.of_triplets = relation, of_triplets
        self.n_dissimilar, self.n_candidates = n_dissimilar, n_candidates
        self.size = 3 if of_triplets else 2
        self.are_fixed = relation.are_fixed and not of_triplets
        self._anchors = np.flatnonzero(relation.has_dissimilar)

    def draw(self, random_state, embed):
        """Return groups (n_groups, size); ``embed()`` returns the current map."""
        if self.are_fixed:
            return self.relation.pairs
        similar = self.relation.draw_similar(random_state)
        if self.of_triplets:
            similar = self._beginning_with_anchors(similar, random_state)
            similar = similar.repeat(self.n_dissimilar, axis=0)
            others = self._draw_dissimilar(similar[:, 0], random_state, embed)
            return np.column_stack([similar, others])
        n_others = len(similar) * self.n_dissimilar
        anchors = self._anchors[random_state.randint(len(self._anchors), size=n_others)]
        others = self._draw_dissimilar(anchors, random_state, embed)
        dissimilar = np.column_stack([anchors, others])
        dissimilar = dissimilar.reshape(len(similar), self.n_dissimilar, 2)
        groups = np.concatenate([similar[:, np.newaxis], dissimilar], axis=1)
        return groups.reshape(-1, 2)

    def targets(self, n_groups, dtype):
        """Return Y of the group for each of its members."""
        if self.are_fixed:
            y = self.relation.are_dissimilar
        elif self.of_triplets:
            y = np.zeros(n_groups)
        else:
            y = np.tile([0.0] + [1.0] * self.n_dissimilar, n_groups)
            y = y[:n_groups]
        return y.astype(dtype).repeat(self.size)[:, np.newaxis]

    def check_triplets(self):
        """Refuse pairs without a triplet, and warn of pairs that are in none."""
        similar = self.relation.draw_similar(np.random.RandomState(0))
        is_anchor = self.relation.has_dissimilar[similar].any(axis=1)
        if not is_anchor.any():
            raise ValueError(
                "loss='triplet' needs a sample that is similar to one sample and "
                "dissimilar to another, but pairs has none. Use "
                "loss='contrastive', or pass more pairs."
            )
        if not is_anchor.all():
            warn_user(
                f"{(~is_anchor).sum()} of {len(is_anchor)} similar pairs are in no "
                "triplet, as neither sample is dissimilar to any other, and are "
                "ignored. loss='contrastive' uses all pairs."
            )

    def _beginning_with_anchors(self, similar, random_state):
        """Return pairs in random order, with a row first that has dissimilar ones."""
        swapped = random_state.randint(2, size=len(similar)).astype(bool)
        first, second = self.relation.has_dissimilar[similar].T
        swapped = (swapped & second) | ~first
        similar = np.where(swapped[:, np.newaxis], similar[:, ::-1], similar)
        return similar[first | second]

    def _draw_dissimilar(self, anchors, random_state, embed):
        if self.n_candidates == 1:
            return self.relation.draw_dissimilar(anchors, random_state)
        candidates = self.relation.draw_dissimilar(
            anchors.repeat(self.n_candidates), random_state
        ).reshape(-1, self.n_candidates)
        points = embed()
        gaps = points[candidates] - points[anchors, np.newaxis]
        closest = (gaps**2).sum(axis=2).argmin(axis=1)
        return candidates[np.arange(len(anchors)), closest]


@dataclass
class EmbeddingTargets(Targets):
    """Targets of pairs or triplets instead of samples.

    Attributes
    ----------
    loss : GroupLoss
    n_outputs : int
        Width of the map.
    n_behind : int
        Number of graph nodes after the map.
    """

    loss: losses.GroupLoss
    n_outputs: int
    n_behind: int = 0

    are_scored_by_loss = True

    def encode(self, y, dtype):
        """Return the relation unchanged."""
        return y

    def decode(self, logits):
        """Return the coordinates of each row."""
        return logits.copy()
