"""Transposed blocks of samples, the operands of transformers' kernels.

A block has as many samples as a vector has lanes: lane r of vector j is feature j of
sample r. Any combination of features is then a combination of whole vectors. All
samples go through the same operations, so that results do not depend on the division
into batches, or on whether samples are dense or sparse.
"""

from contextlib import contextmanager

from skbackprop.kernels.abi import ROW_BYTES, Blocks, Combine, Context, SampleBlock
from skbackprop.kernels.language.codegen import kernel
from skbackprop.kernels.language.memory import call_kernel, plain_kernel
from skbackprop.kernels.language.rows import within
from skbackprop.kernels.language.values import (
    INTEGER,
    INTEGER32,
    fma,
    smaller,
    target,
    transpose,
    where,
)
from skbackprop.kernels.matmul.matrices import Matrix, transpose_block

CHECK_CHAINS = 4  # independent sums, as in one sum each step waits for the last


def make_run_blocks(bits):
    """Return the kernel that runs a list of rows on each block of samples."""
    block_size = target().vector_bytes * 8 // bits

    def run_blocks(row, context, scalars):
        for first in range(0, row[Blocks.n_samples], block_size):
            context[Context.first_row] = first
            context[Context.n_rows] = min(block_size, row[Blocks.n_samples] - first)
            for i in range(row[Blocks.n_rows]):
                call_kernel(row[Blocks.rows] + i * ROW_BYTES, context, scalars)

    return plain_kernel(run_blocks)


def make_load_dense(bits):
    """Return the kernel that transposes rows of a row-major matrix into a block.

    Square blocks at the end of rows overlap those before them, so that nothing is read
    beyond a row. Lanes without a sample are zero.
    """

    def load(code, row, context, scalars):
        size, width = code.size, row[SampleBlock.n_features]
        rows = Matrix(row[SampleBlock.samples], row[SampleBlock.ld_samples]).part(
            context[Context.first_row], 0
        )
        last_row = context[Context.n_rows] - 1
        with code.when(width >= code.lanes):
            (lanes,) = code.integers(code.lanes)
            with code.range(width, step=lanes) as j:
                j = smaller(j, width - lanes)
                square = Matrix(row[SampleBlock.block] + j * (lanes * size), lanes)
                transpose_block(code, rows.part(0, j), last_row, square)
        with code.when(width < code.lanes):
            _clear(code, row[SampleBlock.block], width)
            block = code.scalars(row[SampleBlock.block])
            samples = code.scalars(rows.address)
            with code.range(context[Context.n_rows]) as r, code.range(width) as j:
                block[j * code.lanes + r] = samples[r * rows.stride + j]

    return kernel(load, bits)


def make_load_csr(bits):
    """Return the kernel that writes rows of a CSR matrix into a block.

    Repeated entries add up, in any order. The memory must be zero except for the
    entries of the previous block, which are overwritten. With many features, clearing
    all of it would take longer than all else.
    """

    def load(code, row, context, scalars):
        block = code.scalars(row[SampleBlock.block])
        values = code.scalars(row[SampleBlock.data])
        first, zero = context[Context.first_row], code.constant(0.0, code.number)
        with code.when(first > 0):
            before = first - code.lanes
            with _entries(code, row, before, code.lanes) as (place, _):
                block[place] = zero
        with _entries(code, row, first, context[Context.n_rows]) as (place, i):
            block[place] = block[place] + values[i]

    return kernel(load, bits)


@contextmanager
def _entries(code, row, first_row, n_rows):
    """Repeat the code inside for (place in the block, index) of each entry."""
    columns = code.scalars(row[SampleBlock.indices], INTEGER32)
    starts = code.scalars(row[SampleBlock.indptr], INTEGER).from_(first_row)
    with (
        code.range(n_rows) as r,
        code.range(starts[r + 1], start=starts[r]) as i,
    ):
        yield columns[i].as_integer() * code.lanes + r, i


def make_clear(bits):
    """Return the kernel that sets a block to zero."""

    def clear(code, row, context, scalars):
        _clear(code, row[SampleBlock.block], row[SampleBlock.n_features])

    return kernel(clear, bits)


