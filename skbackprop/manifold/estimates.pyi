# Written by `make stubs` from the module beside it, which is what to change.

from collections.abc import Sequence
from numpy.typing import NDArray
from typing import Any
import pandas as pd

class IntrinsicDimension:
    """An estimate of the dimension of the manifold that data lies near.

    Parameters
    ----------
    dimension : float
        The estimate; infinite where all neighbours are equally far.
    interval : tuple of float or None
        Bounds that hold the dimension with the level of confidence. None for
        principal components of all data, for which no statistics are assumed.
    confidence_level : float
        That of the interval.
    method : str
        How it was estimated.
    n_neighbors : int or None
        How many neighbours of each sample were looked at; None if all were. For 'gride'
        those of the scale that the estimate is of.
    n_samples : int
        Number of distinct samples.
    uncorrected : float
        The estimate before its bias was corrected.
    local : ndarray of shape (n_samples,)
        An estimate for each row of X. Duplicates have the same.
    scales : DataFrame or None
        The estimate by the number of neighbours, for 'gride'; None for other methods.
        A row is a scale, in columns ``n_neighbors``; ``distance``, the mean of those to
        the last neighbour and to the one half as many away, in units of X;
        ``dimension``; ``standard_error``, half of the interval over the quantile of
        the normal distribution; ``lower`` and ``upper``, the interval; and
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
