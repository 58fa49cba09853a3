"""Kernels of the losses: value and adjoint of the logits in one pass.

A loss row holds logits z (``Y``), their adjoint dz (``DY``, 0 if not wanted),
targets t (``X``), the weights of the samples (``W``), and the settings of the
loss (``B``), a row of stride ``LDX2`` for each of its numbers. Each kernel adds

    sum_r weight_r loss(z_r, t_r)    to    scalars[LOSS], in float64,

and sets dz_r = weight_r scalars[SCALE] d loss / d z_r, zero in the padding.
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
from skbackprop.kernels.codegen import kernel
from skbackprop.kernels.loss_rows import (
    Batch,
    Block,
    clear_columns,
    each_column,
    load_settings,
    register_settings,
)
from skbackprop.kernels.margin_losses import hard_margin, soft_margin
from skbackprop.kernels.memory import as_floats
from skbackprop.kernels.rows import within
from skbackprop.kernels.simd import where
from skbackprop.kernels.softmax_losses import smoothed_softmax, softmax
from skbackprop.network.program import ROW_QUANTUM


def make_loss(loss, bits):
    """Return the kernel of a loss of :mod:`skbackprop.engine.losses`."""
    if loss.kernel == "stepwise_softmax":
        return make_stepwise_log_loss(bits)
    by_columns, by_rows = _KINDS[loss.kernel](loss)

    def write(code, row, context, scalars):
        batch = Batch(code, row, context, scalars)
        narrow = row[LDY] == ROW_QUANTUM
        with code.when(narrow):
            by_columns(batch)
        with code.when(narrow == 0):
            by_rows(batch)
        scalars[LOSS] = scalars[LOSS] + batch.loss.total()

    return kernel(write, bits)


def elementwise(loss):
    """Return what writes an ``ElementwiseLoss`` by columns and by rows."""

    def by_columns(batch):
        code = batch.code
        z, t, dz = (code.scratch(ROW_QUANTUM) for _ in range(3))
        clear_columns(dz)
        with code.range(batch.n_rows, step=code.lanes) as first:
            block = Block(batch, first)
            block.read_columns(batch.z, batch.ldz, z)
            block.read_columns(batch.t, batch.ldt, t)
            factor = block.weights * batch.scale
            value = code.variable(0.0)
            with each_column(batch) as j:
                one = loss.with_settings(
                    register_settings(loss, batch, j // code.lanes)
                )
                value.value = value.value + one.value(z[j], t[j], xp)
                dz[j] = factor * one.gradient(z[j], t[j], xp)
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
                some = loss.with_settings(load_settings(loss, batch, j))
                value = some.value(z[j], t[j], xp)
                batch.loss.add(weight, where(is_own, value, 0.0))
                with code.when(batch.dz_wanted):
                    gradient = weight * batch.scale * some.gradient(z[j], t[j], xp)
                    dz[j] = where(is_own, gradient, 0.0)

    return by_columns, by_rows


# What writes each kind of loss: functions of the loss that return a pair of
# functions of a Batch, one for narrow rows (by columns), one for wide ones.
_KINDS = {
    "elementwise": elementwise,
    "hard_margin": hard_margin,
    "smoothed_softmax": smoothed_softmax,
    "soft_margin": soft_margin,
    "softmax": softmax,
}


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
