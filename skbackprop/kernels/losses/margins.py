"""Kernels of losses of the margin of the true class over the others.

The margin is m = z[c] - log(sum of exp(z) of the others), or z[c] minus the largest
of the others. The loss is that of a logit m with target 1. Of its derivative d, the
true class gets d, and the others share -d: in proportion to their softmax, or equally
among the largest.
"""

import functools

from skbackprop.kernels.language import functions as xp
from skbackprop.kernels.language.rows import within
from skbackprop.kernels.language.values import where
from skbackprop.kernels.losses.rows import (
    Block,
    clear_columns,
    column_of_targets,
    each_column,
    register_settings,
    target_of,
)
from skbackprop.network.layout import ROW_QUANTUM

_LOWEST = float("-inf")


def soft_margin(loss):
    """Return the writers of a ``SoftMargin`` loss by columns and by rows."""
    return _margin_to(_Softmax, loss.loss)


def hard_margin(loss):
    """Return the writers of a ``HardMargin`` loss by columns and by rows."""
    return _margin_to(_Largest, loss.loss)


def _margin_to(rival, loss):
    writers = _by_columns, _by_rows
    return [functools.partial(write, rival, loss) for write in writers]


class _Softmax:
    """All other classes are rivals, with shares exp(z - max z)."""

    @staticmethod
    def share(z, largest):
        return xp.exp(z - largest)

    @staticmethod
    def level(largest, total):
        return largest + xp.log(total)


class _Largest:
    """The best other class is the rival, with share 1 where z = max z, else 0."""

    @staticmethod
    def share(z, largest):
        return where(z == largest, 1.0, 0.0)

    @staticmethod
    def level(largest, total):
        return largest


def _by_columns(rival, loss, batch):
    code = batch.code
    loss = loss.with_settings(register_settings(loss, batch, 0))
    z, shares = code.scratch(ROW_QUANTUM), code.scratch(ROW_QUANTUM)
    clear_columns(shares)
    with code.range(batch.n_rows, step=code.lanes) as first:
        block = Block(batch, first)
        block.read_columns(batch.z, batch.ldz, z)
        target = column_of_targets(batch, block.samples)

        number, own, total = (code.variable(0.0) for _ in range(3))
        largest = code.variable(_LOWEST)
        with each_column(batch) as j:
            is_target = target == number.value
            own.value = where(is_target, z[j], own.value)
            other = where(is_target, _LOWEST, z[j])
            largest.value = xp.maximum(largest.value, other)
            number.value = number.value + 1.0
        number.value = code.constant(0.0)
        with each_column(batch) as j:
            share = rival.share(z[j], largest.value)
            shares[j] = where(target == number.value, 0.0, share)
            total.value = total.value + shares[j]
            number.value = number.value + 1.0
        margin = own.value - rival.level(largest.value, total.value)
        block.add_loss(loss.value(margin, 1.0, xp))

        with code.when(batch.dz_wanted):
            slope = block.weights * batch.scale * loss.gradient(margin, 1.0, xp)
            of_share = slope / total.value
            number.value = code.constant(0.0)
            with each_column(batch) as j:
                is_target = target == number.value
                shares[j] = where(is_target, slope, -of_share * shares[j])
                number.value = number.value + 1.0
            block.write_columns(shares, batch.dz, batch.ldz)


def _by_rows(rival, loss, batch):
    code = batch.code
    loss = loss.with_settings(register_settings(loss, batch, 0))
    with code.range(batch.n_rows) as r:
        z, dz = batch.z.from_(r * batch.ldz), batch.dz.from_(r * batch.ldz)
        target = target_of(batch, r)
        elements = z.scalars()
        largest, total = code.variable(_LOWEST), code.variable(0.0)
        with code.range(batch.width, step=code.lanes) as j:
            other = where(_is_rival(batch, j, target), z[j], _LOWEST)
            largest.value = xp.maximum(largest.value, other)
        largest = code.repeat(largest.value.fold(xp.maximum))
        with code.range(batch.ldz, step=code.lanes) as j:
            is_rival = _is_rival(batch, j, target)
            share = where(is_rival, rival.share(z[j], largest), 0.0)
            total.value = total.value + share
            with code.when(batch.dz_wanted):
                dz[j] = share
        total = code.repeat(total.value.sum())
        margin = code.repeat(elements[target]) - rival.level(largest, total)
        weight = batch.weights.scalars()[r]
        only_once = where(code.lane_numbers() < 1, code.repeat(weight), 0.0)
        batch.loss.add(only_once, loss.value(margin, 1.0, xp))

        with code.when(batch.dz_wanted):
            slope = weight * batch.scale * loss.gradient(margin, 1.0, xp)
            of_share = -slope / total
            with code.range(batch.width, step=code.lanes) as j:
                dz[j] = dz[j] * of_share
            dz.scalars()[target] = slope.lane(0)


def _is_rival(batch, j, target):
    """Return a mask of the lanes, at column j, with logits of other classes."""
    code = batch.code
    place = code.repeat(code.narrow_integer(target - j))
    return within(code, j, batch.width) & (code.lane_numbers() != place)
