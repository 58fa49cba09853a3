# Written by `make stubs` from the module beside it, which is what to change.

from collections.abc import Sequence
from numpy.typing import NDArray
from typing import Any
import pandas as pd

class IntrinsicDimension:
    """An estimate of the dimension of the manifold near which data lies.

    Parameters
    ----------
    dimension : float
        The estimate; infinite if all neighbours are equally far.
    interval : tuple of float or None
        Confidence interval of the dimension. None for principal components of all
        data.
    confidence_level : float
        Confidence level of the interval.
    method : str
        The method of estimation.
    n_neighbors : int or None
        Number of neighbours of each sample, or None for all samples. For 'gride', that
        of the scale of the estimate.
    n_samples : int
        Number of distinct samples.
    uncorrected : float
        The estimate before the correction of its bias.
    local : ndarray of shape (n_samples,)
        An estimate for each row of X, equal for duplicates.
    scales : DataFrame or None
        For 'gride', a row for each scale; None for other methods. The columns are
        ``n_neighbors``; ``distance``, the mean of the distances to the last neighbour
        and to the one of half its rank, in units of X; ``dimension``;
        ``standard_error``, half the width of the interval divided by the quantile of
        the normal distribution; ``lower`` and ``upper``, the ends of the interval; and
        ``uncorrected``.
    """
    dimension: float
    interval: tuple[float, ...] | None
    confidence_level: float
    method: str
    n_neighbors: int | None
    n_samples: int
    uncorrected: float
    local: NDArray[Any]
    scales: pd.DataFrame | None
    def __init__(
        self,
        dimension: float,
        interval: Sequence[float] | None,
        confidence_level: float,
        method: str,
        n_neighbors: int | None,
        n_samples: int,
        uncorrected: float,
        local: NDArray[Any],
        scales: pd.DataFrame | None = None,
    ) -> None: ...
    def __float__(self) -> float: ...

def __getattr__(name: str) -> Any: ...
