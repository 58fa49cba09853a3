"""Minibatches whose blocks threads share: :mod:`skbackprop.engine.compiled.lanes`.

A lane is a sequence of blocks with its own gradient. As threads claim lanes, a thread
without a core delays the others by at most one lane. The result of a lane does not
depend on the thread.
"""

from skbackprop.kernels.abi import ROW_BYTES, Context, Scalar
from skbackprop.kernels.lanes import (
    N_SUMMED,
    SUMMED,
    AddLanes,
    AwaitLanes,
    Lanes,
    Member,
    Offer,
    RunLane,
    RunLanes,
    RunPieces,
)
from skbackprop.kernels.language.atomics import (
    add_atomic,
    load_atomic,
    pause,
    store_atomic,
    yield_core,
)
from skbackprop.kernels.language.codegen import kernel
from skbackprop.kernels.language.memory import (
    as_float64s,
    as_int64s,
    call_kernel,
    clear_bytes,
    plain_kernel,
)
from skbackprop.kernels.language.values import INTEGER

# A few microseconds. After that, a waiting thread yields the core, which the other
# thread may need.
_N_PAUSES = 200
_N_CONTEXT, _N_SCALARS = len(Context), len(Scalar)


def make_run_lanes():
    """Return the kernel of the gradients of a minibatch, one for each lane.

    Losses are added in the order of lanes.
    """

    def run_lanes(row, context, scalars):
        lanes = as_int64s(row[RunLanes.lanes])
        n_blocks = -(-context[Context.n_rows] // lanes[Lanes.block_size])
        n_lanes = min(lanes[Lanes.most_lanes], n_blocks)
        lanes[Lanes.n_blocks], lanes[Lanes.n_lanes] = n_blocks, n_lanes
        lanes[Lanes.pieces], lanes[Lanes.n_tasks] = 0, n_lanes
        call_kernel(row[RunLanes.offer], context, scalars)
        losses = as_float64s(lanes[Lanes.losses])
        for lane in range(n_lanes):
            scalars[Scalar.loss] += losses[lane]

    return plain_kernel(run_lanes)


def make_run_pieces():
    """Return the kernel of a step; the sums of pieces are added in order."""

    def run_pieces(row, context, scalars):
        lanes, n_pieces = as_int64s(row[RunPieces.lanes]), row[RunPieces.n_rows]
        lanes[Lanes.pieces] = row[RunPieces.rows]
        lanes[Lanes.sums] = row[RunPieces.sums]
        lanes[Lanes.n_tasks] = n_pieces
        call_kernel(row[RunPieces.offer], context, scalars)
        sums = as_float64s(row[RunPieces.sums])
        for piece in range(n_pieces):
            for k, summed in enumerate(SUMMED):
                scalars[summed] += sums[piece * N_SUMMED + k]

    return plain_kernel(run_pieces)


def make_offer():
    """Return the kernel that offers tasks to all threads, and waits for them."""

    def offer(row, context, scalars):
        lanes = as_int64s(row[Offer.lanes])
        n_tasks, n_waited = lanes[Lanes.n_tasks], 0
        lanes[Lanes.n_done] = 0
        store_atomic(lanes, Lanes.n_left, n_tasks)
        call_kernel(
            row[Offer.member],
            as_int64s(row[Offer.context]),
            as_float64s(row[Offer.scalars]),
        )
        while load_atomic(lanes, Lanes.n_done) < n_tasks:
            if n_waited < _N_PAUSES:
                pause()
            else:
                yield_core()
            n_waited += 1

    return plain_kernel(offer)


def make_await_lanes():
    """Return the kernel of helper threads, which runs tasks until training is over."""

    def await_lanes(row, context, scalars):
        lanes, n_waited = as_int64s(row[AwaitLanes.lanes]), 0
        while load_atomic(lanes, Lanes.is_over) == 0:
            if load_atomic(lanes, Lanes.n_left) > 0:
                call_kernel(row[AwaitLanes.member], context, scalars)
                n_waited = 0
            elif n_waited < _N_PAUSES:
                pause()
                n_waited += 1
            else:
                yield_core()

    return plain_kernel(await_lanes)


def make_run_member():
    """Return the kernel that claims and runs lanes or pieces until none is left.

    It reads a minibatch only after claiming a task of it. Until the task is done, there
    is no other minibatch.
    """

    def run_member(row, context, scalars):
        lanes = as_int64s(row[Member.lanes])
        shared = as_int64s(lanes[Lanes.context])
        shared_scalars = as_float64s(lanes[Lanes.scalars])
        while True:
            n_left = add_atomic(lanes, Lanes.n_left, -1)
            if n_left <= 0:
                return
            task = lanes[Lanes.n_tasks] - n_left
            for k in range(_N_CONTEXT):
                context[k] = shared[k]
            context[Context.pack] = row[Member.pack]
            for k in range(_N_SCALARS):
                scalars[k] = shared_scalars[k]
            pieces = lanes[Lanes.pieces]
            if pieces == 0:
                as_int64s(row[Member.lane])[RunLane.lane] = task
                call_kernel(row[Member.lane], context, scalars)
            else:
                for summed in SUMMED:
                    scalars[summed] = 0.0
                call_kernel(pieces + task * ROW_BYTES, context, scalars)
                sums = as_float64s(lanes[Lanes.sums])
                for k, summed in enumerate(SUMMED):
                    sums[task * N_SUMMED + k] = scalars[summed]
            add_atomic(lanes, Lanes.n_done, 1)

    return plain_kernel(run_member)


def make_run_lane():
    """Return the kernel that runs the blocks of a lane, forward and backward."""

    def run_lane(row, context, scalars):
        lanes, lane = as_int64s(row[RunLane.lanes]), row[RunLane.lane]
        n_lanes, n_blocks = lanes[Lanes.n_lanes], lanes[Lanes.n_blocks]
        block_size = lanes[Lanes.block_size]
        # Point the rows of the backward pass to the gradient of this lane.
        gradient = as_int64s(lanes[Lanes.gradients])[lane]
        shift = gradient - row[RunLane.gradient]
        row[RunLane.gradient] = gradient
        pointers = as_int64s(row[RunLane.pointers])
        for i in range(row[RunLane.n_pointers]):
            as_int64s(pointers[i])[0] += shift
        clear_bytes(gradient, row[RunLane.gradient_bytes])
        scalars[Scalar.loss] = 0.0
        samples, n_samples = context[Context.order], context[Context.n_rows]
        for block in range(
            lane * n_blocks // n_lanes, (lane + 1) * n_blocks // n_lanes
        ):
            start = block * block_size
            context[Context.order] = samples + 8 * start
            context[Context.n_rows] = min(block_size, n_samples - start)
            context[Context.first_row] = start
            call_kernel(row[RunLane.forward], context, scalars)
            call_kernel(row[RunLane.backward], context, scalars)
        as_float64s(lanes[Lanes.losses])[lane] = scalars[Scalar.loss]

    return plain_kernel(run_lane)


def make_add_lanes(bits):
    """Return the kernel of dw <- ((dw + dw_1) + dw_2) + ..."""

    def write(code, row, context, scalars):
        target = code.vectors(row[AddLanes.target])
        sources = code.vectors(row[AddLanes.sources])
        n_sources = code.scalars(row[AddLanes.lanes], INTEGER)[Lanes.n_lanes] - 1
        with code.range(row[AddLanes.n_elements], step=code.lanes) as i:
            total = code.variable(target[i])
            with code.range(n_sources) as k:
                total.value = total.value + sources[k * row[AddLanes.ld_sources] + i]
            target[i] = total.value

    return kernel(write, bits)
