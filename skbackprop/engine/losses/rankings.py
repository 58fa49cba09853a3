"""Losses of rankings: what the scores of a query's documents cost together.

A query has documents with scores s, the logits, and targets t >= 0; more is
better. Nothing but the order of the scores within a query matters to a user,
hence losses see all documents of a query at once: by pairs, or as a list. All
are 0, with gradient 0, for a query of one document.

What is said here with matrices of all pairs, :mod:`skbackprop.kernels.losses.rankings`
does in loops.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from skbackprop.engine.losses.base import GroupLoss


@dataclass(frozen=True)
class RankingLoss(GroupLoss):
    """A loss of each query, a function of the scores of its documents."""

    def of_group(self, z, t):
        """Return the loss of a query and its gradient, all as columns."""
        value, gradient = self.of_query(z[:, 0], t[:, 0])
        return value, gradient[:, np.newaxis]

    def of_query(self, scores, targets):
        """Return the loss of a query and its gradient.

        Parameters
        ----------
        scores, targets : ndarray of shape (n_documents,)

        Returns
        -------
        value : float
        gradient : ndarray of shape (n_documents,)
        """
        raise NotImplementedError


@dataclass(frozen=True)
class PairwiseLoss(RankingLoss):
    r"""A sum over the pairs of a query in which one document is the better.

    .. math:: L = \sum_{(i, j):\, t_i > t_j} c_{ij}\, \varphi(s_i - s_j)

    with a function :math:`\varphi` that falls. The weights :math:`c_{ij}` count
    as constants in the gradient. Documents of the same target make no pair, and
    a query without pairs has loss 0.
    """

    def phi(self, difference):
        """Return phi of the differences of scores, and its derivative."""
        raise NotImplementedError

    def pair_weights(self, scores, targets):
        """Return the matrix of c_ij for all i and j: 1 / number of pairs."""
        n_pairs = (targets[:, np.newaxis] > targets).sum()
        return np.full((len(scores), len(scores)), 1 / max(n_pairs, 1), scores.dtype)

    def of_query(self, scores, targets):
        """Return the loss of a query and its gradient."""
        is_pair = targets[:, np.newaxis] > targets
        weights = np.where(is_pair, self.pair_weights(scores, targets), 0)
        value, slope = self.phi(scores[:, np.newaxis] - scores)
        value = np.where(is_pair, weights * value, 0).sum()
        slope = np.where(is_pair, weights * slope, 0)
        return value, slope.sum(axis=1) - slope.sum(axis=0)


@dataclass(frozen=True)
class PairwiseHinge(PairwiseLoss):
    """Mean over the pairs of max(0, 1 - (s_i - s_j)).

    The loss of the ranking support vector machine (Herbrich, Graepel &
    Obermayer 2000; Joachims 2002). In the kink the derivative is 0.
    """

    kernel: ClassVar[tuple] = ("rankings", "pairwise_hinge")

    def phi(self, difference):
        """Return max(0, 1 - d) and its derivative."""
        slope = -(difference < 1).astype(difference.dtype)
        return np.maximum(1 - difference, 0), slope


@dataclass(frozen=True)
class RankNet(PairwiseLoss):
    """Mean over the pairs of log(1 + exp(-(s_i - s_j))).

    The log loss of P(i is better than j) = 1 / (1 + exp(-(s_i - s_j))) (Burges
    et al. 2005, "Learning to rank using gradient descent", ICML).
    """

    kernel: ClassVar[tuple] = ("rankings", "rank_net")

    def phi(self, difference):
        """Return log(1 + exp(-d)) and its derivative."""
        small = np.exp(-abs(difference))
        value = np.maximum(-difference, 0) + np.log1p(small)
        return value, -np.where(difference > 0, small, 1) / (1 + small)


@dataclass(frozen=True)
class LambdaRank(RankNet):
    r"""RankNet whose pairs weigh what their exchange would change in NDCG@k.

    .. math::

        L = \sum_{t_i > t_j} |\Delta_{ij}| \log(1 + e^{-(s_i - s_j)}), \quad
        |\Delta_{ij}| = (t_i - t_j)\, |d(r_i) - d(r_j)| \,/\, \text{ideal DCG@k}

    Targets are gains. :math:`r_i` is the rank of document i by the scores, from
    1, and :math:`d(r) = 1 / \log_2(1 + r)` its discount, 0 where r > k. Of
    documents with the same score the better one ranks behind. The "lambdas" of
    Burges, Ragno & Le ("Learning to rank with nonsmooth cost functions", NIPS
    2006; Burges 2010, MSR-TR-2010-82) are the gradient of L while ranks stand
    still. Beyond that L is no function that is minimised: where two documents
    change places, it jumps.

    Parameters
    ----------
    k : int or None, default=None
        How many ranks count; None: all.
    """

    k: int | None = None
    kernel: ClassVar[tuple] = ("rankings", "lambda_rank")

    @property
    def setting(self):
        """How many ranks count, as a float."""
        return np.inf if self.k is None else float(self.k)

    def pair_weights(self, scores, targets):
        """Return the changes of NDCG@k, |Delta_ij|, for all i and j."""
        n_ranks = len(scores) if self.k is None else min(self.k, len(scores))
        by_rank = (1 / np.log2(np.arange(2, n_ranks + 2))).astype(scores.dtype)
        discounts = np.zeros_like(scores)
        discounts[np.lexsort((targets, -scores))[:n_ranks]] = by_rank
        ideal = by_rank @ np.sort(targets)[::-1][:n_ranks]
        gains = abs(targets[:, np.newaxis] - targets)
        changes = gains * abs(discounts[:, np.newaxis] - discounts)
        return changes / (ideal if ideal > 0 else 1)


@dataclass(frozen=True)
class ListNet(RankingLoss):
    r"""Cross entropy of the probabilities of being on top of the list.

    .. math::

        L = -\sum_i p_i \log q_i, \quad
        p = \text{softmax}(t), \quad q = \text{softmax}(s)

    with gradient q - p (Cao et al. 2007, "Learning to rank: from pairwise
    approach to listwise approach", ICML).
    """

    kernel: ClassVar[tuple] = ("rankings", "list_net")

    def of_query(self, scores, targets):
        """Return the loss of a query and its gradient."""
        shifted = scores - scores.max()
        exponentials, wanted = np.exp(shifted), np.exp(targets - targets.max())
        total, wanted = exponentials.sum(), wanted / wanted.sum()
        value = (wanted * (np.log(total) - shifted)).sum()
        return value, exponentials / total - wanted
