"""Kernels of losses of whole minibatches of pairs, by products of their branches.

A minibatch is a group of 2n rows of logits: n rows z of one branch, followed by their
partners, n rows z' of the other. For each group, a kernel adds weight loss to
``Scalar.loss`` and sets the adjoint of the logits to weight scale d loss / d z, zero in
the padding. :mod:`skbackprop.engine.losses.batches` has the formulas of losses and
gradients. Matrices are multiplied as in linear modules. Kernels use ``Loss.scratch``,
where the padding of columns is zero.
"""

import math

from skbackprop.kernels.abi import Context, Loss, Scalar
from skbackprop.kernels.language import functions as xp
from skbackprop.kernels.language.codegen import DoubleSum, kernel
from skbackprop.kernels.language.rows import clear, each_vector, total_of_row, within
from skbackprop.kernels.language.values import INTEGER, fma, where
from skbackprop.kernels.matmul.matrices import Matrix
from skbackprop.kernels.modules.linear import multiply
from skbackprop.network.layout import ALIASING, ROW_QUANTUM, padded_width


def scratch_size(name, n_rows, width):
    """Return the number of elements of scratch memory for ``n_rows`` rows of logits."""
    ld, n_pairs = padded_width(width), n_rows // 2
    sizes = {
        "vicreg": (n_pairs + width) * ld,
        "barlow_twins": (2 * n_pairs + 2 * width + 4) * ld,
        "info_nce": n_rows * ld + (n_rows + 3) * padded_width(n_rows),
    }
    return sizes[name] + ROW_QUANTUM


def make_vicreg(bits):
    """Return the kernel of ``VICReg``: dz = +-slope (z - z') + x M, x = z - mean."""

    def of_batch(batch):
        n, d = batch.n_pairs, batch.width
        x, matrix = batch.scratch_matrices(n, d)
        _pull_together(batch)
        for z, dz in batch.branches:
            _center(batch, z, x)
            batch.multiply((d, d, n), x, x, matrix, transpose="a")
            _weigh_covariances(batch, matrix)
            with batch.code.when(batch.has_adjoint):
                batch.multiply((n, d, d), x, matrix, dz, adds=True)

    return _make_of_batches(of_batch, bits)


def _pull_together(batch):
    """Add the squared distances of pairs to the loss, and write their gradient."""
    code, invariance = batch.code, batch.setting(0)
    mean = invariance / (batch.n_pairs.as_number() * batch.width.as_number())
    (z, dz), (z_other, dz_other) = batch.branches
    with code.range(batch.n_pairs) as r, each_vector(code, z.stride) as j:
        own, other = (_row(code, of, r) for of in (z, z_other))
        gap = where(within(code, j, batch.width), own[j] - other[j], 0.0)
        batch.loss.add(gap, gap * (mean * batch.weight))
        with code.when(batch.has_adjoint):
            slope = gap * (2.0 * mean * batch.factor)
            _row(code, dz, r)[j] = slope
            _row(code, dz_other, r)[j] = -slope


def _center(batch, z, x):
    """Write x = z - mean, without scaling."""
    _each_column(batch, z, x, lambda j, rows, squares: None)


def _each_column(batch, z, x, scale):
    """Write x = z - mean for each vector of columns, then call ``scale``.

    Its arguments are the first column, the columns of x, and the sums of their
    squares.
    """
    code, n = batch.code, batch.n_pairs
    with each_vector(code, z.stride) as j:
        source, target = (code.vectors(of.part(0, j).address) for of in (z, x))
        total, squares = code.variable(0.0), code.variable(0.0)
        with code.range(n) as r:
            total.value = total.value + source[r * z.stride]
        mean = total.value / n.as_number()
        with code.range(n) as r:
            gap = source[r * z.stride] - mean
            gap = where(within(code, j, batch.width), gap, 0.0)
            target[r * x.stride] = gap
            squares.value = fma(gap, gap, squares.value)
        scale(j, target, squares.value)


def _weigh_covariances(batch, matrix):
    """Add the terms of x^T x to the loss, and replace it by M of the gradient x M."""
    code, d = batch.code, batch.width
    _, variance, covariance, eps = map(batch.setting, range(4))
    share = 1.0 / d.as_number()
    degrees = 1.0 / (batch.n_pairs - 1).as_number()
    missed = code.repeat(0.5 * share * variance)
    with code.range(d) as i, each_vector(code, d) as j:
        own, is_own = _row(code, matrix, i), _is_diagonal(code, i, j)
        value = own[j] * degrees
        other = where(is_own, 0.0, value)
        deviation = xp.sqrt(where(is_own, value, 1.0) + eps)
        missing = where(is_own, xp.maximum(1.0 - deviation, 0.0), 0.0)
        batch.loss.add(other, other * (share * covariance * batch.weight))
        batch.loss.add(missing, missed * batch.weight)
        slope = where(missing > 0.0, -xp.divide(missed, deviation), 0.0)
        slope = slope + other * (4.0 * share * covariance)
        own[j] = slope * (degrees * batch.factor)


