"""Layouts of the rows by which threads divide a minibatch among themselves.

They are like those of :mod:`skbackprop.kernels.abi`.
"""

from typing import NamedTuple

from skbackprop.kernels.abi import Address, Scalar, row_layout

# The sums over a piece of a step.
SUMMED = (Scalar.squared_norm, Scalar.absolute_norm, Scalar.gradient_squares)
N_SUMMED = len(SUMMED)


@row_layout
class Lanes(NamedTuple):
    """A minibatch whose blocks are divided into lanes, which threads claim.

    It has no kernel. All threads share it to coordinate their work.
    """

    context: Address  # of the minibatch
    scalars: Address
    block_size: int
    most_lanes: int
    gradients: Address  # int64: the address of the gradient of each lane
    losses: Address  # float64, of each lane
    n_blocks: int  # of this minibatch
    n_lanes: int
    pieces: Address  # of a list row for each piece of the step; 0 to run lanes
    sums: Address  # float64: the SUMMED of each piece
    n_tasks: int  # lanes or pieces
    n_left: int  # tasks that no thread has claimed, 0 or less if there are none
    n_done: int
    is_over: int  # 1 if there are no more minibatches


@row_layout
class Offer(NamedTuple):
    """Lanes or pieces that are offered to all threads, including the calling one."""

    lanes: Address
    member: Address  # of the Member row of the calling thread
    context: Address  # of the calling thread
    scalars: Address


@row_layout
class RunLanes(NamedTuple):
    """The lanes of a minibatch."""

    lanes: Address
    offer: Address


@row_layout
class RunPieces(NamedTuple):
    """A step over the pieces of the parameters."""

    rows: Address  # of the list row of each piece
    n_rows: int
    lanes: Address
    offer: Address
    sums: Address


@row_layout
class Member(NamedTuple):
    """A thread that runs lanes and pieces in its own workspace."""

    lanes: Address
    lane: Address  # of its RunLane row
    pack: Address  # its scratch memory of the matrix product


@row_layout
class RunLane(NamedTuple):
    """A lane that a thread runs."""

    lanes: Address
    lane: int  # its number
    forward: Address  # of the list row that loads a block and runs it forward
    backward: Address  # of the list row that runs it backward
    gradient: Address  # to which rows of ``backward`` currently point
    gradient_bytes: int  # to clear before the first block of a lane
    pointers: Address  # of the addresses, in these rows, that point into the gradient
    n_pointers: int


@row_layout
class AwaitLanes(NamedTuple):
    """The loop of a helper thread until training is over."""

    lanes: Address
    member: Address


@row_layout
class AddLanes(NamedTuple):
    """The sum of the gradients of lanes in order, in place of the first."""

    lanes: Address
    target: Address
    sources: Address
    ld_sources: int
    n_elements: int
