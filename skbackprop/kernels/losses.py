"""Kernels of the losses: value and adjoint of the logits in one pass.

A loss row holds logits z (``Y``), their adjoint dz (``DY``, 0 if not wanted),
targets t (``X``) and the weights of the samples (``W``). Each kernel adds

    sum_r weight_r loss(z_r, t_r)    to    scalars[LOSS], in float64,

and sets dz_r = weight_r scalars[SCALE] d loss / d z_r, zero in the padding.

Narrow rows would leave most lanes of a vector idle. They are turned around:
a vector then holds one column of as many samples as there are lanes.
"""

import math

from skbackprop.kernels import functions as xp
from skbackprop.kernels.abi import (
    DY,
    LDX,
    LDY,
    LOSS,
    N_ROWS,
    SCALE,
    SETTING,
    WIDTH_Y,
    W,
    X,
    Y,
)
from skbackprop.kernels.codegen import DoubleSum, kernel
from skbackprop.kernels.memory import as_floats
from skbackprop.kernels.rows import within
from skbackprop.kernels.simd import (
    concatenate,
    shuffle,
    smaller,
    transpose,
    where,
)
from skbackprop.network.program import ROW_QUANTUM


def make_loss(loss, bits):
    """Return the kernel of a loss of :mod:`skbackprop.engine.losses`."""
    if hasattr(loss, "n_classes"):
        return make_stepwise_log_loss(bits)
    by_columns, by_rows = _softmax if loss.link == "softmax" else _elementwise(loss)

    def write(code, row, context, scalars):
        batch = _Batch(code, row, context, scalars)
        narrow = row[LDY] == ROW_QUANTUM
        with code.when(narrow):
            by_columns(batch)
        with code.when(narrow == 0):
            by_rows(batch)
        scalars[LOSS] = scalars[LOSS] + batch.loss.total()

    return kernel(write, bits)


class _Batch:
    """The operands of a loss row and the loss summed up so far."""

    def __init__(self, code, row, context, scalars):
        self.code = code
        self.n_rows, self.width = context[N_ROWS], row[WIDTH_Y]
        self.z, self.ldz = code.vectors(row[Y]), row[LDY]
        self.dz, self.dz_wanted = code.vectors(row[DY]), row[DY] != 0
        self.t, self.ldt = code.vectors(row[X]), row[LDX]
        self.weights = code.vectors(row[W])
        self.scale = code.narrow(scalars[SCALE])
        self.loss = DoubleSum(code)


class _Block:
    """As many samples as a vector has lanes, from ``first`` on.

    Lanes beyond the last sample repeat it, so that they read and write what
    is theirs to read and write; only the loss leaves them out.
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
        """Set columns[j] to column j of the samples' rows, for j < width."""
        code = columns.code
        n = min(4, code.lanes)  # columns that are turned around together
        with code.range(self.batch.width, step=n) as j:
            pieces = [matrix.of(n)[r * stride + j] for r in self.samples]
            interleaved = [concatenate(pieces[i::n]) for i in range(n)]
            for i, column in enumerate(transpose(interleaved)):
                columns[(j + i) * code.lanes] = column

    def write_columns(self, columns, matrix, stride):
        """Set the samples' rows to the columns j < width, their padding to 0."""
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


def _elementwise(loss):
    """Return what writes an ``ElementwiseLoss`` by columns and by rows."""

    def by_columns(batch):
        code = batch.code
        z, t, dz = (code.scratch(ROW_QUANTUM) for _ in range(3))
        _clear(dz)
        with code.range(batch.n_rows, step=code.lanes) as first:
            block = _Block(batch, first)
            block.read_columns(batch.z, batch.ldz, z)
            block.read_columns(batch.t, batch.ldt, t)
            factor = block.weights * batch.scale
            value = code.variable(0.0)
            with _columns(batch) as j:
                value.value = value.value + loss.value(z[j], t[j], xp)
                dz[j] = factor * loss.gradient(z[j], t[j], xp)
            block.add_loss(value.value)
            with code.when(batch.dz_wanted):
                block.write_columns(dz, batch.dz, batch.ldz)

    def by_rows(batch):
        code = batch.code
        with code.range(batch.n_rows) as r:
            z, t = batch.z.from_(r * batch.ldz), batch.t.from_(r * batch.ldt)
            dz = batch.dz.from_(r * batch.ldz)
            weight = code.repeat(batch.weights.scalars()[r])
            with code.range(batch.ldz, step=code.lanes) as j:
                is_own = within(code, j, batch.width)
                value = loss.value(z[j], t[j], xp)
                batch.loss.add(weight, where(is_own, value, 0.0))
                with code.when(batch.dz_wanted):
                    gradient = weight * batch.scale * loss.gradient(z[j], t[j], xp)
                    dz[j] = where(is_own, gradient, 0.0)

    return by_columns, by_rows


