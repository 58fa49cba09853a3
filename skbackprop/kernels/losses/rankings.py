"""Kernels of ranking losses, in plain loops over queries.

The rows of a minibatch are ordered by queries. For each query g, a kernel adds
weight_g loss_g to ``Scalar.loss`` and sets the adjoint dz of the scores z, one for each
row, to weight_g scale d loss_g / d z, zero in the padding.
:mod:`skbackprop.engine.losses.rankings` has the formulas.

For each loss, a function ``of_query(z, t, dz, places, first, last, factor, k)`` adds
factor times the gradient to dz and returns the loss in float64. Scores, adjoints and
targets t are single columns in rows of LD elements. ``places`` are integers for sorting
in the padding of dz, one for each row.
"""

import math

from numba.extending import register_jitable

from skbackprop.kernels.abi import Context, Loss, Scalar
from skbackprop.kernels.language.memory import (
    as_floats,
    as_int64s,
    as_integers,
    plain_kernel,
)
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
    """Return the function of a ``PairwiseLoss`` with pairs of equal weights."""

    @register_jitable
    def mean_over_pairs(z, t, dz, places, first, last, factor, k):
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


def _make_sort(precedes):
    """Return an in-place heap sort of the rows listed in ``places``."""

    @register_jitable
    def sift_down(z, t, places, first, root, n):
        while 2 * root + 1 < n:
            child = 2 * root + 1
            here, there = places[(first + child) * LD], 0
            if child + 1 < n:
                there = places[(first + child + 1) * LD]
                if precedes(z, t, here, there):
                    child, here = child + 1, there
            parent = places[(first + root) * LD]
            if not precedes(z, t, parent, here):
                return
            places[(first + root) * LD], places[(first + child) * LD] = here, parent
            root = child

    @register_jitable
    def sort(z, t, places, first, n):
        for step in range(n // 2):
            sift_down(z, t, places, first, n // 2 - 1 - step, n)
        for step in range(n - 1):
            end = n - 1 - step
            last = places[(first + end) * LD]
            places[(first + end) * LD] = places[first * LD]
            places[first * LD] = last
            sift_down(z, t, places, first, 0, end)

    return sort


@register_jitable
def _has_better_target(z, t, i, j):
    if t[i * LD] != t[j * LD]:
        return t[i * LD] > t[j * LD]
    return i < j


@register_jitable
def _has_better_score(z, t, i, j):
    """Among documents with equal scores, the better one comes last."""
    if z[i * LD] != z[j * LD]:
        return z[i * LD] > z[j * LD]
    if t[i * LD] != t[j * LD]:
        return t[i * LD] < t[j * LD]
    return i < j


_sort_by_target = _make_sort(_has_better_target)
_sort_by_score = _make_sort(_has_better_score)


@register_jitable
def _ideal_dcg(z, t, dz, places, first, last, n_ranks):
    """Return the DCG of the best order, and initialize discounts and places."""
    ideal = 0.0
    for i in range(first, last):
        rank = 1.0 + i - first
        # numba supports math.log2 only from 0.59 on.
        dz[i * LD + 1] = (
            math.log(2.0) / math.log(1.0 + rank) if rank <= n_ranks else 0.0
        )
        places[i * LD] = i
    _sort_by_target(z, t, places, first, last - first)
    for i in range(first, first + n_ranks):
        ideal += t[places[i * LD] * LD] * dz[i * LD + 1]
    return ideal


@register_jitable
def _lambda_rank_of_query(z, t, dz, places, first, last, factor, k):
    """Sum log(1 + exp(-d)) over the pairs, weighted by their changes of NDCG@k.

    Only pairs with a document of rank 1 to k have non-zero weights, which are few for
    a small k. The padding of dz temporarily has the discounts of ranks in the second
    column, and ``places`` in the third.
    """
    n_ranks, total = int(min(k, last - first)), 0.0
    for i in range(first, last):
        if z[i * LD] != z[i * LD]:  # NaN has no rank, and must reach the loss
            return math.nan
    ideal = _ideal_dcg(z, t, dz, places, first, last, n_ranks)
    if ideal > 0.0:
        _sort_by_score(z, t, places, first, last - first)
        for upper in range(first, first + n_ranks):
            i = places[upper * LD]
            for lower in range(upper + 1, last):
                j = places[lower * LD]
                gain = t[i * LD] - t[j * LD]
                if gain == 0.0:
                    continue
                sign = 1.0 if gain > 0.0 else -1.0
                discounts = dz[upper * LD + 1] - dz[lower * LD + 1]
                change = abs(gain) * discounts / ideal
                value, slope = logistic(sign * (z[i * LD] - z[j * LD]))
                total += change * value
                dz[i * LD] += factor * change * sign * slope
                dz[j * LD] -= factor * change * sign * slope
    for i in range(first, last):
        places[i * LD] = 0
        dz[i * LD + 1] = 0.0
    return total


@register_jitable
def _list_net_of_query(z, t, dz, places, first, last, factor, k):
    """Sum -p log q over the documents, with p = softmax(t) and q = softmax(z)."""
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
    as_numbers, as_places = as_floats(bits), as_integers(bits)

    def of_queries(row, context, scalars):
        z = as_numbers(row[Loss.logits])
        t = as_numbers(row[Loss.targets])
        dz = as_numbers(row[Loss.adjoint])
        weights = as_numbers(row[Loss.weights])
        places = as_places(row[Loss.adjoint] + 2 * bits // 8)
        starts = as_int64s(context[Context.group_starts])
        for r in range(LD * starts[context[Context.n_groups]]):
            dz[r] = 0.0
        for g in range(context[Context.n_groups]):
            factor, k = weights[g] * scalars[Scalar.scale], scalars[Scalar.loss_setting]
            value = of_query(z, t, dz, places, starts[g], starts[g + 1], factor, k)
            scalars[Scalar.loss] += weights[g] * value

    return plain_kernel(of_queries)
