"""Kernels of LayerNorm, which processes rows, and BatchNorm, which processes columns.

Backward computes means and variances again, as two sums cost less than storing them.
"""

from skbackprop.kernels.abi import Context, Module
from skbackprop.kernels.language import functions as xp
from skbackprop.kernels.language.codegen import kernel
from skbackprop.kernels.language.rows import (
    add_to,
    clear_unless,
    each_row,
    each_vector,
    float_setting,
    total_of_row,
    within,
)
from skbackprop.kernels.language.values import fma, where


def make_forward_layer_norm(bits):
    """Return the kernel of y = (x - m) / sqrt(v + eps) w + b, with setting eps."""

    def forward(code, row, context, scalars):
        weight = code.vectors(row[Module.w])
        bias = code.vectors(row[Module.b])
        width = row[Module.width_y]
        with each_row(code, row, context, Module.x, Module.y) as (x, y):
            normalize = _normalization_of_row(code, row, x)
            with each_vector(code, width) as j:
                y[j] = fma(normalize(x[j]), weight[j], bias[j])

    return kernel(forward, bits)


def make_backward_layer_norm(bits):
    """Return the kernel of the vjp of LayerNorm.

    With z = (x - m) / s, s = sqrt(v + eps), g = dy w and means over the columns,

    dx (+)= (g - mean(g) - z mean(g z)) / s, dw (+)= (dy z).sum(axis=0),
    db (+)= dy.sum(axis=0).
    """

    def backward(code, row, context, scalars):
        width, weight = row[Module.width_y], code.vectors(row[Module.w])
        dw, db = code.vectors(row[Module.dw]), code.vectors(row[Module.db])
        clear_unless(code, row[Module.add_dw], dw, width)
        clear_unless(code, row[Module.add_dw], db, width)
        with each_row(code, row, context, Module.x, Module.dx, Module.dy) as (
            x,
            dx,
            dy,
        ):
            normalize = _normalization_of_row(code, row, x)
            with each_vector(code, width) as j:
                dw[j] = fma(dy[j], normalize(x[j]), dw[j])
                db[j] = db[j] + dy[j]
            with code.when(row[Module.dx] != 0):
                total = total_of_row(code, width, lambda j: dy[j] * weight[j])
                product = total_of_row(
                    code, width, lambda j: dy[j] * weight[j] * normalize(x[j])
                )
                mean, covariance = total / _number(width), product / _number(width)
                with each_vector(code, width) as j:
                    rest = dy[j] * weight[j] - mean - normalize(x[j]) * covariance
                    term = normalize.factor * rest
                    term = where(within(code, j, width), term, 0.0)
                    add_to(dx, j, row[Module.add_dx], term)

    return kernel(backward, bits)


def _number(integer):
    return integer.as_number()


class _Normalization:
    """The map x -> (x - mean) factor with factor = 1 / sqrt(variance + eps)."""

    def __init__(self, mean, variance, eps):
        self.mean = mean
        self.factor = xp.divide(1.0, xp.sqrt(variance + eps))

    def __call__(self, x):
        return (x - self.mean) * self.factor


def _normalization_of_row(code, row, x):
    width, number = row[Module.width_y], row[Module.width_y].as_number()
    mean = total_of_row(code, width, lambda j: x[j]) / number
    variance = total_of_row(code, width, lambda j: (x[j] - mean) * (x[j] - mean))
    eps = float_setting(code, row, Module.setting)
    return _Normalization(mean, code.repeat(variance / number), eps)


def make_forward_batch_norm(bits):
    """Return the kernel of y = (x - m) / sqrt(v + eps) w + b.

    In training, ``running_mean`` and ``running_var`` move towards m and v of the
    minibatch by a fraction, the second setting. In prediction they are m and v. The
    first setting is eps.
    """

    def forward(code, row, context, scalars):
        weight, bias = code.vectors(row[Module.w]), code.vectors(row[Module.b])
        with each_vector(code, row[Module.width_y]) as j:
            x = code.vectors(row[Module.x]).from_(j)
            y = code.vectors(row[Module.y]).from_(j)
            normalize = _normalization_of_columns(code, row, context, j, moves=True)
            with code.range(context[Context.n_rows]) as r:
                normalized = normalize(x[r * row[Module.ldx]])
                y[r * row[Module.ldy]] = fma(normalized, weight[j], bias[j])

    return kernel(forward, bits)


