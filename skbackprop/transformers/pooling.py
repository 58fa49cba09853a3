"""Pooling of features: each group of columns becomes one column."""

from numbers import Integral
from typing import ClassVar

import numpy as np
from scipy import sparse
from sklearn import get_config
from sklearn.base import BaseEstimator, TransformerMixin, _fit_context
from sklearn.utils import check_random_state, gen_batches
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_feature_names_in, check_is_fitted

from skbackprop.kernels import jit
from skbackprop.kernels.abi import Combine, MaxOfEntries
from skbackprop.transformers import grouping as _grouping
from skbackprop.transformers import profiles as _profiles
from skbackprop.transformers.overflow import first_overflow, overflow_error
from skbackprop.transformers.programs import (
    BlockProgram,
    SampleProgram,
    transform_samples,
    validate_samples,
)
from skbackprop.transformers.summaries import POOLINGS, scaled_to_unit_size
from skbackprop.utils.pages import LinkedToPage
from skbackprop.utils.undoing import all_or_nothing
from skbackprop.utils.validation import naming_y

LAYOUTS = {"contiguous", "random", "coactivation", "class_profiles"}
_BATCH_BYTES = 2**21  # of the samples that NumPy pools at a time


class FeaturePooling(TransformerMixin, LinkedToPage, BaseEstimator):
    r"""Pool groups of features into one feature each.

    Feature :math:`g` of the result is a summary of the features :math:`i` of
    group :math:`G_g`:

    ============  =====================================================
    pooling       result
    ============  =====================================================
    'sum'         :math:`\sum_i x_i`
    'mean'        :math:`\sum_i x_i / |G_g|`
    'max'         :math:`\max_i x_i`
    'l2'          :math:`\sqrt{\sum_i x_i^2}`
    'logsumexp'   :math:`\log \sum_i e^{x_i}`, without overflow
    'stochastic'  :math:`\sum_i p_i x_i, \; p_i = x_i / \sum_j x_j`; 0 if all are 0
    ============  =====================================================

    Stochastic pooling [1]_ picks member i of a group with probability :math:`p_i`.
    ``transform`` returns the expectation, as is usual in prediction, and `sample` draws
    a member. It requires non-negative features.

    Pooling makes a representation invariant to which member of a group is active. This
    is useful if the members have the same meaning, such as neighbouring pixels, or
    features that respond to the same samples or classes.

    Parameters
    ----------
    pooling : {'sum', 'mean', 'max', 'l2', 'logsumexp', 'stochastic'}, default='max'
        Function that pools the features of a group.
    groups : str or list of array-like of int, default='contiguous'
        Groups of features to pool.

        - 'contiguous': `group_size` neighbours, or windows of an image.
        - 'random': a random partition.
        - 'coactivation': learned; features that respond to the same samples,
          by k-means of their centred, normalised responses [2]_.
        - 'class_profiles': learned from y; features with the same mean
          responses to the classes, by k-means of these.
        - a list of groups, each a list of column numbers; other columns are dropped.
    group_size : int or pair of int, default=2
        Number of features in a contiguous group; with `image_shape`, height and width
        of the windows. For random and learned groups, the average size.
    stride : int, pair of int or None, default=None
        Distance between successive contiguous groups or windows. By default,
        `group_size`, so that they do not overlap.
    n_groups : int or None, default=None
        Number of random or learned groups. By default, ``n_features / group_size``,
        rounded up. There are fewer learned groups if fewer features differ.
    image_shape : tuple of int or None, default=None
        ``(height, width)`` or ``(height, width, n_channels)`` of images whose pixels,
        in C order, are the features. Channels are pooled separately.
    random_state : int, RandomState instance or None, default=None
        Controls random groups and the initialization of learned groups.

    Attributes
    ----------
    groups_ : list of ndarray of int
        Columns of each group.
    n_features_in_ : int
        Number of features seen during fit.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the features, where X has string column names.

    See Also
    --------
    SparseRandomExpansion : Expand features into many random units, to be pooled.
    sklearn.cluster.FeatureAgglomeration : Pooling of hierarchical clusters.

    References
    ----------
    .. [1] Zeiler, M. & Fergus, R. (2013). "Stochastic pooling for
       regularization of deep convolutional neural networks". ICLR.
    .. [2] Coates, A. & Ng, A. (2011). "Selecting receptive fields in deep
       networks". NeurIPS.

    Examples
    --------
    >>> from skbackprop import FeaturePooling
    >>> pooling = FeaturePooling("max", group_size=3)
    >>> pooling.fit_transform([[1.0, 4.0, 2.0, 0.0, -1.0]])
    array([[4., 0.]])
    >>> pooling.get_feature_names_out()
    array(['max(x0, x1, x2)', 'max(x3, x4)'], dtype=object)

    The windows of 4 x 4 images:

    >>> windows = FeaturePooling("mean", image_shape=(4, 4)).fit([range(16)])
    >>> windows.groups_[0]
    array([0, 1, 4, 5])
    >>> windows.transform([range(16)])
    array([[ 2.5,  4.5, 10.5, 12.5]])
    """

    _parameter_constraints: ClassVar[dict] = {
        "pooling": [StrOptions(set(POOLINGS))],
        "groups": [StrOptions(LAYOUTS), list, tuple],
        "group_size": [Interval(Integral, 1, None, closed="left"), tuple, list],
        "stride": [Interval(Integral, 1, None, closed="left"), tuple, list, None],
        "n_groups": [Interval(Integral, 1, None, closed="left"), None],
        "image_shape": [tuple, list, None],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        pooling="max",
        *,
        groups="contiguous",
        group_size=2,
        stride=None,
        n_groups=None,
        image_shape=None,
        random_state=None,
    ):
        self.pooling = pooling
        self.groups = groups
        self.group_size = group_size
        self.stride = stride
        self.n_groups = n_groups
        self.image_shape = image_shape
        self.random_state = random_state

    @_fit_context(prefer_skip_nested_validation=True)
    @all_or_nothing
    def fit(self, X, y=None):
        """Find the groups.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples.
        y : array-like of shape (n_samples,), default=None
            Classes, only used by ``groups='class_profiles'``.

        Returns
        -------
        self : FeaturePooling
            The fitted transformer.

        Raises
        ------
        ValueError
            If the given groups overlap, are empty or contain columns that X lacks; if
            there are fewer features than groups, or `image_shape` does not match the
            number of features; or if X has negative values and pooling is stochastic.
        """
        if _is(self.groups, "class_profiles"):
            X, y = validate_samples(self, X, y)
            with naming_y(y):
                check_classification_targets(y)
        else:
            X = validate_samples(self, X)
        if self.pooling == "stochastic":
            self._check_not_negative(X)
        self.groups_ = self._find_groups(X, y)
        return self

    def transform(self, X):
        """Pool the groups of each sample.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples. The implicit zeros of a sparse matrix are pooled too.

        Returns
        -------
        P : ndarray of shape (n_samples, n_groups)
            Pooled features, in float32 if X is float32, else float64.

        Raises
        ------
        ValueError
            If a pooled feature overflows, or X has negative values and pooling is
            stochastic.
        """
        check_is_fitted(self)
        return transform_samples(self, self._pooled, X)

    def _pooled(self, X):
        if self.pooling == "stochastic":
            self._check_not_negative(X)
        pooled = np.empty((X.shape[0], len(self.groups_)), X.dtype)
        if jit.available():
            is_finite = self._run(X, pooled)
        else:
            pool = POOLINGS[self.pooling]
            for batch, samples in self._batches(X):
                for g, members in enumerate(self.groups_):
                    pooled[batch, g] = pool(samples[:, members])
            is_finite = np.isfinite(pooled).all()
        if not (is_finite or get_config()["assume_finite"]):
            row, g = first_overflow(pooled)
            name = self.get_feature_names_out()[g]
            raise overflow_error(f"Feature {str(name)!r}", row, X.dtype)
        return pooled

    def sample(self, X, random_state=None):
        """Draw one member of each group, as in training with stochastic pooling.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Non-negative samples.
        random_state : int, RandomState instance or None, default=None
            Controls the draws.

        Returns
        -------
        P : ndarray of shape (n_samples, n_groups)
            A member of each group, drawn with probability proportional to its value; 0
            if all are 0.
        """
        check_is_fitted(self)
        X = validate_samples(self, X, reset=False)
        self._check_not_negative(X)
        rng = check_random_state(random_state)
        pooled = np.empty((X.shape[0], len(self.groups_)), X.dtype)
        for batch, samples in self._batches(X):
            for g, members in enumerate(self.groups_):
                x = samples[:, members]
                reached = np.cumsum(scaled_to_unit_size(x)[0], axis=1)
                # 1 - u is in (0, 1]: a member of value 0 is never drawn.
                drawn = (1 - rng.random_sample((len(x), 1))) * reached[:, -1:]
                member = np.argmax(reached >= drawn, axis=1)
                pooled[batch, g] = x[np.arange(len(x)), member]
        return pooled

    def get_feature_names_out(self, input_features=None):
        """Return names that list the members of each group.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Names of the features. By default, those seen during fit.

        Returns
        -------
        ndarray of str
            One name per group, for instance ``'max(x0, x1)'``.
        """
        check_is_fitted(self)
        names = _check_feature_names_in(self, input_features)
        return np.array(
            [f"{self.pooling}({', '.join(names[g])})" for g in self.groups_], object
        )

    @property
    def _n_features_out(self):
        return len(self.groups_)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.positive_only = self.pooling == "stochastic"
        tags.target_tags.required = _is(self.groups, "class_profiles")
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def _find_groups(self, X, y):
        n_features = X.shape[1]
        if not isinstance(self.groups, str):
            return _grouping.given_groups(self.groups, n_features)
        if self.groups == "contiguous":
            return self._layout(n_features)
        n_groups = self.n_groups or -(-n_features // np.prod(self.group_size))
        if n_groups > n_features:
            raise ValueError(
                f"n_groups={n_groups} exceeds the number of features. Choose at most "
                f"{n_features}."
            )
        rng = check_random_state(self.random_state)
        if self.groups == "random":
            return _grouping.random_groups(n_features, n_groups, rng)
        if self.groups == "coactivation":
            return _profiles.coactivation_groups(X, n_groups, rng)
        return _profiles.class_profile_groups(X, y, n_groups, rng)

    def _layout(self, n_features):
        """Return contiguous groups of features or pixels."""
        stride = self.group_size if self.stride is None else self.stride
        if self.image_shape is None:
            for name, value in (("group_size", self.group_size), ("stride", stride)):
                if not isinstance(value, Integral):
                    raise ValueError(
                        f"{name}={value!r} is a pair, which requires image_shape. Pass "
                        "an int."
                    )
            return _grouping.contiguous_groups(n_features, self.group_size, stride)
        shape = _positive_ints(self.image_shape, "image_shape", (2, 3))
        if np.prod(shape) != n_features:
            raise ValueError(
                f"image_shape={self.image_shape!r} has {np.prod(shape)} pixels, but X "
                f"has {n_features} features."
            )
        return _grouping.window_groups(
            shape, _as_pair(self.group_size, "group_size"), _as_pair(stride, "stride")
        )

    def _run(self, X, pooled):
        """Pool the samples by compiled kernels; return whether all is finite."""
        # Maxima do not depend on the order of entries, and can skip implicit zeros.
        group_of = self._group_of_features(X) if self.pooling == "max" else None
        if group_of is None:
            return self._run_on_blocks(X, pooled)
        self._run_on_entries(X, group_of, pooled)
        return True  # maxima of finite numbers are finite

    def _group_of_features(self, X):
        """Return the index of each feature's group, or None if X needs blocks."""
        members = np.concatenate(self.groups_)
        n_features = X.shape[1]
        is_disjoint = np.bincount(members, minlength=n_features).max() == 1
        if not (sparse.issparse(X) and is_disjoint and X.has_canonical_format):
            return None
        sizes = [len(group) for group in self.groups_]
        group_of = np.full(n_features, len(sizes), np.uint32)
        group_of[members] = np.repeat(np.arange(len(sizes)), sizes)
        return group_of

    def _run_on_entries(self, X, group_of, pooled):
        program, n_groups = SampleProgram(X), len(self.groups_)
        program.add_csr(
            "feature_pooling.max_of_entries",
            MaxOfEntries,
            X,
            group_of=group_of,
            sizes=np.array([len(group) for group in self.groups_], np.uint32),
            counts=np.empty(n_groups, np.uint32),
            n_groups=n_groups,
            outputs=pooled,
            ld_outputs=n_groups,
        )
        program.run()

    def _run_on_blocks(self, X, pooled):
        program, n_groups = BlockProgram(X), len(self.groups_)
        sizes = np.zeros(program.padded(n_groups), np.int64)
        sizes[:n_groups] = [len(members) for members in self.groups_]
        # Groups that pad the vector are empty, but start at a valid feature.
        members = np.concatenate([*self.groups_, [0]])
        program.add(
            "feature_pooling.pool",
            Combine,
            self.pooling,
            block=program.block,
            places=program.places(members),
            starts=np.concatenate([[0], np.cumsum(sizes)]),
            sizes=sizes.astype(X.dtype),
            n_outputs=n_groups,
            outputs=pooled,
            ld_outputs=n_groups,
            advances=1,
            remainders=program.remainders,
        )
        return program.run()

    @staticmethod
    def _batches(X):
        """Yield (slice, samples as an array) of a few samples at a time."""
        n_bytes = X.shape[1] * X.dtype.itemsize
        for batch in gen_batches(X.shape[0], max(1, _BATCH_BYTES // n_bytes)):
            samples = X[batch]
            yield batch, samples.toarray() if sparse.issparse(samples) else samples

    @staticmethod
    def _check_not_negative(X):
        if X.min() < 0:
            raise ValueError(
                "Negative values in data passed to FeaturePooling: stochastic pooling "
                "draws features in proportion to their values. Apply a non-linearity "
                "such as ReLU first."
            )


def _is(groups, layout):
    return isinstance(groups, str) and groups == layout


def _positive_ints(values, name, lengths):
    """Validate positive ints and return them as a tuple of an allowed length."""
    is_right = len(values) in lengths and all(
        isinstance(value, Integral) and value > 0 for value in values
    )
    if not is_right:
        expected = " or ".join(map(str, lengths))
        raise ValueError(f"{name}={values!r} must be {expected} positive ints.")
    return tuple(values)


def _as_pair(value, name):
    if isinstance(value, Integral):
        return (value, value)
    return _positive_ints(value, name, (2,))
