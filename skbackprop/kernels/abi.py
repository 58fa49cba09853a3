"""The interface between executors and kernels: the fields of three tables.

Every kernel has the signature ``void(int64* row, int64* context, float64*
scalars)``. ``row`` has the operands of this kernel, ``context`` the integers that all
rows of a minibatch share, and ``scalars`` the floating-point numbers that change from
step to step. Strides and sizes are numbers of elements, and matrices are row-major.

Each kind of row has a layout; those for threads are in
:mod:`skbackprop.kernels.lanes`. Its fields are numbers, which are constants for the
compiler: ``row[Loss.targets]`` is ``row[3]``. In all layouts, field ``KERNEL`` is the
address of the kernel of the row.

Rows of signals and of weight matrices are padded (see
:func:`skbackprop.network.layout.padded_width`). The padding of parameters, gradients
and adjoints is zero as long as all values are finite. The padding of signals may have
any finite values.
"""

from typing import NamedTuple, NewType

KERNEL = 0
ROW_FIELDS = 40  # of the longest layout, rounded up to cache lines, for tables of rows
ROW_BYTES = 8 * ROW_FIELDS

Address = NewType("Address", int)  # in bytes; 0 for optional operands that are absent


def _numbered(layout, first=0):
    """Return a layout whose fields are numbers, usable as indices."""
    return layout(*range(first, first + len(layout._fields)))


def row_layout(layout):
    """Return the layout of a row, with fields numbered after ``KERNEL``."""
    return _numbered(layout, KERNEL + 1)


# Modules


@row_layout
class Module(NamedTuple):
    """An instruction: a module and its operands.

    Signals are (batch, width) matrices. Up to three of them, x, x2 and x3, are read,
    and y is written; dx, dx2, dx3, dy are their adjoints. A signal may be a part of the
    rows of a wider one, so strides and widths are independent: kernels may read, but
    not write, beyond the width rounded up to ROW_QUANTUM.
    """

    x: Address
    x2: Address
    x3: Address
    y: Address
    dx: Address
    dx2: Address
    dx3: Address
    dy: Address
    # Stride of the rows of a signal and of its adjoint.
    ldx: int
    ldx2: int
    ldx3: int
    ldy: int
    width_x: int
    width_x2: int
    width_x3: int
    width_y: int
    # 1 if the backward kernel adds to the existing values (fan-out, shared
    # parameters), 0 if it is the first to write and therefore overwrites.
    add_dx: int
    add_dx2: int
    add_dx3: int
    add_dw: int  # for both gradients, dw and db
    # Parameters: a weight matrix (width_x, width_y) or a vector, and a bias.
    w: Address
    b: Address
    dw: Address
    db: Address
    ldw: int
    # Constants of a module: numbers in rows padded like those of parameters, with a
    # readable vector after the last row; and int64 without padding.
    constants: Address
    indices: Address
    running_mean: Address
    running_var: Address
    setting: int  # of the module: an integer, or the bits of a float64
    setting2: int
    add_y: int  # 1 if a product is added to y instead of to the bias
    # 1 if the signals of an elementwise module fill their rows, which are then
    # processed as one long row.
    fills_rows: int
    is_training: int  # 1 in training, 0 in prediction
    stream: int  # number of the instruction, which selects a random stream
    # A CSR matrix instead of x: values, int32 column indices, int64 row starts.
    x_data: Address
    x_indices: Address
    x_indptr: Address


# Losses and loading


@row_layout
class Loss(NamedTuple):
    """The loss of a minibatch, given its logits."""

    logits: Address
    adjoint: Address  # of the logits, with the same stride
    targets: Address
    weights: Address  # of samples or groups
    settings: Address  # of the loss, a row for each setting
    scratch: Address  # memory for losses of whole minibatches
    ld_logits: int
    ld_targets: int
    ld_settings: int
    width: int  # of the logits
    n_classes: int  # of each step of a sequence


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
    """The map from a minibatch of groups to memberships, all int64."""

    group_starts: Address  # in all memberships
    memberships: Address  # output: those of the minibatch
    batch_starts: Address  # output: the starts of its groups in them


