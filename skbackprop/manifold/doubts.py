"""Warnings about unreliable estimates of dimension."""

import numpy as np

from skbackprop.utils.warnings import warn_user

_MANY_TIES = 0.2  # equal steps on a line, which 'mle' tolerates, tie a ninth
_MANY_DUPLICATES = 0.01
_TOO_LARGE = 1.1
_FLOAT32_ROUNDING = 4 * np.finfo(np.float32).eps


def warn_of_near_duplicates(points, log_distances):
    """Warn if many distinct points differ only by rounding to float32.

    A neighbour at 1e-7 of the usual distance looks like a manifold of dimension 0.
    If all distances are that small, as on a densely sampled line, only points much
    closer than the others count as duplicates.
    """
    sizes = np.linalg.norm(points, axis=1)
    reach = _FLOAT32_ROUNDING * np.maximum(sizes, np.median(sizes))
    nearest = np.exp(log_distances[:, 0])
    is_near = nearest <= reach
    if not is_near.all():
        is_near &= nearest < np.median(nearest[~is_near]) / 100
    if is_near.mean() > _MANY_DUPLICATES:
        warn_user(
            f"{is_near.sum()} of {len(points)} samples of X differ from others by no "
            "more than rounding to single precision. If these are duplicates, the "
            "estimate is too low. Pass X as float32, so that they count once."
        )


def warn_of_lattices(ties, dimension, low, n_features):
    """Warn if many distances are tied, or if the dimension exceeds the features.

    ``ties`` is the fraction of ratios that are 1, ``low`` the low end of the interval.
    """
    reasons = []
    if ties > _MANY_TIES:
        reasons.append(f"{ties:.0%} of the ratios of distances to neighbours are 1")
    if low > _TOO_LARGE * n_features:
        reasons.append(
            f"the estimate, {dimension:.1f}, exceeds the {n_features} features of X"
        )
    if reasons:
        reasons = " and ".join(reasons)
        warn_user(
            f"The dimension is doubtful: {reasons}. X seems to lie on a lattice, like "
            "counts and rounded numbers, so that distances to neighbours reflect its "
            "steps. Add uniform noise as wide as the steps, use many more neighbours "
            "with method='mle', or use method='pca'."
        )