def make_barlow_twins(bits):
    """Return the kernel of ``BarlowTwins``.

    With x and y standardised, C = x^T y / n and its slope S, dz = (y S^T - x diag(S
    C^T)) / deviation, dz' = (x S - y diag(S^T C)) / deviation'.
    """

    def of_batch(batch):
        code, n, d = batch.code, batch.n_pairs, batch.width
        x, y, of_y, of_x, vectors = batch.scratch_matrices(n, n, d, d, 4)
        x_factor, y_factor, along_x, along_y = (
            _row(code, vectors, k) for k in code.integers(*range(4))
        )
        for (z, _), standard, factor in zip(
            batch.branches, (x, y), (x_factor, y_factor), strict=True
        ):
            _standardize(batch, z, standard, factor)
        batch.multiply((d, d, n), x, y, of_y, transpose="a")
        clear(code, along_x, x.stride)
        clear(code, along_y, x.stride)
        _weigh_correlations(batch, (of_y, of_x), (x_factor, y_factor), along_x, along_y)
        with code.when(batch.has_adjoint):
            (_, dz), (_, dz_other) = batch.branches
            _subtract_along(batch, dz, x, along_x)
            _subtract_along(batch, dz_other, y, along_y)
            batch.multiply((n, d, d), y, of_x, dz, adds=True, transpose="b")
            batch.multiply((n, d, d), x, of_y, dz_other, adds=True)

    return _make_of_batches(of_batch, bits)


def _standardize(batch, z, x, factors):
    """Write x = (z - mean) factor, factor = 1 / sqrt(variance + eps)."""
    code, n = batch.code, batch.n_pairs
    eps = batch.setting(1)

    def scale(j, columns, squares):
        factor = xp.divide(1.0, xp.sqrt(squares / n.as_number() + eps))
        factors[j] = factor
        with code.range(n) as r:
            columns[r * x.stride] = columns[r * x.stride] * factor

    _each_column(batch, z, x, scale)


def _weigh_correlations(batch, matrices, factors, along_x, along_y):
    """Add the terms of n C; write S diag(factor') in its place, and diag(factor) S."""
    code, d, n = batch.code, batch.width, batch.n_pairs.as_number()
    redundancy = code.repeat(batch.setting(0))
    x_factor, y_factor = factors[0].scalars(), factors[1]
    with code.range(d) as i:
        of_y, of_x = (_row(code, matrix, i) for matrix in matrices)
        total = code.variable(0.0)
        with each_vector(code, d) as j:
            correlation, is_own = of_y[j] / n, _is_diagonal(code, i, j)
            missing = correlation - where(is_own, 1.0, 0.0)
            weighted = missing * where(is_own, 1.0, redundancy)
            batch.loss.add(missing, weighted * batch.weight)
            slope = weighted * (2.0 * batch.factor / n)
            total.value = fma(slope, correlation, total.value)
            along_y[j] = along_y[j] + slope * correlation * y_factor[j]
            of_x[j] = slope * x_factor[i]
            of_y[j] = slope * y_factor[j]
        along_x.scalars()[i] = total.value.sum() * x_factor[i]


def _subtract_along(batch, dz, x, along):
    """Write dz = -x along."""
    code = batch.code
    with code.range(batch.n_pairs) as r, each_vector(code, dz.stride) as j:
        _row(code, dz, r)[j] = -(_row(code, x, r)[j] * along[j])


def make_info_nce(bits):
    """Return the kernel of ``InfoNCE``.

    With y = z / |z|, P the softmax of the rows of y y^T / temperature without the
    diagonal, and 1 subtracted at partners, dy = (P + P^T) y / (2 n temperature).
    """

    def of_batch(batch):
        code, n_rows, d = batch.code, batch.n_rows, batch.width
        (y,) = batch.scratch_matrices(n_rows)
        ld = _padded(n_rows)
        vectors = Matrix(y.part(n_rows, 0).address, ld)
        logits = vectors.part(3, 0)
        zeros, lengths, losses = (
            _row(code, vectors, k) for k in code.integers(*range(3))
        )
        clear(code, zeros, ld)
        _normalize(batch, y, lengths.scalars())
        shape = n_rows, n_rows, d
        start = Matrix(zeros.address(), *code.integers(0))
        multiply(code, batch.context, shape, y, y, start, logits, transpose="b")
        with code.range(n_rows) as r:
            loss = _weigh_row(batch, _row(code, logits, r), r)
            losses.scalars()[r] = loss
        share = batch.weight / n_rows.as_number()
        with each_vector(code, n_rows) as j:
            own = where(within(code, j, n_rows), losses[j], 0.0)
            batch.loss.add(own, code.repeat(share))
        with code.when(batch.has_adjoint):
            _, dz = batch.branches[0]
            batch.multiply((n_rows, d, n_rows), logits, y, dz)
            shape = n_rows, d, n_rows
            batch.multiply(shape, logits, y, dz, adds=True, transpose="a")
            _project(batch, y, lengths.scalars(), dz)

    return _make_of_batches(of_batch, bits)


