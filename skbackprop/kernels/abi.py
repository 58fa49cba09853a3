"""What the executor and the kernels agree on: the fields of the three tables.

Every kernel has the signature ``void(int64* row, int64* context, float64*
scalars)``. ``row`` says what this kernel works on, ``context`` holds what all
rows of a minibatch share, ``scalars`` the floating-point numbers that change from
step to step. Strides and sizes are numbers of elements, a matrix is row-major.

There is a layout for each kind of row, those of threads in
:mod:`skbackprop.kernels.lanes`. Its fields are numbers, constants to the
compiler: ``row[Loss.targets]`` is ``row[3]``. In all of them field ``KERNEL``
is the address of the kernel that the row is for.

Rows of signals and of weight matrices are padded (see
:func:`skbackprop.network.layout.padded_width`). The padding of parameters, of
their gradients and of the adjoints is zero as long as all is finite; that of
signals may hold anything finite.
"""

from typing import NamedTuple, NewType

KERNEL = 0
ROW_FIELDS = 40  # of the longest layout, in whole cache lines: rows stand in a table
ROW_BYTES = 8 * ROW_FIELDS

Address = NewType("Address", int)  # in bytes; 0 is that of what is not wanted


def _numbered(layout, first=0):
    """Return a layout with each field numbered, and so usable as an index."""
    return layout(*range(first, first + len(layout._fields)))


def row_layout(layout):
    """Return the layout of a row: its fields numbered behind ``KERNEL``."""
    return _numbered(layout, KERNEL + 1)


# Modules


@row_layout
class Module(NamedTuple):
    """An instruction: a module and what it reads and writes.

    Signals are (batch, width) matrices: up to three of them, x, x2 and x3, are
    read, y is written; dx, dx2, dx3, dy are their adjoints. A signal may lie
    inside the rows of a wider one, so strides and widths are independent:
    kernels may read, but not write, behind the width rounded up to ROW_QUANTUM.
    """

    x: Address
    x2: Address
    x3: Address
    y: Address
    dx: Address
    dx2: Address
    dx3: Address
    dy: Address
    # From one row to the next, of a signal and of its adjoint.
    ldx: int
    ldx2: int
    ldx3: int
    ldy: int
    width_x: int
    width_x2: int
    width_x3: int
    width_y: int
    # 1 where the backward kernel adds to what is there (fan-out, shared
    # parameters), 0 where it is the first to write and therefore overwrites.
    add_dx: int
    add_dx2: int
    add_dx3: int
    add_dw: int  # to both gradients, that of the bias too
    # Parameters: a weight matrix (width_x, width_y) or a vector, and a bias.
    w: Address
    b: Address
    dw: Address
    db: Address
    ldw: int
    # What a module brings along: numbers, in rows padded like those of parameters,
    # with a vector behind the last that may be read; and int64, as they are.
    constants: Address
    indices: Address
    running_mean: Address
    running_var: Address
    setting: int  # of the module: an integer, or a float64 by its bits
    setting2: int
    add_y: int  # 1 where a product is added to y instead of to the bias
    # 1 where the signals of an elementwise module fill their rows, which it may
    # then run through as one.
    fills_rows: int
    is_training: int  # 1 where a minibatch is learned from, 0 where it is predicted
    stream: int  # number of the instruction: tells random streams apart
    # A CSR matrix in place of x: values, int32 column indices, int64 row starts.
    x_data: Address
    x_indices: Address
    x_indptr: Address


# Losses and loading


@row_layout
class Loss(NamedTuple):
    """A loss of the logits of a minibatch."""

    logits: Address
    adjoint: Address  # of the logits, in rows as long as theirs
    targets: Address
    weights: Address  # of samples or groups
    settings: Address  # of the loss, a row for each of its numbers
    scratch: Address  # that a loss of whole minibatches works in
    ld_logits: int
    ld_targets: int
    ld_settings: int
    width: int  # of the logits
    n_classes: int  # that each step of a sequence chooses from


@row_layout
class Gather(NamedTuple):
    """Rows of a matrix, or elements of a vector: target[r] = source[order[r]]."""

    source: Address
    target: Address
    ld_source: int
    ld_target: int
    width: int


@row_layout
class ExpandGroups(NamedTuple):
    """From a minibatch of groups to its memberships; all of them are int64."""

    group_starts: Address  # among all memberships
    memberships: Address  # of the minibatch, where they go
    batch_starts: Address  # where its groups begin among them


