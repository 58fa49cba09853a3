"""Modules that normalize over the columns of a row or the rows of a minibatch."""

from dataclasses import dataclass
from typing import ClassVar

from skbackprop.network.modules.base import Module

__all__ = ["BatchNorm", "LayerNorm"]


@dataclass(frozen=True)
class LayerNorm(Module):
    r"""Normalize each row to mean 0 and variance 1, then scale and shift its columns.

    .. math:: \hat x_j = (x_j - m) / \sqrt{v + \epsilon}, \quad
        y = \hat x\, w + b

    where m and v are the mean and variance over the n columns of a row. Backward,
    with :math:`g = dy\, w` and means over the columns,

    .. math:: dx = \left(g - \overline{g}
        - \hat x\, \overline{g \hat x}\right) / \sqrt{v + \epsilon}, \quad
        dw = \sum_{batch} dy\, \hat x, \quad db = \sum_{batch} dy

    w and b have shape (n,), and w is initialized with ones. Ba, Kiros & Hinton
    (2016).

    Parameters
    ----------
    eps : float, default=1e-5
        Constant that is added to the variance.
    """

    eps: float = 1e-5

    initial_values: ClassVar[dict] = {"weight": 1.0}

    def __post_init__(self):
        _check_eps(self.eps)

    def parameter_shapes(self, width):
        """Return the shapes of the weights and of the bias."""
        return {"weight": (width,), "bias": (width,)}

    def count_flops(self, width):
        """Return 8 per column: mean 1, variance 3, normalize 2, scale, shift."""
        return 8 * width


@dataclass(frozen=True)
class BatchNorm(Module):
    r"""Normalize each column to mean 0 and variance 1, then scale and shift it.

    .. math:: \hat x = (x - m) / \sqrt{v + \epsilon}, \quad y = \hat x\, w + b

    In training, m and v are the mean and variance of the column in the minibatch, and
    running estimates are updated:

    .. math:: M \leftarrow (1 - \mu) M + \mu\, m, \quad
        V \leftarrow (1 - \mu) V + \mu\, v\, n / (n - 1)

    where n is the number of rows of the minibatch. A single row has no variance and
    does not update them. In prediction, m and v are M and V. Backward in training,
    with :math:`g = dy\, w` and means over the minibatch,

    .. math:: dx = \left(g - \overline{g}
        - \hat x\, \overline{g \hat x}\right) / \sqrt{v + \epsilon}, \quad
        dw = \sum_{batch} dy\, \hat x, \quad db = \sum_{batch} dy

    w, b, M and V have shape (width,), and w and V are initialized with ones. Ioffe &
    Szegedy (2015).

    Parameters
    ----------
    momentum : float, default=0.1
        Weight mu of the current minibatch in the running estimates.
    eps : float, default=1e-5
        Constant that is added to the variance.
    """

    momentum: float = 0.1
    eps: float = 1e-5

    mixes_rows: ClassVar[bool] = True
    initial_values: ClassVar[dict] = {"weight": 1.0, "running_var": 1.0}

    def __post_init__(self):
        _check_eps(self.eps)
        if not 0 <= self.momentum <= 1:
            raise ValueError(
                f"momentum must be between 0 and 1, got {self.momentum!r}."
            )

    def parameter_shapes(self, width):
        """Return the shapes of the weights and of the bias."""
        return {"weight": (width,), "bias": (width,)}

    def buffer_shapes(self, width):
        """Return the shapes of the running mean and variance."""
        return {"running_mean": (width,), "running_var": (width,)}

    def count_flops(self, width):
        """Return 4 per column, as in prediction: normalize 2, scale, shift."""
        return 4 * width


def _check_eps(eps):
    if not 0 < eps < float("inf"):
        raise ValueError(f"eps must be positive and finite, got {eps!r}.")
