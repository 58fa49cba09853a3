"""Kernels of LayerNorm, which goes through rows, and BatchNorm, through columns.

What forward found out, backward finds out again: two sums cost less than a
place to keep them.
"""

from skbackprop.kernels.abi import (
    ADD_DW,
    ADD_DX,
    DB,
    DW,
    DX,
    DY,
    LDX,
    LDY,
    MEAN,
    N_ROWS,
    SETTING,
    SETTING2,
    TRAINING,
    VARIANCE,
    WIDTH_Y,
    B,
    W,
    X,
    Y,
)
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
    """Return the kernel of y = (x - m) / sqrt(v + eps) w + b, eps = SETTING."""

    def forward(code, row, context, scalars):
        weight, bias, width = code.vectors(row[W]), code.vectors(row[B]), row[WIDTH_Y]
        with each_row(code, row, context, X, Y) as (x, y):
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
        width, weight = row[WIDTH_Y], code.vectors(row[W])
        dw, db = code.vectors(row[DW]), code.vectors(row[DB])
        clear_unless(code, row[ADD_DW], dw, width)
        clear_unless(code, row[ADD_DW], db, width)
        with each_row(code, row, context, X, DX, DY) as (x, dx, dy):
            normalize = _normalization_of_row(code, row, x)
            with each_vector(code, width) as j:
                dw[j] = fma(dy[j], normalize(x[j]), dw[j])
                db[j] = db[j] + dy[j]
            with code.when(row[DX] != 0):
                total = total_of_row(code, width, lambda j: dy[j] * weight[j])
                product = total_of_row(
                    code, width, lambda j: dy[j] * weight[j] * normalize(x[j])
                )
                mean, covariance = total / _number(width), product / _number(width)
                with each_vector(code, width) as j:
                    rest = dy[j] * weight[j] - mean - normalize(x[j]) * covariance
                    term = normalize.factor * rest
                    term = where(within(code, j, width), term, 0.0)
                    add_to(dx, j, row[ADD_DX], term)

    return kernel(backward, bits)


def _number(integer):
    return integer.as_number()


class _Normalization:
    """x -> (x - mean) factor, factor = 1 / sqrt(variance + eps)."""

    def __init__(self, mean, variance, eps):
        self.mean = mean
        self.factor = xp.divide(1.0, xp.sqrt(variance + eps))

    def __call__(self, x):
        return (x - self.mean) * self.factor


def _normalization_of_row(code, row, x):
    width, number = row[WIDTH_Y], row[WIDTH_Y].as_number()
    mean = total_of_row(code, width, lambda j: x[j]) / number
    variance = total_of_row(code, width, lambda j: (x[j] - mean) * (x[j] - mean))
    eps = float_setting(code, row, SETTING)
    return _Normalization(mean, code.repeat(variance / number), eps)


def make_forward_batch_norm(bits):
    """Return the kernel of y = (x - m) / sqrt(v + eps) w + b.

    In training, MEAN and VARIANCE move by the fraction SETTING2 towards m and v
    of the minibatch; in prediction they are m and v. eps = SETTING.
    """

    def forward(code, row, context, scalars):
        weight, bias = code.vectors(row[W]), code.vectors(row[B])
        with each_vector(code, row[WIDTH_Y]) as j:
            x, y = code.vectors(row[X]).from_(j), code.vectors(row[Y]).from_(j)
            normalize = _normalization_of_columns(code, row, context, j, moves=True)
            with code.range(context[N_ROWS]) as r:
                normalized = normalize(x[r * row[LDX]])
                y[r * row[LDY]] = fma(normalized, weight[j], bias[j])

    return kernel(forward, bits)


def make_backward_batch_norm(bits):
    """Return the kernel of the vjp of BatchNorm.

    With z = (x - m) / s, s = sqrt(v + eps), and sums over the n rows,

    dw (+)= sum(dy z), db (+)= sum(dy),
    dx (+)= w / s (dy - sum(dy) / n - z sum(dy z) / n), in prediction w / s dy.
    """

    def backward(code, row, context, scalars):
        n_rows = context[N_ROWS]
        weight = code.vectors(row[W])
        with each_vector(code, row[WIDTH_Y]) as j:
            x, dx = code.vectors(row[X]).from_(j), code.vectors(row[DX]).from_(j)
            dy = code.vectors(row[DY]).from_(j)
            normalize = _normalization_of_columns(code, row, context, j)
            total, product = code.variable(0.0), code.variable(0.0)
            with code.range(n_rows) as r:
                adjoint = dy[r * row[LDY]]
                total.value = total.value + adjoint
                normalized = normalize(x[r * row[LDX]])
                product.value = fma(adjoint, normalized, product.value)
            add_to(code.vectors(row[DW]), j, row[ADD_DW], product.value)
            add_to(code.vectors(row[DB]), j, row[ADD_DW], total.value)
            share = where(row[TRAINING] != 0, 1.0, 0.0) / n_rows.as_number()
            mean, covariance = total.value * share, product.value * share
            factor = weight[j] * normalize.factor
            with code.when(row[DX] != 0), code.range(n_rows) as r:
                rest = dy[r * row[LDY]] - mean - normalize(x[r * row[LDX]]) * covariance
                add_to(dx, r * row[LDX], row[ADD_DX], factor * rest)

    return kernel(backward, bits)


def _normalization_of_columns(code, row, context, j, moves=False):
    """Return the normalization of a vector of columns."""
    running = code.vectors(row[MEAN]), code.vectors(row[VARIANCE])
    mean, variance = (code.variable(values[j]) for values in running)
    with code.when(row[TRAINING] != 0):
        mean.value, variance.value = _moments_of_columns(code, row, context, j)
        if moves:
            _move_running(code, row, context, j, mean.value, variance.value)
    return _Normalization(mean.value, variance.value, float_setting(code, row, SETTING))


def _moments_of_columns(code, row, context, j):
    x, n_rows = code.vectors(row[X]).from_(j), context[N_ROWS]
    total, squares = code.variable(0.0), code.variable(0.0)
    with code.range(n_rows) as r:
        total.value = total.value + x[r * row[LDX]]
    mean = total.value / n_rows.as_number()
    with code.range(n_rows) as r:
        deviation = x[r * row[LDX]] - mean
        squares.value = fma(deviation, deviation, squares.value)
    return mean, squares.value / n_rows.as_number()


def _move_running(code, row, context, j, mean, variance):
    """Move the running moments towards those of the minibatch, unbiased."""
    n_rows = context[N_ROWS]
    unbiased = variance * (n_rows.as_number() / (n_rows - 1).as_number())
    is_own = within(code, j, row[WIDTH_Y])
    fraction = float_setting(code, row, SETTING2)
    with code.when(n_rows > 1):
        for field, present in ((MEAN, mean), (VARIANCE, unbiased)):
            running = code.vectors(row[field])
            moved = fma(fraction, present - running[j], running[j])
            running[j] = where(is_own, moved, 0.0)
