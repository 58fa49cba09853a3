"""Kernels of elementwise losses: value and adjoint of the logits in one pass.

With logits z, their adjoint dz (not written if its address is 0), targets t and
weights of the samples, each kernel adds

    sum_r weight_r loss(z_r, t_r)    to    ``Scalar.loss``, in float64,

and sets dz_r = weight_r scale d loss / d z_r, zero in the padding.
"""

from skbackprop.kernels.language import functions as xp
from skbackprop.kernels.language.rows import within
from skbackprop.kernels.language.values import where
from skbackprop.kernels.losses.rows import (
    Block,
    clear_columns,
    each_column,
    load_settings,
    register_settings,
)
from skbackprop.network.layout import ROW_QUANTUM


def elementwise(loss):
    """Return the writers of an ``ElementwiseLoss`` by columns and by rows."""

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
