"""Enumeration of monomials: counting, ranking and unranking.

A monomial of degree k is a sorted tuple of k features, x0 x0 x2 = (0, 0, 2), led by its
first feature. Columns are ordered by degree, then lexicographically, so the monomials
of one degree that are led by feature a or a later one are adjacent. Multiplying those
of degree k - 1 by x_a gives, in order, all monomials of degree k led by a. Everything
below relies on that.
"""

import math
from itertools import groupby, islice

import numpy as np

INDEX_MAX = np.iinfo(np.intp).max


def count_monomials(n_features, max_degree, caps=None):
    r"""Return the number of monomials of degree 0 to ``max_degree``.

    Without ``caps``, it is C(n + d, d): a monomial is an arrangement of d stars and n
    bars. If cap_j limits the exponent of x_j, the generating function of its exponents
    is (1 - t^(cap_j + 1)) / (1 - t); the numerators are multiplied out, and each term c
    t^s contributes c C(n + d - s, n).

    Parameters
    ----------
    n_features : int
    max_degree : int
    caps : int or sequence of int, default=None
        Maximum degree of every feature, or one for each.

    Returns
    -------
    int
    """
    if caps is None:
        return math.comb(n_features + max_degree, n_features)
    if isinstance(caps, int) and caps == 1:
        return sum(
            math.comb(n_features, k) for k in range(min(max_degree, n_features) + 1)
        )
    caps = [caps] * n_features if isinstance(caps, int) else caps
    numerator = {0: 1}
    for cap in caps:
        if cap < max_degree:
            for power, coefficient in list(numerator.items()):
                shifted = power + cap + 1
                if shifted <= max_degree:
                    numerator[shifted] = numerator.get(shifted, 0) - coefficient
    return sum(
        coefficient * math.comb(n_features + max_degree - power, n_features)
        for power, coefficient in numerator.items()
    )


def log10_count(n_features, max_degree):
    """Return log10 of C(n + d, d), from the logarithms of factorials."""
    natural = (
        math.lgamma(n_features + max_degree + 1)
        - math.lgamma(n_features + 1)
        - math.lgamma(max_degree + 1)
    )
    return natural / math.log(10)


class GradedBasis:
    """All monomials with a degree in a range, in scikit-learn's order.

    Parameters
    ----------
    n_features : int
    min_degree, max_degree : int
        Only ``include_bias`` determines whether degree 0 is included.
    caps : None, 1 or ndarray of shape (n_features,)
        Maximum degree of every feature, or one for each. None means no limit.
    include_bias : bool

    Attributes
    ----------
    features : None or ndarray of int
        The features that occur, if not all do.
    n_outputs : int
        Number of columns, as an exact Python int.
    n_below : int
        Number of monomials of lower degree that are needed to compute the columns.
    """

    def __init__(self, n_features, min_degree, max_degree, caps, include_bias):
        self.features = None
        if isinstance(caps, np.ndarray):
            if not caps.all():
                self.features = np.flatnonzero(caps)
                caps = caps[self.features]
                n_features = len(self.features)
            max_degree = min(max_degree, int(caps.sum()))
            caps = _simplified(caps, max_degree)
        if isinstance(caps, int):
            max_degree = min(max_degree, n_features)
        self.n_features = n_features
        self.min_degree = max(1, min_degree)
        self.max_degree = max_degree
        self.caps = caps
        self.include_bias = include_bias
        self._count()

    def _count(self):
        _refuse_astronomical(self.n_features, self.max_degree, self.caps is None)
        caps = self.caps.tolist() if isinstance(self.caps, np.ndarray) else self.caps
        self.n_below = count_monomials(self.n_features, self.min_degree - 1, caps) - 1
        kept = count_monomials(self.n_features, self.max_degree, caps) - 1
        self.n_outputs = self.include_bias + max(0, kept - self.n_below)

    def combinations(self, chunk=4096):
        """Yield the tuple of features that each column is the product of."""
        if self.include_bias:
            yield ()
        if self.n_outputs > self.include_bias:
            layout = Layout(self)
            for degree, start, stop in layout.column_ranges():
                for first in range(start, stop, chunk):
                    columns = np.arange(first, min(stop, first + chunk))
                    yield from map(tuple, layout.factors(columns, degree).tolist())

    def factor_blocks(self):
        """Yield (columns, their factors) degree by degree, as arrays."""
        layout = Layout(self)
        for degree, start, stop in layout.column_ranges():
            columns = np.arange(start, stop)
            yield columns, layout.factors(columns, degree)

    def combination(self, column):
        """Return the tuple of features that one column is the product of."""
        if self.include_bias and column == 0:
            return ()
        layout = Layout(self)
        for degree, _, stop in layout.column_ranges():
            if column < stop:
                return tuple(layout.factors(np.array([column]), degree)[0].tolist())
        raise IndexError(column)


