"""What the executor and the kernels agree on: the fields of the three tables.

Every kernel has the signature ``void(int64* row, int64* context, float64*
scalars)``. ``row`` is one instruction of a bound program, ``context`` holds
what all instructions of a minibatch share, ``scalars`` the floating-point
numbers that change from step to step. Addresses are bytes, strides and sizes
are numbers of elements, a matrix is row-major.

Rows of signals and of weight matrices are padded (see
:func:`skbackprop.network.layout.padded_width`). The padding of parameters, of
their gradients and of the adjoints is zero as long as all is finite; that of
signals may hold anything finite.
"""

# Fields of an instruction row. Signals are (batch, width) matrices: up to three
# of them, x, x2 and x3, are read, y is written; dx, dx2, dx3, dy are their
# adjoints. An address of 0 means that the adjoint is not wanted. A signal may
# lie inside the rows of a wider one, so strides and widths are independent:
# kernels may read, but not write, behind the width rounded up to ROW_QUANTUM.
CODE = 0
X, X2, X3, Y = 1, 2, 3, 4
DX, DX2, DX3, DY = 5, 6, 7, 8
LDX, LDX2, LDX3, LDY = 9, 10, 11, 12
WIDTH_X, WIDTH_X2, WIDTH_X3, WIDTH_Y = 13, 14, 15, 16
# 1 where the backward kernel adds to what is there (fan-out, shared
# parameters), 0 where it is the first to write and therefore overwrites.
ADD_DX, ADD_DX2, ADD_DX3, ADD_DW = 17, 18, 19, 20
# Parameters: a weight matrix (WIDTH_X, WIDTH_Y) of row stride LDW or a vector,
# and a bias row.
W, B, DW, DB, LDW = 21, 22, 23, 24, 25
# Buffers of a module (network.modules.Module.buffer_shapes), or the zeros and
# ones of a sparsely connected Linear, laid out like its weights.
MEAN, VARIANCE = 26, 27
MASK = 26
# Settings of a module: integers, or float64 by their bits.
SETTING, SETTING2 = 28, 29
# A row of a product: 1 where it is added to y (instead of to the bias).
ADD_Y = 28
# An elementwise row: 1 where its signals fill their rows, which it may then
# run through as one.
WHOLE_ROWS = 28
TRAINING = 30  # 1 where a minibatch is learned from, 0 where it is predicted
STREAM = 31  # number of the instruction: tells random streams apart

# A CSR input in place of x: values, int32 column indices, int64 row starts.
DATA, INDICES, INDPTR = X2, X3, DX2

# A row that gathers samples: Y[r] = X[order[r]].
# A row that expands groups: X is where they begin among all memberships, Y and W
# where the memberships of a minibatch go and where its groups begin there.
# A row that finds members: X is the row of the data of each membership.
# A loss row: y are the logits, dy their adjoint, x the targets, w the weights, b
# the settings of the loss, a row of stride LDX2 for each.
# A row that updates parameters: N_ELEMENTS of W with gradient DW.
N_ELEMENTS = 28
DECAYS = 29  # 1 where the L2 penalty applies to the elements of this row
SLOTS = 30  # address of the optimizer's first slot vector
LD_SLOTS = 31  # elements from one slot vector to the next

ROW_FIELDS = 32
ROW_BYTES = 8 * ROW_FIELDS

# A row that runs a list of rows: X is their address, N_ELEMENTS their number.
# A row that shuffles: X is the address of MT19937's 624 uint32, W that of its
# int64 position, Y that of N_ELEMENTS int64 to shuffle.

# Rows of transformers work on blocks of as many samples as a vector has lanes
# (see skbackprop.kernels.transformers.blocks). X is a block or what to load one
# from, W and B are weights and biases, INDICES the places in the block that are
# combined:
# N_ELEMENTS for each output, or from INDPTR[j] to INDPTR[j + 1] for output j.
# The samples of Y begin at its first row, or at FIRST_ROW where ADVANCE is 1.
ADVANCE = ADD_DX
VALUES = W  # where the selected values go; Y takes their indices
COUNT_CHAINS = 4  # vectors that are counted at a time when selecting

