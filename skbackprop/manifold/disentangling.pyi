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
        Whether each coordinate depends on one factor only: 0 to 1.
    completeness : float
        Whether each factor is in one coordinate only, a circular one in two: 0 to 1.
    informativeness : float
        Mean of the cross-validated R^2 of the factors, at most 1.
    modularity : float
        Whether each active coordinate has information about one factor only: 0 to 1.
    compactness : float
        Whether information about each factor is in one coordinate only, of a circular
        one in two: 0 to 1.
    explicitness : float
        Mean share of the factors' entropy that is predicted linearly: 0 to 1.
    r2 : Series of shape (n_factors,)
        R^2 of each factor; of a circular one, of the point on the circle.
    importances : DataFrame of shape (n_coordinates, n_factors)
        How much each coordinate matters to the prediction of each factor.
    by_coordinate : Series of shape (n_coordinates,)
        Disentanglement of each coordinate; 0 for one that no factor needs.
    by_factor : Series of shape (n_factors,)
        Completeness of each factor; 0 for one that no coordinate tells of.
    information : DataFrame of shape (n_coordinates, n_factors)
        Mutual information of each coordinate with each factor, as a share of the
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
    r"""Measure whether coordinates are factors, as DCI and InfoMEC do.

    For DCI, each factor is predicted from all coordinates. With :math:`R_{ij}` the
    importance of coordinate i of D to factor j of K [1]_,

    .. math:: D_i = 1 - \frac{H(R_{i1}, \dots, R_{iK})}{\log K}, \qquad
       C_j = 1 - \frac{H(R_{1j}, \dots, R_{Dj})}{\log D}

    where H is the entropy of the numbers divided by their sum. Disentanglement is
    the mean of the :math:`D_i` with weights :math:`\sum_j R_{ij}`, completeness that of
    the :math:`C_j`, informativeness that of the factors' R^2 in cross-validation.

    A circular factor, an angle :math:`\theta`, is predicted as
    :math:`(\cos \theta, \sin \theta)`, so that the ends of its range are near each
    other. Its importances are those of both, added. It needs two coordinates: its
    :math:`C_j` is :math:`1 - \max(0, H - \log 2) / (\log D - \log 2)`.

    InfoMEC [2]_ needs no importances. With the mutual information I of coordinate
    :math:`z_i` and factor :math:`s_j`, as a share of the entropy of the factor,

    .. math:: N_{ij} = \frac{I(z_i; s_j)}{H(s_j)}, \qquad
       M_i = \frac{\max_j N_{ij} / \sum_j N_{ij} - 1 / K}{1 - 1 / K}, \qquad
       C_j = \frac{\max_i N_{ij} / \sum_i N_{ij} - 1 / D}{1 - 1 / D},

    modularity is the mean of :math:`M_i` and compactness that of :math:`C_j`, over
    active coordinates: those that tell at least a twentieth of some factor. For a
    circular factor the two greatest of its :math:`N_{ij}` are added, and D is half as
    great. A factor of which no coordinate tells a twentieth has :math:`C_j = 0`.
    Explicitness is the mean of

    .. math:: E_j = 1 - \frac{H_V(s_j | z)}{H(s_j)}

    where the predictive entropy :math:`H_V` is the log loss of softmax regression on
    all coordinates, without penalty. Factors are labels for it: values that are few as
    they are, others in `n_bins` bins of equally many samples, arcs of a circular one.

    Parameters
    ----------
    Z : array-like of shape (n_samples, n_coordinates)
        The representation.
    factors : array-like of shape (n_samples, n_factors)
        Factors that generated the samples; a DataFrame has their names.
    circular : mapping, default=None
        Period of each circular factor, by name or column number, as in
        ``{"azimuth": 360}``.
    regressor : {'lasso', 'forest'}, default='lasso'
        What predicts. 'lasso': :class:`sklearn.linear_model.LassoCV` on standardised
        coordinates and factors; importances are the sizes of its coefficients, and
        R^2 tells what is linear. 'forest': 50 trees of
        :class:`sklearn.ensemble.RandomForestRegressor` with at least 3 samples in a
        leaf, and their impurity-based importances, for any dependence.
    cv : int, default=5
        Number of folds, shuffled, for R^2.
    n_bins : int, default=10
        Number of bins of a factor that has more distinct values, for InfoMEC; less if
        there are fewer than 5 samples for each. Coordinates of at most as many values
        are discrete: they are compared as labels, and predict as indicators of these.
    random_state : int, RandomState instance or None, default=0
        Source of folds and forests, and of what makes equal coordinates differ for
        the estimate of information.

    Returns
    -------
    Disentanglement
        The six scores, and what they are means of.

    Raises
    ------
    ValueError
        If Z and factors have different lengths, fewer than 2 samples per fold, or a
        factor that is constant, or if a circular factor does not exist.

    Notes
    -----
    Information of coordinates that are not discrete is estimated from the distances to
    10 neighbours (Ross 2014), as published. In 500 samples of uniform factors, each in
    a coordinate of its own, modularity and compactness are estimated as 0.99, not 1.
    Explicitness is that of the samples it is fitted to, as published: with n samples
    it is about :math:`(B - 1) D / (2 n \log B)` for B bins and coordinates of noise.

    Two things differ from the published code. There, a coordinate is active if its
    range is at least a twentieth of the greatest, which depends on units: to prune
    so, leave coordinates out of Z. And there, labels have weights as if all were
    equally frequent in the fit, which for bins they are.

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
