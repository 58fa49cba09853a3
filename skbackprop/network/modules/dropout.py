"""Dropout, and its random numbers, which both executors draw alike."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from skbackprop.network.modules.base import Module

__all__ = ["Dropout"]


@dataclass(frozen=True)
class Dropout(Module):
    """Set random elements to 0 in training: y = x m / (1 - rate).

    m is 0 with probability ``rate``, else 1. The expected value of y is x, and
    dx = dy m / (1 - rate). In prediction y = x. Srivastava et al. (2014).

    m is a hash of the seed of the fit, the number of the minibatch, the position of
    the module in the network, the row and the column. It is therefore not stored but
    computed again in backward, and it does not depend on the executor. Each element
    uses 16 bits, so the rate is accurate to 1/65536.

    Parameters
    ----------
    rate : float, default=0.5
        Probability of setting an element to 0, in [0, 1).
    """

    rate: float = 0.5

    passes_on: ClassVar[bool] = True
    may_overwrite: ClassVar[tuple] = (0,)
    is_random: ClassVar[bool] = True

    def __post_init__(self):
        if not 0 <= self.rate < 1:
            raise ValueError(f"rate must be at least 0 and below 1, got {self.rate!r}.")

    @property
    def threshold(self):
        """The smallest of the 2^16 random numbers for which an element is kept."""
        return round(self.rate * 2**16)

    def kept(self, shape, seed, n_steps, stream):
        """Return the boolean matrix of elements that are kept in training."""
        rows, columns = (np.arange(n, dtype=np.uint32) for n in shape)
        counters = [np.array([n % 2**32], np.uint32) for n in (seed, n_steps, stream)]
        draws = draws_of_two_rows(*counters, rows[::2, np.newaxis], columns)
        return np.stack(draws, axis=1).reshape(-1, len(columns))[: len(rows)] >= (
            self.threshold
        )


def draws_of_two_rows(seed, n_steps, stream, row, column):
    """Return 16 random bits for elements of an even row, and for the row after it.

    Both come from one hash of 32 bits. Arguments are unsigned 32-bit integers. Only
    operators are used, for NumPy and for the vector language of the kernels.
    """
    key = _scramble(_scramble(_scramble(seed) + n_steps) + stream)
    bits = _scramble(_scramble(key + row) + column)
    return bits & 0xFFFF, bits >> 16


def _scramble(bits):
    """Return a hash of 32 bits, an invertible function of them (Wellons 2018)."""
    bits = (bits ^ (bits >> 16)) * 0x21F0AAAD
    bits = (bits ^ (bits >> 15)) * 0xD35A2D97
    return bits ^ (bits >> 15)
