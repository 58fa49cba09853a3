"""Disentanglement: whether coordinates of a representation match known factors."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from numbers import Integral, Real

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LassoCV
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_consistent_length, check_random_state
from sklearn.utils._param_validation import Interval, StrOptions, validate_params

from skbackprop.manifold.infomec import infomec
from skbackprop.utils.validation import check_samples

# Regressors of a factor, with the importances of coordinates.
_REGRESSORS = {
    "lasso": (
        lambda seed: LassoCV(cv=KFold(5, shuffle=True, random_state=seed)),
        lambda fitted: np.abs(fitted.coef_),
    ),
    "forest": (
        lambda seed: RandomForestRegressor(50, min_samples_leaf=3, random_state=seed),
        lambda fitted: fitted.feature_importances_,
    ),
}


@dataclass(frozen=True, eq=False)
class Disentanglement:
    """How well coordinates of a representation match the factors behind the data.

    Parameters
    ----------
    disentanglement : float
        How far each coordinate depends on one factor only, from 0 to 1.
    completeness : float
        How far each factor is in one coordinate only, or two if circular, from 0 to 1.
    informativeness : float
        Mean of the cross-validated R^2 of the factors, at most 1.
    modularity : float
        How far each active coordinate has information about one factor only, from 0
        to 1.
    compactness : float
        How far the information about each factor is in one coordinate only, or two if
        circular, from 0 to 1.
    explicitness : float
        Mean fraction of the factors' entropy that is predicted linearly, from 0 to 1.
    r2 : Series of shape (n_factors,)
        R^2 of each factor. For circular factors, R^2 of the point on the circle.
    importances : DataFrame of shape (n_coordinates, n_factors)
        Importance of each coordinate for the prediction of each factor.
    by_coordinate : Series of shape (n_coordinates,)
        Disentanglement of each coordinate; 0 if it has no importance for any factor.
    by_factor : Series of shape (n_factors,)
        Completeness of each factor; 0 if no coordinate has importance for it.
    information : DataFrame of shape (n_coordinates, n_factors)
        Mutual information of each coordinate with each factor, as a fraction of the
        factor's entropy.
    active : Series of shape (n_coordinates,)
        Whether each coordinate has information about any factor.
    predictive_information : Series of shape (n_factors,)
        Explicitness of each factor.
    """

    disentanglement: float
    completeness: float
    informativeness: float
    modularity: float
    compactness: float
    explicitness: float
    r2: pd.Series = field(repr=False)
    importances: pd.DataFrame = field(repr=False)
    by_coordinate: pd.Series = field(repr=False)
    by_factor: pd.Series = field(repr=False)
    information: pd.DataFrame = field(repr=False)
    active: pd.Series = field(repr=False)
    predictive_information: pd.Series = field(repr=False)

    def __repr__(self):
        return (
            f"Disentanglement(disentanglement={self.disentanglement:.3f}, "
            f"completeness={self.completeness:.3f}, "
            f"informativeness={self.informativeness:.3f},\n{'':16}"
            f"modularity={self.modularity:.3f}, "
            f"compactness={self.compactness:.3f}, "
            f"explicitness={self.explicitness:.3f})"
        )


@validate_params(
    {
        "circular": [None, Mapping],
        "regressor": [StrOptions(set(_REGRESSORS))],
        "cv": [Interval(Integral, 2, None, closed="left")],
        "n_bins": [Interval(Integral, 2, None, closed="left")],
        "random_state": ["random_state"],
    },
    prefer_skip_nested_validation=True,
)
def disentanglement(
    Z, factors, *, circular=None, regressor="lasso", cv=5, n_bins=10, random_state=0
):
    r"""Measure how well coordinates match factors, by the scores DCI and InfoMEC.

    For DCI [1]_, each factor is predicted from all coordinates. With the importance
    :math:`R_{ij}` of coordinate i of D for factor j of K,

    .. math:: D_i = 1 - \frac{H(R_{i1}, \dots, R_{iK})}{\log K}, \qquad
       C_j = 1 - \frac{H(R_{1j}, \dots, R_{Dj})}{\log D}

    where H is the entropy of the numbers divided by their sum. Disentanglement is
    the mean of the :math:`D_i` with weights :math:`\sum_j R_{ij}`. Completeness is the
    mean of the :math:`C_j`, and informativeness that of the factors' cross-validated
    R^2.

    A circular factor, an angle :math:`\theta`, is predicted as
    :math:`(\cos \theta, \sin \theta)`, so that the ends of its range are close. Its
    importance is the sum of both. As it needs two coordinates, its :math:`C_j` is
    :math:`1 - \max(0, H - \log 2) / (\log D - \log 2)`.

    InfoMEC [2]_ uses the mutual information I of coordinate :math:`z_i` and factor
    :math:`s_j` as a fraction of the entropy of the factor. With

    .. math:: N_{ij} = \frac{I(z_i; s_j)}{H(s_j)}, \qquad
       M_i = \frac{\max_j N_{ij} / \sum_j N_{ij} - 1 / K}{1 - 1 / K}, \qquad
       C_j = \frac{\max_i N_{ij} / \sum_i N_{ij} - 1 / D}{1 - 1 / D},

    modularity is the mean of :math:`M_i` and compactness that of :math:`C_j`, over
    active coordinates, those with :math:`N_{ij} \ge 1 / 20` for some factor. For a
    circular factor, the two largest :math:`N_{ij}` are added, and D is halved. If all
    :math:`N_{ij}` of a factor are below 1 / 20, its :math:`C_j` is 0. Explicitness is
    the mean of

    .. math:: E_j = 1 - \frac{H_V(s_j | z)}{H(s_j)}

    where the predictive entropy :math:`H_V` is the log loss of softmax regression on
    all coordinates, without penalty. Factors with few values are used as labels.
    Others are divided into `n_bins` bins of equal counts, which are arcs for circular
    factors.

    Parameters
    ----------
    Z : array-like of shape (n_samples, n_coordinates)
        The representation.
    factors : array-like of shape (n_samples, n_factors)
        The factors that generated the samples, named if a DataFrame.
    circular : mapping, default=None
        Periods of circular factors by name or column number, as in
        ``{"azimuth": 360}``.
    regressor : {'lasso', 'forest'}, default='lasso'
        The regressor that predicts factors. 'lasso' is
        :class:`sklearn.linear_model.LassoCV` on standardised coordinates and factors,
        for linear dependence; the importances are the absolute values of its
        coefficients. 'forest' is :class:`sklearn.ensemble.RandomForestRegressor` with
        50 trees of at least 3 samples per leaf, for any dependence; the importances
        are impurity-based.
    cv : int, default=5
        Number of shuffled folds for R^2.
    n_bins : int, default=10
        Number of bins of factors with more distinct values, for InfoMEC; fewer if
        there would be fewer than 5 samples per bin. Coordinates with at most this
        number of values are discrete: they are used as labels for mutual information,
        and one-hot encoded for prediction.
    random_state : int, RandomState instance or None, default=0
        Source of the folds, of the forests, and of the noise that separates equal
        coordinates in the estimate of mutual information.

    Returns
    -------
    Disentanglement
        The six scores, and the values that they are means of.

    Raises
    ------
    ValueError
        If Z and factors have different lengths or fewer than 2 samples per fold, if a
        factor is constant, or if a circular factor does not exist.

    Notes
    -----
    As in the original code, the mutual information of continuous coordinates is
    estimated from the distances to 10 neighbours (Ross 2014). For 500 samples of
    uniform factors, each in its own coordinate, the estimates of modularity and
    compactness are 0.99 instead of 1. Explicitness is measured on the samples of the
    fit, also as in the original: with n samples it is about
    :math:`(B - 1) D / (2 n \log B)` for B bins and coordinates of pure noise.

    There are two differences from the original code. There, a coordinate is active if
    its range is at least a twentieth of the largest, which depends on units; to prune
    this way, leave coordinates out of Z. And there, labels are weighted in the fit to
    be equally frequent, which makes no difference for bins.

    References
    ----------
    .. [1] Eastwood, C. & Williams, C. K. I. (2018). "A framework for the quantitative
       evaluation of disentangled representations". ICLR.
    .. [2] Hsu, K., Dorrell, W., Whittington, J. C. R., Wu, J. & Finn, C. (2023).
       "Disentanglement via latent quantization". NeurIPS 36.

    Examples
    --------
    >>> import numpy as np
    >>> from skbackprop.manifold import disentanglement
    >>> factors = np.random.default_rng(0).uniform(size=(500, 3))
    >>> disentanglement(factors[:, [2, 0, 1]] * [1, -5, 2], factors)
    Disentanglement(disentanglement=1.000, completeness=1.000, informativeness=1.000,
                    modularity=0.994, compactness=0.994, explicitness=1.000)
    >>> mixture = np.linalg.qr([[1, 2, 3], [1, -1, 2], [2, 1, 1]])[0]
    >>> disentanglement(factors @ mixture, factors)
    Disentanglement(disentanglement=0.131, completeness=0.145, informativeness=1.000,
                    modularity=0.387, compactness=0.486, explicitness=1.000)
    """
    Z, coordinates = _check_table(Z, "Z")
    values, names = _check_table(factors, "factors")
    check_consistent_length(Z, values)
    periods = _check_periods(circular, names)
    values = _folded(values, periods)
    _check_values(Z, values, names, cv)
    seed = check_random_state(random_state).randint(np.iinfo(np.int32).max)
    make, importances_of = _REGRESSORS[regressor]
    model = make_pipeline(StandardScaler(), make(seed))
    folds = KFold(cv, shuffle=True, random_state=seed)
    importances, r2 = [], []
    for j in range(len(names)):
        targets = _targets(values[:, j], periods.get(j))
        fits = [clone(model).fit(Z, target) for target in targets]
        importances.append(sum(importances_of(fit[-1]) for fit in fits))
        errors = [t - cross_val_predict(model, Z, t, cv=folds) for t in targets]
        r2.append(1 - np.sum(np.square(errors)) / np.sum(np.square(targets)))
    R = np.array(importances).T
    n_needed = np.array([2 if j in periods else 1 for j in range(len(names))])
    by_coordinate, by_factor = _concentration(R, 1), _concentration(R.T, n_needed)
    total = R.sum()
    mec = infomec(Z, values, n_needed, n_bins, seed)
    return Disentanglement(
        float(R.sum(axis=1) @ by_coordinate / total) if total > 0 else 0.0,
        float(by_factor.mean()),
        float(np.mean(r2)),
        float(mec.modularity),
        float(mec.compactness),
        float(mec.explicitness),
        pd.Series(r2, names, name="R^2"),
        pd.DataFrame(R, coordinates, names),
        pd.Series(by_coordinate, coordinates, name="disentanglement"),
        pd.Series(by_factor, names, name="completeness"),
        pd.DataFrame(mec.information, coordinates, names),
        pd.Series(mec.is_active, coordinates, name="active"),
        pd.Series(mec.predictive_information, names, name="explicitness"),
    )


def _concentration(weights, n_needed):
    """Return 1 for rows with at most `n_needed` equal weights, 0 for uniform rows.

    A row of zeros counts as uniform. In rows of at most `n_needed` weights, one
    non-zero weight is enough for 1.
    """
    total = weights.sum(axis=1)
    shares = weights / np.where(total > 0, total, 1)[:, np.newaxis]
    entropy = -(shares * np.log(np.where(shares > 0, shares, 1))).sum(axis=1)
    excess = np.maximum(0, entropy - np.log(n_needed))
    largest = np.log(np.maximum(weights.shape[1] / n_needed, 1))
    spread = np.divide(excess, largest, out=np.zeros_like(excess), where=largest > 0)
    return np.where(total > 0, 1 - np.minimum(spread, 1), 0.0)


def _folded(values, periods):
    """Return factors, with circular ones reduced to one period."""
    values = values.copy()
    for j, period in periods.items():
        values[:, j] %= period
    return values


def _targets(values, period):
    """Return the targets of a factor: its values, or the points on a circle."""
    if period is None:
        return [(values - values.mean()) / values.std()]
    angle = 2 * np.pi * values / period
    points = np.array([np.cos(angle), np.sin(angle)])
    points -= points.mean(axis=1, keepdims=True)
    # The same scale for both, to keep the circle.
    return list(points / np.sqrt(np.square(points).mean()))


# Validation


def _check_table(table, name):
    """Return a table as an array, and the names or indices of its columns."""
    values = check_samples(table, name)
    columns = getattr(table, "columns", range(values.shape[1]))
    return values, list(columns)


def _check_periods(circular, names):
    """Return the periods of circular factors by column."""
    periods = {}
    for name, period in (circular or {}).items():
        if name not in names:
            raise ValueError(
                f"circular names {name!r}, but the factors are "
                f"{', '.join(map(repr, names))}."
            )
        if not isinstance(period, Real) or not 0 < period < np.inf:
            raise ValueError(
                f"circular[{name!r}] must be a period, a positive number, got "
                f"{period!r}."
            )
        periods[names.index(name)] = period
    return periods


def _check_values(Z, values, names, cv):
    fewest = max(2 * cv, 10)
    if len(Z) < fewest:
        raise ValueError(
            f"Z must have at least {fewest} samples for cv={cv} folds, got {len(Z)}."
        )
    constant = np.flatnonzero(np.ptp(values, axis=0) == 0)
    if len(constant):
        raise ValueError(f"factors must vary, but {names[constant[0]]!r} is constant.")
