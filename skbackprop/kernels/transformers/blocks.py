"""Blocks of samples, transposed: what the kernels of transformers work on.

A block holds as many samples as a vector has lanes, feature after feature:
lane r of vector j is feature j of sample r. Any combination of features is then
a combination of whole vectors, whichever features they are, and a sample goes
through the same operations wherever it stands: results do not depend on how
samples are divided into batches, nor on whether they were dense or sparse.
"""

from contextlib import contextmanager

from skbackprop.kernels.abi import (
    ADVANCE,
    DATA,
    FIRST_ROW,
    INDICES,
    INDPTR,
    LDX,
    LDY,
    N_ELEMENTS,
    N_ROWS,
    ROW_BYTES,
    WIDTH_X,
    WIDTH_Y,
    W,
    X,
    Y,
)
from skbackprop.kernels.language.codegen import kernel
from skbackprop.kernels.language.memory import call_kernel, plain_kernel
from skbackprop.kernels.language.values import (
    INTEGER,
    INTEGER32,
    smaller,
    target,
    transpose,
)
from skbackprop.kernels.matmul.matrices import Matrix, transpose_block


def make_run_blocks(bits):
    """Return the kernel that runs N_ELEMENTS rows at X on WIDTH_X samples.

    Block after block, and on each the rows first to last.
    """
    block_size = target().vector_bytes * 8 // bits

    def run_blocks(row, context, scalars):
        for first in range(0, row[WIDTH_X], block_size):
            context[FIRST_ROW] = first
            context[N_ROWS] = min(block_size, row[WIDTH_X] - first)
            for i in range(row[N_ELEMENTS]):
                call_kernel(row[X] + i * ROW_BYTES, context, scalars)

    return plain_kernel(run_blocks)


def make_load_dense(bits):
    """Return the kernel that transposes rows of a row-major matrix into a block.

    Squares at the end of the rows begin earlier and overlap those before them,
    as nothing is read beyond a row. Lanes without a sample are zero.
    """

    def load(code, row, context, scalars):
        size, width = code.size, row[WIDTH_X]
        rows = Matrix(row[X], row[LDX]).part(context[FIRST_ROW], 0)
        last_row = context[N_ROWS] - 1
        with code.when(width >= code.lanes):
            (lanes,) = code.integers(code.lanes)
            with code.range(width, step=lanes) as j:
                j = smaller(j, width - lanes)
                square = Matrix(row[Y] + j * (lanes * size), lanes)
                transpose_block(code, rows.part(0, j), last_row, square)
        with code.when(width < code.lanes):
            _clear(code, row[Y], width)
            block, samples = code.scalars(row[Y]), code.scalars(rows.address)
            with code.range(context[N_ROWS]) as r, code.range(width) as j:
                block[j * code.lanes + r] = samples[r * rows.stride + j]

    return kernel(load, bits)


def make_load_csr(bits):
    """Return the kernel that writes rows of a CSR matrix into a block.

    Repeated entries add up, in whatever order they come. The block must be zero
    but for the entries of the block before, which are overwritten: with many
    features, clearing all of it would take longer than all else.
    """

    def load(code, row, context, scalars):
        block, values = code.scalars(row[Y]), code.scalars(row[DATA])
        first, zero = context[FIRST_ROW], code.constant(0.0, code.number)
        with code.when(first > 0):
            before = first - code.lanes
            with _entries(code, row, before, code.lanes) as (place, _):
                block[place] = zero
        with _entries(code, row, first, context[N_ROWS]) as (place, i):
            block[place] = block[place] + values[i]

    return kernel(load, bits)


@contextmanager
def _entries(code, row, first_row, n_rows):
    """Repeat what is written inside for (place in the block, index) of entries."""
    columns = code.scalars(row[INDICES], INTEGER32)
    starts = code.scalars(row[INDPTR], INTEGER).from_(first_row)
    with (
        code.range(n_rows) as r,
        code.range(starts[r + 1], start=starts[r]) as i,
    ):
        yield columns[i].as_integer() * code.lanes + r, i


def make_clear(bits):
    """Return the kernel that makes a block zero."""

    def clear(code, row, context, scalars):
        _clear(code, row[Y], row[WIDTH_X])

    return kernel(clear, bits)


def make_check_finite(bits):
    """Return the kernel that makes W NaN where a block is not finite.

    W is one vector: a number for each lane, zero to begin with.
    """

    def check_finite(code, row, context, scalars):
        block, remainders = code.vectors(row[Y]), code.vectors(row[W])
        total = code.variable(remainders[0])
        with code.range(row[WIDTH_X] * code.lanes, step=code.lanes) as j:
            # x - x is 0 for finite x and NaN otherwise, and NaN stays in a sum.
            x = block[j]
            total.value = total.value + (x - x)
        remainders[0] = total.value

    return kernel(check_finite, bits)


def make_centre(bits):
    """Return the kernel that subtracts from each sample of a block its mean.

    W holds the number of features, as a number.
    """

    def centre(code, row, context, scalars):
        block, width = code.vectors(row[Y]), row[WIDTH_X]
        end = width * code.lanes
        total = code.variable(0.0)
        with code.range(end, step=code.lanes) as j:
            total.value = total.value + block[j]
        mean = total.value / code.repeat(code.scalars(row[W])[0])
        with code.range(end, step=code.lanes) as j:
            block[j] = block[j] - mean

    return kernel(centre, bits)


def _clear(code, block, width):
    Matrix(block, 0 * width).clear(0, width * code.lanes)


class Output:
    """Where a block's outputs go: rows of Y, as many outputs at a time as lanes.

    The outputs of a block come output after output and leave sample after sample.
    """

    def __init__(self, code, row, context):
        self._code = code
        self._n_rows, self._width = context[N_ROWS], row[WIDTH_Y]
        first_row = context[FIRST_ROW] * row[ADVANCE]
        self._rows = Matrix(row[Y], row[LDY]).part(first_row, 0)
        self._square = code.scratch(code.lanes)

    def write(self, first, vectors):
        """Write the outputs from number ``first`` on, one vector each."""
        code, lanes = self._code, self._code.lanes
        y, n_left = self._rows.part(0, first), self._width - first
        rows = code.vectors(y.address)
        is_whole = (self._n_rows >= lanes) & (n_left >= lanes)
        samples = transpose(vectors)
        with code.when(is_whole):
            for r, sample in enumerate(samples):
                rows[r * y.stride] = sample
        with code.when(is_whole == 0):
            for r, sample in enumerate(samples):
                self._square[r * lanes] = sample
            square, rows = self._square.scalars(), rows.scalars()
            with (
                code.range(self._n_rows) as r,
                code.range(smaller(n_left, lanes)) as j,
            ):
                rows[r * y.stride + j] = square[r * lanes + j]
