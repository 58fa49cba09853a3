"""Scaled dot-product attention."""

from dataclasses import dataclass
from typing import ClassVar

from skbackprop.network.modules.base import Module
from skbackprop.network.node import checked_width

__all__ = ["ScaledDotProductAttention"]


@dataclass(frozen=True)
class ScaledDotProductAttention(Module):
    r"""Scaled dot-product attention (Vaswani et al. 2017).

    For each time step, the output is a mean of values, weighted by the softmax of the
    products of keys with a query. The module is called on queries q, keys k and
    values v. A row of each holds all time steps one after the other: T queries and
    keys of d numbers each, T values of e numbers each. With s, t = 1 ... T,

    .. math:: S_{ts} = q_t \cdot k_s / \sqrt d, \quad
        P_t = \operatorname{softmax}(S_t), \quad y_t = \sum_s P_{ts}\, v_s

    and y has shape (batch, T e). Backward, for each row of the batch,

    .. math:: dP_{ts} &= dy_t \cdot v_s \\
        dS_{ts} &= P_{ts} \left(dP_{ts} - \sum_u P_{tu}\, dP_{tu}\right) \\
        dq_t &= \sum_s dS_{ts}\, k_s / \sqrt d, \quad
        dk_s = \sum_t dS_{ts}\, q_t / \sqrt d, \quad
        dv_s = \sum_t P_{ts}\, dy_t

    Parameters
    ----------
    n_timesteps : int
        Number of time steps T, at most 1024.
    causal : bool, default=False
        Whether a time step depends only on itself and earlier ones.
    """

    n_timesteps: int
    causal: bool = False

    n_inputs: ClassVar[int] = 3

    def __post_init__(self):
        checked_width("n_timesteps", self.n_timesteps)
        if self.n_timesteps > 1024:
            raise ValueError(
                f"n_timesteps must be at most 1024, got {self.n_timesteps}."
            )

    def output_width(self, *widths):
        """Return the width of the values."""
        for name, width in zip(("queries", "keys", "values"), widths, strict=True):
            if width % self.n_timesteps:
                raise ValueError(
                    f"{self!r} needs widths divisible by the number of time steps, but "
                    f"the {name} have width {width}."
                )
        queries, keys, values = widths
        if queries != keys:
            raise ValueError(
                f"{self!r} needs queries and keys of equal width, got {queries} and "
                f"{keys}."
            )
        return values

    def count_flops(self, queries, keys, values):
        """Return the operations for all pairs of a query and a key."""
        n = self.n_timesteps
        n_pairs = n * (n + 1) // 2 if self.causal else n * n
        return n_pairs * (2 * (keys // n) + 1 + 5 + 2 * (values // n))  # 5 for softmax