def make_backward_batch_norm(bits):
    """Return the kernel of the vjp of BatchNorm.

    With z = (x - m) / s, s = sqrt(v + eps), and sums over the n rows,

    dw (+)= sum(dy z), db (+)= sum(dy),
    dx (+)= w / s (dy - sum(dy) / n - z sum(dy z) / n), in prediction w / s dy.
    """

    def backward(code, row, context, scalars):
        n_rows = context[Context.n_rows]
        weight = code.vectors(row[Module.w])
        with each_vector(code, row[Module.width_y]) as j:
            x = code.vectors(row[Module.x]).from_(j)
            dx = code.vectors(row[Module.dx]).from_(j)
            dy = code.vectors(row[Module.dy]).from_(j)
            normalize = _normalization_of_columns(code, row, context, j)
            total, product = code.variable(0.0), code.variable(0.0)
            with code.range(n_rows) as r:
                adjoint = dy[r * row[Module.ldy]]
                total.value = total.value + adjoint
                normalized = normalize(x[r * row[Module.ldx]])
                product.value = fma(adjoint, normalized, product.value)
            add_to(code.vectors(row[Module.dw]), j, row[Module.add_dw], product.value)
            add_to(code.vectors(row[Module.db]), j, row[Module.add_dw], total.value)
            share = where(row[Module.is_training] != 0, 1.0, 0.0) / n_rows.as_number()
            mean, covariance = total.value * share, product.value * share
            factor = weight[j] * normalize.factor
            with code.when(row[Module.dx] != 0), code.range(n_rows) as r:
                rest = (
                    dy[r * row[Module.ldy]]
                    - mean
                    - normalize(x[r * row[Module.ldx]]) * covariance
                )
                add_to(dx, r * row[Module.ldx], row[Module.add_dx], factor * rest)

    return kernel(backward, bits)


def _normalization_of_columns(code, row, context, j, moves=False):
    """Return the normalization of a vector of columns."""
    running = (
        code.vectors(row[Module.running_mean]),
        code.vectors(row[Module.running_var]),
    )
    mean, variance = (code.variable(values[j]) for values in running)
    with code.when(row[Module.is_training] != 0):
        mean.value, variance.value = _moments_of_columns(code, row, context, j)
        if moves:
            _move_running(code, row, context, j, mean.value, variance.value)
    return _Normalization(
        mean.value, variance.value, float_setting(code, row, Module.setting)
    )


def _moments_of_columns(code, row, context, j):
    x, n_rows = code.vectors(row[Module.x]).from_(j), context[Context.n_rows]
    total, squares = code.variable(0.0), code.variable(0.0)
    with code.range(n_rows) as r:
        total.value = total.value + x[r * row[Module.ldx]]
    mean = total.value / n_rows.as_number()
    with code.range(n_rows) as r:
        deviation = x[r * row[Module.ldx]] - mean
        squares.value = fma(deviation, deviation, squares.value)
    return mean, squares.value / n_rows.as_number()


def _move_running(code, row, context, j, mean, variance):
    """Move the running moments towards the unbiased moments of the minibatch."""
    n_rows = context[Context.n_rows]
    unbiased = variance * (n_rows.as_number() / (n_rows - 1).as_number())
    is_own = within(code, j, row[Module.width_y])
    fraction = float_setting(code, row, Module.setting2)
    with code.when(n_rows > 1):
        for field, present in (
            (Module.running_mean, mean),
            (Module.running_var, unbiased),
        ):
            running = code.vectors(row[field])
            moved = fma(fraction, present - running[j], running[j])
            running[j] = where(is_own, moved, 0.0)