def make_check_finite(bits):
    """Return the kernel that sets remainders to NaN if a block is not finite.

    Remainders are a vector with a number for each lane, initially zero.
    """

    def check_finite(code, row, context, scalars):
        block, size = code.vectors(row[SampleBlock.block]), row[SampleBlock.n_features]
        remainders = code.vectors(row[SampleBlock.remainders])
        chains = [code.variable(remainders[0]) for _ in range(CHECK_CHAINS)]
        whole = size // CHECK_CHAINS * CHECK_CHAINS
        with code.range(whole, step=CHECK_CHAINS) as j:
            for i, chain in enumerate(chains):
                x = block[(j + i) * code.lanes]
                chain.value = nan_unless_finite(x, chain.value)
        with code.range(size, start=whole) as j:
            x = block[j * code.lanes]
            chains[0].value = nan_unless_finite(x, chains[0].value)
        remainders[0] = sum((c.value for c in chains[1:]), chains[0].value)

    return kernel(check_finite, bits)


def nan_unless_finite(x, otherwise):
    """Return ``otherwise`` where x is finite, else NaN, which sums preserve."""
    return fma(x, 0.0, otherwise)  # 0 x is 0 for finite x, else NaN


def make_centre(bits):
    """Return the kernel that subtracts the mean of each sample in a block.

    If the sum overflows, the mean is the sum of features divided by their number.
    """

    def centre(code, row, context, scalars):
        block, width = code.vectors(row[SampleBlock.block]), row[SampleBlock.n_features]
        end = width * code.lanes
        divisor = code.repeat(code.scalars(row[SampleBlock.divisor])[0])
        total, mean = code.variable(0.0), code.variable(0.0)
        with code.range(end, step=code.lanes) as j:
            total.value = total.value + block[j]
        mean.value = total.value / divisor
        overflows = mean.value * 0.0 != 0.0
        with code.when(overflows.any()):
            total.value = code.constant(0.0)
            with code.range(end, step=code.lanes) as j:
                total.value = total.value + block[j] / divisor
            mean.value = where(overflows, total.value, mean.value)
        with code.range(end, step=code.lanes) as j:
            block[j] = block[j] - mean.value

    return kernel(centre, bits)


def _clear(code, block, width):
    Matrix(block, 0 * width).clear(0, width * code.lanes)


class Output:
    """The outputs of a block, written to rows, as many together as a vector has lanes.

    They are computed output after output, and transposed to be stored sample after
    sample. Remainders are set to NaN if an output is not finite.
    """

    def __init__(self, code, row, context):
        self._code = code
        self._n_rows, self._width = context[Context.n_rows], row[Combine.n_outputs]
        first_row = context[Context.first_row] * row[Combine.advances]
        self._rows = Matrix(row[Combine.outputs], row[Combine.ld_outputs]).part(
            first_row, 0
        )
        self._square = code.scratch(code.lanes)
        self._remainders = code.vectors(row[Combine.remainders])

    def write(self, first, vectors):
        """Write the outputs from number ``first`` on, given a vector for each."""
        code, lanes = self._code, self._code.lanes
        y, n_left = self._rows.part(0, first), self._width - first
        rows = code.vectors(y.address)
        is_whole = (self._n_rows >= lanes) & (n_left >= lanes)
        samples = transpose(vectors)
        with code.when(is_whole):
            for r, sample in enumerate(samples):
                rows[r * y.stride] = sample
            self._check_finite(samples)
        with code.when(is_whole == 0):
            for r, sample in enumerate(samples):
                self._square[r * lanes] = sample
            # The rest of the vector has arbitrary values.
            is_output = within(code, first, self._width)
            self._check_finite([where(is_output, sample, 0.0) for sample in samples])
            square, rows = self._square.scalars(), rows.scalars()
            with (
                code.range(self._n_rows) as r,
                code.range(smaller(n_left, lanes)) as j,
            ):
                rows[r * y.stride + j] = square[r * lanes + j]

    def _check_finite(self, samples):
        chains = [self._code.constant(0.0)] * CHECK_CHAINS
        for i, sample in enumerate(samples):
            chain = i % CHECK_CHAINS
            chains[chain] = nan_unless_finite(sample, chains[chain])
        self._remainders[0] = sum(chains, self._remainders[0])
