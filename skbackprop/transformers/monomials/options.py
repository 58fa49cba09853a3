"""The parameters of MonomialFeatures, read as a basis of monomials."""

from numbers import Integral

import numpy as np

from skbackprop.transformers.monomials.basis import (
    INDEX_MAX,
    ChosenBasis,
    GradedBasis,
    PowerBasis,
    TooManyColumnsError,
)


def degree_range(degree):
    """Validate the degree and return (min_degree, max_degree)."""
    if isinstance(degree, Integral) and degree >= 0:
        return 0, int(degree)
    if not np.iterable(degree) or isinstance(degree, str) or len(degree) != 2:
        raise ValueError(
            "degree must be a non-negative int or tuple (min_degree, max_degree), "
            f"got {degree}."
        )
    low, high = degree
    are_integers = isinstance(low, Integral) and isinstance(high, Integral)
    if not are_integers or not 0 <= low <= high:
        raise ValueError(
            "degree=(min_degree, max_degree) must be non-negative integers that "
            f"fulfil min_degree <= max_degree, got {degree}."
        )
    return int(low), int(high)


def make_basis(options, n_features):
    """Return the basis of monomials for the parameters of an estimator."""
    low, high = degree_range(options.degree)
    if options.combinations is not None:
        return _chosen_basis(options, n_features)
    _refuse_empty(options, high)
    caps = _caps(options, n_features, high)
    kind = PowerBasis if options.powers_only else GradedBasis
    try:
        basis = kind(n_features, low, high, caps, bool(options.include_bias))
        if basis.n_outputs + basis.n_below > INDEX_MAX:
            raise TooManyColumnsError(basis.n_outputs)
    except TooManyColumnsError as count:
        raise ValueError(
            "The output that would result from the current configuration would "
            f"have {count} features which is too large to be indexed by "
            f"{np.dtype(np.intp).name}. Lower the degree, currently "
            f"{options.degree}, or the number of features, currently {n_features}, "
            "or sketch the monomials by "
            "sklearn.kernel_approximation.PolynomialCountSketch."
        ) from None
    return basis


def _refuse_empty(options, max_degree):
    if max_degree == 0 and not options.include_bias:
        which = (
            "degree"
            if isinstance(options.degree, Integral)
            else "both min_degree and max_degree"
        )
        raise ValueError(
            f"Setting {which} to zero and include_bias to False would result in "
            "an empty output array."
        )


def _caps(options, n_features, max_degree):
    """Return None, 1 or the maximum degree of each feature."""
    if options.max_degrees is None:
        return 1 if options.interaction_only else None
    caps = np.asarray(options.max_degrees)
    is_right = caps.shape == (n_features,) and caps.dtype.kind in "iu"
    if not is_right or (caps < 0).any():
        raise ValueError(
            f"max_degrees must be {n_features} non-negative integers, one for "
            f"each feature, got {options.max_degrees!r}."
        )
    most = 1 if options.interaction_only else min(max_degree, INDEX_MAX)
    return np.minimum(caps, most).astype(np.int64)


def _chosen_basis(options, n_features):
    for name in ("interaction_only", "powers_only"):
        if getattr(options, name):
            raise ValueError(f"combinations cannot be used with {name}=True.")
    if options.max_degrees is not None:
        raise ValueError("combinations cannot be used with max_degrees.")
    chosen = [_factors(options, c, n_features) for c in options.combinations]
    if len(set(chosen)) < len(chosen):
        twice = next(c for c in chosen if chosen.count(c) > 1)
        raise ValueError(f"combinations contains the monomial {twice} twice.")
    if not chosen and not options.include_bias:
        raise ValueError(
            "combinations is empty and include_bias is False: there are no columns."
        )
    return ChosenBasis(n_features, chosen, bool(options.include_bias))


def _factors(options, combination, n_features):
    """Return one of ``combinations`` as a sorted tuple of feature numbers."""
    names = list(getattr(options, "feature_names_in_", []))
    if isinstance(combination, str) or not np.iterable(combination):
        combination = (combination,)
    factors = [names.index(f) if f in names else f for f in combination]
    for factor in factors:
        if not isinstance(factor, Integral) or not 0 <= factor < n_features:
            raise ValueError(
                f"combinations contains {factor!r}, which is not a feature. Features "
                f"have the numbers 0 to {n_features - 1}"
                + (f" and the names {names}." if names else ".")
            )
    if not factors:
        raise ValueError(
            "combinations contains an empty one; the constant is a matter of "
            "include_bias."
        )
    return tuple(sorted(map(int, factors)))
