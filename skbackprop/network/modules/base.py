"""The base class of modules, with all properties that other parts use."""

import math
from dataclasses import FrozenInstanceError, dataclass
from typing import ClassVar

from skbackprop.network.node import Node


class _Immutable:
    """Base of immutable classes, whose subclasses are immutable too.

    ``dataclass(frozen=True)`` covers only the class that it decorates, and takes time
    at import. Modules without new fields do not need it.
    """

    def __setattr__(self, name, value):
        raise FrozenInstanceError(f"{self!r} cannot be changed.")


@dataclass(frozen=True)
class Module(_Immutable):
    """A block with inputs, one output and a rule for their widths.

    Only code that computes a module depends on its type. All other properties that
    the package uses are attributes here, with defaults.

    Attributes
    ----------
    n_inputs : int or None
        Number of inputs; None for any number.
    is_elementwise : bool
        Whether it is an activation: y = f(x), with the same f for each element.
    passes_on : bool
        Whether it copies, cuts, joins or adds units, so that their activation is
        the next one after it.
    is_sum : bool
        Whether the output is the sum of the inputs, which may be computed in place.
    view : range or None
        The columns of the input that make up the output, if it is a slice.
    may_overwrite : tuple of int
        Inputs that the output may overwrite, as neither pass needs them
        afterwards. The adjoint of the output then overlays theirs.
    can_add : bool
        Whether forward can add to the values in the place of the output.
    reads_beside_others : bool
        Whether an input may be followed by other columns instead of padding.
    reads_sparse : bool
        Whether the input may be a CSR matrix.
    backward_reads_output : bool
        Whether backward needs the output.
    backward_reads_adjoint_only : bool
        Whether the derivative is constant, and does not depend on parameters.
    stops_gradient : tuple of int
        Inputs that get no adjoint.
    has_weight_matrix : bool
        Whether it has a parameter ``weight`` with a row for each input and a
        column for each unit, initialized with random numbers.
    connections : tuple of tuple of int, or None
        The inputs of each unit, which ``connected(width)`` returns as a matrix;
        None if each unit reads all inputs.
    initial_values : dict of str to float
        Initial values of parameters and buffers that are neither 0 nor random.
    glorot_factor : float
        For activations: the numerator in sqrt(6 / (fan_in + fan_out)), the bound of
        the weights in Glorot's initialization.
    is_random : bool
        Whether forward draws random numbers in training.
    mixes_rows : bool
        Whether, in training, the output for a row depends on its whole minibatch.
    output_range : tuple of float
        Lower and upper bound of the output for any input.
    """

    n_inputs: ClassVar[int | None] = 1
    is_elementwise: ClassVar[bool] = False
    passes_on: ClassVar[bool] = False
    is_sum: ClassVar[bool] = False
    view: ClassVar[range | None] = None
    may_overwrite: ClassVar[tuple] = ()
    can_add: ClassVar[bool] = False
    reads_beside_others: ClassVar[bool] = False
    reads_sparse: ClassVar[bool] = False
    backward_reads_output: ClassVar[bool] = False
    backward_reads_adjoint_only: ClassVar[bool] = False
    stops_gradient: ClassVar[tuple] = ()
    has_weight_matrix: ClassVar[bool] = False
    connections = None  # without annotation: as a field it would precede Linear's
    initial_values: ClassVar[dict] = {}
    glorot_factor: ClassVar[float] = 6.0
    is_random: ClassVar[bool] = False
    mixes_rows: ClassVar[bool] = False
    output_range: ClassVar[tuple] = (-math.inf, math.inf)

    def __call__(self, *nodes):
        """Apply the module to ``nodes`` and return the node of its output."""
        if len(nodes) != (self.n_inputs or max(1, len(nodes))):
            raise TypeError(
                f"{self!r} takes {self.n_inputs or 'at least one'} input(s), got "
                f"{len(nodes)}."
            )
        for node in nodes:
            if not isinstance(node, Node):
                raise TypeError(f"{self!r} must be called on nodes, got {node!r}.")
        return Node(self, nodes)

    def output_width(self, *widths):
        """Return the width of the output for given widths of the inputs."""
        if len(set(widths)) != 1:
            raise ValueError(f"{self!r} needs inputs of equal width, got {widths}.")
        return widths[0]

    def parameter_shapes(self, *widths):
        """Return ``{name: shape}`` of the parameters, matrices first."""
        return {}

    def buffer_shapes(self, *widths):
        """Return ``{name: shape}`` of the buffers.

        Buffers are vectors that forward updates in training, not the optimizer.
        They are saved and restored with the parameters.
        """
        return {}

    def constants(self, dtype, *widths):
        """Return ``{name: array}`` of constants that kernels read.

        ``constants`` is a vector or a matrix of numbers, which kernels read in padded
        rows; ``indices`` are integers. Both are optional, and are laid out once for
        all minibatches.

        Parameters
        ----------
        dtype : dtype
            Dtype of the signals.
        *widths : int
            Widths of the inputs.
        """
        return {}

    def count_parameters(self, *widths):
        """Return the number of learned parameters."""
        return sum(map(math.prod, self.parameter_shapes(*widths).values()))

    def count_flops(self, *widths):
        """Return the floating-point operations of forward, per sample.

        A multiply-add counts as two, a function such as exp or tanh as one, a sum of
        n numbers as n, and copies count as none. The default is one operation for
        each element of the output, or k - 1 with k > 1 inputs.
        """
        return self.output_width(*widths) * max(1, len(widths) - 1)

    def with_full_gradient(self):
        """Return a module with the same output that does not stop gradients."""
        return self
