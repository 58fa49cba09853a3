"""Dropout, and the random numbers that both executors draw for it."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from skbackprop.network.modules.base import Module

__all__ = ["Dropout"]


@dataclass(frozen=True)
class Dropout(Module):
    """Set elements to 0 at random in training: y = x m / (1 - rate).

    m is 0 with probability ``rate``, else 1; the expected value of y is x, and
    dx = dy m / (1 - rate). In prediction y = x. Srivastava et al. (2014).

    m is drawn by hashing the seed of the fit, the number of the minibatch, the
    place of the module in the network, the row and the column. So it is not
    stored but drawn again in backward, and the same whatever runs it. 16 bits
    decide on an element: the rate is kept to 1/65536.

    Parameters
    ----------
    rate : float, default=0.5
        Between 0 and 1, 1 excluded.
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
        """The draw, one of 2^16, from which on an element is kept."""
        return round(self.rate * 2**16)

    def kept(self, shape, seed, n_steps, stream):
        """Return the boolean matrix of the elements that are kept in training."""
        rows, columns = (np.arange(n, dtype=np.uint32) for n in shape)
        counters = [np.array([n % 2**32], np.uint32) for n in (seed, n_steps, stream)]
        draws = draws_of_two_rows(*counters, rows[::2, np.newaxis], columns)
        return np.stack(draws, axis=1).reshape(-1, len(columns))[: len(rows)] >= (
            self.threshold
        )


def draws_of_two_rows(seed, n_steps, stream, row, column):
    """Return 16 random bits for elements of an even row and of the next one.

    One hash of 32 bits serves both. Arguments are unsigned 32-bit integers;
    written in terms of operators, for NumPy and for the vector language.
    """
    key = _scramble(_scramble(_scramble(seed) + n_steps) + stream)
    bits = _scramble(_scramble(key + row) + column)
    return bits & 0xFFFF, bits >> 16


def _scramble(bits):
    """Return a permutation of 32 bits, each of which depends on all (Wellons 2018)."""
    bits = (bits ^ (bits >> 16)) * 0x21F0AAAD
    bits = (bits ^ (bits >> 15)) * 0xD35A2D97
    return bits ^ (bits >> 15)
