# Written by `make stubs` from the module beside it, which is what to change.

from typing import Any
import pandas as pd

class CapacityEstimate:
    """Result of `empirical_capacity`.

    Parameters
    ----------
    capacity : float
        The number of points at which the measured fractions, made monotone, cross
        `probability`. Infinite if no number of points was found too large.
    lower, upper : float
        Bounds of the largest number of points whose labelings are separated with at
        least that probability. They are wrong with a probability of at most
        ``1 - confidence_level``.
    probability : float
        The requested probability.
    confidence_level : float
        The requested confidence level.
    curve : pandas.DataFrame
        All measurements, with the columns of `capacity_curve`.
    """
    capacity: float
    lower: float
    upper: float
    probability: float
    confidence_level: float
    curve: pd.DataFrame
    def __init__(
        self,
        capacity: float,
        lower: float,
        upper: float,
        probability: float,
        confidence_level: float,
        curve: pd.DataFrame,
    ) -> None: ...

def __getattr__(name: str) -> Any: ...
