"""InfoMEC: modularity, compactness and explicitness, from mutual information."""

import warnings
from typing import NamedTuple

import numpy as np
from scipy.stats import entropy, rankdata
from sklearn.compose import ColumnTransformer
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_selection import mutual_info_classif
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.preprocessing import OneHotEncoder, StandardScaler

_N_NEIGHBORS = 10  # as in the original code
_LEAST_SHARE = 0.05  # of a factor's entropy; less counts as no information
_FEWEST_IN_A_BIN = 5
_MAX_ITER = 1000


class Infomec(NamedTuple):
    """The scores, and the arrays from which they are computed."""

    modularity: float
    compactness: float
    explicitness: float
    information: np.ndarray
    is_active: np.ndarray
    predictive_information: np.ndarray


def infomec(Z, factors, n_needed, n_bins, seed):
    """Return the scores of coordinates for factors of at least two values each.

    ``n_needed`` is the number of coordinates that each factor needs, 2 if circular.
    """
    n_bins = min(n_bins, max(2, len(Z) // _FEWEST_IN_A_BIN))
    labels = [labels_of(values, n_bins) for values in factors.T]
    is_discrete = np.array([len(np.unique(column)) <= n_bins for column in Z.T])
    codes = [labels_of(column, n_bins) for column in Z[:, is_discrete].T]
    Z = StandardScaler().set_output(transform="default").fit_transform(Z)
    Z[:, is_discrete] = np.reshape(codes, (-1, len(Z))).T
    information = normalized_information(Z, labels, is_discrete, seed)
    is_told = information >= _LEAST_SHARE
    is_active = is_told.any(axis=1)
    # Without active coordinates, the scores are those of one without information.
    active = information[is_active] if is_active.any() else np.zeros((1, len(labels)))
    by_factor = dominance(active.T, n_needed) * is_told.any(axis=0)
    predictive = predictive_information(Z, labels, is_discrete)
    return Infomec(
        dominance(active, 1).mean(),
        by_factor.mean(),
        predictive.mean(),
        information,
        is_active,
        predictive,
    )


def labels_of(values, n_bins):
    """Return the index of each value, or of its bin of equal counts."""
    distinct, labels = np.unique(values, return_inverse=True)
    if len(distinct) <= n_bins:
        return labels
    # Equal values are in the same bin, but never all values in one bin.
    return np.floor(n_bins * (rankdata(values) - 0.5) / len(values)).astype(int)


def normalized_information(Z, labels, is_discrete, seed):
    """Return mutual information of coordinates and factors, per entropy of factors."""
    information = [
        mutual_info_classif(
            Z,
            of_factor,
            discrete_features=is_discrete,
            n_neighbors=_N_NEIGHBORS,
            random_state=seed,
        )
        / entropy(np.bincount(of_factor))
        for of_factor in labels
    ]
    return np.clip(np.array(information).T, 0, 1)


def dominance(weights, n_needed):
    """Return 1 for rows with at most `n_needed` non-zero weights, 0 for uniform rows.

    A row of zeros counts as uniform. In rows of at most `n_needed` weights, one
    non-zero weight is enough for 1.
    """
    n_needed = np.broadcast_to(n_needed, len(weights))
    n_columns = weights.shape[1]
    total = weights.sum(axis=1)
    largest = np.cumsum(np.sort(weights, axis=1)[:, ::-1], axis=1)
    largest = largest[np.arange(len(weights)), np.minimum(n_needed, n_columns) - 1]
    share = np.divide(largest, total, out=np.zeros_like(total), where=total > 0)
    even = n_needed / n_columns
    spread = np.divide(1 - share, 1 - even, out=np.zeros_like(share), where=even < 1)
    return np.where(total > 0, 1 - np.minimum(spread, 1), 0.0)


def predictive_information(Z, labels, is_discrete):
    r"""Return the fraction of each factor's entropy that a linear classifier predicts.

    The predictive entropy is the smallest log loss of softmax regressions on all
    coordinates. Without coordinates, it is the entropy of the labels.
    """
    indicators = OneHotEncoder(sparse_output=False)
    X = ColumnTransformer(
        [("lines", "passthrough", ~is_discrete), ("labels", indicators, is_discrete)]
    ).fit_transform(Z)
    losses = [log_loss(each, _probabilities(X, each)) for each in labels]
    entropies = [entropy(np.bincount(each)) for each in labels]
    return np.clip(1 - np.array(losses) / entropies, 0, 1)


def _probabilities(X, labels):
    """Return the probabilities of the softmax regression of maximum likelihood."""
    model = LogisticRegression(C=np.inf, max_iter=_MAX_ITER)
    with warnings.catch_warnings():
        # For separable classes the loss tends to 0 and coefficients do not converge.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(X, labels).predict_proba(X)
