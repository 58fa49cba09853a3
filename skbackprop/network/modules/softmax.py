"""Softmax and LogSoftMax."""

import math
from typing import ClassVar

from skbackprop.network.modules.base import Module

__all__ = ["LogSoftMax", "Softmax"]


class Softmax(Module):
    r"""Softmax of each row: y_j = exp(x_j) / sum_k exp(x_k).

    As dy_j / dx_i = y_j (1[i = j] - y_i), backward is

    .. math:: dx_i = y_i \left(dy_i - \sum_j dy_j\, y_j\right)
    """

    may_overwrite: ClassVar[tuple] = (0,)
    backward_reads_output: ClassVar[bool] = True
    output_range: ClassVar[tuple] = (0.0, 1.0)

    def count_flops(self, width):
        """Return 5 per column: maximum, difference, exp, sum, quotient."""
        return 5 * width


class LogSoftMax(Module):
    r"""Logarithm of the softmax: y_j = x_j - log sum_k exp(x_k).

    The derivative of the second term is

    .. math:: \frac{\partial}{\partial x_i} \log \sum_k e^{x_k}
        = \frac{e^{x_i}}{\sum_k e^{x_k}} = e^{y_i}

    hence :math:`\partial y_j / \partial x_i = 1[i = j] - e^{y_i}`: the gradient of
    y_j is the unit vector j minus the softmax, which does not depend on j. Backward,

    .. math:: dx_i = \sum_j dy_j\, (1[i = j] - e^{y_i})
        = dy_i - e^{y_i} \sum_j dy_j
    """

    may_overwrite: ClassVar[tuple] = (0,)
    backward_reads_output: ClassVar[bool] = True
    output_range: ClassVar[tuple] = (-math.inf, 0.0)

    def count_flops(self, width):
        """Return 5 per column: maximum, difference, exp, sum, quotient."""
        return 5 * width