def _softmax_by_columns(batch):
    code = batch.code
    z, dz = code.scratch(ROW_QUANTUM), code.scratch(ROW_QUANTUM)
    _clear(dz)
    with code.range(batch.n_rows, step=code.lanes) as first:
        block = _Block(batch, first)
        block.read_columns(batch.z, batch.ldz, z)
        target = _column_of_targets(batch, block.samples)
        largest = code.variable(z[0])
        with _columns(batch) as j:
            largest.value = xp.maximum(largest.value, z[j])

        number, total, chosen = (code.variable(0.0) for _ in range(3))
        with _columns(batch) as j:
            shifted = z[j] - largest.value
            dz[j] = xp.exp(shifted)
            total.value = total.value + dz[j]
            chosen.value = where(target == number.value, shifted, chosen.value)
            number.value = number.value + 1.0
        block.add_loss(xp.log(total.value) - chosen.value)

        with code.when(batch.dz_wanted):
            factor = block.weights * batch.scale
            normalizer = factor / total.value
            number.value = code.constant(0.0)
            with _columns(batch) as j:
                wanted = where(target == number.value, factor, 0.0)
                dz[j] = normalizer * dz[j] - wanted
                number.value = number.value + 1.0
            block.write_columns(dz, batch.dz, batch.ldz)


def _softmax_by_rows(batch):
    """Go through blocks of rows, so that one vector takes their logarithms."""
    code = batch.code
    totals, chosen = code.scratch(1), code.scratch(1)
    with code.range(batch.n_rows, step=code.lanes) as first:
        count = smaller(batch.n_rows - first, code.lanes)
        totals[0], chosen[0] = code.constant(1.0), code.constant(0.0)
        with code.range(count) as i:
            total, shifted = _exponentials_of_row(batch, first + i)
            totals.scalars()[i], chosen.scalars()[i] = total, shifted
        is_own = code.lane_numbers() < code.narrow_integer(count)
        weights = where(is_own, batch.weights[first], 0.0)
        batch.loss.add(weights, xp.log(totals[0]) - chosen[0])
        with code.when(batch.dz_wanted), code.range(count) as i:
            _normalize_row(batch, first + i, totals.scalars()[i])


def _exponentials_of_row(batch, r):
    """Set dz = exp(z - max z); return its sum and z[target] - max z."""
    code = batch.code
    z, dz = batch.z.from_(r * batch.ldz), batch.dz.from_(r * batch.ldz)
    lowest = float("-inf")
    largest = code.variable(lowest)
    with code.range(batch.width, step=code.lanes) as j:
        own = where(within(code, j, batch.width), z[j], lowest)
        largest.value = xp.maximum(own, largest.value)
    largest = largest.value.fold(lambda a, b: where(a < b, b, a))

    total = code.variable(0.0)
    with code.range(batch.ldz, step=code.lanes) as j:
        own = where(within(code, j, batch.width), z[j], lowest)
        exponentials = xp.exp(own - largest)
        total.value = total.value + exponentials
        with code.when(batch.dz_wanted):
            dz[j] = exponentials
    return total.value.sum(), z.scalars()[_target(batch, r)] - largest


def _normalize_row(batch, r, total):
    """Turn exponentials into weight * scale * (softmax(z) - onehot(target))."""
    code = batch.code
    dz = batch.dz.from_(r * batch.ldz)
    factor = batch.weights.scalars()[r] * batch.scale
    normalizer = factor / total
    with code.range(batch.width, step=code.lanes) as j:
        dz[j] = dz[j] * normalizer
    elements, target = dz.scalars(), _target(batch, r)
    elements[target] = elements[target] - factor


_softmax = _softmax_by_columns, _softmax_by_rows


def _target(batch, r):
    return batch.t.scalars()[r * batch.ldt].as_integer()


def _column_of_targets(batch, samples):
    code = batch.code
    return code.collect([batch.t.scalars()[r * batch.ldt] for r in samples])


def _columns(batch):
    """Count through the columns of a block in scratch memory."""
    code = batch.code
    return code.range(batch.width * code.lanes, step=code.lanes)


def _clear(columns):
    for j in range(ROW_QUANTUM):
        columns[j * columns.code.lanes] = columns.code.constant(0.0)


def make_stepwise_log_loss(bits):
    """Return the kernel of ``StepwiseLogLoss``, softmax by softmax in plain loops.

    SETTING is the number of classes.
    """
    as_numbers = as_floats(bits)

    def stepwise_log_loss(row, context, scalars):
        targets, weights = as_numbers(row[X]), as_numbers(row[W])
        logits, adjoint = as_numbers(row[Y]), as_numbers(row[DY])
        dz_wanted, n_classes = row[DY] != 0, row[SETTING]
        for r in range(context[N_ROWS]):
            factor, total = weights[r] * scalars[SCALE], 0.0
            first, n_steps = r * row[LDY], row[WIDTH_Y] // n_classes
            for j in range(first, first + row[LDY] * dz_wanted):
                adjoint[j] = 0.0
            for step in range(n_steps):
                target, z = targets[r * row[LDX] + step], first + step * n_classes
                if target != target:  # NaN: the sequence has no such step
                    continue
                largest, exponentials = -math.inf, 0.0
                for j in range(z, z + n_classes):
                    largest = max(largest, logits[j])
                for j in range(z, z + n_classes):
                    exponentials += math.exp(logits[j] - largest)
                chosen = z + int(target)
                total += math.log(exponentials) - (logits[chosen] - largest)
                if dz_wanted:
                    for j in range(z, z + n_classes):
                        share = math.exp(logits[j] - largest) / exponentials
                        adjoint[j] = factor * share
                    adjoint[chosen] -= factor
            scalars[LOSS] += weights[r] * total

    return stepwise_log_loss
