"""The compiled executor: runs a program's rows with kernels.

What the rows are is the business of :mod:`skbackprop.engine.compiled.binding` and
:mod:`skbackprop.engine.compiled.loading`.
"""

import numpy as np

from skbackprop.engine.compiled.binding import Workspace
from skbackprop.engine.compiled.loading import batch_of, csr_addresses, input_rows
from skbackprop.engine.compiled.rows import new_row, row_list
from skbackprop.engine.protocol import BaseExecutor
from skbackprop.engine.samples import EpochsRun, batches
from skbackprop.kernels import abi, table
from skbackprop.kernels.calling import address, run_kernel
from skbackprop.network.layout import aligned_zeros


class Executor(BaseExecutor):
    """Run a program with compiled kernels."""

    def __init__(
        self, program, parameters, loss=None, batch_size=512, seed=0, n_rows=None
    ):
        super().__init__(program, parameters, loss, batch_size, seed, n_rows)
        self._workspace = Workspace(program, parameters, self.n_rows)
        self._make_tables()
        self._objective = self._evaluation = None
        if loss is not None:
            self._workspace.allocate_adjoints()
            settings = loss.settings(program.output.stride)
            self._loss_settings = np.ascontiguousarray(settings, parameters.dtype)
            self._scalars[abi.LOSS_SETTING] = getattr(loss, "setting", 0)

    def _make_tables(self):
        """Make what all rows share, and the memory that it points at."""
        self._context = np.zeros(abi.CONTEXT_FIELDS, np.int64)
        self._scalars = np.zeros(abi.SCALAR_FIELDS)
        widest = max(signal.stride for signal in self.program.signals)
        self._zeros = aligned_zeros(widest, self.parameters.dtype)
        self._pack = aligned_zeros(table.pack_bytes(), np.uint8)
        self._context[abi.GEMM] = table.gemm_kernel(self._workspace.bits)
        self._context[abi.PACK] = address(self._pack)
        self._context[abi.ZEROS] = address(self._zeros)
        self._context[abi.SEED] = self.seed

    @property
    def gradient(self):
        return self._workspace.gradient

    # Prediction

    def forward(self, samples, indices=None):
        space, csr = self._workspace, csr_addresses(samples)
        loads = input_rows(samples, space)
        run = row_list(loads + space.bind_forward(csr, training=False))
        n_samples = samples.n_samples if indices is None else len(indices)
        for batch in batches(n_samples, self.n_rows):
            order = np.arange(batch.start, batch.stop)
            self._run_on(order if indices is None else indices[batch], run)
            yield batch, space.values_of(self.program.output)[: len(order)]

    # Backprop

    def vjp(self, X, adjoint, is_training=False):
        space, n_rows, signals = self._workspace, len(X), self.program.signals
        space.allocate_adjoints()
        self.gradient[:] = 0
        space.values_of(signals[0])[:n_rows] = X
        space.adjoint_of(self.program.output)[:n_rows] = adjoint
        rows = space.bind_forward(training=is_training)
        rows += space.bind_backward(training=is_training)
        self._context[abi.N_STEPS] = 0
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
        if self._objective is None or self._objective[0] is not samples:
            batch = self._batch_of(samples)
            rows = batch.rows + self._bind_step(batch, samples, add=True)
            self._objective = samples, row_list(rows), batch
        _, run, _ = self._objective
        self.gradient[:] = 0
        self._scalars[abi.LOSS] = 0
        self._scalars[abi.SCALE] = 1 / samples.weight_sum
        for batch in batches(samples.n_units, self.batch_size):
            self._run_on(np.arange(batch.start, batch.stop), run)
        return self._scalars[abi.LOSS]

    def evaluate(self, samples, indices=None):
        if self._evaluation is None or self._evaluation[0] is not samples:
            batch, csr = self._batch_of(samples), csr_addresses(samples)
            rows = batch.rows + self._workspace.bind_forward(csr, training=False)
            rows.append(self._bind_loss(batch))
            self._evaluation = samples, row_list(rows), batch
        _, run, _ = self._evaluation
        if indices is None:
            indices = np.arange(samples.n_units)
        self._scalars[abi.LOSS], self._scalars[abi.SCALE] = 0, 1
        output, logits = self._workspace.values_of(self.program.output), []
        for batch in batches(len(indices), self.batch_size):
            self._run_on(indices[batch], run)
            logits.append(output[: self._context[abi.N_ROWS]].copy())
        return float(self._scalars[abi.LOSS]), np.concatenate(logits)

    def prepare_training(self, samples, plan, slots, order):
        self._snapshot = self.parameters.copy()
        self._training = (samples, plan, slots, order)
        # Where nothing clips, the norm before clipping is never written.
        self._scalars[abi.UNCLIPPED_NORM] = 0
        self._scalars[abi.CLIP_NORM] = plan.clip_grad_norm or 0
        batch, space = self._batch_of(samples), self._workspace
        loads = row_list(batch.rows)
        steps = self._bind_step(batch, samples) + space.bind_learning(plan, slots)
        steps = row_list(steps)
        epoch = new_row(table.loop_kernel("run_epoch"))
        epoch[abi.N_SAMPLES] = len(order)
        epoch[abi.BATCH_SIZE] = self.batch_size
        epoch[abi.SAMPLE_ORDER] = address(order)
        epoch[abi.LOAD_LIST] = address(loads)
        epoch[abi.STEP_LIST] = address(steps)
        epoch[abi.N_COEFFICIENTS] = (
            plan.penalties.n_coefficients + plan.optimizer.n_coefficients
        )
        check = space.bind_check()
        row = new_row(table.loop_kernel("run_epochs"))
        row[abi.EPOCH_ROW] = address(epoch)
        row[abi.CHECK_ROW] = address(check)
        row[abi.PARAMETERS] = address(self.parameters)
        row[abi.SNAPSHOT] = address(self._snapshot)
        row[abi.PARAMETER_BYTES] = self.parameters.nbytes
        self._epochs_row = row
        self._bound = (batch, loads, steps, epoch, check)

    def _batch_of(self, samples):
        return batch_of(samples, self._workspace, self.batch_size)

    def _bind_loss(self, batch):
        return self._workspace.bind_loss(self.loss, self._loss_settings, batch)

    def _bind_step(self, batch, samples, add=False):
        """Return the rows of forward, loss and backward."""
        csr = csr_addresses(samples)
        return [
            *self._workspace.bind_forward(csr),
            self._bind_loss(batch),
            *self._workspace.bind_backward(csr, add=add),
        ]

    def run_epochs(self, coefficients, stopping, random_state=None, n_steps=0):
        row, scalars = self._epochs_row, self._scalars
        self._context[abi.N_STEPS] = n_steps
        records = np.empty((len(coefficients), abi.N_RECORDS))
        row[abi.N_EPOCHS] = len(coefficients)
        row[abi.COEFFICIENTS] = address(coefficients)
        row[abi.RECORDS] = address(records)
        row[abi.N_DONE] = row[abi.DIVERGED] = 0
        row[abi.NO_IMPROVEMENT] = stopping.no_improvement
        row[abi.MAX_NO_IMPROVEMENT] = min(stopping.max_no_improvement, 2**62)
        n_outputs = self.program.output.width
        scalars[abi.LOSS_FACTOR] = self.loss.reported_factor(n_outputs)
        scalars[abi.TOL] = stopping.tol
        scalars[abi.BEST_LOSS] = stopping.best_loss
        if random_state is None:
            row[abi.SHUFFLE_ROW] = 0
            self._run_flushed(row)
        else:
            self._run_shuffling(row, random_state)
        if row[abi.DIVERGED]:
            self.parameters[:] = self._snapshot
        return EpochsRun(
            *records[: row[abi.N_DONE]].T,
            bool(row[abi.DIVERGED]),
            float(scalars[abi.BEST_LOSS]),
            int(row[abi.NO_IMPROVEMENT]),
        )

    def _run_shuffling(self, row, random_state):
        """Run epochs with the generator of ``random_state``, and advance it."""
        name, key, position, *rest = random_state.get_state()
        key, position = key.copy(), np.array([position])
        order = self._training[-1]
        shuffle = new_row(table.loop_kernel("shuffle"))
        shuffle[abi.X], shuffle[abi.W] = address(key), address(position)
        shuffle[abi.Y], shuffle[abi.N_ELEMENTS] = address(order), len(order)
        row[abi.SHUFFLE_ROW] = address(shuffle)
        self._run_flushed(row)
        random_state.set_state((name, key, int(position[0]), *rest))

    def _run(self, row):
        """Call the kernel of a row. ctypes lets go of the GIL meanwhile."""
        run_kernel(row[abi.CODE], row, self._context, self._scalars)

    def _run_on(self, order, row):
        """Call the kernel of a row on the samples of these indices."""
        self._context[abi.N_ROWS] = len(order)
        self._context[abi.ORDER] = address(order)
        self._run(row)

    def _run_flushed(self, row):
        """Call the kernel of a row with subnormal numbers counting as zero."""
        flushed = new_row(table.loop_kernel("run_flushed"))
        flushed[abi.X] = address(row)
        self._run(flushed)
