"""The rows by which threads share a minibatch, and agree who does what.

They are layouts as those of :mod:`skbackprop.kernels.abi`.
"""

from typing import NamedTuple

from skbackprop.kernels.abi import Address, Scalar, row_layout

# What a piece of a step adds up.
SUMMED = (Scalar.squared_norm, Scalar.absolute_norm, Scalar.gradient_squares)
N_SUMMED = len(SUMMED)


@row_layout
class Lanes(NamedTuple):
    """A minibatch whose blocks are dealt to lanes, and these to threads.

    It has no kernel: all threads see it, and agree by it who does what.
    """

    context: Address  # of the minibatch
    scalars: Address
    block_size: int
    most_lanes: int
    gradients: Address  # int64: the address of the gradient of each lane
    losses: Address  # float64, of each lane
    n_blocks: int  # of this minibatch
    n_lanes: int
    pieces: Address  # of a list row for each piece of the step; 0: lanes are run
    sums: Address  # float64: what pieces have added up, SUMMED for each
    n_tasks: int  # lanes or pieces
    n_left: int  # that no thread has claimed; 0 or less: none
    n_done: int
    is_over: int  # 1: there are no minibatches any more


@row_layout
class Offer(NamedTuple):
    """Lanes or pieces that are offered to all threads, the calling one among them."""

    lanes: Address
    member: Address  # of the Member row of the thread that calls
    context: Address  # of its own
    scalars: Address


@row_layout
class RunLanes(NamedTuple):
    """A minibatch, lane by lane."""

    lanes: Address
    offer: Address


@row_layout
class RunPieces(NamedTuple):
    """A step, piece by piece of the parameters."""

    rows: Address  # of the list row of each piece
    n_rows: int
    lanes: Address
    offer: Address
    sums: Address


@row_layout
class Member(NamedTuple):
    """A thread that runs lanes and pieces, in a workspace of its own."""

    lanes: Address
    lane: Address  # of its RunLane row
    pack: Address  # its scratch memory of the matrix product


@row_layout
class RunLane(NamedTuple):
    """A lane that a thread runs."""

    lanes: Address
    lane: int  # which one
    forward: Address  # of the list row that loads a block and runs it forward
    backward: Address  # of the list row that runs it backward
    gradient: Address  # that rows of ``backward`` now add to, or write
    gradient_bytes: int  # to be made 0 before the first block of a lane
    pointers: Address  # of the addresses, in these rows, that point into the gradient
    n_pointers: int


@row_layout
class AwaitLanes(NamedTuple):
    """What a thread that helps does until it is over."""

    lanes: Address
    member: Address


@row_layout
class AddLanes(NamedTuple):
    """Gradients of lanes that are added to that of the first, in order."""

    lanes: Address
    target: Address
    sources: Address
    ld_sources: int
    n_elements: int