@row_layout
class FindMembers(NamedTuple):
    """The map from memberships to rows of the data."""

    members: Address  # int64: the row of the data of each membership


# Learning


@row_layout
class Update(NamedTuple):
    """A step of the optimizer over a range of parameters."""

    parameters: Address
    gradient: Address
    slots: Address  # the first of the optimizer's vectors
    ld_slots: int  # distance between them
    n_elements: int
    decays: int  # 1 if penalties apply to these parameters
    factor: int  # of the learning rate, at least 0: the bits of a float64


@row_layout
class Clip(NamedTuple):
    """The limit on the norm of a gradient."""

    gradient: Address
    n_elements: int


@row_layout
class LimitColumns(NamedTuple):
    """The limit on the norms of the columns of a matrix."""

    matrix: Address
    ld: int
    n_rows: int
    n_columns: int


@row_layout
class CheckParameters(NamedTuple):
    """The check that parameters are finite, and the norm of the last step."""

    parameters: Address
    before: Address  # the parameters before that step
    n_elements: int
    n_learned: int


# Loops


@row_layout
class RowList(NamedTuple):
    """Rows that run one after the other, each of ROW_BYTES."""

    rows: Address
    n_rows: int


@row_layout
class Flushed(NamedTuple):
    """A row that runs with subnormal numbers treated as zero."""

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
    """The division of samples into minibatches of one part each, if possible."""

    order: Address  # int64: the samples, shuffled
    dealt: Address  # int64: scratch memory for them
    part_of: Address  # int64, of each sample
    n_parts: int
    blocks: Address  # int64: the complete minibatches, shuffled and later reset
    n_blocks: int
    batch_size: int


@row_layout
class RunParts(NamedTuple):
    """The parts of a minibatch, whose gradients are added."""

    rows: Address  # of the list row of each part, which adds to the gradient
    n_rows: int
    part_of: Address  # int64, of each sample
    places: Address  # int64: index of each sample in its part
    chosen: Address  # int64: scratch memory for the indices of a minibatch
    gradient: Address
    gradient_bytes: int
    adjoints: Address  # shared: padding of one part may hold numbers of another
    adjoint_bytes: Address  # int64, of each part
    latest: int  # the last part that used them, -1 for none


@row_layout
class RunBlocks(NamedTuple):
    """The blocks of a minibatch, whose gradients are added."""

    rows: Address  # of the list row of a block, which adds to the gradient
    n_rows: int  # 1
    block_size: int


@row_layout
class RunSteps(NamedTuple):
    """Rows that run for each step of a sequence."""

    rows: Address
    n_rows: int
    advances: Address  # int64, the increase per step of each number in the rows
    n_steps: int


@row_layout
class Clear(NamedTuple):
    """Memory that is set to 0."""

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
    parameters: Address
    before: Address  # copy of the parameters before the last of several steps
    parameter_bytes: int


@row_layout
class Epochs(NamedTuple):
    """Epochs until a stopping rule applies."""

    n_epochs: int
    epoch_row: Address
    shuffle_row: Address  # 0: keep the order of the samples
    check_row: Address  # checks the parameters
    coefficients: Address  # all steps' float64 optimizer coefficients
    records: Address  # output: N_RECORDS float64 for each epoch
    parameters: Address
    snapshot: Address  # output: the parameters after the last finite epoch
    parameter_bytes: int
    max_no_improvement: int
    no_improvement: int  # in and out: epochs without improvement so far
    n_done: int  # out: epochs done
    has_diverged: int  # out: 1 if a loss or a parameter was not finite


# Transformers, which process blocks of as many samples as a vector has lanes
# (skbackprop.kernels.transformers.blocks)


@row_layout
class Blocks(NamedTuple):
    """Rows that run on each block of samples."""

    rows: Address
    n_rows: int
    n_samples: int


