"""The compiled executor, which runs the rows of a program with kernels.

:mod:`skbackprop.engine.compiled.binding` and :mod:`skbackprop.engine.compiled.loading`
make the rows.
"""

import functools

import numpy as np

from skbackprop.engine.compiled.binding import Memory, n_elements, row_list
from skbackprop.engine.compiled.blocks import n_lanes, rows_per_block, run_blocks
from skbackprop.engine.compiled.lanes import Team
from skbackprop.engine.compiled.loading import (
    batch_of,
    csr_fields,
    input_rows,
    load_from,
    load_row,
)
from skbackprop.engine.compiled.parts import run_parts, shuffle_row, weight_rows
from skbackprop.engine.compiled.steps import new_workspace
from skbackprop.engine.protocol import BaseExecutor
from skbackprop.engine.samples import EpochsRun, batches
from skbackprop.kernels import table
from skbackprop.kernels.abi import (
    KERNEL,
    Context,
    Epoch,
    Epochs,
    Flushed,
    Scalar,
)
from skbackprop.kernels.calling import address, run_kernel
from skbackprop.kernels.records import N_RECORDS
from skbackprop.kernels.rows import new_row
from skbackprop.network.layout import aligned_zeros

# Measured, for graph, program and rows.
_BYTES_PER_INSTRUCTION, _BYTES_PER_INSTRUCTION_TO_TRAIN = 900, 3000


