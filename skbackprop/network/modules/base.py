"""What a module is, and all that the rest of the package asks one."""

import math
from dataclasses import FrozenInstanceError, dataclass
from typing import ClassVar

from skbackprop.network.node import Node


class _Immutable:
    """What cannot be changed, nor can what is derived from it.

    ``dataclass(frozen=True)`` covers the class that it decorates and no other, and
    takes its time at import: modules that add no field go without.
    """

    def __setattr__(self, name, value):
        raise FrozenInstanceError(f"{self!r} cannot be changed.")


@dataclass(frozen=True)
class Module(_Immutable):
    """A block with inputs, one output and a rule for their widths.

    Only what computes it goes by the type of a module. All else that others
    need to know stands here, with a default for modules that say nothing.

    Attributes
    ----------
    n_inputs : int or None
        None where any number of inputs will do.
    is_elementwise : bool
        Whether it is an activation: y = f(x), the same f for each element.
    passes_on : bool
        Whether units behind it are those in front of it, copied, cut, joined or
        summed up: an activation is looked for behind it.
    is_sum : bool
        Whether the output is the sum of the inputs, wherever it is added up.
    view : range or None
        The columns of the input that the output is, if it is no more than that.
    may_overwrite : tuple of int
        The inputs over which the output may be written, and over whose
        adjoints that of the output lies: neither pass needs them afterwards.
    can_add : bool
        Whether forward can add to what stands in the place of the output.
    reads_beside_others : bool
        Whether an input may be followed by foreign columns instead of padding.
    reads_sparse : bool
        Whether the input may be a matrix in CSR format.
    backward_reads_output : bool
        Whether the output must still be there when backward runs.
    backward_reads_adjoint_only : bool
        Whether the derivative is the same everywhere and for all parameters.
    stops_gradient : tuple of int
        The inputs that get no adjoint.
    has_weight_matrix : bool
        Whether it has a parameter ``weight`` with a row for each input and a
        column for each unit, which begins with random numbers.
    connections : tuple of tuple of int, or None
        For each unit the inputs that it has weights of, which
        ``connected(width)`` returns as a matrix; None: of all.
    initial_values : dict of str to float
        What parameters and buffers begin with, where that is neither 0 nor
        drawn at random.
    glorot_factor : float
        Of an activation: what stands for 6 in sqrt(6 / (fan_in + fan_out)), the
        bound of the weights that Glorot's initialization draws.
    is_random : bool
        Whether forward draws random numbers in training.
    mixes_rows : bool
        Whether, in training, what is made of a row depends on its minibatch.
    output_range : tuple of float
        Between which numbers the output lies, whatever the input.
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
    connections = None  # not annotated: a field of Linear, which would come first
    initial_values: ClassVar[dict] = {}
    glorot_factor: ClassVar[float] = 6.0
    is_random: ClassVar[bool] = False
    mixes_rows: ClassVar[bool] = False
    output_range: ClassVar[tuple] = (-math.inf, math.inf)

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

    def constants(self, dtype, *widths):
        """Return ``{name: array}`` of what kernels read and nobody changes.

        ``constants`` are numbers, a vector or a matrix, which kernels find in
        padded rows; ``indices`` are integers. Of each there is one array or none.
        They are laid out once for all minibatches.

        Parameters
        ----------
        dtype : dtype
            Of the signals.
        *widths : int
            Of the inputs.
        """
        return {}

    def count_parameters(self, *widths):
        """Return the number of parameters that are learned."""
        return sum(map(math.prod, self.parameter_shapes(*widths).values()))

    def count_flops(self, *widths):
        """Return the floating-point operations of forward, per sample.

        A multiply-add counts as two, a function such as exp or tanh as one,
        moving numbers as none; sums of n numbers count as n. By default it is
        one operation for each element of the output, and with k inputs k - 1.
        """
        return self.output_width(*widths) * max(1, len(widths) - 1)

    def with_full_gradient(self):
        """Return the module of the same output whose backward withholds nothing."""
        return self
