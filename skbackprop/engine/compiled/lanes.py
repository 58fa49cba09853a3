"""Lanes: groups of blocks of a minibatch, which threads share.

A lane is a sequence of blocks with its own gradient. The number of lanes depends only
on the program and the size of the minibatch, and gradients are added in the order of
lanes. Results are therefore bit-identical for any number of threads.

Helpers are threads that enter a kernel and leave it at the end of the call that
trains, after about a fifth of a second. There is no thread pool that could break after
a fork.
"""

import functools

import numpy as np

from skbackprop.engine.compiled.binding import Memory, n_elements, row_list
from skbackprop.engine.compiled.loading import batch_of, csr_fields
from skbackprop.engine.compiled.steps import new_workspace
from skbackprop.engine.stretches import cut, stretches_of
from skbackprop.engine.threads import start_threads
from skbackprop.kernels import table
from skbackprop.kernels.abi import KERNEL, Context, Flushed, Scalar
from skbackprop.kernels.calling import address, run_kernel
from skbackprop.kernels.lanes import (
    N_SUMMED,
    AddLanes,
    AwaitLanes,
    Lanes,
    Member,
    Offer,
    RunLane,
    RunLanes,
    RunPieces,
)
from skbackprop.kernels.rows import new_list, new_row
from skbackprop.network.layout import aligned_zeros

PIECE = 1 << 16  # parameters, a step over which takes tens of microseconds


class Team:
    """The threads of a fit: the calling thread and its helpers.

    Parameters
    ----------
    executor : Executor
        The executor, whose workspace is that of the calling thread.
    samples : Samples

    Attributes
    ----------
    row : Row
        Computes the gradient of a minibatch.
    """

    def __init__(self, executor, samples):
        space = executor._workspace
        others = space.program.allocate(space.dtype, executor.n_lanes - 1)
        self._lanes = self._bind_lanes(executor, [space.gradient, *others])
        n_threads = min(executor.n_threads, executor.n_lanes)
        spaces = [space, *(_workspace_beside(space) for _ in range(1, n_threads))]
        members = [self._bind_member(executor, samples, s) for s in spaces]
        self._helpers = [(self._bind_helper(m), *_new_tables()) for m in members[1:]]
        context, scalars = _new_tables()
        self._offer = new_row(
            Offer,
            table.loop_kernel("offer"),
            lanes=self._lanes,
            member=members[0],
            context=context,
            scalars=scalars,
        )
        self._space, self._others = space, others
        self.row = new_row(
            RunLanes,
            table.loop_kernel("run_lanes"),
            lanes=self._lanes,
            offer=self._offer,
        )

    def bind_gradient(self):
        """Return the row that sums the gradients of all lanes."""
        return self._bind_sum(slice(0, self._space.program.n_learned))

    def bind_learning(self, plan, slots):
        """Return the rows that update parameters, in pieces that threads share.

        A piece sums its part of the gradients and makes its step. If the norm of the
        gradient is needed first, the whole gradient is summed before.
        """
        space, program = self._space, self._space.program
        clip = space.bind_clip(plan.clip_grad_norm)
        before = [self.bind_gradient(), *clip] if clip else []
        pieces = []
        for piece in cut(stretches_of(program, plan.rate_factors), PIECE):
            rows = [] if clip else [self._bind_sum(piece.span)]
            pieces.append(row_list([*rows, space.bind_update(plan, slots, piece)]))
        step = new_list(
            RunPieces,
            table.loop_kernel("run_pieces"),
            pieces,
            sums=np.zeros((len(pieces), N_SUMMED)),
            lanes=self._lanes,
            offer=self._offer,
        )
        return [*before, step, *space.bind_limits(plan)]

    def _bind_sum(self, span):
        """Return the row that adds the gradients of other lanes to the first."""
        return new_row(
            AddLanes,
            table.loop_kernel("add_lanes", self._space.bits),
            lanes=self._lanes,
            target=self._space.gradient[span],
            sources=self._others[:, span],
            ld_sources=self._others.shape[1],
            n_elements=span.stop - span.start,
        )

    def _bind_lanes(self, executor, gradients):
        return new_row(
            Lanes,
            kernel=0,
            context=executor._context,
            scalars=executor._scalars,
            block_size=executor.block_size,
            most_lanes=executor.n_lanes,
            gradients=np.array([address(gradient) for gradient in gradients]),
            losses=np.zeros(len(gradients)),
        )

    def _bind_member(self, executor, samples, space):
        """Return the row that runs lanes in a workspace."""
        csr, batch = csr_fields(samples), batch_of(samples, space, executor.block_size)
        # A gradient that is written first need not be cleared before.
        adds = executor.block_size * executor.n_lanes < executor.batch_size
        loss = space.bind_loss(executor.loss, batch)
        backward = row_list(space.bind_backward(csr, add=adds))
        pointers = np.concatenate(_pointers_into(space.gradient, backward))
        lane = new_row(
            RunLane,
            table.loop_kernel("run_lane"),
            lanes=self._lanes,
            forward=row_list([*batch.rows, *space.bind_forward(csr), loss]),
            backward=backward,
            gradient=space.gradient,
            gradient_bytes=space.gradient.nbytes if adds else 0,
            pointers=pointers,
            n_pointers=len(pointers),
        )
        return new_row(
            Member,
            table.loop_kernel("run_member"),
            lanes=self._lanes,
            lane=lane,
            pack=aligned_zeros(table.pack_bytes(), np.uint8),
        )

    def _bind_helper(self, member):
        wait = new_row(
            AwaitLanes,
            table.loop_kernel("await_lanes"),
            lanes=self._lanes,
            member=member,
        )
        return new_row(Flushed, table.loop_kernel("run_flushed"), row=wait)

    def run(self, row, context, scalars):
        """Run a row with the help of threads, which end with the call."""
        self._lanes.set(is_over=0)
        threads = []
        calls = [
            functools.partial(run_kernel, h[KERNEL], h, *t) for h, *t in self._helpers
        ]
        try:
            threads += start_threads(calls)
            # If a thread could not be started, later calls do not try again.
            del self._helpers[len(threads) :]
            run_kernel(row[KERNEL], row, context, scalars)
        finally:
            self._lanes.set(is_over=1)
            for thread in threads:
                thread.join()


def _pointers_into(gradient, run):
    """Return the fields, in rows and rows that they run, that point into a gradient."""
    table, begin = run.memory["rows"], address(gradient)
    numbers = table.ravel()
    is_inside = (numbers >= begin) & (numbers < begin + gradient.nbytes)
    found = [address(table) + 8 * np.flatnonzero(is_inside)]
    for row in run.listed:
        if len(row.listed):
            found += _pointers_into(gradient, row)
    return found


def _workspace_beside(space):
    """Return a workspace for another thread, whose gradient is that of its lane."""
    program, n_rows = space.program, space.n_rows
    memory = Memory(n_elements(program, n_rows), space.dtype)
    memory.gradient = space.gradient  # rows initially point to that of the first lane
    beside = new_workspace(program, space.parameters, n_rows, memory)
    beside.allocate_adjoints()
    return beside


def _new_tables():
    return np.zeros(len(Context), np.int64), np.zeros(len(Scalar))