class Executor(BaseExecutor):
    """Run a program with compiled kernels."""

    def __init__(
        self, program, parameters, loss=None, batch_size=512, seed=0, n_rows=None
    ):
        super().__init__(program, parameters, loss, batch_size, seed, n_rows)
        self.block_size = self._choose_block_size()
        if self.block_size < batch_size:
            self.n_rows = self.block_size
        self.n_lanes = n_lanes(self.block_size, batch_size)
        # Memory shared with executors of other parts, and among executors of its parts.
        self._memory = self._memory_of_parts = None
        self._make_tables()
        self._prediction = self._team = self._step = None
        self._objective = self._shared = self._evaluation = self._epochs_row = None
        if loss is not None:
            self._scalars[Scalar.loss_setting] = getattr(loss, "setting", 0)

    def _choose_block_size(self):
        """Return the number of samples in a block of a minibatch."""
        if self.loss is None or self.n_rows != self.batch_size:  # groups, of any size
            return self.batch_size
        itemsize = self.parameters.itemsize
        return rows_per_block(self.program, itemsize, self.batch_size)

    @functools.cached_property
    def _workspace(self):
        """The workspace, created on first access; samples in parts do not need it."""
        space = new_workspace(self.program, self.parameters, self.n_rows, self._memory)
        if self.loss is not None:
            space.allocate_adjoints()
        return space

    def _executors_of_parts(self, samples):
        executors = super()._executors_of_parts(samples)
        sizes = [n_elements(part.program, part.n_rows) for part in executors]
        self._memory_of_parts = Memory(max(sizes), self.parameters.dtype)
        for part in executors:
            part._memory = self._memory_of_parts
            part._workspace.allocate_adjoints()
        return executors

    def _make_tables(self):
        """Create the tables that all rows share, and the memory they point to."""
        self._context = np.zeros(len(Context), np.int64)
        self._scalars = np.zeros(len(Scalar))
        widest = max(signal.stride for signal in self.program.signals)
        self._zeros = aligned_zeros(widest, self.parameters.dtype)
        self._pack = aligned_zeros(table.pack_bytes(), np.uint8)
        self._context[Context.gemm] = table.gemm_kernel(8 * self.parameters.itemsize)
        self._context[Context.pack] = address(self._pack)
        self._context[Context.zeros] = address(self._zeros)
        self._context[Context.seed] = self.seed

    @property
    def gradient(self):
        return (self._memory_of_parts or self._workspace.memory).gradient

    # Prediction

    def forward(self, samples, indices=None):
        run = self._bind_prediction(samples)
        output = self._workspace.values_of(self.program.output)
        n_samples = samples.n_samples if indices is None else len(indices)
        for batch in batches(n_samples, self.n_rows):
            order = np.arange(batch.start, batch.stop)
            if not samples.is_sparse:
                load_from(samples.X, run)
            self._run_on(order if indices is None else indices[batch], run)
            yield batch, output[: len(order)]

    def _bind_prediction(self, samples):
        """Return the rows of prediction, which are cached for dense samples."""
        space, csr = self._workspace, csr_fields(samples)
        if samples.is_sparse:
            loads = input_rows(samples, space)
            return row_list(loads + space.bind_forward(csr, training=False))
        samples.check_input(self.program, space.dtype)
        if self._prediction is None:
            forward = space.bind_forward(training=False)
            self._prediction = row_list([load_row(space), *forward])
            # The workspace keeps alive what they point to, except for rows. Networks
            # unrolled without loops have rows for each step, which take most memory.
            loops = [row for row in forward if len(row.listed)]
            self._prediction.listed = loops
        return self._prediction

    @functools.cached_property
    def n_bytes(self):
        space, memory = self._workspace, self._workspace.memory
        arrays = [memory.values, memory.adjoints, memory.gradient]
        arrays += [self._zeros, self._pack, *(self._step[0][1:] if self._step else ())]
        per_instruction = _BYTES_PER_INSTRUCTION
        if self.loss is not None:
            per_instruction = _BYTES_PER_INSTRUCTION_TO_TRAIN
        rows = per_instruction * len(self.program.instructions)
        n_bytes = sum(array.nbytes for array in arrays if array is not None)
        return n_bytes + space.constant_bytes + rows

    def let_go(self):
        super().let_go()
        self._training = self._snapshot = self._before = None
        self._epochs_row = self._team = None
        self._objective = self._shared = self._evaluation = None
        self._memory_of_parts = None

    # Backprop

    def vjp(self, X, adjoint, is_training=False):
        space, n_rows, signals = self._workspace, len(X), self.program.signals
        space.allocate_adjoints()
        self.gradient[:] = 0
        space.values_of(signals[0])[:n_rows] = X
        space.adjoint_of(self.program.output)[:n_rows] = adjoint
        rows = space.bind_forward(training=is_training)
        rows += space.bind_backward(training=is_training)
        self._context[Context.n_steps] = 0
        self._run_on(np.arange(n_rows), row_list(rows))
        reached = self.program.reached
        values = [space.values_of(signal)[:n_rows].copy() for signal in signals]
        adjoints = [
            space.adjoint_of(signal)[:n_rows].copy() if i in reached else None
            for i, signal in enumerate(signals)
        ]
        return values, adjoints, self.gradient.copy()

    # Training

    def objective(self, samples):
        if not samples.are_in_parts:
            if self.block_size < samples.n_units <= self.batch_size:
                return self._objective_of_lanes(samples)
            self.gradient[:] = 0
            return self._add_objective(samples, samples.weight_sum)
        parts, total = self._parts_of(samples), 0.0
        self.gradient[:] = 0
        for executor, own in parts:
            total += executor._add_objective(own, samples.weight_sum)
        return total

    def _objective_of_lanes(self, samples):
        """Return the objective of samples that form one minibatch of several blocks."""
        if self._shared is None or self._shared[0] is not samples:
            order, team = np.arange(samples.n_units), Team(self, samples)
            row = row_list([team.row, team.bind_gradient()])
            self._shared = samples, order, team, self._flushed(row)
        _, order, team, row = self._shared
        self._scalars[Scalar.loss] = 0
        self._scalars[Scalar.scale] = 1 / samples.weight_sum
        self._context[Context.n_rows] = len(order)
        self._context[Context.order] = address(order)
        team.run(row, self._context, self._scalars)
        return self._scalars[Scalar.loss]

    def _add_objective(self, samples, weight_sum):
        """Return the summed loss; add the gradient of its mean to the existing one."""
        run = self._adding(samples)
        self._clear_shared()
        self._scalars[Scalar.loss] = 0
        self._scalars[Scalar.scale] = 1 / weight_sum
        for batch in batches(samples.n_units, self.block_size):
            self._run_on(np.arange(batch.start, batch.stop), run)
        return self._scalars[Scalar.loss]

    def _clear_shared(self):
        if self._memory is not None:
            self._workspace.clear()

    def _adding(self, samples):
        """Return the row that adds the gradient of a block to the existing one."""
        if self._objective is None or self._objective[0] is not samples:
            batch = self._batch_of(samples)
            rows = batch.rows + self._bind_step(batch, samples, add=True)
            self._objective = samples, row_list(rows), batch
        return self._objective[1]

    def _adding_blocks(self, samples):
        """Return the row that adds the gradient of a minibatch of any size."""
        adding = self._adding(samples)
        if self.block_size == self.batch_size:
            return adding
        return run_blocks(adding, self.block_size)

    def evaluate(self, samples, indices=None):
        if samples.are_in_parts:
            return self._evaluate_parts(samples, indices)
        if self._evaluation is None or self._evaluation[0] is not samples:
            batch, csr = self._batch_of(samples), csr_fields(samples)
            rows = batch.rows + self._workspace.bind_forward(csr, training=False)
            rows.append(self._bind_loss(batch))
            self._evaluation = samples, row_list(rows), batch
        _, run, _ = self._evaluation
        if indices is None:
            indices = np.arange(samples.n_units)
        self._clear_shared()
        self._scalars[Scalar.loss], self._scalars[Scalar.scale] = 0, 1
        output, logits = self._workspace.values_of(self.program.output), []
        for batch in batches(len(indices), self.block_size):
            self._run_on(indices[batch], run)
            logits.append(output[: self._context[Context.n_rows]].copy())
        return float(self._scalars[Scalar.loss]), np.concatenate(logits)

    def prepare_training(self, samples, plan, slots, order):
        # If an epoch has a single step, its snapshot is the state before the last step.
        self._snapshot = self._before = self.program.allocate(self.parameters.dtype)
        if len(order) > self.batch_size:
            self._before = self.program.allocate(self.parameters.dtype)
        self._training = (samples, plan, slots, order)
        # Without clipping, no kernel writes the norm before clipping.
        self._scalars[Scalar.unclipped_norm] = 0
        self._scalars[Scalar.clip_norm] = plan.clip_grad_norm or 0
        self._team = None
        loads, steps, space = self._bind_minibatch(samples)
        learning = (self._team or space).bind_learning(plan, slots)
        epoch = new_row(
            Epoch,
            table.loop_kernel("run_epoch"),
            n_samples=len(order),
            batch_size=self.batch_size,
            order=order,
            load_list=row_list(loads),
            step_list=row_list(steps + learning),
            n_coefficients=(
                plan.penalties.n_coefficients + plan.optimizer.n_coefficients
            ),
            parameters=self.parameters,
            before=self._before,
            parameter_bytes=self.parameters.nbytes,
        )
        self._epochs_row = new_row(
            Epochs,
            table.loop_kernel("run_epochs"),
            epoch_row=epoch,
            check_row=space.bind_check(self._before),
            parameters=self.parameters,
            snapshot=self._snapshot,
            parameter_bytes=self.parameters.nbytes,
        )

    def _bind_minibatch(self, samples):
        """Return rows that load, rows that compute a gradient, and the workspace."""
        if not samples.are_in_parts:
            return *self._bind_blocks(samples), self._workspace
        parts = self._parts_of(samples)
        spaces = [executor._workspace for executor, _ in parts]
        lists = [executor._adding_blocks(own) for executor, own in parts]
        run = run_parts(samples, lists, spaces, self.batch_size)
        loads = weight_rows(samples, spaces[0].bits, self.batch_size)
        return loads, [run], spaces[0]

    def _bind_blocks(self, samples):
        """Return rows that load a minibatch, and rows that compute its gradient."""
        if self.block_size < self.batch_size:
            loads = weight_rows(samples, self._workspace.bits, self.batch_size)
            self._team = Team(self, samples)
            return loads, [self._team.row]
        if samples.is_sparse:  # read in place by each step
            batch = self._batch_of(samples)
            return batch.rows, self._bind_step(batch, samples)
        before, steps = self._step or (None, None)
        batch = batch_of(samples, self._workspace, self.block_size, before)
        if before is None or batch.targets is not before.targets:
            steps = self._bind_step(batch, samples)
            self._step = batch._replace(rows=[]), steps
        return batch.rows, steps

    def _batch_of(self, samples):
        return batch_of(samples, self._workspace, self.block_size)

    def _bind_loss(self, batch):
        return self._workspace.bind_loss(self.loss, batch)

    def _bind_step(self, batch, samples, add=False):
        """Return the rows of forward, loss and backward."""
        csr = csr_fields(samples)
        return [
            *self._workspace.bind_forward(csr),
            self._bind_loss(batch),
            *self._workspace.bind_backward(csr, add=add),
        ]

    def run_epochs(self, coefficients, stopping, random_state=None, n_steps=0):
        row, scalars = self._epochs_row, self._scalars
        self._context[Context.n_steps] = n_steps
        records = np.empty((len(coefficients), N_RECORDS))
        row.set(
            n_epochs=len(coefficients),
            coefficients=coefficients,
            records=records,
            n_done=0,
            has_diverged=0,
            no_improvement=stopping.no_improvement,
            max_no_improvement=min(stopping.max_no_improvement, 2**62),
        )
        n_outputs = self.program.output.width
        scalars[Scalar.loss_factor] = self.loss.reported_factor(n_outputs)
        scalars[Scalar.tol] = stopping.tol
        scalars[Scalar.best_loss] = stopping.best_loss
        if random_state is None:
            row.set(shuffle_row=0)
            self._run_flushed(row)
        else:
            self._run_shuffling(row, random_state)
        if row[Epochs.has_diverged]:
            self.parameters[:] = self._snapshot
        return EpochsRun(
            *records[: row[Epochs.n_done]].T,
            bool(row[Epochs.has_diverged]),
            float(scalars[Scalar.best_loss]),
            int(row[Epochs.no_improvement]),
        )

    def _bound_rows(self):
        """Return the rows of training, or else of the passes, for debugging."""
        if self._epochs_row is not None:
            return [self._epochs_row]
        rows = self._workspace.bind_forward(training=False)
        if self.gradient is not None:
            rows += self._workspace.bind_backward()
        return rows

    def _run_shuffling(self, row, random_state):
        """Run epochs with the generator of ``random_state``, and advance it."""
        name, key, position, *rest = random_state.get_state()
        key, position = key.copy(), np.array([position])
        samples, *_, order = self._training
        parts = samples.X if samples.are_in_parts else None
        shuffle = shuffle_row(order, key, position, parts, self.batch_size)
        row.set(shuffle_row=shuffle)
        self._run_flushed(row)
        random_state.set_state((name, key, int(position[0]), *rest))

    def _run(self, row):
        """Call the kernel of a row. ctypes releases the GIL meanwhile."""
        run_kernel(row[KERNEL], row, self._context, self._scalars)

    def _run_on(self, order, row):
        """Call the kernel of a row on the samples of these indices."""
        self._context[Context.n_rows] = len(order)
        self._context[Context.order] = address(order)
        self._run(row)

    def _run_flushed(self, row):
        """Call the kernel of a row, treating subnormal numbers as zero."""
        row = self._flushed(row)
        if self._team is None:
            self._run(row)
        else:
            self._team.run(row, self._context, self._scalars)

    def _flushed(self, row):
        return new_row(Flushed, table.loop_kernel("run_flushed"), row=row)
