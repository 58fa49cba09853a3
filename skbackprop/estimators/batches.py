"""Minibatches of similar pairs, for losses that use statistics of a minibatch."""

import inspect

import numpy as np
from scipy import sparse

from skbackprop.engine.samples import Groups, Samples


class TwoViews:
    """Two views of each sample are similar; both are drawn anew in each epoch.

    Rows i and n_samples + i are the views of sample i.

    Parameters
    ----------
    views : callable
        ``views(X, random_state)`` returns a view of all samples in the format of X.
    X : ndarray of shape (n_samples, n_features)
    """

    def __init__(self, views, X):
        self.views, self.X = views, X

    @property
    def source(self):
        """The arrays from which views are made."""
        return (self.X,)

    def draw_similar(self, random_state):
        """Return the pairs of views."""
        rows = np.arange(len(self.X))
        return np.column_stack([rows, len(self.X) + rows])

    def draw_rows(self, random_state):
        """Return the first views of all samples, then the second ones."""
        rows = np.empty((2 * len(self.X), self.X.shape[1]), self.X.dtype)
        for half in np.split(rows, 2):
            half[:] = self._draw_view(random_state)
        return rows

    def _draw_view(self, random_state):
        X = self.X
        # A copy, as users may modify it in place.
        view = self.views(X.copy(), random_state)
        if not isinstance(view, np.ndarray):
            raise TypeError(
                f"views must return an array like X, of shape {X.shape} and "
                f"{X.dtype}, got {type(view).__name__}."
            )
        if view.shape != X.shape or view.dtype != X.dtype:
            raise ValueError(
                f"views must keep the shape and dtype of X, {X.shape} and {X.dtype}, "
                f"but returned {view.shape} and {view.dtype}. Use astype(X.dtype) if "
                "arithmetic changes the dtype."
            )
        if not np.isfinite(view).all():
            raise ValueError("views must return finite numbers.")
        return view


class PairBatches:
    """Divides similar pairs into minibatches of nearly equal size, each one group.

    A minibatch of n pairs has 2n members: the first rows of all pairs, then the second
    ones in the same order.

    Parameters
    ----------
    relation : SimilarityGraph, SameLabel, ListedPairs or TwoViews
    batch_size : int
        Maximum number of pairs in a minibatch. It is exceeded to avoid minibatches with
        a single pair.
    shuffles : bool
        Whether to shuffle the pairs, and the two rows of each, before each epoch.
    random_state : RandomState
    """

    def __init__(self, relation, batch_size, shuffles, random_state):
        self.relation, self.shuffles = relation, shuffles
        pairs = relation.draw_similar(random_state)
        self.n_pairs = len(pairs)
        n_batches = max(1, min(-(-self.n_pairs // batch_size), self.n_pairs // 2))
        starts = np.arange(n_batches + 1) * self.n_pairs // n_batches
        self._starts, self.sizes = starts, np.diff(starts)
        self._batches = np.repeat(np.arange(n_batches), self.sizes)
        # The index, among the pairs that the relation draws, of the pair at each place.
        # Held-out pairs stay in place, and the others are shuffled.
        self._drawn = np.arange(self.n_pairs)
        if shuffles:
            random_state.shuffle(self._drawn)
        self._members = np.empty(2 * self.n_pairs, np.int64)
        self._place(pairs, self._drawn, np.arange(self.n_pairs), random_state)

    def samples(self, X, dtype):
        """Return Samples whose groups are the minibatches.

        The weight of a minibatch is its number of pairs. Thus its loss counts as the
        mean over pairs, and penalties are divided by the number of pairs.
        """
        groups = Groups(
            self._members,
            2 * self._starts,
            self.redraw,
            self.relation.source,
            self.sizes,
            draws_rows=isinstance(self.relation, TwoViews),
        )
        targets = np.zeros((len(self._members), 1), dtype)
        return Samples(X, targets, self.sizes.astype(dtype), groups)

    def redraw(self, executor, samples, order, random_state):
        """Redraw the minibatches in ``order``, and the views of their samples."""
        places = np.flatnonzero(np.isin(self._batches, order))
        drawn = self._drawn[places]
        if samples.groups.draws_rows:
            rows = np.concatenate([drawn, self.n_pairs + drawn])
            samples.X[rows] = self.relation.draw_rows(random_state)[rows]
        if self.shuffles:
            random_state.shuffle(drawn)
        pairs = self.relation.draw_similar(random_state)
        self._place(pairs, drawn, places, random_state)

    def _place(self, pairs, drawn, places, random_state):
        """Put the drawn pairs at these places."""
        chosen, batches = pairs[drawn], self._batches[places]
        if self.shuffles:
            is_swapped = random_state.randint(2, size=len(chosen)).astype(bool)
            chosen[is_swapped] = chosen[is_swapped, ::-1]
        first = places + self._starts[batches]
        self._members[first] = chosen[:, 0]
        self._members[first + self.sizes[batches]] = chosen[:, 1]


def check_views(views, X, similarity, pairs):
    """Raise an error if views contradict other parameters or the data."""
    if similarity != "neighbors" or pairs is not None:
        what = "pairs" if pairs is not None else f"similarity={similarity!r}"
        raise ValueError(
            f"views and {what} contradict each other: both define similarity. Use "
            "similarity='neighbors', the default, and no pairs, or views=None."
        )
    if sparse.issparse(X):
        raise ValueError("views need a dense X. Use X.toarray(), or views=None.")
    try:
        inspect.signature(views).bind(X, None)
    except TypeError as error:
        raise TypeError(
            f"views={views!r} must take (X, random_state): {error}."
        ) from None


def check_can_hold_out(validation_fraction, n_batches):
    """Raise ValueError unless two minibatches can be held out and one remains."""
    n_held_out = int(np.ceil(validation_fraction * n_batches))
    if not 2 <= n_held_out < n_batches:
        raise ValueError(
            "early_stopping=True must hold out two minibatches at least and leave one, "
            f"but validation_fraction={validation_fraction} of {n_batches} is "
            f"{n_held_out}. Use a smaller batch_size, or another validation_fraction."
        )
