"""Binding: the memory a program runs in, and the rows that run it there.

Each instruction becomes a row of addresses and sizes
(:mod:`skbackprop.kernels.abi`), and so do the loss and what an optimizer does in
a step. Rows hold for this memory only and are never pickled.
"""

import numpy as np

from skbackprop.engine.compiled.rows import BLOCKS, INPUTS, new_row
from skbackprop.kernels import abi, table
from skbackprop.kernels.calling import address
from skbackprop.network import Elementwise, Linear
from skbackprop.network.layout import ROW_QUANTUM, aligned_zeros


class Workspace:
    """The memory of a program's signals, adjoints and gradient.

    Parameters
    ----------
    program : Program
    parameters : ndarray of shape (program.n_parameters,)
    n_rows : int
        Most rows of a minibatch.

    Attributes
    ----------
    gradient : ndarray of shape (program.n_parameters,) or None
        None, as are the adjoints, until ``allocate_adjoints``.
    """

    def __init__(self, program, parameters, n_rows):
        self.program = program
        self.parameters = parameters
        self.n_rows = n_rows
        self.dtype = parameters.dtype
        self.bits = 8 * parameters.dtype.itemsize
        self.gradient = self._adjoints = None
        self._values = self._signal_memory()
        self._masks = {}

    # Memory

    def _signal_memory(self):
        # Kernels may read a vector beyond the last signal.
        size = self.n_rows * self.program.workspace_width + ROW_QUANTUM
        return aligned_zeros(size, self.dtype)

    def allocate_adjoints(self):
        """Make room for what goes backward, if there is none."""
        if self._adjoints is None:
            self._adjoints = self._signal_memory()
            self.gradient = self.program.allocate(self.dtype)

    def values_of(self, signal):
        """Return the (n_rows, width) values of a signal."""
        return self._part_of(self._values, signal)

    def adjoint_of(self, signal):
        """Return the (n_rows, width) adjoint of a signal."""
        return self._part_of(self._adjoints, signal)

    def _part_of(self, memory, signal):
        start = signal.offset * self.n_rows
        end = start + signal.stride * self.n_rows
        rows = memory[start:end].reshape(-1, signal.stride)
        return rows[:, signal.column : signal.column + signal.width]

    # Passes

    def bind_forward(self, csr=None, training=True):
        """Return the rows of the pass forward.

        Parameters
        ----------
        csr : list of int, default=None
            Addresses of the CSR matrix that takes the place of the input.
        training : bool, default=True
            Whether modules behave as while learning.
        """
        rows = []
        for instruction in self.program.instructions:
            rows += self._bind_instruction(instruction, csr, training)
        return rows

    def bind_backward(self, csr=None, training=True, add=False):
        """Return the rows of the pass backward, from last to first.

        With ``add``, gradients are added to what is there before.
        """
        rows = []
        for instruction in reversed(self.program.instructions):
            if instruction.has_gradients:
                rows += self._bind_instruction(instruction, csr, training, True, add)
        return rows

    def _bind_instruction(self, instruction, csr, training, backward=False, add=False):
        """Return the rows of an instruction.

        That is one, or one for each input of a module that takes any number.
        """
        if self.program.is_done_in_place(instruction):
            return []
        reads_csr = csr is not None and 0 in instruction.inputs
        kernels = table.module_kernels(instruction.module, self.bits, reads_csr)
        rows = self._bind_operands(instruction, add)
        for row in rows:
            row[abi.CODE] = kernels[backward]
            row[abi.TRAINING] = training
            if reads_csr:
                row[abi.X] = 0
                row[[abi.DATA, abi.INDICES, abi.INDPTR]] = csr
        return rows

    def _bind_operands(self, instruction, add):
        """Return the fields that forward and backward of an instruction share."""
        module, inputs = (
            instruction.module,
            list(zip(instruction.inputs, instruction.input_gradients, strict=True)),
        )
        settings = table.module_settings(module)
        if module.n_inputs is not None:
            return [self._bind_row(instruction, inputs, settings, add)]
        rows, column = [], 0
        for one in inputs:
            rows.append(self._bind_row(instruction, [one], (column,), add))
            column += self.program.signals[one[0]].width
        return rows

    def _bind_row(self, instruction, inputs, settings, add):
        row, signals = np.zeros(abi.ROW_FIELDS, np.int64), self.program.signals
        y = signals[instruction.output]
        for (x, ld, width, dx, adds), (i, gradient) in zip(
            INPUTS, inputs, strict=False
        ):
            row[x] = address(self.values_of(signals[i]))
            row[ld], row[width] = signals[i].stride, signals[i].width
            if gradient and self._adjoints is not None:
                row[dx] = address(self.adjoint_of(signals[i]))
                row[adds] = gradient == "add"
        row[abi.Y], row[abi.LDY] = address(self.values_of(y)), y.stride
        row[abi.WIDTH_Y] = y.width
        if self._adjoints is not None:
            row[abi.DY] = address(self.adjoint_of(y))
        for index in instruction.blocks:
            self._bind_block(row, self.program.blocks[index])
            self._bind_connections(row, instruction.module, self.program.blocks[index])
        row[abi.ADD_DW] = add or instruction.parameter_gradient == "add"
        row[abi.SETTING : abi.SETTING + len(settings)] = settings
        if isinstance(instruction.module, Elementwise):
            row[abi.WHOLE_ROWS] = all(signals[i].fills_rows for i, _ in inputs)
        if instruction.adds_output:
            row[abi.ADD_Y] = 1
        row[abi.STREAM] = instruction.output
        return row

    def _bind_block(self, row, block):
        value, gradient = BLOCKS[block.name]
        row[value] = address(block.view(self.parameters))
        if gradient is not None and self.gradient is not None:
            row[gradient] = address(block.view(self.gradient))
        if block.is_matrix:
            row[abi.LDW] = block.stride

    def _bind_connections(self, row, module, block):
        """Bind the ones and zeros that say which weights of a matrix there are."""
        is_sparse = isinstance(module, Linear) and module.connections is not None
        if is_sparse and block.is_matrix:
            if block not in self._masks:
                mask = aligned_zeros(block.n_elements, self.dtype)
                block._replace(offset=0).view(mask)[...] = module.connected(
                    block.shape[0]
                )
                self._masks[block] = mask
            row[abi.MASK] = address(self._masks[block])

    # Learning

    def bind_loss(self, loss, settings, batch):
        """Return the row of a loss of the output of a ``Batch``."""
        row = new_row(table.loss_kernel(loss, self.bits))
        output = self.program.output
        row[abi.Y] = address(self.values_of(output))
        row[abi.DY] = address(self.adjoint_of(output))
        row[abi.LDY], row[abi.WIDTH_Y] = output.stride, output.width
        row[abi.X], row[abi.LDX] = address(batch.targets), batch.targets.shape[1]
        row[abi.W] = address(batch.weights)
        row[abi.B], row[abi.LDX2] = address(settings), output.stride
        row[abi.SETTING] = getattr(loss, "n_classes", 0)
        return row

    def bind_learning(self, plan, slots):
        """Return the rows that change parameters once there is a gradient."""
        return [
            *self._bind_clip(plan.clip_grad_norm),
            *self._bind_updates(plan.optimizer, slots),
            *self._bind_limits(plan.penalties),
        ]

    def bind_check(self):
        """Return the row that checks whether all parameters are finite."""
        row = new_row(table.loop_kernel("check_finite", self.bits))
        row[abi.W] = address(self.parameters)
        row[abi.N_ELEMENTS] = len(self.parameters)
        return row

    def _bind_clip(self, clip_grad_norm):
        """Return the row that limits the gradient's norm, if there is a limit."""
        if clip_grad_norm is None:
            return []
        row = new_row(table.clip_kernel(self.bits))
        row[abi.DW] = address(self.gradient)
        row[abi.N_ELEMENTS] = self.program.n_learned
        return [row]

    def _bind_updates(self, optimizer, slots):
        """Return the updates of the decaying parameters and of the others."""
        rows, split, end = [], self.program.n_decaying, self.program.n_learned
        for decays, part in ((1, slice(split)), (0, slice(split, end))):
            row = new_row(table.update_kernel(optimizer, self.bits))
            row[abi.W] = address(self.parameters[part])
            row[abi.DW] = address(self.gradient[part])
            row[abi.SLOTS] = address(slots[:, part])
            row[abi.LD_SLOTS] = self.program.n_parameters
            row[abi.N_ELEMENTS] = len(self.parameters[part])
            row[abi.DECAYS] = decays
            rows.append(row)
        return rows

    def _bind_limits(self, penalties):
        """Return the rows that limit the norms of the columns of matrices."""
        rows = []
        for block in self.program.blocks:
            if penalties.max_norm is not None and block.is_matrix:
                row = new_row(table.limit_columns_kernel(self.bits))
                row[abi.W] = address(block.view(self.parameters))
                row[abi.WIDTH_X], row[abi.WIDTH_Y] = block.shape
                row[abi.LDW] = block.stride
                rows.append(row)
        return rows
