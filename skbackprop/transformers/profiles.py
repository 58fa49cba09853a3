"""Groups of features that respond alike, learned from samples.

The profile of a feature describes what it responds to. Groups are clusters of profiles.
They depend on the samples only, not on their order, scale or rounding errors: profiles
that are equal up to rounding are merged before clustering, and digits that are subject
to rounding errors are cut off.
"""

import numpy as np
from scipy import sparse
from sklearn.preprocessing import LabelEncoder

from skbackprop.utils.equal_rows import first_of_equals

_N_PROFILE = 128  # maximum length of a profile
_NEGLIGIBLE = 1e-6  # relative to a feature's size; counts as no response
_N_DECIMALS = 6  # of profiles, which have unit length
_SMALLEST_VARIANCE = 1e-8  # of directions of profiles, relative to the largest


def coactivation_groups(X, n_groups, rng):
    r"""Return groups of features that respond to the same samples.

    They are clusters of the features' responses, centred and scaled to unit length, so
    that inner products are correlations C and squared distances are 2 - 2 C. The rows
    of :math:`C^{1/2}` have these inner products; for more features than the maximum
    length of a profile, so do approximately those of :math:`C R (R^T C R)^{-1/2}` with
    a random R (Nystroem's approximation; Williams & Seeger 2001). Unlike the responses
    themselves, they do not depend on the order of samples.
    """
    correlate = _correlation(X)
    n_features = X.shape[1]
    if n_features <= _N_PROFILE:
        mix = np.eye(n_features)
    else:
        mix = rng.standard_normal((n_features, _N_PROFILE))
    mixed = correlate(mix)
    variances, directions = np.linalg.eigh(mix.T @ mixed)
    is_large = variances > _SMALLEST_VARIANCE * variances[-1]
    directions, variances = directions[:, is_large], variances[is_large]
    # Rotated back: directions of equal variance are only defined up to a rotation.
    profiles = mixed @ (directions / np.sqrt(variances)) @ directions.T
    return _clusters(profiles, np.ones(n_features), X.dtype, n_groups, rng)


def _correlation(X):
    """Return a function that multiplies a matrix by the correlations of the features.

    Constant features have correlation 0 with all others.
    """
    X, n_samples = _of_unit_size(X), X.shape[0]
    means = np.asarray(X.mean(axis=0)).ravel()
    if sparse.issparse(X):  # centring X would make it dense
        squares = np.asarray(X.multiply(X).sum(axis=0)).ravel()
        lengths = np.sqrt(np.maximum(squares - n_samples * means**2, 0))
        shift = np.sqrt(n_samples) * means
    else:
        X -= means
        lengths = np.linalg.norm(X, axis=0)
        squares = lengths**2 + n_samples * means**2
        shift = np.zeros_like(means)
    varies = lengths > _NEGLIGIBLE * np.sqrt(squares)
    scale = np.divide(1, lengths, out=np.zeros_like(lengths), where=varies)

    def correlate(mix):
        mix = scale[:, np.newaxis] * mix
        product = X.T @ (X @ mix) - np.outer(shift, shift @ mix)
        return scale[:, np.newaxis] * product

    return correlate


def class_profile_groups(X, y, n_groups, rng):
    """Return groups of features that respond to the same classes.

    They are clusters of the mean responses of the features to each class, centred and
    scaled to unit length.
    """
    labels = LabelEncoder().fit_transform(y)
    n_samples, n_classes = X.shape[0], labels.max() + 1
    if n_classes < 2:
        raise ValueError(
            "groups='class_profiles' needs samples of at least 2 classes, got 1 class."
        )
    shares = 1 / np.bincount(labels)[labels]
    indicators = sparse.csr_array(
        (shares, labels, np.arange(n_samples + 1)), shape=(n_samples, n_classes)
    )
    means = _of_unit_size(X).T @ indicators
    means = means.toarray() if sparse.issparse(means) else np.asarray(means)
    sizes = np.linalg.norm(means, axis=1)
    profiles = means - means.mean(axis=1, keepdims=True)
    return _clusters(profiles, sizes, X.dtype, n_groups, rng)


def _of_unit_size(X):
    """Return a float64 copy, scaled so that squares neither overflow nor underflow."""
    X = X.astype(float)
    X /= max(X.max(), -X.min(), np.finfo(float).tiny)
    return X


def _clusters(profiles, sizes, dtype, n_groups, rng):
    """Return clusters of features with profiles in similar directions.

    Clusters are sorted by their first member. Features with a negligible profile,
    relative to their size, respond to all samples alike. If there are fewer distinct
    profiles than groups, each is a group.
    """
    from sklearn.cluster import KMeans  # a slow import

    lengths = np.linalg.norm(profiles, axis=1)
    responds = lengths > _NEGLIGIBLE * sizes
    scale = np.divide(1, lengths, out=np.zeros_like(lengths), where=responds)
    profiles = scale[:, np.newaxis] * profiles
    firsts = first_of_equals(profiles, np.sqrt(np.finfo(dtype).eps))
    firsts, labels = np.unique(firsts, return_inverse=True)
    if len(firsts) > n_groups:
        k_means = KMeans(n_groups, n_init=1, random_state=rng).fit(
            profiles[firsts].round(_N_DECIMALS), sample_weight=np.bincount(labels)
        )
        labels = k_means.labels_[labels]
    _, firsts, labels = np.unique(labels, return_index=True, return_inverse=True)
    order = np.argsort(labels, kind="stable")
    groups = np.split(order, np.cumsum(np.bincount(labels))[:-1])
    return [groups[i] for i in np.argsort(firsts)]
