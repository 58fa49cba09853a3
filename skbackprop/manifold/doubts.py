"""What speaks against an estimate of dimension, told as warnings."""

import numpy as np

from skbackprop.utils.warnings import warn_user

_MANY_TIES = 0.2  # on a line of equal steps, which 'mle' can bear, a ninth is tied
_MANY_DUPLICATES = 0.01
_TOO_LARGE = 1.1
_FLOAT32_ROUNDING = 4 * np.finfo(np.float32).eps


def warn_of_near_duplicates(points, log_distances):
    """Warn where many distinct points are as near as rounding to float32 makes them.

    A neighbour at 1e-7 of the usual distance looks like a manifold of no dimension.
    Where distances are that small throughout, as on a densely sampled line, they
    tell nothing: duplicates are much nearer than others are.
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
            "estimate is too low: pass X as float32, so that they count once."
        )


def warn_of_lattices(ties, dimension, low, n_features):
    """Warn where distances are tied, or the dimension is more than X has features.

    ``ties`` is the share of ratios that are 1, ``low`` the low end of the interval.
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
            f"The dimension is doubtful: {reasons}. X seems to lie on a lattice, as "
            "counts and rounded numbers do, whose neighbours tell its steps. Add "
            "uniform noise as wide as the steps, take many more neighbours with "
            "method='mle', or use method='pca'."
        )
