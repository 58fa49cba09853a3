# Written by `make stubs` from the module beside it, which is what to change.

from typing import Any
import pandas as pd

class CapacityEstimate:
    """What a search for the capacity found.

    Parameters
    ----------
    capacity : float
        The number of points at which the measured fractions, made monotone, cross
        the probability that was asked for. Infinite where none was found too large.
    lower, upper : float
        The largest number of points whose labelings are told apart with at least that
        probability is one of ``lower, ..., upper``. This is wrong with a probability
        of at most ``1 - confidence_level``.
    probability : float
        The probability that was asked for.
    confidence_level : float
        The confidence that was asked for.
    curve : pandas.DataFrame
        All that was measured, with the columns of `capacity_curve`.
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
