"""Piecewise-linear features: bins of a column, and how far a value fills each."""

from numbers import Integral
from typing import ClassVar

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin, _fit_context
from sklearn.utils import gen_batches
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import _check_feature_names_in, check_is_fitted

from skbackprop.utils.pages import LinkedToPage
from skbackprop.utils.validation import FLOATS, check_samples, validate_finite

_BATCH_NUMBERS = 1 << 17  # computed at a time: they fit into the cache


class PiecewiseLinearFeatures(TransformerMixin, LinkedToPage, BaseEstimator):
    r"""Expand each feature into bins that its value fills from the lowest upwards.

    .. math:: x_j \mapsto (y_{j0}, y_{j1}, \ldots), \quad
        y_{ji} = \min\Big(\max\Big(\frac{x_j - e_{ji}}{e_{j,i+1} - e_{ji}},
        0\Big), 1\Big)

    Bins below the value are 1, bins above it are 0, and the bin that contains it is
    filled in proportion [1]_. A linear model on these features is a sum of
    piecewise-linear functions of single features with kinks at the edges, so it can
    separate classes that no hyperplane in X separates. They help networks, whose
    functions are smooth, to learn abrupt changes, as trees do.

    The edges :math:`e_j` are quantiles of the feature, so that each bin contains
    equally many samples. If values are tied, such as the zeros of an amount that is
    mostly 0, quantiles coincide; as many edges are then taken from the distinct values
    instead.

    Parameters
    ----------
    n_bins : int, default=32
        Maximum number of bins of a feature. If a feature has at most ``n_bins``
        distinct values, these are the edges.
    sparse_output : bool, default=False
        Whether ``transform`` returns a CSR array.
    handle_missing : {'error', 'zeros'}, default='error'
        How to handle NaN: raise an error, or fill all bins of the feature with zeros.
        The smallest value also becomes zeros; use
        :class:`sklearn.impute.MissingIndicator` to distinguish them.

    Attributes
    ----------
    edges_ : list of ndarray of shape (n_edges,)
        Edges of each feature: one if it is constant, none if all values are missing.
    n_features_in_ : int
        Number of features seen during fit.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, where X has string column names.

    See Also
    --------
    MonomialFeatures : Products of features, which bins lack.
    skbackprop.network.PiecewiseLinear : The same as a module of a network.
    sklearn.preprocessing.SplineTransformer : Smooth bumps instead of bins.
    sklearn.preprocessing.KBinsDiscretizer : Steps instead of slopes.

    Notes
    -----
    Each feature has at least one output column. A feature with two distinct values
    becomes a column of 0 and 1; a feature that is constant or always missing becomes a
    column of 0. A single column keeps the name of its feature.

    References
    ----------
    .. [1] Gorishniy, Y., Rubachev, I. & Babenko, A. (2022). "On embeddings for
       numerical features in tabular deep learning". Advances in Neural Information
       Processing Systems 35.

    Examples
    --------
    >>> import numpy as np
    >>> from skbackprop import PiecewiseLinearFeatures
    >>> X = np.array([[20.0, 0.0], [30.0, 1.0], [60.0, 1.0]])
    >>> expand = PiecewiseLinearFeatures().fit(X)
    >>> expand.transform([[25.0, 1.0], [45.0, 0.0], [99.0, 0.0]])
    array([[0.5, 0. , 1. ],
           [1. , 0.5, 0. ],
           [1. , 1. , 0. ]])
    >>> expand.get_feature_names_out(["age", "is_member"])
    array(['age_bin0_20_to_30', 'age_bin1_30_to_60', 'is_member'],
          dtype=object)

    An interval in the middle of a feature is not linearly separable until the feature
    is expanded:

    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> x = np.linspace(-3, 3, 200).reshape(-1, 1)
    >>> y = abs(x[:, 0]) < 1
    >>> linear = LogisticRegression(C=100)
    >>> expanded = make_pipeline(PiecewiseLinearFeatures(8), LogisticRegression(C=100))
    >>> linear.fit(x, y).score(x, y) < 0.7, expanded.fit(x, y).score(x, y) > 0.95
    (True, True)
    """

    _parameter_constraints: ClassVar[dict] = {
        "n_bins": [Interval(Integral, 1, None, closed="left")],
        "sparse_output": ["boolean"],
        "handle_missing": [StrOptions({"error", "zeros"})],
    }

    def __init__(self, n_bins=32, *, sparse_output=False, handle_missing="error"):
        self.n_bins = n_bins
        self.sparse_output = sparse_output
        self.handle_missing = handle_missing

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y=None):
        """Find the edges of each feature.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Samples.
        y : None
            Ignored.

        Returns
        -------
        self : PiecewiseLinearFeatures
            The fitted transformer.
        """
        X = self._validate(X)
        self.edges_ = [_edges_of(column, self.n_bins) for column in X.T]
        return self

    def transform(self, X):
        """Return how far each value fills the bins of its feature.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Samples. float32 is preserved.

        Returns
        -------
        {ndarray, csr_array} of shape (n_samples, n_features_out)
            Numbers from 0 to 1, the bins of the first feature first.
        """
        check_is_fitted(self)
        X = self._validate(X, reset=False)
        bins, n_outputs = self._bins(), self._n_features_out
        batches = gen_batches(len(X), max(1, _BATCH_NUMBERS // n_outputs))
        if self.sparse_output:
            rows = (filled(X[batch], *bins) for batch in batches)
            return _stored(rows, (len(X), n_outputs), X.dtype)
        expanded = np.empty((len(X), n_outputs), X.dtype)
        for batch in batches:
            expanded[batch] = filled(X[batch], *bins)
        return expanded

    def inverse_transform(self, X):
        """Return the values that fill the bins.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features_out)
            Output of ``transform``.

        Returns
        -------
        ndarray of shape (n_samples, n_features)
            The first edge plus the sum of the bins times their widths. Values below all
            edges, and missing values, become the lowest edge; values above all edges
            become the highest. Features that were always missing stay missing.
        """
        check_is_fitted(self)
        X = check_samples(X, dtype=FLOATS, accept_sparse="csr")
        if X.shape[1] != self._n_features_out:
            raise ValueError(
                f"X has {X.shape[1]} columns, but inverse_transform expects the "
                f"{self._n_features_out} columns that transform returns."
            )
        values = np.empty((X.shape[0], self.n_features_in_), X.dtype)
        first = 0
        for j, edges in enumerate(self.edges_):
            if len(edges) < 2:
                values[:, j] = edges[0] if len(edges) else np.nan
                first += 1
            else:
                stop = first + len(edges) - 1
                values[:, j] = edges[0] + X[:, first:stop] @ np.diff(edges)
                first = stop
        return values

    def get_feature_names_out(self, input_features=None):
        """Return the names of the bins, such as 'age_bin0_20_to_30'.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Names of the features, by default those seen during fit, or x0, x1 ...

        Returns
        -------
        ndarray of str
            One name for each column.
        """
        check_is_fitted(self)
        found = []
        names = _check_feature_names_in(self, input_features)
        for name, edges in zip(names, self.edges_, strict=True):
            if len(edges) <= 2:
                found.append(name)
                continue
            ends = zip(edges[:-1], edges[1:], strict=True)
            found += [
                f"{name}_bin{i}_{low:g}_to_{high:g}"
                for i, (low, high) in enumerate(ends)
            ]
        return np.array(found, dtype=object)

    @property
    def _n_features_out(self):
        return sum(max(1, len(edges) - 1) for edges in self.edges_)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = self.handle_missing == "zeros"
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def _validate(self, X, **options):
        is_finite = "allow-nan" if self.handle_missing == "zeros" else True
        return validate_finite(
            self, X, dtype=FLOATS, ensure_all_finite=is_finite, **options
        )

    def _bins(self):
        """Return the feature, the lower and the upper edge of each bin."""
        # A feature without two edges has a bin up to infinity, which stays empty.
        edges = [e if len(e) > 1 else np.array([0, np.inf]) for e in self.edges_]
        features = np.repeat(np.arange(len(edges)), [len(e) - 1 for e in edges])
        lower = np.concatenate([e[:-1] for e in edges])
        upper = np.concatenate([e[1:] for e in edges])
        return features, lower, upper


def _edges_of(column, n_bins):
    """Return the edges of a feature: all of its values if there are few."""
    edges = bin_edges(column, n_bins)
    if len(edges):
        return edges
    return np.unique(column[~np.isnan(column)]).astype(np.float64)


def filled(X, features, lower, upper):
    """Return how far values fill bins; missing ones fill none.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
    features : ndarray of int of shape (n_bins,)
        The feature that each bin is of.
    lower, upper : ndarray of shape (n_bins,)
        The edges of each bin.

    Returns
    -------
    ndarray of float64 of shape (n_samples, n_bins)
        clip((x - lower) / (upper - lower), 0, 1)
    """
    has_missing = np.isnan(X).any()
    values = X.astype(np.float64)[:, features]
    with np.errstate(over="ignore"):
        is_wide = np.isinf(upper - lower)
        if is_wide.any():  # differences of quarters cannot overflow
            factor = np.where(is_wide, 0.25, 1.0)
            values, lower, upper = factor * values, factor * lower, factor * upper
        values -= lower
        values /= upper - lower
    np.clip(values, 0, 1, out=values)
    if has_missing:
        values[np.isnan(values)] = 0
    return values


def _stored(batches, shape, dtype):
    """Return batches of rows, one below the other, as a CSR array."""
    columns = np.arange(shape[1], dtype=np.int32)
    starts, indices, data = [[0]], [], []
    for rows in batches:
        is_stored = rows != 0
        starts.append(is_stored.sum(axis=1))
        indices.append(np.broadcast_to(columns, rows.shape)[is_stored])
        data.append(rows[is_stored].astype(dtype))
    starts = np.cumsum(np.concatenate(starts))
    if starts[-1] <= np.iinfo(np.int32).max:  # some models cannot read int64
        starts = starts.astype(np.int32)
    indices, data = np.concatenate(indices), np.concatenate(data)
    return sparse.csr_array((data, indices, starts), shape=shape)


def bin_edges(values, n_bins):
    """Return the edges of the bins of a column in ascending order.

    They are quantiles. If values are tied, some quantiles coincide; as many edges are
    taken from the distinct values instead, so that a column of mostly zeros has bins
    for its other values. If there are at most ``n_bins`` distinct values, these are the
    edges.

    Parameters
    ----------
    values : array-like of shape (n_samples,)
        The values; NaN is ignored.
    n_bins : int
        Maximum number of bins, one less than the number of edges.

    Returns
    -------
    ndarray of float64
        The edges; empty if there are fewer than three distinct values.
    """
    values = np.asarray(values, np.float64)
    values = np.sort(values[~np.isnan(values)])
    is_first = np.ones(len(values), bool)
    is_first[1:] = values[1:] != values[:-1]
    distinct = values[is_first]
    if len(distinct) < 3:
        return np.empty(0)
    if len(distinct) <= n_bins:
        return distinct
    edges = np.unique(quantiles_of_sorted(values, n_bins + 1))
    n_lost = n_bins + 1 - len(edges)
    if n_lost > 2:
        edges = np.unique([*edges, *quantiles_of_sorted(distinct, n_lost)])
    return edges


def quantiles_of_sorted(values, n):
    """Return n evenly spaced quantiles, like np.quantile but without sorting."""
    last = len(values) - 1
    places = np.linspace(0, 1, n) * last
    left = np.minimum(places.astype(np.intp), max(last - 1, 0))
    return _between(values[left], values[np.minimum(left + 1, last)], places - left)


def _between(a, b, share):
    """Return a + share (b - a), from the nearer end, with NumPy's rounding."""
    with np.errstate(over="ignore", invalid="ignore"):
        gap = b - a
        found = np.where(share < 0.5, a + gap * share, b - gap * (1 - share))
    return np.where(np.isfinite(gap), found, a * (1 - share) + b * share)
