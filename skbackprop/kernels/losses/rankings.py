"""Kernels of the losses of rankings, query by query in plain loops.

The rows of a minibatch stand query by query. A kernel goes through the queries g
of a minibatch, adds weight_g loss_g to ``Scalar.loss`` and sets the adjoint dz of
the scores z, one of each row, to weight_g scale d loss_g / d z, zero in
the padding. The formulas stand in :mod:`skbackprop.engine.losses.rankings`.

For each loss there is a function ``of_query(z, t, dz, first, last, factor, k)``
that adds factor times the gradient to dz and returns the loss in float64. Scores,
adjoints and targets t are of one column, which stands in rows of LD elements.
"""

import math

from numba.extending import register_jitable

from skbackprop.kernels.abi import Context, Loss, Scalar
from skbackprop.kernels.language.memory import as_floats, as_int64s, plain_kernel
from skbackprop.network.layout import ROW_QUANTUM as LD


@register_jitable
def hinge(difference):
    """Return max(0, 1 - d) and its derivative."""
    if difference >= 1.0:
        return 0.0, 0.0
    return 1.0 - difference, -1.0


@register_jitable
def logistic(difference):
    """Return log(1 + exp(-d)) and its derivative."""
    small = math.exp(-abs(difference))
    value = math.log1p(small)
    if difference > 0.0:
        return value, -small / (1.0 + small)
    return value - difference, -1.0 / (1.0 + small)


def _make_mean_over_pairs(phi):
    """Return the function of a ``PairwiseLoss`` whose pairs weigh the same."""

    @register_jitable
    def mean_over_pairs(z, t, dz, first, last, factor, k):
        total, n_pairs = 0.0, 0
        for i in range(first, last):
            for j in range(first, last):
                n_pairs += t[i * LD] > t[j * LD]
        weight = factor / max(n_pairs, 1)
        for i in range(first, last):
            for j in range(first, last):
                if t[i * LD] > t[j * LD]:
                    value, slope = phi(z[i * LD] - z[j * LD])
                    total += value
                    dz[i * LD] += weight * slope
                    dz[j * LD] -= weight * slope
        return total / max(n_pairs, 1)

    return mean_over_pairs


@register_jitable
def _lambda_rank_of_query(z, t, dz, first, last, factor, k):
    """Sum log(1 + exp(-d)) over the pairs, weighed by their changes of NDCG@k.

    Meanwhile the discounts stand in the padding of dz, in the second column.
    """
    ideal, total = 0.0, 0.0
    for i in range(first, last):
        rank, ideal_rank = _ranks(z, t, first, last, i)
        dz[i * LD + 1] = _discount(rank, k)
        ideal += t[i * LD] * _discount(ideal_rank, k)
    if ideal > 0.0:
        for i in range(first, last):
            for j in range(first, last):
                gain = t[i * LD] - t[j * LD]
                difference = z[i * LD] - z[j * LD]
                discounts = dz[i * LD + 1] - dz[j * LD + 1]
                # NaN is no reason to leave a pair out: it has to be seen.
                is_void = discounts == 0.0 and difference == difference
                if gain > 0.0 and not is_void:
                    change = gain * abs(discounts) / ideal
                    value, slope = logistic(difference)
                    total += change * value
                    dz[i * LD] += factor * change * slope
                    dz[j * LD] -= factor * change * slope
    for i in range(first, last):
        dz[i * LD + 1] = 0.0
    return total


@register_jitable
def _ranks(z, t, first, last, i):
    """Return the rank of a document, from 1, by its score and by its target.

    Of documents with the same score the better one ranks behind.
    """
    rank, ideal_rank = 1, 1
    for j in range(first, last):
        is_earlier = t[j * LD] == t[i * LD] and j < i
        is_worse = t[j * LD] < t[i * LD] or is_earlier
        is_tie = z[j * LD] == z[i * LD]
        rank += z[j * LD] > z[i * LD] or (is_tie and is_worse)
        ideal_rank += t[j * LD] > t[i * LD] or is_earlier
    return rank, ideal_rank


@register_jitable
def _discount(rank, k):
    return 1.0 / math.log2(1.0 + rank) if rank <= k else 0.0


@register_jitable
def _list_net_of_query(z, t, dz, first, last, factor, k):
    """Sum -p log q over the documents, p = softmax(t) and q = softmax(z)."""
    largest, best = -math.inf, -math.inf
    for r in range(first, last):
        largest, best = max(largest, z[r * LD]), max(best, t[r * LD])
    z_total, t_total, value = 0.0, 0.0, 0.0
    for r in range(first, last):
        z_total += math.exp(z[r * LD] - largest)
        t_total += math.exp(t[r * LD] - best)
    for r in range(first, last):
        shifted = z[r * LD] - largest
        wanted = math.exp(t[r * LD] - best) / t_total
        value += wanted * (math.log(z_total) - shifted)
        dz[r * LD] += factor * (math.exp(shifted) / z_total - wanted)
    return value


_hinge_of_query = _make_mean_over_pairs(hinge)
_rank_net_of_query = _make_mean_over_pairs(logistic)


def make_pairwise_hinge(bits):
    """Return the kernel of ``PairwiseHinge``."""
    return _make_of_queries(_hinge_of_query, bits)


def make_rank_net(bits):
    """Return the kernel of ``RankNet``."""
    return _make_of_queries(_rank_net_of_query, bits)


def make_lambda_rank(bits):
    """Return the kernel of ``LambdaRank``; ``Scalar.loss_setting`` is k."""
    return _make_of_queries(_lambda_rank_of_query, bits)


def make_list_net(bits):
    """Return the kernel of ``ListNet``."""
    return _make_of_queries(_list_net_of_query, bits)


def _make_of_queries(of_query, bits):
    as_numbers = as_floats(bits)

    def of_queries(row, context, scalars):
        z = as_numbers(row[Loss.logits])
        t = as_numbers(row[Loss.targets])
        dz = as_numbers(row[Loss.adjoint])
        weights = as_numbers(row[Loss.weights])
        starts = as_int64s(context[Context.group_starts])
        for r in range(LD * starts[context[Context.n_groups]]):
            dz[r] = 0.0
        for g in range(context[Context.n_groups]):
            factor, k = weights[g] * scalars[Scalar.scale], scalars[Scalar.loss_setting]
            value = of_query(z, t, dz, starts[g], starts[g + 1], factor, k)
            scalars[Scalar.loss] += weights[g] * value

    return plain_kernel(of_queries)