class TooManyColumnsError(ValueError):
    """There are more columns than an index can count; the message has the number."""


def _refuse_astronomical(n_features, max_degree, may_repeat):
    """Raise an error for numbers of hundreds of digits before the exact count."""
    if may_repeat:
        digits = log10_count(n_features, max_degree)
    else:  # only those without a square
        k = min(max_degree, n_features // 2)
        digits = log10_count(n_features - k, k)
    if digits > 300:
        raise TooManyColumnsError(f"about 10^{digits:.0f}")


def _simplified(caps, max_degree):
    """Return None or 1 if it is equivalent to these caps, else the caps."""
    if np.all(caps >= max_degree):
        return None
    return 1 if np.all(caps == 1) else caps


class Layout:
    """The columns of the monomials of a graded basis, as tables by (degree, feature).

    Monomials below degree ``min_degree`` are not part of the output, but others are
    computed from them: their columns have the numbers -n_below ... -1.

    Attributes
    ----------
    counts : ndarray of shape (max_degree + 1, n_features + 1)
        ``counts[k, a]`` monomials of degree k contain only features a and later.
    starts : ndarray of shape (max_degree + 1, n_features)
        Column of the first monomial of degree k led by a; row 0 is unused.
    skips : ndarray of shape (max_degree + 1, n_features)
        Number of monomials of degree k led by a in which x_a has its maximum degree.
    """

    def __init__(self, basis):
        self.basis = basis
        self.counts = _suffix_counts(basis)
        ends = np.zeros(basis.max_degree + 1, np.int64)
        ends[1:] = np.cumsum(self.counts[1:, 0]) - basis.n_below
        firsts = ends - self.counts[:, 0]
        firsts[basis.min_degree :] += basis.include_bias
        self.firsts = firsts
        self.starts = firsts[:, None] + self.counts[:, :1] - self.counts[:, :-1]
        self.skips = np.zeros_like(self.starts)
        if basis.caps is not None:
            for k in range(1, basis.max_degree + 1):
                self.skips[k] = _at_cap(self.counts, k, basis.caps)

    def column_ranges(self):
        """Yield (degree, first column, column after the last) of the output."""
        for k in range(self.basis.min_degree, self.basis.max_degree + 1):
            first = int(self.firsts[k])
            yield k, first, first + int(self.counts[k, 0])

    def segments(self):
        """Return rows (source, target, length, feature), sorted by target.

        Columns target ... target + length are those from source, times the feature.
        """
        lengths = (self.counts[2:, :-1] - self.counts[2:, 1:]).ravel()
        sources = (self.starts[1:-1] + self.skips[1:-1]).ravel()
        targets = self.starts[2:].ravel()
        n_degrees = max(0, self.basis.max_degree - 1)
        features = np.tile(np.arange(self.basis.n_features), n_degrees)
        table = np.stack([sources, targets, lengths, features], axis=1)
        return np.ascontiguousarray(table[lengths > 0])

    def factors(self, columns, degree):
        """Return the features of columns of one degree, (n_columns, degree)."""
        factors = np.empty((len(columns), degree), np.int64)
        for i, k in enumerate(range(degree, 0, -1)):
            lead = np.searchsorted(self.starts[k], columns, side="right") - 1
            factors[:, i] = lead
            if k > 1:
                moved = self.starts[k - 1] + self.skips[k - 1] - self.starts[k]
                columns = columns + moved[lead]
        features = self.basis.features
        return factors if features is None else features[factors]


def _suffix_counts(basis):
    """Count the monomials of degree k in features a, a + 1 ... for all (k, a).

    A monomial either lacks x_a, or is x_a times a monomial of degree k - 1 in which x_a
    is below its maximum degree.
    """
    counts = np.zeros((basis.max_degree + 1, basis.n_features + 1), np.int64)
    counts[0] = 1
    for k in range(1, basis.max_degree + 1):
        led = counts[k - 1, :-1].copy()
        if basis.caps is not None:
            led -= _at_cap(counts, k - 1, basis.caps)
        counts[k, :-1] = np.cumsum(led[::-1])[::-1]
    return counts


def _at_cap(counts, degree, caps):
    """Count the monomials of this degree that have x_a^cap_a and no earlier x."""
    rest = degree - caps  # the degree in features after a
    n_features = counts.shape[1] - 1
    after = counts[np.maximum(rest, 0), np.arange(1, n_features + 1)]
    return np.where(rest >= 0, after, 0)


class ChosenBasis:
    """Monomials listed one by one, in the given order."""

    features = None
    n_below = 0

    def __init__(self, n_features, combinations, include_bias):
        self.n_features = n_features
        self.chosen = combinations
        self.include_bias = include_bias
        self.n_outputs = include_bias + len(combinations)
        self.max_degree = max(map(len, combinations), default=0)

    def combinations(self):
        """Yield the tuple of features that each column is the product of."""
        if self.include_bias:
            yield ()
        yield from self.chosen

    def combination(self, column):
        """Return the tuple of features that one column is the product of."""
        return next(islice(self.combinations(), column, None))

    def factor_blocks(self):
        """Yield (columns, their factors) degree by degree, as arrays."""
        degrees = np.array([len(combination) for combination in self.chosen])
        for degree in np.unique(degrees):
            (at,) = np.nonzero(degrees == degree)
            yield at + self.include_bias, np.array([self.chosen[i] for i in at])


class PowerBasis(ChosenBasis):
    """The powers of each feature without products, sorted by degree."""

    def __init__(self, n_features, min_degree, max_degree, caps, include_bias):
        self.n_features = n_features
        self.include_bias = include_bias
        if isinstance(caps, np.ndarray):
            repeats = 1
        else:
            caps = np.array([max_degree if caps is None else caps])  # of all features
            repeats = n_features
        max_degree = min(max_degree, int(caps.max(initial=0)))
        self.min_degree, self.max_degree = max(1, min_degree), max_degree
        self.caps = caps
        left = np.minimum(caps, max_degree) - (self.min_degree - 1)
        kept = sum(np.maximum(left, 0).tolist()) * repeats
        self.n_outputs = include_bias + kept

    @property
    def chosen(self):
        """The monomials as tuples, computed at each access."""
        for _, factors in self.factor_blocks():
            yield from map(tuple, factors.tolist())

    def factor_blocks(self):
        """Yield (columns, their factors) degree by degree, as arrays."""
        first = int(self.include_bias)
        for degree in range(self.min_degree, self.max_degree + 1):
            occurs = np.broadcast_to(self.caps >= degree, self.n_features)
            factors = np.repeat(np.flatnonzero(occurs)[:, None], degree, axis=1)
            yield first + np.arange(len(factors)), factors
            first += len(factors)


def column_shifts(basis, features):
    """Return how far a column moves when a feature is multiplied in.

    shifts[k - 1, i] is the column of x_a m minus that of m, with a = features[i], for
    every monomial m of degree k - 1 such that x_a leads x_a m. The constant counts as
    column 0, so degree 1 holds the columns of the features themselves. Columns below
    ``min_degree`` are negative.

    Parameters
    ----------
    basis : GradedBasis
    features : ndarray of int

    Returns
    -------
    ndarray of int64, shape (max_degree, n_features)
    """
    if isinstance(basis.caps, np.ndarray) or basis.n_features <= max(
        4 * len(features), 1 << 16
    ):
        layout = Layout(basis)
        moves = layout.starts[1:].copy()
        moves[1:] -= layout.starts[1:-1] + layout.skips[1:-1]
        return np.take(moves, features, axis=1)
    return _shifts_by_formula(basis, features)


def _shifts_by_formula(basis, features):
    """Do the same with exact integers, for few of very many features."""
    n, is_free = basis.n_features, basis.caps is None
    choose = np.frompyfunc(math.comb, 2, 1)
    left = n - features.astype(object)  # number of features from each on

    def count(degree, left):
        """Count the monomials of a degree in ``left`` features."""
        return choose(left + (degree - 1 if is_free else 0), degree)

    shifts = np.empty((basis.max_degree, len(features)), np.int64)
    before, end = 0, -basis.n_below
    for degree in range(1, basis.max_degree + 1):
        if degree == basis.min_degree:
            end += basis.include_bias
        end = end + count(degree, n)
        start = end - count(degree, left)
        shifts[degree - 1] = start - before
        before = start if is_free else end - count(degree, left - 1)
    return shifts


def name_of(combination, names):
    """Return the name of a monomial, such as 'x0^2 x1'."""
    powers = []
    for feature, repeats in groupby(combination):
        exponent = len(list(repeats))
        powers.append(names[feature] + (f"^{exponent}" if exponent > 1 else ""))
    return " ".join(powers) or "1"
