"""The linear module."""

from dataclasses import dataclass, fields
from operator import index
from typing import ClassVar

import numpy as np

from skbackprop.network.modules.base import Module
from skbackprop.network.node import checked_width

__all__ = ["Linear"]


@dataclass(frozen=True)
class Linear(Module):
    r"""Weighted sums of the inputs plus a bias.

    .. math:: y = x W + b

    with shapes (batch, n) of x, (n, n_units) of W, and (n_units,) of b. Backward,

    .. math:: dx = dy\, W^T, \quad dW = x^T dy, \quad db = \sum_{batch} dy

    Parameters
    ----------
    n_units : int
        Number of units, the width of the output.
    bias : bool, default=True
        Whether to add the bias b.
    connections : iterable of iterables of int, default=None
        For each unit, the indices of the inputs that it reads, the lecture's UP(i).
        All other weights are 0 and stay 0. By default, each unit reads all inputs.

    Examples
    --------
    >>> from skbackprop.network import Linear
    >>> Linear(60).parameter_shapes(600)
    {'weight': (600, 60), 'bias': (60,)}

    Two units. The first reads the first two of three inputs, the second the last
    two:

    >>> Linear(2, connections=[(0, 1), (1, 2)]).connected(3).astype(int)
    array([[1, 0],
           [1, 1],
           [0, 1]])
    """

    n_units: int
    bias: bool = True
    connections: tuple | None = None

    reads_beside_others: ClassVar[bool] = True
    reads_sparse: ClassVar[bool] = True
    has_weight_matrix: ClassVar[bool] = True

    def __post_init__(self):
        checked_width("n_units", self.n_units)
        if self.connections is not None:
            units = [tuple(sorted(map(index, unit))) for unit in self.connections]
            self._check_connections(units)
            object.__setattr__(self, "connections", tuple(units))

    def _check_connections(self, units):
        if len(units) != self.n_units:
            raise ValueError(
                f"connections must have one entry for each of the {self.n_units} "
                f"units, got {len(units)}."
            )
        for unit, inputs in enumerate(units):
            if len(set(inputs)) < len(inputs) or min(inputs, default=0) < 0:
                raise ValueError(
                    f"Unit {unit} must read different inputs, counted from 0, got "
                    f"{inputs}."
                )

    def __repr__(self):
        settings = {f.name: getattr(self, f.name) for f in fields(self)}
        if self.bias:
            del settings["bias"]
        if self.connections is None:
            del settings["connections"]
        shown = ", ".join(f"{name}={value!r}" for name, value in settings.items())
        return f"Linear({shown})"

    @property
    def can_add(self):
        """Whether there is no bias, to which the product would be added."""
        return not self.bias

    def output_width(self, width):
        """Return ``n_units``."""
        for unit, inputs in enumerate(self.connections or ()):
            if inputs and inputs[-1] >= width:
                raise ValueError(
                    f"Unit {unit} of {self!r} reads column {inputs[-1]}, counted from "
                    f"0, but the input has width {width}."
                )
        return self.n_units

    def parameter_shapes(self, width):
        """Return the shapes of the weight matrix and of the bias."""
        shapes = {"weight": (width, self.n_units)}
        if self.bias:
            shapes["bias"] = (self.n_units,)
        return shapes

    def count_parameters(self, width):
        """Return the number of connected weights and biases."""
        n_weights = width * self.n_units
        if self.connections is not None:
            n_weights = sum(map(len, self.connections))
        return n_weights + self.bias * self.n_units

    def count_flops(self, width):
        """Return 2 per connected weight and 1 per bias."""
        return 2 * self.count_parameters(width) - self.bias * self.n_units

    def constants(self, dtype, width):
        """Return the mask of the weights, unless all inputs are connected."""
        if self.connections is None:
            return {}
        return {"constants": self.connected(width).astype(dtype)}

    def connected(self, width):
        """Return the boolean (width, n_units) matrix of connections."""
        if self.connections is None:
            return np.ones((width, self.n_units), bool)
        connected = np.zeros((width, self.n_units), bool)
        for unit, inputs in enumerate(self.connections):
            connected[list(inputs), unit] = True
        return connected
