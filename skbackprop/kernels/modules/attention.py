"""Kernels of ScaledDotProductAttention, in loops over rows and time steps.

The settings are the number of time steps T, and 1 if later ones are masked. The
weights of a time step, and their adjoints, are in the scratch memory of the matrix
product. Time steps are side by side in a row, and not aligned to vectors. If a vector
extends beyond a step, the elements there are not changed.
"""

from contextlib import contextmanager

from skbackprop.kernels.abi import Context, Module
from skbackprop.kernels.language import functions as xp
from skbackprop.kernels.language.codegen import kernel
from skbackprop.kernels.language.rows import (
    clear,
    clear_unless,
    each_row,
    each_vector,
    total_of_row,
    within,
)
from skbackprop.kernels.language.values import fma, where
from skbackprop.kernels.modules.softmax import softmax_of_row
from skbackprop.network.layout import ROW_QUANTUM


def make_forward_attention(bits):
    """Return the kernel of y_t = sum over s of softmax_s(x_t . x2_s / sqrt(d)) x3_s."""

    def forward(code, row, context, scalars):
        steps = _Steps(code, row, context)
        rows = each_row(code, row, context, Module.x, Module.x2, Module.x3, Module.y)
        with rows as (q, k, v, y):
            clear(code, y, row[Module.width_y])
            with steps.each() as (t, n):
                steps.weigh(n, steps.key(q, t), k)
                y_t = steps.value(y, t)
                _add_sum(code, n, steps.weights, v, steps.value_width, y_t)

    return kernel(forward, bits)


def make_backward_attention(bits):
    """Return the kernel of the vjp of attention, with weights P.

    dP_ts = dy_t . x3_s, dS_ts = P_ts (dP_ts - sum over u of P_tu dP_tu) / sqrt(d),
    dx_t (+)= sum over s of dS_ts x2_s, dx2_s (+)= sum over t of dS_ts x_t,
    dx3_s (+)= sum over t of P_ts dy_t.
    """

    def backward(code, row, context, scalars):
        steps = _Steps(code, row, context)
        adjoints = (
            (Module.dx, Module.add_dx, Module.width_x),
            (Module.dx2, Module.add_dx2, Module.width_x),
            (Module.dx3, Module.add_dx3, Module.width_y),
        )
        rows = each_row(
            code,
            row,
            context,
            Module.x,
            Module.x2,
            Module.x3,
            Module.dx,
            Module.dx2,
            Module.dx3,
            Module.dy,
        )
        with rows as (q, k, v, dq, dk, dv, dy):
            for memory, (dx, adds, width) in zip((dq, dk, dv), adjoints, strict=True):
                with code.when(row[dx] != 0):
                    clear_unless(code, row[adds], memory, row[width])
            with steps.each() as (t, n):
                q_t, dy_t = steps.key(q, t), steps.value(dy, t)
                steps.weigh(n, q_t, k)
                steps.differentiate_weights(n, dy_t, v)
                with code.when(row[Module.dx] != 0):
                    dq_t = steps.key(dq, t)
                    _add_sum(code, n, steps.adjoints, k, steps.key_width, dq_t)
                with code.when(row[Module.dx2] != 0):
                    _add_multiples(code, n, steps.adjoints, q_t, steps.key_width, dk)
                with code.when(row[Module.dx3] != 0):
                    _add_multiples(code, n, steps.weights, dy_t, steps.value_width, dv)

    return kernel(backward, bits)


class _Steps:
    """The time steps of a row, and the weights that one step gives to all."""

    def __init__(self, code, row, context):
        self._code = code
        self._number = row[Module.setting]
        self._is_causal = row[Module.setting2] != 0
        self.key_width = row[Module.width_x] // self._number
        self.value_width = row[Module.width_y] // self._number
        self.weights = code.vectors(context[Context.pack])
        n_vectors = (self._number + (ROW_QUANTUM - 1)) // ROW_QUANTUM
        self.adjoints = self.weights.from_(n_vectors * ROW_QUANTUM)
        number = code.repeat(self.key_width.as_number())
        self._scale = xp.divide(1.0, xp.sqrt(number)).lane(0)

    @contextmanager
    def each(self):
        """Repeat the code inside for each time step, which attends to n steps."""
        with self._code.range(self._number) as t:
            yield t, where(self._is_causal, t + 1, self._number)

    def key(self, row, t):
        """Return the query or key of a time step in a row."""
        return row.from_(t * self.key_width)

    def value(self, row, t):
        """Return the value of a time step in a row."""
        return row.from_(t * self.value_width)

    def weigh(self, n, q_t, k):
        """Write the weights that the query of a time step gives to n steps."""
        code, weights = self._code, self.weights.scalars()
        with code.range(n) as s:
            k_s = self.key(k, s)
            score = total_of_row(code, self.key_width, lambda j: q_t[j] * k_s[j])
            weights[s] = score * self._scale
        softmax_of_row(code, self.weights, self.weights, n)

    def differentiate_weights(self, n, dy_t, v):
        """Write the adjoints of the scores before the softmax."""
        code, adjoints = self._code, self.adjoints.scalars()
        with code.range(n) as s:
            v_s = self.value(v, s)
            adjoints[s] = total_of_row(
                code, self.value_width, lambda j: dy_t[j] * v_s[j]
            )
        total = total_of_row(code, n, lambda j: self.weights[j] * self.adjoints[j])
        with each_vector(code, n) as j:
            deviation = self.adjoints[j] - total
            self.adjoints[j] = self.weights[j] * deviation * self._scale


def _add_sum(code, n, factors, rows, width, target):
    """Add the sum over s < n of factors[s] rows[s] to the target."""
    with each_vector(code, width) as j:
        total = code.variable(target[j])
        with code.range(n) as s:
            factor = code.repeat(factors.scalars()[s])
            total.value = fma(factor, rows[s * width + j], total.value)
        target[j] = where(within(code, j, width), total.value, target[j])


def _add_multiples(code, n, factors, vector, width, targets):
    """Add factors[s] vector to targets[s], for each s < n."""
    with code.range(n) as s:
        factor, target = code.repeat(factors.scalars()[s]), targets.from_(s * width)
        with each_vector(code, width) as j:
            moved = fma(factor, vector[j], target[j])
            target[j] = where(within(code, j, width), moved, target[j])
