"""The compiled executor: binds a program to memory and runs it with kernels.

Binding turns each instruction into a row of addresses and sizes
(:mod:`skbackprop.kernels.abi`). Rows hold for this executor only and are never
pickled. An executor serves one thread at a time; make one per call.
"""

import numpy as np

from skbackprop.engine.compiled.rows import BLOCKS, INPUTS, Batch, RowList, new_row
from skbackprop.engine.samples import EpochsRun, batches
from skbackprop.kernels import abi, table
from skbackprop.kernels.calling import address, run_kernel
from skbackprop.network import Elementwise, Linear
from skbackprop.network.layout import ROW_QUANTUM, aligned_zeros, padded_width


class Executor:
    """Run a program with compiled kernels.

    Parameters
    ----------
    program : Program
    parameters : ndarray of shape (program.n_parameters,)
        The flat parameter vector; training updates it in place.
    loss : Loss or None
        None where the network is only run forward.
    batch_size : int
        Samples, or groups of them, that a minibatch has.
    seed : int, default=0
        Of the random numbers that modules draw in training.
    n_rows : int, default=None
        Most rows that go through the network at once; ``batch_size`` by default.
    """

    def __init__(
        self, program, parameters, loss=None, batch_size=512, seed=0, n_rows=None
    ):
        self.program = program
        self.parameters = parameters
        self.loss = loss
        self.batch_size = batch_size
        self.n_rows = n_rows or batch_size
        self._dtype = parameters.dtype
        self._bits = 8 * parameters.dtype.itemsize
        self._values = self._signal_memory()
        self._adjoints = self.gradient = None
        if loss is not None:
            self._allocate_adjoints()
            settings = loss.settings(program.output.stride)
            self._loss_settings = np.ascontiguousarray(settings, self._dtype)
        self._context = np.zeros(abi.CONTEXT_FIELDS, np.int64)
        self._scalars = np.zeros(abi.SCALAR_FIELDS)
        widest = max(signal.stride for signal in program.signals)
        self._zeros = aligned_zeros(widest, self._dtype)
        self._pack = aligned_zeros(table.pack_bytes(), np.uint8)
        self._context[abi.GEMM] = table.gemm_kernel(self._bits)
        self._context[abi.PACK] = address(self._pack)
        self._context[abi.ZEROS] = address(self._zeros)
        self._context[abi.SEED] = seed
        self._run_rows = table.loop_kernel("run_rows")
        self._objective = self._evaluation = None
        self._masks = {}

    # Prediction

    def forward(self, samples, indices=None):
        """Yield (slice, logits) for minibatch after minibatch.

        Parameters
        ----------
        samples : Samples
        indices : ndarray of int64, default=None
            Rows to run, all by default; the slices count these.

        Yields
        ------
        slice
        ndarray of shape (n_rows, n_outputs)
            A view, overwritten by the next minibatch.
        """
        rows = self._load_input(samples) + self._bind_pass(
            samples.is_sparse, training=False
        )
        run = self._row_list(rows)
        n_samples = samples.n_samples if indices is None else len(indices)
        for batch in batches(n_samples, self.n_rows):
            order = np.arange(batch.start, batch.stop)
            self._run_on(order if indices is None else indices[batch], run)
            yield batch, self._signal(self.program.output)[: len(order)]

    # Backprop

    def vjp(self, X, adjoint, is_training=False):
        """Run forward, and backward from an adjoint of the output.

        Parameters
        ----------
        X : ndarray of shape (n_rows, n_features)
            At most ``n_rows`` rows.
        adjoint : ndarray of shape (n_rows, n_outputs)
            Of the output: what stands left of the Jacobian.
        is_training : bool, default=False
            Whether modules behave as while learning.

        Returns
        -------
        signals : list of ndarray of shape (n_rows, width)
            Of all nodes, the input's first. Whole only where the program
            ``keeps_all``.
        adjoints : list of ndarray or None
            Of all nodes; None where no gradient gets to.
        gradient : ndarray of shape (n_parameters,)
            Of the parameters, summed over the rows.
        """
        if self._adjoints is None:
            self._allocate_adjoints()
        self.gradient[:] = 0
        n_rows, signals = len(X), self.program.signals
        self._signal(signals[0])[:n_rows] = X
        self._signal(self.program.output, self._adjoints)[:n_rows] = adjoint
        passes = [
            self._bind_pass(False, backward, training=is_training)
            for backward in (False, True)
        ]
        self._context[abi.N_STEPS] = 0
        self._run_on(np.arange(n_rows), self._row_list(sum(passes, [])))
        reached = self.program.reached
        values = [self._signal(s)[:n_rows].copy() for s in signals]
        adjoints = [
            self._signal(s, self._adjoints)[:n_rows].copy() if i in reached else None
            for i, s in enumerate(signals)
        ]
        return values, adjoints, self.gradient.copy()

    # Training

    def objective(self, samples):
        """Return the summed loss of all samples; its gradient is ``gradient``.

        The gradient is that of sum_i weight_i loss_i / sum_i weight_i, the
        value its numerator. Memory does not grow with the number of samples.
        """
        if self._objective is None or self._objective[0] is not samples:
            batch = self._load_batch(samples)
            rows = batch.rows + self._bind_step(batch, samples.is_sparse, add=True)
            self._objective = samples, self._row_list(rows), batch
        _, run, _ = self._objective
        self.gradient[:] = 0
        self._scalars[abi.LOSS] = 0
        self._scalars[abi.SCALE] = 1 / samples.weight_sum
        for batch in batches(samples.n_units, self.batch_size):
            self._run_on(np.arange(batch.start, batch.stop), run)
        return self._scalars[abi.LOSS]

    def evaluate(self, samples, indices=None):
        """Run samples forward as for prediction, and add up their loss.

        Parameters
        ----------
        samples : Samples
        indices : ndarray of int64, default=None
            Rows, or groups, to run, all by default.

        Returns
        -------
        loss : float
            Sum over them of weight * loss.
        logits : ndarray of shape (n_rows, n_outputs)
            Of the rows, or of the members of the groups.
        """
        if self._evaluation is None or self._evaluation[0] is not samples:
            batch = self._load_batch(samples)
            rows = batch.rows + self._bind_pass(samples.is_sparse, training=False)
            rows.append(self._bind_loss(batch))
            self._evaluation = samples, self._row_list(rows), batch
        _, run, _ = self._evaluation
        if indices is None:
            indices = np.arange(samples.n_units)
        self._scalars[abi.LOSS], self._scalars[abi.SCALE] = 0, 1
        output, logits = self._signal(self.program.output), []
        for batch in batches(len(indices), self.batch_size):
            self._run_on(indices[batch], run)
            logits.append(output[: self._context[abi.N_ROWS]].copy())
        return float(self._scalars[abi.LOSS]), np.concatenate(logits)

    def prepare_training(self, samples, plan, slots, order):
        """Bind the training loop to samples and to an optimizer's slots.

        Parameters
        ----------
        samples : Samples
        plan : Plan
        slots : ndarray of shape (optimizer.n_slots, n_parameters)
            Updated in place.
        order : ndarray of int64
            Rows, or groups, to train on, in order; shuffled in place.
        """
        self._snapshot = self.parameters.copy()
        self._training = (samples, plan, slots, order)
        batch = self._load_batch(samples)
        loads = self._row_list(batch.rows)
        steps = self._row_list(
            self._bind_step(batch, samples.is_sparse)
            + self._bind_clip(plan.clip_grad_norm)
            + self._bind_updates(plan.optimizer, slots)
            + self._bind_limits(plan.penalties)
        )
        epoch = new_row(table.loop_kernel("run_epoch"))
        epoch[abi.N_SAMPLES] = len(order)
        epoch[abi.BATCH_SIZE] = self.batch_size
        epoch[abi.SAMPLE_ORDER] = address(order)
        epoch[abi.LOAD_LIST] = address(loads)
        epoch[abi.STEP_LIST] = address(steps)
        epoch[abi.N_COEFFICIENTS] = (
            plan.penalties.n_coefficients + plan.optimizer.n_coefficients
        )
        check = self._bind_vector("check_finite")
        row = new_row(table.loop_kernel("run_epochs"))
        row[abi.EPOCH_ROW] = address(epoch)
        row[abi.CHECK_ROW] = address(check)
        row[abi.PARAMETERS] = address(self.parameters)
        row[abi.SNAPSHOT] = address(self._snapshot)
        row[abi.PARAMETER_BYTES] = self.parameters.nbytes
        self._epochs_row = row
        self._bound = (batch, loads, steps, epoch, check)

    def run_epochs(self, coefficients, stopping, random_state=None, n_steps=0):
        """Train for epochs, at most as many as there are coefficients for.

        Parameters
        ----------
        coefficients : ndarray of shape (n_epochs, n_batches, n_coefficients)
            What each step is told: by the penalties, then by the optimizer.
        stopping : StoppingRule
        random_state : RandomState, default=None
            Shuffles the order before each epoch; None keeps the order.
        n_steps : int, default=0
            Minibatches learned from before: where random numbers go on.

        Returns
        -------
        EpochsRun
        """
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

    # Binding: instructions to rows

    def _allocate_adjoints(self):
        self._adjoints = self._signal_memory()
        self.gradient = self.program.allocate(self._dtype)

    def _signal_memory(self):
        # Kernels may read a vector beyond the last signal.
        size = self.n_rows * self.program.workspace_width + ROW_QUANTUM
        return aligned_zeros(size, self._dtype)

    def _signal(self, signal, memory=None):
        """Return a signal's (n_rows, width) part of the workspace."""
        memory = self._values if memory is None else memory
        start = signal.offset * self.n_rows
        end = start + signal.stride * self.n_rows
        rows = memory[start:end].reshape(-1, signal.stride)
        return rows[:, signal.column : signal.column + signal.width]

    def _bind_step(self, batch, is_sparse, add=False):
        """Return the rows of forward, loss and backward."""
        return [
            *self._bind_pass(is_sparse),
            self._bind_loss(batch),
            *self._bind_pass(is_sparse, backward=True, add=add),
        ]

    def _bind_pass(self, is_sparse, backward=False, add=False, training=True):
        """Return the rows of a pass: forward, or backward from last to first."""
        instructions = self.program.instructions
        if backward:
            instructions = [i for i in reversed(instructions) if i.has_gradients]
        rows = []
        for instruction in instructions:
            if self.program.is_done_in_place(instruction):
                continue
            reads_csr = is_sparse and 0 in instruction.inputs
            kernels = table.module_kernels(instruction.module, self._bits, reads_csr)
            for row in self._bind(instruction, add):
                row[abi.CODE] = kernels[backward]
                row[abi.TRAINING] = training
                if reads_csr:
                    row[abi.X] = 0
                    row[[abi.DATA, abi.INDICES, abi.INDPTR]] = self._csr_addresses
                rows.append(row)
        return rows

    def _bind(self, instruction, add_parameters=False):
        """Return the fields that forward and backward of an instruction share.

        That is one row, or one for each input of a module that takes any number.
        """
        module, inputs = (
            instruction.module,
            list(zip(instruction.inputs, instruction.input_gradients, strict=True)),
        )
        settings = table.module_settings(module)
        if module.n_inputs is not None:
            return [self._bind_row(instruction, inputs, settings, add_parameters)]
        rows, column = [], 0
        for one in inputs:
            rows.append(self._bind_row(instruction, [one], (column,), add_parameters))
            column += self.program.signals[one[0]].width
        return rows

    def _bind_row(self, instruction, inputs, settings, add_parameters):
        row, signals = np.zeros(abi.ROW_FIELDS, np.int64), self.program.signals
        y = signals[instruction.output]
        for (x, ld, width, dx, add), (i, gradient) in zip(INPUTS, inputs, strict=False):
            row[x] = address(self._signal(signals[i]))
            row[ld], row[width] = signals[i].stride, signals[i].width
            if gradient and self._adjoints is not None:
                row[dx] = address(self._signal(signals[i], self._adjoints))
                row[add] = gradient == "add"
        row[abi.Y], row[abi.LDY] = address(self._signal(y)), y.stride
        row[abi.WIDTH_Y] = y.width
        if self._adjoints is not None:
            row[abi.DY] = address(self._signal(y, self._adjoints))
        for index in instruction.blocks:
            self._bind_block(row, self.program.blocks[index])
            self._bind_connections(row, instruction.module, self.program.blocks[index])
        row[abi.ADD_DW] = add_parameters or instruction.parameter_gradient == "add"
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
                mask = aligned_zeros(block.n_elements, self._dtype)
                block._replace(offset=0).view(mask)[...] = module.connected(
                    block.shape[0]
                )
                self._masks[block] = mask
            row[abi.MASK] = address(self._masks[block])

    def _bind_loss(self, batch):
        row = new_row(table.loss_kernel(self.loss, self._bits))
        output = self.program.output
        row[abi.Y] = address(self._signal(output))
        row[abi.DY] = address(self._signal(output, self._adjoints))
        row[abi.LDY], row[abi.WIDTH_Y] = output.stride, output.width
        row[abi.X], row[abi.LDX] = address(batch.targets), batch.targets.shape[1]
        row[abi.W] = address(batch.weights)
        row[abi.B], row[abi.LDX2] = address(self._loss_settings), output.stride
        row[abi.SETTING] = getattr(self.loss, "n_classes", 0)
        self._scalars[abi.LOSS_SETTING] = getattr(self.loss, "setting", 0)
        return row

    def _bind_vector(self, kernel):
        """Return the row of a loop kernel that runs over all parameters."""
        row = new_row(table.loop_kernel(kernel, self._bits))
        row[abi.W] = address(self.parameters)
        row[abi.N_ELEMENTS] = len(self.parameters)
        return row

    def _bind_clip(self, clip_grad_norm):
        """Return the row that limits the gradient's norm, if there is a limit."""
        self._scalars[abi.UNCLIPPED_NORM] = 0
        if clip_grad_norm is None:
            return []
        self._scalars[abi.CLIP_NORM] = clip_grad_norm
        row = new_row(table.clip_kernel(self._bits))
        row[abi.DW] = address(self.gradient)
        row[abi.N_ELEMENTS] = self.program.n_learned
        return [row]

    def _bind_updates(self, optimizer, slots):
        """Return the updates of the decaying parameters and of the others."""
        rows, split, end = [], self.program.n_decaying, self.program.n_learned
        for decays, part in ((1, slice(split)), (0, slice(split, end))):
            row = new_row(table.update_kernel(optimizer, self._bits))
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
                row = new_row(table.limit_columns_kernel(self._bits))
                row[abi.W] = address(block.view(self.parameters))
                row[abi.WIDTH_X], row[abi.WIDTH_Y] = block.shape
                row[abi.LDW] = block.stride
                rows.append(row)
        return rows

    # Binding: samples to the rows that load a minibatch

    def _load_input(self, samples):
        if samples.is_sparse:
            # Linear kernels read the samples' rows where they are.
            self.program.check_reads_sparse()
            csr = samples.X
            self._csr_addresses = [
                address(part) for part in (csr.data, csr.indices, csr.indptr)
            ]
            return []
        return [self._gather(samples.X, self._signal(self.program.input))]

    def _load_batch(self, samples):
        """Return the rows that load a minibatch's samples, targets and weights."""
        shape = (self.n_rows, padded_width(samples.targets.shape[1]))
        targets = aligned_zeros(shape[0] * shape[1], self._dtype).reshape(shape)
        weights = aligned_zeros(padded_width(self.batch_size), self._dtype)
        weights[:] = 1
        rows = []
        if samples.weights is not None:
            row = new_row(table.loop_kernel("gather_weights", self._bits))
            row[abi.X] = address(samples.weights)
            row[abi.Y] = address(weights)
            rows.append(row)
        to_memberships, to_rows, orders = self._bind_groups(samples.groups)
        rows += to_memberships
        rows.append(self._gather(samples.targets, targets))
        rows += to_rows + self._load_input(samples)
        return Batch(rows, targets, weights, orders)

    def _bind_groups(self, groups):
        """Return what goes from groups to memberships, from these to rows of X."""
        if groups is None:
            return [], [], None
        order, starts = (
            np.zeros(n, np.int64) for n in (self.n_rows, self.batch_size + 1)
        )
        expand = new_row(table.loop_kernel("expand_groups"))
        expand[abi.X], expand[abi.Y] = address(groups.starts), address(order)
        expand[abi.W] = address(starts)
        find = new_row(table.loop_kernel("find_members"))
        find[abi.X] = address(groups.members)
        return [expand], [find], (order, starts)

    def _gather(self, source, target):
        row = new_row(table.gather_kernel(self._bits))
        row[abi.X], row[abi.Y] = address(source), address(target)
        row[abi.WIDTH_X] = row[abi.LDX] = source.shape[1]
        row[abi.LDY] = target.strides[0] // target.itemsize
        return row

    def _row_list(self, rows):
        """Return the row that runs rows, which it keeps alive."""
        rows = np.array(rows).reshape(-1, abi.ROW_FIELDS)
        row = RowList((abi.ROW_FIELDS,), np.int64)
        row[:] = 0
        row[abi.CODE] = self._run_rows
        row[abi.X], row[abi.N_ELEMENTS] = address(rows), len(rows)
        row.rows = rows
        return row
