"""Modules that select, join or create columns, or stop gradients."""

from dataclasses import dataclass
from typing import ClassVar

from skbackprop.network.modules.activations import Identity
from skbackprop.network.modules.base import Module
from skbackprop.network.node import checked_width

__all__ = ["Concatenate", "Duplicate", "Slice", "StopGradient", "Zeros"]


@dataclass(frozen=True)
class Slice(Module):
    """Select columns of a signal: y = x[:, start:stop].

    Backward, dx[:, start:stop] = dy, and dx is 0 in the other columns.

    Parameters
    ----------
    start, stop : int
        The first column and the one after the last, as in Python slices.
    """

    start: int
    stop: int

    passes_on: ClassVar[bool] = True
    backward_reads_adjoint_only: ClassVar[bool] = True

    def __post_init__(self):
        if not 0 <= self.start < self.stop:
            raise ValueError(f"{self!r} needs 0 <= start < stop.")

    @property
    def view(self):
        """The selected columns."""
        return range(self.start, self.stop)

    def output_width(self, width):
        """Return ``stop - start``."""
        if self.stop > width:
            raise ValueError(f"{self!r} reaches beyond an input of width {width}.")
        return self.stop - self.start

    def count_flops(self, width):
        """Return 0."""
        return 0


class Concatenate(Module):
    """Join the columns of all inputs: y = [x1, x2, ...].

    Backward, the dx of each input is its columns of dy.
    """

    n_inputs: ClassVar[int | None] = None
    passes_on: ClassVar[bool] = True
    backward_reads_adjoint_only: ClassVar[bool] = True

    def output_width(self, *widths):
        """Return the sum of the widths."""
        return sum(widths)

    def count_flops(self, *widths):
        """Return 0."""
        return 0


class StopGradient(Module):
    """Stop the gradient: y = x, dx = 0.

    PyTorch calls this ``detach``.
    """

    passes_on: ClassVar[bool] = True
    stops_gradient: ClassVar[tuple] = (0,)

    def count_flops(self, width):
        """Return 0."""
        return 0

    def with_full_gradient(self):
        """Return Identity."""
        return Identity()


@dataclass(frozen=True)
class Zeros(Module):
    """A signal of zeros for each sample of the input.

    Parameters
    ----------
    n_units : int
        Width of the output.
    """

    n_units: int
    stops_gradient: ClassVar[tuple] = (0,)

    def __post_init__(self):
        checked_width("n_units", self.n_units)

    def output_width(self, width):
        """Return ``n_units``."""
        return self.n_units

    def count_flops(self, width):
        """Return 0."""
        return 0


class Duplicate:
    """Copies of a signal for several readers: y1 = x, y2 = x, dx = dy1 + dy2.

    This is the lecture's branching block, but not a module: a node can be used any
    number of times, and backward *adds up* the adjoints of all uses. ``Duplicate``
    makes the branching explicit.

    Parameters
    ----------
    n : int, default=2
        Number of copies.

    Examples
    --------
    >>> from skbackprop.network import Duplicate, Input
    >>> x = Input(3)
    >>> x1, x2 = Duplicate()(x)
    >>> x1 is x and x2 is x
    True
    """

    def __init__(self, n=2):
        self.n = checked_width("n", n)

    def __call__(self, node):
        """Return the node ``n`` times."""
        return (node,) * self.n