# Fields of the row that runs one epoch, which has a layout of its own.
N_SAMPLES = 1
BATCH_SIZE = 2
SAMPLE_ORDER = 3  # address of N_SAMPLES int64
LOAD_LIST = 4  # address of the list row that loads a minibatch
STEP_LIST = 5  # address of the list row that learns from it
N_COEFFICIENTS = 6  # of the optimizer at each step

# Fields of the row that runs epochs, which has a layout of its own.
N_EPOCHS = 1
EPOCH_ROW = 2
SHUFFLE_ROW = 3  # 0: keep the order of the samples
CHECK_ROW = 4  # checks that the parameters are finite
COEFFICIENTS = 5  # address of all steps' float64 optimizer coefficients
RECORDS = 6  # address where N_RECORDS float64 of each epoch go
PARAMETERS = 7  # address of the flat parameter vector
SNAPSHOT = 8  # address where it is kept as of the last finite epoch
PARAMETER_BYTES = 9
MAX_NO_IMPROVEMENT = 10
NO_IMPROVEMENT = 11  # in and out: epochs without improvement so far
N_DONE = 12  # out: epochs done
DIVERGED = 13  # out: 1 where a loss or a parameter was not finite

# Fields of the context.
N_ROWS = 0  # samples in this minibatch
ORDER = 1  # address of the minibatch's int64 sample indices
GEMM = 2  # address of the matrix product of this dtype
PACK = 3  # its scratch memory
ZEROS = 4  # a row of zeros as long as the longest: what overwriting starts from
STEP = 5  # address of this step's float64 optimizer coefficients
SEED = 6  # of the random numbers of this fit
N_STEPS = 7  # minibatches learned from so far: a counter of random numbers
FIRST_ROW = 8  # of the block of samples that transformers work on
N_GROUPS = 9  # of rows in this minibatch, where a loss sees groups
GROUP_STARTS = 10  # address of the N_GROUPS + 1 int64 rows where they begin
CONTEXT_FIELDS = 16

# Fields of the scalars.
LOSS = 0  # sum of weight * loss over the minibatch, added to by the loss kernel
SCALE = 1  # 1 / sum of the minibatch's weights: factor of the logits' adjoint
L2 = 2  # alpha / sum of the minibatch's weights
SQUARED_NORM = 3  # sum of the squared decaying weights, added to by the update
WEIGHT_SUM = 4  # sum of the minibatch's weights
ABSOLUTE_NORM = 5  # sum of the absolute decaying weights, likewise
LOSS_FACTOR = 6  # factor of the reported loss
TOL = 7  # improvement that counts as one
BEST_LOSS = 8  # in and out: least loss of an epoch so far
REMAINDER = 9  # out of the check: 0, or NaN where a parameter is not finite
EPOCH_LOSS = 10  # out of an epoch: its mean loss, NaN where it diverged
CLIP_NORM = 11  # largest norm of a gradient
SHRINKAGE = 12  # of the proximal step of the L1 penalty
LOSS_SETTING = 13  # what a loss of groups is told, as its margin
GRADIENT_SQUARES = 14  # squared norm of the gradient, added to by the update
EPOCH_PENALTY = 15  # out of an epoch: the part of its loss that is penalty
EPOCH_GRADIENT_NORM = 16  # out of an epoch: mean of its gradients' norms
UNCLIPPED_NORM = 17  # out of the clip: norm of the gradient before

# What stands in front of the optimizer's coefficients of a step, as in
# skbackprop.engine.penalties.
STEP_ALPHA, STEP_L1_ALPHA, STEP_SHRINKAGE, STEP_DECAY, STEP_MAX_NORM = range(5)
N_STEP_PENALTIES = 5
SCALAR_FIELDS = 24

# What is recorded of an epoch, as in skbackprop.engine.samples.EpochsRun.
RECORDED = (EPOCH_LOSS, EPOCH_PENALTY, EPOCH_GRADIENT_NORM)
N_RECORDS = len(RECORDED)