@row_layout
class FindMembers(NamedTuple):
    """From memberships to rows of the data."""

    members: Address  # int64: the row of the data of each membership


# Learning


@row_layout
class Update(NamedTuple):
    """A step of the optimizer over a range of parameters."""

    parameters: Address
    gradient: Address
    slots: Address  # the first of the optimizer's vectors
    ld_slots: int  # from one of them to the next
    n_elements: int
    decays: int  # 1 where penalties apply to these parameters
    factor: int  # of the learning rate, at least 0: a float64 by its bits


@row_layout
class Clip(NamedTuple):
    """The limit of a gradient's norm."""

    gradient: Address
    n_elements: int


@row_layout
class LimitColumns(NamedTuple):
    """The limit of the norms of a matrix's columns."""

    matrix: Address
    ld: int
    n_rows: int
    n_columns: int


@row_layout
class CheckFinite(NamedTuple):
    """The search for parameters that are not finite."""

    parameters: Address
    n_elements: int


# Loops


@row_layout
class RowList(NamedTuple):
    """Rows that run one after the other, of ROW_BYTES each."""

    rows: Address
    n_rows: int


@row_layout
class Flushed(NamedTuple):
    """A row that runs with subnormal numbers counting as zero."""

    row: Address


@row_layout
class Shuffle(NamedTuple):
    """A shuffle by the Mersenne twister."""

    key: Address  # 624 uint32
    position: Address  # int64
    items: Address  # int64
    n_items: int


@row_layout
class Deal(NamedTuple):
    """Minibatches made of parts of the samples, as far as these reach."""

    order: Address  # int64: the samples, shuffled
    dealt: Address  # int64: where they go for the time being
    part_of: Address  # int64, of each sample
    n_parts: int
    blocks: Address  # int64: the whole minibatches, shuffled; then in order again
    n_blocks: int
    batch_size: int


@row_layout
class RunParts(NamedTuple):
    """The parts of a minibatch, whose gradients add up."""

    rows: Address  # of the list row of each part, which adds to the gradient
    n_rows: int
    part_of: Address  # int64, of each sample
    places: Address  # int64: which one of its part it is
    chosen: Address  # int64: where the places of a minibatch go
    gradient: Address
    gradient_bytes: int
    adjoints: Address  # that all parts share: padding of one may be another's number
    adjoint_bytes: Address  # int64, of each part
    latest: int  # the part that has used them last, -1 for none


@row_layout
class RunBlocks(NamedTuple):
    """A minibatch, block by block, whose gradients add up."""

    rows: Address  # of the list row of a block, which adds to the gradient
    n_rows: int  # 1
    block_size: int


@row_layout
class RunSteps(NamedTuple):
    """Rows that run for each step of a sequence."""

    rows: Address
    n_rows: int
    advances: Address  # int64, what a step adds to each number of the rows
    n_steps: int


@row_layout
class Clear(NamedTuple):
    """Memory that becomes 0."""

    begin: Address
    n_bytes: int


@row_layout
class Epoch(NamedTuple):
    """One epoch of minibatches."""

    n_samples: int
    batch_size: int
    order: Address  # of n_samples int64
    load_list: Address  # of the list row that loads a minibatch
    step_list: Address  # of the list row that learns from it
    n_coefficients: int  # of the optimizer at each step


@row_layout
class Epochs(NamedTuple):
    """Epochs, until a rule says stop."""

    n_epochs: int
    epoch_row: Address
    shuffle_row: Address  # 0: keep the order of the samples
    check_row: Address  # checks that the parameters are finite
    coefficients: Address  # all steps' float64 optimizer coefficients
    records: Address  # where N_RECORDS float64 of each epoch go
    parameters: Address
    snapshot: Address  # where they are kept as of the last finite epoch
    parameter_bytes: int
    max_no_improvement: int
    no_improvement: int  # in and out: epochs without improvement so far
    n_done: int  # out: epochs done
    has_diverged: int  # out: 1 where a loss or a parameter was not finite


# Transformers, which work on blocks of as many samples as a vector has lanes
# (skbackprop.kernels.transformers.blocks)


@row_layout
class Blocks(NamedTuple):
    """Rows that run on block after block of samples."""

    rows: Address
    n_rows: int
    n_samples: int


