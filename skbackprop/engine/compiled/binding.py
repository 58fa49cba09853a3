"""Binding of a program to memory, and the rows that run it there.

Each instruction becomes a row of addresses and sizes
(:mod:`skbackprop.kernels.abi`). So do the loss and the optimizer's step. Rows are
valid for this memory only, and are never pickled.
"""

import functools
from contextvars import ContextVar

import numpy as np

from skbackprop.engine.stretches import moving_matrices, stretches_of
from skbackprop.kernels import table
from skbackprop.kernels.abi import (
    CheckParameters,
    Clip,
    LimitColumns,
    Loss,
    Module,
    RowList,
    Update,
)
from skbackprop.kernels.calling import address
from skbackprop.kernels.rows import new_list, new_row
from skbackprop.network.layout import ROW_QUANTUM, aligned_zeros, padded_width

# The fields for a parameter and its gradient, by the name of the block.
BLOCKS = {
    "weight": ("w", "dw"),
    "scale": ("w", "dw"),
    "bias": ("b", "db"),
    "running_mean": ("running_mean", None),
    "running_var": ("running_var", None),
}

# The initial value of signals, if set by skbackprop.engine.debugging. The default is 0,
# as untouched pages of zeros cost nothing.
unwritten = ContextVar("unwritten", default=None)


def n_elements(program, n_rows):
    """Return the number of elements in memory for the signals of ``n_rows`` rows."""
    # Kernels may read one vector beyond the last signal.
    return n_rows * program.workspace_width + ROW_QUANTUM


class Memory:
    """Memory for signals, adjoints and a gradient.

    Programs with the same parameters can share it if they run one after the other, and
    padding of adjoints is cleared in between.

    Attributes
    ----------
    values : ndarray
    adjoints, gradient : ndarray or None
        None until ``allocate_adjoints``.
    """

    def __init__(self, size, dtype):
        self.values = aligned_zeros(size, dtype)
        if unwritten.get() is not None:
            self.values[:] = unwritten.get()
        self.adjoints = self.gradient = None

    def allocate_adjoints(self, program):
        """Allocate adjoints, and a gradient if there is none."""
        self.adjoints = aligned_zeros(len(self.values), self.values.dtype)
        if self.gradient is None:
            self.gradient = program.allocate(self.values.dtype)