def _normalize(batch, y, factors):
    """Write y = z factor with factor = 1 / |z|, or 0 if z is 0."""
    code, (z, _) = batch.code, batch.branches[0]
    with code.range(batch.n_rows) as r:
        own, unit = _row(code, z, r), _row(code, y, r)
        squares = total_of_row(code, batch.width, lambda j: own[j] * own[j])
        length = xp.sqrt(code.repeat(squares))
        factor = where(length == 0.0, 0.0, 1.0 / length)
        factors[r] = factor.lane(0)
        with each_vector(code, z.stride) as j:
            is_own = within(code, j, batch.width)
            unit[j] = where(is_own, own[j] * factor, 0.0)


def _weigh_row(batch, row, r):
    """Replace cosines in row r by its row of P, and return the loss of the row."""
    code, n_rows = batch.code, batch.n_rows
    sharpness, largest = 1.0 / batch.setting(0), code.variable(-math.inf)
    with each_vector(code, n_rows) as j:
        own = where(within(code, j, n_rows), row[j] * sharpness, -math.inf)
        own = where(_is_diagonal(code, r, j), -math.inf, own)
        row[j] = own
        largest.value = xp.maximum(own, largest.value)
    top, total = largest.value.fold(xp.maximum), code.variable(0.0)
    partner = (r + batch.n_pairs) % n_rows
    wanted = row.scalars()[partner] - top
    with each_vector(code, n_rows) as j:
        row[j] = xp.exp(row[j] - top)
        total.value = total.value + row[j]
    total = code.repeat(total.value.sum())
    factor = xp.divide(1.0, total)
    with each_vector(code, n_rows) as j:
        row[j] = row[j] * factor
    row.scalars()[partner] = row.scalars()[partner] - 1.0
    return xp.log(total).lane(0) - wanted


def _project(batch, y, factors, dz):
    """Write dz = (dy - y (y . dy)) factor in the place of dy."""
    code = batch.code
    share = batch.factor / (batch.n_rows.as_number() * batch.setting(0))
    with code.range(batch.n_rows) as r:
        unit, own = _row(code, y, r), _row(code, dz, r)
        along = total_of_row(code, batch.width, lambda j: unit[j] * own[j])
        with each_vector(code, dz.stride) as j:
            gap = where(within(code, j, batch.width), own[j] - unit[j] * along, 0.0)
            own[j] = gap * (share * factors[r])


# Shared by these kernels


class _Batch:
    """A group: its rows of logits, their weight, and the loss so far."""

    def __init__(self, code, row, context, scalars, loss, g):
        self.code, self.context, self.loss = code, context, loss
        starts = code.scalars(context[Context.group_starts], INTEGER)
        first = starts[g]
        self.n_rows, self.width = starts[g + 1] - first, row[Loss.width]
        self.n_pairs = self.n_rows // 2
        self.weight = code.scalars(row[Loss.weights])[g]
        self.factor = self.weight * code.narrow(scalars[Scalar.scale])
        self.has_adjoint = row[Loss.adjoint] != 0
        z, dz = (
            Matrix(row[field], row[Loss.ld_logits]).part(first, 0)
            for field in (Loss.logits, Loss.adjoint)
        )
        # Logits and adjoint of each branch; the second follows the first.
        self.branches = [(z, dz), (z.part(self.n_pairs, 0), dz.part(self.n_pairs, 0))]
        self._scratch = Matrix(row[Loss.scratch], row[Loss.ld_logits])
        self._settings = code.scalars(row[Loss.settings])
        self._ld_settings = row[Loss.ld_settings]

    def setting(self, k):
        """Return the k-th setting of the loss."""
        return self._settings[self._ld_settings * k]

    def scratch_matrices(self, *n_rows):
        """Return consecutive matrices as wide as the logits."""
        matrices, first = [], self._scratch
        for n in n_rows:
            matrices.append(first)
            first = first.part(*self.code.integers(n, 0))
        return matrices

    def multiply(self, shape, a, b, c, adds=False, transpose=""):
        """Write C = A B, or C += A B, where C is at most as wide as the logits."""
        zeros = Matrix(self.context[Context.zeros], *self.code.integers(0))
        start = c if adds else zeros
        multiply(self.code, self.context, shape, a, b, start, c, transpose)


def _make_of_batches(of_batch, bits):
    def write(code, row, context, scalars):
        loss = DoubleSum(code)
        with code.range(context[Context.n_groups]) as g:
            of_batch(_Batch(code, row, context, scalars, loss, g))
        scalars[Scalar.loss] = scalars[Scalar.loss] + loss.total()

    return kernel(write, bits)


def _row(code, matrix, r):
    """Return a row of a matrix, accessed by vectors."""
    return code.vectors(matrix.address).from_(r * matrix.stride)


def _is_diagonal(code, i, j):
    """Return a mask of the lane of the vector at (i, j) that is on the diagonal."""
    return code.lane_numbers() == code.repeat(code.narrow_integer(i - j))


def _padded(width):
    """Return the same as :func:`~skbackprop.network.layout.padded_width`."""
    padded = (width + (ROW_QUANTUM - 1)) // ROW_QUANTUM * ROW_QUANTUM
    return where(padded % ALIASING == 0, padded + ROW_QUANTUM, padded)