@row_layout
class SampleBlock(NamedTuple):
    """What loads samples into a block, checks or changes it."""

    block: Address
    n_features: int
    samples: Address  # a dense matrix
    ld_samples: int
    # A CSR matrix: values, int32 column indices, int64 row starts.
    data: Address
    indices: Address
    indptr: Address
    remainders: Address  # a number for each lane, that becomes NaN
    divisor: Address  # n_features as a number


@row_layout
class Combine(NamedTuple):
    """Features of a block that become outputs."""

    block: Address
    n_features: int
    places: Address  # int32: where in the block each output's features are
    n_places: int  # of each output, or else
    starts: Address  # int64: where those of each output begin
    sizes: Address  # numbers: how many each output has
    weights: Address
    ld_weights: int
    biases: Address
    outputs: Address
    ld_outputs: int
    n_outputs: int
    advances: int  # 1: outputs of a block begin at its first sample, 0: at once
    remainders: Address  # one vector: NaN where outputs are not finite


@row_layout
class MaxOfEntries(NamedTuple):
    """Maxima of groups of features, read from the entries of a CSR matrix."""

    data: Address
    indices: Address  # int32
    indptr: Address  # int64
    group_of: Address  # uint32, for each feature
    sizes: Address  # uint32, of the groups
    counts: Address  # uint32, to work with
    outputs: Address
    ld_outputs: int
    n_groups: int


@row_layout
class Winners(NamedTuple):
    """The largest numbers of each row of a block's scores."""

    scores: Address
    ld_scores: int
    n_scores: int
    n_winners: int
    values: Address  # of the winners
    indices: Address  # int32, of the winners
    work: Address  # of two int64


# What all rows share


@_numbered
class Context(NamedTuple):
    """The integers that all rows of a minibatch share."""

    n_rows: int  # samples in this minibatch
    order: Address  # of the minibatch's int64 sample indices
    gemm: Address  # of the matrix product of this dtype
    pack: Address  # its scratch memory
    zeros: Address  # a row as long as the longest: what overwriting starts from
    coefficients: Address  # of this step: ``Penalty``, then float64 of the optimizer
    seed: int  # of the random numbers of this fit
    n_steps: int  # minibatches learned from so far: a counter of random numbers
    first_row: int  # of the block of samples, in the minibatch or in all data
    n_groups: int  # of rows in this minibatch, where a loss sees groups
    group_starts: Address  # of the n_groups + 1 int64 rows where they begin


@_numbered
class Scalar(NamedTuple):
    """The floating-point numbers that all rows of a minibatch share."""

    loss: float  # sum of weight * loss over the minibatch, added to by the loss
    scale: float  # 1 / sum of the minibatch's weights: factor of the adjoint
    l2: float  # alpha / sum of the minibatch's weights
    squared_norm: float  # sum of the squared decaying weights, of all updates
    weight_sum: float  # sum of the minibatch's weights
    absolute_norm: float  # sum of the absolute decaying weights, likewise
    loss_factor: float  # factor of the reported loss
    tol: float  # improvement that counts as one
    best_loss: float  # in and out: least loss of an epoch so far
    remainder: float  # out of the check: 0, or NaN where a parameter is not finite
    epoch_loss: float  # out of an epoch: its mean loss, NaN where it diverged
    clip_norm: float  # largest norm of a gradient
    shrinkage: float  # of the proximal step of the L1 penalty
    loss_setting: float  # what a loss of groups is told, as its margin
    gradient_squares: float  # squared norm of the gradient, of all updates
    epoch_penalty: float  # out of an epoch: the part of its loss that is penalty
    epoch_gradient_norm: float  # out of an epoch: mean of its gradients' norms
    unclipped_norm: float  # out of the clip: norm of the gradient before


@_numbered
class Penalty(NamedTuple):
    """What stands in front of the optimizer's coefficients of a step.

    As in :mod:`skbackprop.engine.penalties`.
    """

    alpha: float
    l1_alpha: float
    shrinkage: float
    decay: float
    max_norm: float


N_PENALTIES = len(Penalty)

# What is recorded of an epoch, as in skbackprop.engine.samples.EpochsRun.
RECORDED = (Scalar.epoch_loss, Scalar.epoch_penalty, Scalar.epoch_gradient_norm)
N_RECORDS = len(RECORDED)

COUNT_CHAINS = 4  # vectors that are counted at a time when selecting winners