@row_layout
class SampleBlock(NamedTuple):
    """Loading, checking or changing a block of samples."""

    block: Address
    n_features: int
    samples: Address  # a dense matrix
    ld_samples: int
    # A CSR matrix: values, int32 column indices, int64 row starts.
    data: Address
    indices: Address
    indptr: Address
    remainders: Address  # a number for each lane, set to NaN if not finite
    divisor: Address  # n_features as a float


@row_layout
class Combine(NamedTuple):
    """The combination of features of a block into outputs."""

    block: Address
    n_features: int
    places: Address  # int32: places in the block of each output's features
    n_places: int  # of each output; or if they differ:
    starts: Address  # int64: start of each output's places
    sizes: Address  # floats: number of each output's places
    weights: Address
    ld_weights: int
    biases: Address
    outputs: Address
    ld_outputs: int
    n_outputs: int
    advances: int  # 1: outputs begin at the block's first sample, 0: at the start
    remainders: Address  # one vector: NaN if outputs are not finite


@row_layout
class MaxOfEntries(NamedTuple):
    """Maxima of groups of features, read from the entries of a CSR matrix."""

    data: Address
    indices: Address  # int32
    indptr: Address  # int64
    group_of: Address  # uint32, for each feature
    sizes: Address  # uint32, of the groups
    counts: Address  # uint32, scratch memory
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
    work: Address  # scratch memory of two int64


# Tables that all rows share


@_numbered
class Context(NamedTuple):
    """The integers that all rows of a minibatch share."""

    n_rows: int  # samples in this minibatch
    order: Address  # of the minibatch's int64 sample indices
    gemm: Address  # of the matrix product of this dtype
    pack: Address  # its scratch memory
    zeros: Address  # a row of maximum length, to which products are added
    coefficients: Address  # of this step: ``Penalty``, then float64 of the optimizer
    seed: int  # of the random numbers of this fit
    n_steps: int  # minibatches so far, the counter of random numbers
    first_row: int  # of the block of samples, in the minibatch or in all data
    n_groups: int  # in this minibatch, for losses of groups
    group_starts: Address  # n_groups + 1 int64: the first row of each group


@_numbered
class Scalar(NamedTuple):
    """The floating-point numbers that all rows of a minibatch share."""

    loss: float  # sum of weight * loss over the minibatch; losses add to it
    scale: float  # 1 / sum of the minibatch's weights, a factor of the adjoint
    l2: float  # alpha / sum of the minibatch's weights
    squared_norm: float  # sum of the squared decaying weights over all updates
    weight_sum: float  # sum of the minibatch's weights
    absolute_norm: float  # sum of the absolute decaying weights over all updates
    loss_factor: float  # factor of the reported loss
    tol: float  # minimum improvement of the loss
    best_loss: float  # in and out: smallest loss of an epoch so far
    remainder: float  # result of the check: 0, or NaN if a parameter is not finite
    epoch_loss: float  # result of an epoch: its mean loss, NaN if it diverged
    clip_norm: float  # maximum norm of a gradient
    shrinkage: float  # of the proximal step of the L1 penalty
    loss_setting: float  # setting of a loss of groups, such as the margin
    gradient_squares: float  # squared norm of the gradient over all updates
    epoch_penalty: float  # result of an epoch: the penalty in its loss
    epoch_gradient_norm: float  # result of an epoch: mean norm of its gradients
    unclipped_norm: float  # result of the clip: norm of the gradient before it
    update_norm: float  # norm of the last step of an epoch
    parameter_norm: float  # norm of the learned parameters before that step
    epoch_update_ratio: float  # result of an epoch: their quotient, or NaN


@_numbered
class Penalty(NamedTuple):
    """The coefficients of a step that precede those of the optimizer.

    They are defined in :mod:`skbackprop.engine.penalties`.
    """

    alpha: float
    l1_alpha: float
    shrinkage: float
    decay: float
    max_norm: float


N_PENALTIES = len(Penalty)

COUNT_CHAINS = 4  # vectors that are counted together when selecting winners
