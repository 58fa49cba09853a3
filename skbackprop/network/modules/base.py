"""What a module is."""

from dataclasses import dataclass
from typing import ClassVar

from skbackprop.network.node import Node


@dataclass(frozen=True)
class Module:
    """A block with inputs, one output and a rule for their widths.

    Attributes
    ----------
    n_inputs : int or None
        None where any number of inputs will do.
    may_overwrite : tuple of int
        The inputs over which the output may be written, and over whose
        adjoints that of the output lies: neither pass needs them afterwards.
    backward_reads_output : bool
        Whether the output must still be there when backward runs.
    stops_gradient : tuple of int
        The inputs that get no adjoint.
    initial_values : dict of str to float
        What parameters and buffers begin with, where that is neither 0 nor
        drawn at random.
    is_random : bool
        Whether forward draws random numbers in training.
    """

    n_inputs: ClassVar[int | None] = 1
    may_overwrite: ClassVar[tuple] = ()
    backward_reads_output: ClassVar[bool] = False
    stops_gradient: ClassVar[tuple] = ()
    initial_values: ClassVar[dict] = {}
    is_random: ClassVar[bool] = False

    def __call__(self, *nodes):
        """Wire the module to ``nodes`` and return the node of its output."""
        if len(nodes) != (self.n_inputs or max(1, len(nodes))):
            raise TypeError(
                f"{self!r} takes {self.n_inputs or 'at least one'} input(s), got "
                f"{len(nodes)}."
            )
        for node in nodes:
            if not isinstance(node, Node):
                raise TypeError(f"{self!r} is called on nodes, got {node!r}.")
        return Node(self, nodes)

    def output_width(self, *widths):
        """Return the width of the output for inputs of these widths."""
        if len(set(widths)) != 1:
            raise ValueError(f"{self!r} needs inputs of equal width, got {widths}.")
        return widths[0]

    def parameter_shapes(self, *widths):
        """Return ``{name: shape}`` of the parameters, matrices first."""
        return {}

    def buffer_shapes(self, *widths):
        """Return ``{name: shape}`` of what is kept beside the parameters.

        Buffers are vectors that forward updates in training and that no
        optimizer touches. They are saved and restored with the parameters.
        """
        return {}
