"""Operands of kernels of losses: rows of a minibatch, and blocks of samples.

Narrow rows would leave most lanes of a vector idle. They are therefore transposed, so
that a vector has one column of as many samples as there are lanes.
"""

from skbackprop.kernels.abi import Context, Loss, Scalar
from skbackprop.kernels.language.codegen import DoubleSum
from skbackprop.kernels.language.values import (
    concatenate,
    shuffle,
    smaller,
    transpose,
    where,
)
from skbackprop.network.layout import ROW_QUANTUM


class Batch:
    """The operands of a loss, and the sum of losses so far."""

    def __init__(self, code, row, context, scalars):
        self.code = code
        self.n_rows, self.width = context[Context.n_rows], row[Loss.width]
        self.z, self.ldz = code.vectors(row[Loss.logits]), row[Loss.ld_logits]
        self.dz = code.vectors(row[Loss.adjoint])
        self.dz_wanted = row[Loss.adjoint] != 0
        self.t, self.ldt = code.vectors(row[Loss.targets]), row[Loss.ld_targets]
        self.weights = code.vectors(row[Loss.weights])
        self.settings = code.vectors(row[Loss.settings])
        self.ld_settings = row[Loss.ld_settings]
        self.scale = code.narrow(scalars[Scalar.scale])
        self.loss = DoubleSum(code)


class Block:
    """As many samples as a vector has lanes, starting with ``first``.

    Lanes beyond the last sample repeat it, so that they read and write valid memory.
    They do not count in the loss.
    """

    def __init__(self, batch, first):
        code = batch.code
        self.batch = batch
        count = batch.n_rows - first
        self.samples = [
            first + smaller(i, count - 1) for i in code.integers(*range(code.lanes))
        ]
        self.is_own = code.lane_numbers() < code.narrow_integer(
            smaller(count, code.lanes)
        )
        last_weight = batch.weights.scalars()[batch.n_rows - 1]
        self.weights = where(self.is_own, batch.weights[first], last_weight)

    def add_loss(self, value):
        """Add the weighted losses of the samples."""
        self.batch.loss.add(self.weights, where(self.is_own, value, 0.0))

    def read_columns(self, matrix, stride, columns):
        """Set columns[j] to column j of the samples for j < width."""
        code = columns.code
        n = min(4, code.lanes)  # columns that are transposed together
        with code.range(self.batch.width, step=n) as j:
            pieces = [matrix.of(n)[r * stride + j] for r in self.samples]
            interleaved = [concatenate(pieces[i::n]) for i in range(n)]
            for i, column in enumerate(transpose(interleaved)):
                columns[(j + i) * code.lanes] = column

    def write_columns(self, columns, matrix, stride):
        """Set the samples' rows to the columns j < width, and their padding to 0."""
        code = columns.code
        n = min(4, code.lanes)
        for r in self.samples:
            for j in range(0, ROW_QUANTUM, code.lanes):
                matrix[r * stride + j] = code.constant(0.0)
        with code.range(self.batch.width, step=n) as j:
            turned = transpose([columns[(j + i) * code.lanes] for i in range(n)])
            for lane, r in enumerate(self.samples):
                start = lane - lane % n
                piece = shuffle(
                    turned[lane % n], turned[lane % n], range(start, start + n)
                )
                matrix.of(n)[r * stride + j] = piece


def register_settings(loss, batch, column):
    """Return the settings of a loss for an output, as vectors."""
    code, rows = batch.code, range(len(loss.settings(1)))
    elements = batch.settings.scalars()
    return [code.repeat(elements[i * batch.ld_settings + column]) for i in rows]


def load_settings(loss, batch, j):
    """Return the settings of a loss for the vector of outputs at column j."""
    rows = range(len(loss.settings(1)))
    return [batch.settings[i * batch.ld_settings + j] for i in rows]


def target_of(batch, r):
    """Return the class index of row r."""
    return batch.t.scalars()[r * batch.ldt].as_integer()


def column_of_targets(batch, samples):
    """Return the samples' class indices, as floats."""
    code = batch.code
    return code.collect([batch.t.scalars()[r * batch.ldt] for r in samples])


def each_column(batch):
    """Repeat the code inside for each column of a block in scratch memory."""
    code = batch.code
    return code.range(batch.width * code.lanes, step=code.lanes)


def clear_columns(columns):
    """Set the scratch memory of a block to 0."""
    for j in range(ROW_QUANTUM):
        columns[j * columns.code.lanes] = columns.code.constant(0.0)
