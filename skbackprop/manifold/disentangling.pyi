# Written by `make stubs` from the module beside it, which is what to change.

from collections.abc import Mapping
from numpy.typing import ArrayLike
from typing import Any
from typing import Literal
import numpy as np
import pandas as pd

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
    r2: pd.Series
    importances: pd.DataFrame
    by_coordinate: pd.Series
    by_factor: pd.Series
    information: pd.DataFrame
    active: pd.Series
    predictive_information: pd.Series
    def __init__(
        self,
        disentanglement: float,
        completeness: float,
        informativeness: float,
        modularity: float,
        compactness: float,
        explicitness: float,
        r2: pd.Series,
        importances: pd.DataFrame,
        by_coordinate: pd.Series,
        by_factor: pd.Series,
        information: pd.DataFrame,
        active: pd.Series,
        predictive_information: pd.Series,
    ) -> None: ...

def disentanglement(
    Z: ArrayLike,
    factors: ArrayLike,
    *,
    circular: Mapping[Any, Any] | None = None,
    regressor: Literal['lasso', 'forest'] = 'lasso',
    cv: int = 5,
    n_bins: int = 10,
    random_state: int | np.random.RandomState | None = 0,
) -> Disentanglement:
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

def __getattr__(name: str) -> Any: ...
