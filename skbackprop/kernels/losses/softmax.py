"""Kernels of the softmax log loss, with or without label smoothing."""

import functools

from skbackprop.kernels.language import functions as xp
from skbackprop.kernels.language.rows import within
from skbackprop.kernels.language.values import smaller, where
from skbackprop.kernels.losses.rows import (
    Block,
    clear_columns,
    column_of_targets,
    each_column,
    target_of,
)
from skbackprop.network.layout import ROW_QUANTUM


def softmax(loss):
    """Return the writers of the softmax log loss by columns and by rows."""
    return _softmax_of(_SureLabels)


def smoothed_softmax(loss):
    """Return the writers of the softmax log loss with label smoothing."""
    return _softmax_of(_SmoothedLabels)


def _softmax_of(labels):
    return [functools.partial(write, labels) for write in (_by_columns, _by_rows)]


class _SureLabels:
    """Labels without smoothing: the score is that of the target."""

    def __init__(self, batch):
        self.batch = batch

    def begin(self):
        """Start a row, whose logits are shifted by the largest."""

    def see(self, shifted):
        """Process some of them, 0 beyond the end of the row."""

    def score(self, chosen):
        """Return the score of the row, where that of its target is ``chosen``."""
        return chosen

    def wanted(self, is_target, factor):
        """Return ``factor`` times the target probability."""
        return where(is_target, factor, 0.0)

    def subtract_spread(self, dz, factor):
        """Subtract ``factor`` times the spread probability from a row."""

    def of_target(self, factor):
        """Return ``factor`` times the additional probability of the target."""
        return factor


class _SmoothedLabels(_SureLabels):
    """Labels with a fraction spread evenly over all classes."""

    def __init__(self, batch):
        super().__init__(batch)
        smoothing = batch.settings.scalars()[0]
        self.spread = smoothing / batch.width.as_number()
        self.sure = 1.0 - smoothing

    def begin(self):
        self.total = self.batch.code.variable(0.0)

    def see(self, shifted):
        self.total.value = self.total.value + shifted

    def score(self, chosen):
        total = self.total.value if chosen.lanes > 1 else self.total.value.sum()
        return self.sure * chosen + self.spread * total

    def wanted(self, is_target, factor):
        of_target = self.batch.code.repeat(self.sure + self.spread)
        return factor * where(is_target, of_target, self.spread)

    def subtract_spread(self, dz, factor):
        code, width = self.batch.code, self.batch.width
        with code.range(width, step=code.lanes) as j:
            dz[j] = where(within(code, j, width), dz[j] - factor * self.spread, 0.0)

    def of_target(self, factor):
        return factor * self.sure


def _by_columns(kind, batch):
    code, labels = batch.code, kind(batch)
    z, dz = code.scratch(ROW_QUANTUM), code.scratch(ROW_QUANTUM)
    clear_columns(dz)
    with code.range(batch.n_rows, step=code.lanes) as first:
        block = Block(batch, first)
        block.read_columns(batch.z, batch.ldz, z)
        target = column_of_targets(batch, block.samples)
        largest = code.variable(z[0])
        with each_column(batch) as j:
            largest.value = xp.maximum(largest.value, z[j])

        number, total, chosen = (code.variable(0.0) for _ in range(3))
        labels.begin()
        with each_column(batch) as j:
            shifted = z[j] - largest.value
            labels.see(shifted)
            dz[j] = xp.exp(shifted)
            total.value = total.value + dz[j]
            chosen.value = where(target == number.value, shifted, chosen.value)
            number.value = number.value + 1.0
        block.add_loss(xp.log(total.value) - labels.score(chosen.value))

        with code.when(batch.dz_wanted):
            factor = block.weights * batch.scale
            normalizer = factor / total.value
            number.value = code.constant(0.0)
            with each_column(batch) as j:
                wanted = labels.wanted(target == number.value, factor)
                dz[j] = normalizer * dz[j] - wanted
                number.value = number.value + 1.0
            block.write_columns(dz, batch.dz, batch.ldz)


def _by_rows(kind, batch):
    """Process blocks of rows, so that their logarithms are computed as one vector."""
    code, labels = batch.code, kind(batch)
    totals, scores = code.scratch(1), code.scratch(1)
    with code.range(batch.n_rows, step=code.lanes) as first:
        count = smaller(batch.n_rows - first, code.lanes)
        totals[0], scores[0] = code.constant(1.0), code.constant(0.0)
        with code.range(count) as i:
            total, score = _exponentials_of_row(batch, first + i, labels)
            totals.scalars()[i], scores.scalars()[i] = total, score
        is_own = code.lane_numbers() < code.narrow_integer(count)
        weights = where(is_own, batch.weights[first], 0.0)
        batch.loss.add(weights, xp.log(totals[0]) - scores[0])
        with code.when(batch.dz_wanted), code.range(count) as i:
            _normalize_row(batch, first + i, totals.scalars()[i], labels)


def _exponentials_of_row(batch, r, labels):
    """Set dz = exp(z - max z), and return its sum and the score of the row."""
    code = batch.code
    z, dz = batch.z.from_(r * batch.ldz), batch.dz.from_(r * batch.ldz)
    lowest = float("-inf")
    largest = code.variable(lowest)
    with code.range(batch.width, step=code.lanes) as j:
        own = where(within(code, j, batch.width), z[j], lowest)
        largest.value = xp.maximum(own, largest.value)
    largest = largest.value.fold(lambda a, b: where(a < b, b, a))

    total = code.variable(0.0)
    labels.begin()
    with code.range(batch.ldz, step=code.lanes) as j:
        is_own = within(code, j, batch.width)
        own = where(is_own, z[j], lowest)
        labels.see(where(is_own, own - largest, 0.0))
        exponentials = xp.exp(own - largest)
        total.value = total.value + exponentials
        with code.when(batch.dz_wanted):
            dz[j] = exponentials
    chosen = z.scalars()[target_of(batch, r)] - largest
    return total.value.sum(), labels.score(chosen)


def _normalize_row(batch, r, total, labels):
    """Replace exponentials by weight * scale * (softmax(z) - target probability)."""
    code = batch.code
    dz = batch.dz.from_(r * batch.ldz)
    factor = batch.weights.scalars()[r] * batch.scale
    normalizer = factor / total
    with code.range(batch.width, step=code.lanes) as j:
        dz[j] = dz[j] * normalizer
    labels.subtract_spread(dz, factor)
    elements, target = dz.scalars(), target_of(batch, r)
    elements[target] = elements[target] - labels.of_target(factor)