class Workspace:
    """The memory of a program, from which the rows that run it are made.

    Parameters
    ----------
    program : Program
    parameters : ndarray of shape (program.n_parameters,)
    n_rows : int
        Maximum number of rows of a minibatch.
    memory : Memory, default=None
        Memory shared with other workspaces. By default, new memory is allocated.
    """

    def __init__(self, program, parameters, n_rows, memory=None):
        self.program = program
        self.parameters = parameters
        self.n_rows = n_rows
        self.dtype = parameters.dtype
        self.bits = 8 * parameters.dtype.itemsize
        self.memory = memory or Memory(n_elements(program, n_rows), self.dtype)
        self._constants = {}
        # Networks unrolled without loops have 10^4 instructions of few modules.
        self._kernels, self._blocks = {}, {}

    # Memory

    @property
    def gradient(self):
        """Gradient of the parameters; None until adjoints are allocated."""
        return self.memory.gradient

    @property
    def n_elements(self):
        """Number of elements of the values, and of the adjoints, of this program."""
        return n_elements(self.program, self.n_rows)

    def clear(self):
        """Clear adjoints that another program has left in shared memory."""
        self.memory.values[: self.n_elements] = 0
        self.memory.adjoints[: self.n_elements] = 0

    def allocate_adjoints(self):
        """Allocate adjoints, if not done before."""
        if self.memory.adjoints is None:
            self.memory.allocate_adjoints(self.program)
            if unwritten.get() is not None:
                self._spoil_adjoints()

    def _spoil_adjoints(self):
        """Fill adjoints with NaN before they are written, but keep padding zero."""
        self._spoil(self.program.signals)

    def _spoil(self, signals):
        for signal in signals:
            self.adjoint_of(signal)[:] = np.nan
        for signal in signals:
            if signal.stride == padded_width(signal.width):
                rows = self._rows_of(self.memory.adjoints, signal)
                rows[:, signal.width :] = 0

    def values_of(self, signal):
        """Return the (n_rows, width) values of a signal."""
        columns = slice(signal.column, signal.column + signal.width)
        return self._rows_of(self.memory.values, signal)[:, columns]

    def adjoint_of(self, signal):
        """Return the (n_rows, width) adjoint of a signal."""
        columns = slice(signal.column, signal.column + signal.width)
        return self._rows_of(self.memory.adjoints, signal)[:, columns]

    @functools.cached_property
    def _value_addresses(self):
        """Address of the first row of each signal."""
        return self._addresses(self.memory.values)

    @functools.cached_property
    def _adjoint_addresses(self):
        return self._addresses(self.memory.adjoints)

    def _addresses(self, memory):
        begin, n_rows, size = address(memory), self.n_rows, self.dtype.itemsize
        return [
            begin + (s.offset * n_rows + s.column) * size for s in self.program.signals
        ]

    def _rows_of(self, memory, signal):
        start = signal.offset * self.n_rows
        end = start + signal.stride * self.n_rows
        return memory[start:end].reshape(-1, signal.stride)

    # Passes

    def bind_forward(self, csr=None, training=True):
        """Return the rows of the forward pass.

        Parameters
        ----------
        csr : dict of str to ndarray, default=None
            The fields of a CSR matrix that replaces the input.
        training : bool, default=True
            Whether modules behave as in training.
        """
        rows = []
        for instruction in self.program.instructions:
            rows += self._bind_instruction(instruction, csr, training)
        return rows

    def bind_backward(self, csr=None, training=True, add=False):
        """Return the rows of the backward pass, from last to first.

        With ``add``, gradients are added to the existing ones.
        """
        rows = []
        for instruction in reversed(self.program.instructions):
            if instruction.has_gradients:
                rows += self._bind_instruction(instruction, csr, training, True, add)
        return rows

    def _bind_instruction(self, instruction, csr, training, backward=False, add=False):
        """Return the rows of an instruction.

        There is one row, or one for each input if a module takes any number of inputs.
        """
        if self.program.is_done_in_place(instruction):
            return []
        module, signals = instruction.module, self.program.signals
        reads_csr = csr is not None and 0 in instruction.inputs
        kernels = self._kernels_of(module, reads_csr)
        shared = {
            **self._output_fields(instruction),
            **self._parameter_fields(instruction, add),
            **self._constant_fields(instruction),
            "fills_rows": module.is_elementwise
            and all(signals[i].fills_rows for i in instruction.inputs),
            "is_training": training,
        }
        rows = []
        for inputs, settings in self._inputs_of_rows(instruction):
            fields = shared | self._input_fields(inputs)
            fields.update(zip(("setting", "setting2"), settings, strict=False))
            if reads_csr:
                fields.update(csr, x=0)
            rows.append(new_row(Module, kernels[backward], **fields))
        return rows

    def _kernels_of(self, module, reads_csr):
        """Return the kernels of a module, forward and backward."""
        key = module, reads_csr  # many steps have equal modules
        if key not in self._kernels:
            kernels = table.module_kernels(module, self.bits, reads_csr)
            self._kernels[key] = kernels
        return self._kernels[key]

    def _inputs_of_rows(self, instruction):
        """Return, for each row, ((signal, gradient) of inputs, settings)."""
        module = instruction.module
        inputs = zip(instruction.inputs, instruction.input_gradients, strict=True)
        if module.n_inputs is not None:
            return [(list(inputs), table.module_settings(module))]
        parts, column = [], 0
        for i, gradient in inputs:
            parts.append(([(i, gradient)], (column,)))
            column += self.program.signals[i].width
        return parts

    def _input_fields(self, inputs):
        fields, has_adjoints = {}, self.memory.adjoints is not None
        for number, (i, gradient) in zip(("", "2", "3"), inputs, strict=False):
            signal = self.program.signals[i]
            fields[f"x{number}"] = self._value_addresses[i]
            fields[f"ldx{number}"] = signal.stride
            fields[f"width_x{number}"] = signal.width
            if gradient and has_adjoints:
                fields[f"dx{number}"] = self._adjoint_addresses[i]
                fields[f"add_dx{number}"] = gradient == "add"
        return fields

    def _output_fields(self, instruction):
        i, has_adjoints = instruction.output, self.memory.adjoints is not None
        y = self.program.signals[i]
        return {
            "y": self._value_addresses[i],
            "dy": self._adjoint_addresses[i] if has_adjoints else 0,
            "ldy": y.stride,
            "width_y": y.width,
            "add_y": instruction.adds_output,
            "stream": instruction.output,
        }

    def _parameter_fields(self, instruction, add):
        fields = {"add_dw": add or instruction.parameter_gradient == "add"}
        key = instruction.blocks, self.gradient is None
        if key not in self._blocks:
            self._blocks[key] = self._fields_of_blocks(instruction)
        return fields | self._blocks[key]

    def _fields_of_blocks(self, instruction):
        fields = {}
        for index in instruction.blocks:
            block = self.program.blocks[index]
            value, gradient = BLOCKS[block.name]
            fields[value] = block.view(self.parameters)
            if gradient is not None and self.gradient is not None:
                fields[gradient] = block.view(self.gradient)
            if block.is_matrix:
                fields["ldw"] = block.stride
        return fields

    def _constant_fields(self, instruction):
        """Return the constants of a module, laid out once for all its rows."""
        module = instruction.module
        widths = tuple(self.program.signals[i].width for i in instruction.inputs)
        # By identity, as the program keeps its modules alive, and equal ones are rare.
        key = id(module), widths
        if key not in self._constants:
            constants = module.constants(self.dtype, *widths)
            self._constants[key] = {
                name: laid_out(array) for name, array in constants.items()
            }
        return self._constants[key]

    @property
    def constant_bytes(self):
        """Memory of the constants of modules."""
        constants = self._constants.values()
        return sum(array.nbytes for fields in constants for array in fields.values())

    # Learning

    def bind_loss(self, loss, batch):
        """Return the row of a loss for the output of a ``Batch``."""
        output = self.program.output
        n_numbers = table.loss_scratch(loss, self.n_rows, output.width)
        return new_row(
            Loss,
            table.loss_kernel(loss, self.bits),
            logits=self.values_of(output),
            adjoint=self.adjoint_of(output),
            ld_logits=output.stride,
            width=output.width,
            targets=batch.targets,
            ld_targets=batch.targets.shape[1],
            weights=batch.weights,
            settings=np.ascontiguousarray(loss.settings(output.stride), self.dtype),
            ld_settings=output.stride,
            scratch=aligned_zeros(n_numbers, self.dtype) if n_numbers else 0,
            n_classes=getattr(loss, "n_classes", 0),
        )

    def bind_learning(self, plan, slots):
        """Return the rows that update parameters from the gradient."""
        stretches = stretches_of(self.program, plan.rate_factors)
        return [
            *self.bind_clip(plan.clip_grad_norm),
            *(self.bind_update(plan, slots, stretch) for stretch in stretches),
            *self.bind_limits(plan),
        ]

    def bind_check(self, before):
        """Return the row that checks the parameters and measures the last step.

        All must be finite. The step is measured over the learned parameters.
        """
        return new_row(
            CheckParameters,
            table.loop_kernel("check_parameters", self.bits),
            parameters=self.parameters,
            before=before,
            n_elements=len(self.parameters),
            n_learned=self.program.n_learned,
        )

    def bind_clip(self, clip_grad_norm):
        """Return the row that limits the gradient's norm, if there is a limit."""
        if clip_grad_norm is None:
            return []
        kernel, n_learned = table.clip_kernel(self.bits), self.program.n_learned
        return [new_row(Clip, kernel, gradient=self.gradient, n_elements=n_learned)]

    def bind_update(self, plan, slots, stretch):
        """Return the row of the optimizer's step over a stretch of parameters."""
        span = stretch.span
        return new_row(
            Update,
            table.update_kernel(plan.optimizer, self.bits),
            parameters=self.parameters[span],
            gradient=self.gradient[span],
            slots=slots[:, span],
            ld_slots=self.program.n_parameters,
            n_elements=len(self.parameters[span]),
            decays=stretch.decays,
            factor=table.as_integer(stretch.factor),
        )

    def bind_limits(self, plan):
        """Return the rows that limit the norms of the columns of matrices."""
        if plan.penalties.max_norm is None:
            return []
        matrices = moving_matrices(self.program, plan.rate_factors)
        return [
            new_row(
                LimitColumns,
                table.limit_columns_kernel(self.bits),
                matrix=block.view(self.parameters),
                ld=block.stride,
                n_rows=block.shape[0],
                n_columns=block.shape[1],
            )
            for block in matrices
        ]


def row_list(rows):
    """Return a row that runs other rows one after the other."""
    return new_list(RowList, table.loop_kernel("run_rows"), rows)


def laid_out(constant):
    """Return a constant of a module in the layout that kernels read.

    Parameters
    ----------
    constant : ndarray of int, or of floats of one or two dimensions

    Returns
    -------
    ndarray
        Integers as int64; numbers in padded rows, with memory for one more vector after
        the last.
    """
    if constant.dtype.kind == "i":
        return np.ascontiguousarray(constant, np.int64)
    matrix = np.atleast_2d(constant)
    stride = padded_width(matrix.shape[1])
    memory = aligned_zeros(len(matrix) * stride + ROW_QUANTUM, constant.dtype)
    rows = memory[: len(matrix) * stride].reshape(-1, stride)
    rows[:, : matrix.shape[1]] = matrix
    return rows
