"""Groups of features for pooling: contiguous, random, or given by the user."""

import numpy as np


def contiguous_groups(n_features, size, stride):
    """Return runs of ``size`` features that start every ``stride`` features.

    The remainder at the end is a smaller group.
    """
    return [
        np.arange(start, min(start + size, n_features))
        for start in _starts(n_features, size, stride)
    ]


def window_groups(image_shape, size, stride):
    """Return the pixels of each window of an image, channel by channel.

    Features are the pixels row by row, with the channels of a pixel side by side.
    Windows at the lower and right border may be smaller.
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
    """Return where windows begin, up to the first window that reaches the end."""
    n_steps = max(0, -(-(length - size) // stride))
    return range(0, min(n_steps * stride + 1, length), stride)


def random_groups(n_features, n_groups, rng):
    """Return a random partition of the features into groups of nearly equal size."""
    return [
        np.sort(group)
        for group in np.array_split(rng.permutation(n_features), n_groups)
    ]


def given_groups(groups, n_features):
    """Validate the user's groups and return them as arrays."""
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
                f"groups[{number}] must contain column numbers (ints), got {group!r}."
            )
        missing = members[(members < 0) | (members >= n_features)]
        if len(missing):
            raise ValueError(
                f"groups[{number}] names column {missing[0]}, but X has {n_features} "
                f"features, numbered 0 to {n_features - 1}."
            )
        checked.append(members.astype(np.intp))
    if not checked:
        raise ValueError("groups must contain at least one group.")
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
