"""Groups of features that respond alike, learned from samples.

A feature's profile is what it responds to. Groups are clusters of profiles that
depend on the samples only, not on their order, their scale or the rounding that
comes with these: profiles that are equal up to rounding are one before they are
clustered, and digits that rounding decides are cut off.
"""

import numpy as np
from scipy import sparse
from sklearn.preprocessing import LabelEncoder

from skbackprop.utils.equal_rows import first_of_equals

_N_PROFILE = 128  # numbers that a feature's responses to all samples become
_NEGLIGIBLE = 1e-6  # part of a feature's size that counts as no response
_N_DECIMALS = 6  # of profiles, which are of unit length
_SMALLEST_VARIANCE = 1e-8  # of directions of profiles, relative to the largest


def coactivation_groups(X, n_groups, rng):
    r"""Return groups of features that respond to the same samples.

    They are clusters of the features' responses, centred and of unit length, so
    that their inner products are correlations C, and their squared distances
    2 - 2 C. Numbers with these inner products are :math:`C^{1/2}`, or, where there
    are more features than a profile is to have numbers,
    :math:`C R (R^T C R)^{-1/2}` with a random R (Nystroem's approximation; Williams
    & Seeger 2001). Unlike the responses themselves, both do not know in which
    order the samples came.
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
    # Turned back: directions of equal variance are known but for a rotation.
    profiles = mixed @ (directions / np.sqrt(variances)) @ directions.T
    return _clusters(profiles, np.ones(n_features), X.dtype, n_groups, rng)


def _correlation(X):
    """Return the function that multiplies a matrix by the features' correlations.

    Features that are constant are correlated with nothing.
    """
    X, n_samples = _of_unit_size(X), X.shape[0]
    means = np.asarray(X.mean(axis=0)).ravel()
    if sparse.issparse(X):  # and would be no more if it were centred
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

    They are clusters of the features' mean responses to each class, centred and
    of unit length.
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
    """Return a copy in float64 whose squares neither overflow nor vanish."""
    X = X.astype(float)
    X /= max(X.max(), -X.min(), np.finfo(float).tiny)
    return X


def _clusters(profiles, sizes, dtype, n_groups, rng):
    """Return clusters of features with profiles of like direction, by first member.

    Features whose profile is negligible, compared with their size, respond to all
    alike. Where fewer profiles than groups differ, each makes a group.
    """
    from sklearn.cluster import KMeans  # loads half of scikit-learn

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
