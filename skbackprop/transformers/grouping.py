"""Which features are pooled together: layouts, chance, likeness."""

import warnings

import numpy as np
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import LabelEncoder

_N_PROFILE = 128  # numbers that a feature's responses to all samples become


def contiguous_groups(n_features, size, stride):
    """Return runs of ``size`` features, one beginning every ``stride`` features.

    What is left at the end makes a smaller group.
    """
    return [
        np.arange(start, min(start + size, n_features))
        for start in _starts(n_features, size, stride)
    ]


def window_groups(image_shape, size, stride):
    """Return the pixels of each window of an image, channel by channel.

    Features are the pixels row by row, the channels of a pixel side by side.
    Windows at the lower and the right border are smaller where pixels are left.
    """
    height, width, *channels = image_shape
    pixels = np.arange(np.prod(image_shape)).reshape(height, width, -1)
    return [
        pixels[i : i + size[0], j : j + size[1], channel].ravel()
        for i in _starts(height, size[0], stride[0])
        for j in _starts(width, size[1], stride[1])
        for channel in range(pixels.shape[2])
    ]


def _starts(length, size, stride):
    """Return where windows begin, the first that reaches the end being the last."""
    n_steps = max(0, -(-(length - size) // stride))
    return range(0, min(n_steps * stride + 1, length), stride)


def random_groups(n_features, n_groups, rng):
    """Return a random partition of the features into groups of nearly equal size."""
    return [
        np.sort(group)
        for group in np.array_split(rng.permutation(n_features), n_groups)
    ]


def given_groups(groups, n_features):
    """Return the user's groups as arrays, after checking them."""
    checked = []
    for number, group in enumerate(groups):
        members = np.asarray(group)
        if members.ndim != 1 or not len(members):
            raise ValueError(
                f"groups[{number}] must be a list of at least one column number, got "
                f"{group!r}."
            )
        if members.dtype.kind not in "iu":
            raise ValueError(
                f"groups[{number}] must hold column numbers (integers), got {group!r}."
            )
        missing = members[(members < 0) | (members >= n_features)]
        if len(missing):
            raise ValueError(
                f"groups[{number}] names column {missing[0]}, but X has {n_features} "
                f"features, numbered 0 to {n_features - 1}."
            )
        checked.append(members.astype(np.intp))
    if not checked:
        raise ValueError("groups must hold at least one group.")
    owner = np.full(n_features, -1)
    for number, members in enumerate(checked):
        twice = members[owner[members] >= 0]
        repeated = np.sort(members)[:-1][np.diff(np.sort(members)) == 0]
        if len(twice) or len(repeated):
            column = twice[0] if len(twice) else repeated[0]
            first = owner[column] if len(twice) else number
            raise ValueError(
                f"groups overlap: column {column} is in groups[{first}] and again in "
                f"groups[{number}]; name each column at most once."
            )
        owner[members] = number
    return checked


def coactivation_groups(X, n_groups, rng):
    """Return groups of features that respond to the same samples.

    They are clusters of the features' responses, centred and of unit length, so
    that their squared distances are 2 - 2 times their correlations. Where there
    are more samples than a profile is to have numbers, responses are projected
    at random to so many, which nearly preserves distances (Johnson &
    Lindenstrauss 1984).
    """
    n_samples = X.shape[0]
    means = np.asarray(X.mean(axis=0), dtype=float).ravel()
    if n_samples <= _N_PROFILE:
        mix = np.eye(n_samples)
    else:
        mix = rng.standard_normal((n_samples, _N_PROFILE)) / np.sqrt(_N_PROFILE)
    profiles = np.asarray(X.T @ mix.astype(X.dtype), dtype=float)
    profiles -= np.outer(means, mix.sum(axis=0))
    return _clusters(profiles, n_groups, rng)


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
    means = X.T @ indicators
    means = means.toarray() if sparse.issparse(means) else np.asarray(means)
    return _clusters(means - means.mean(axis=1, keepdims=True), n_groups, rng)


def _clusters(profiles, n_groups, rng):
    """Return clusters of features with profiles of like direction, by first member.

    Features whose profile is zero respond to all alike.
    """
    from sklearn.cluster import KMeans  # loads half of scikit-learn

    lengths = np.linalg.norm(profiles, axis=1, keepdims=True)
    negligible = 1e-7 * max(lengths.max(), np.finfo(float).tiny)
    profiles = np.where(
        lengths > negligible, profiles / np.maximum(lengths, negligible), 0
    )
    k_means = KMeans(n_groups, n_init=1, random_state=rng)
    with warnings.catch_warnings():
        # Fewer different profiles than groups make fewer groups.
        warnings.simplefilter("ignore", ConvergenceWarning)
        labels = k_means.fit_predict(profiles)
    _, firsts, labels = np.unique(labels, return_index=True, return_inverse=True)
    order = np.argsort(labels, kind="stable")
    groups = np.split(order, np.cumsum(np.bincount(labels))[:-1])
    return [groups[i] for i in np.argsort(firsts)]
