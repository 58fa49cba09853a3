"""Losses for learning to rank.

The documents of a query have scores s, the logits, and targets t >= 0; higher is
better. As only the order of scores within a query matters, the losses are functions
of all documents of a query, as pairs or as a list. They are 0, with gradient 0, for
a query with one document.

This file uses matrices of pairs; :mod:`skbackprop.kernels.losses.rankings` computes
the same in loops.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from skbackprop.engine.losses.base import GroupLoss
from skbackprop.engine.samples import batches

_PAIRS_AT_A_TIME = 2**22  # in memory


class RankingLoss(GroupLoss):
    """A loss of each query, a function of the scores of its documents."""

    def of_group(self, z, t):
        """Return the loss of a query and its gradient, from column vectors."""
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

    def n_pairs(self, n_documents):
        """Return the number of pairs of documents that are compared, here 0."""
        return 0


class PairwiseLoss(RankingLoss):
    r"""A sum over the pairs of a query's documents with different targets.

    .. math:: L = \sum_{(i, j):\, t_i > t_j} c_{ij}\, \varphi(s_i - s_j)

    with a decreasing function :math:`\varphi`. The gradient treats the weights
    :math:`c_{ij}` as constants. A query whose targets are all equal has loss 0.
    """

    def phi(self, difference):
        """Return phi and its derivative at differences of scores."""
        raise NotImplementedError

    def pair_weights(self, scores, targets, rows=slice(None)):
        """Return the matrix of c_ij for some i and all j, here 1 / number of pairs."""
        n_pairs = np.searchsorted(np.sort(targets), targets).sum()
        shape = len(scores[rows]), len(scores)
        return np.full(shape, 1 / max(n_pairs, 1), scores.dtype)

    def n_pairs(self, n_documents):
        """Return the maximum number of pairs of a query."""
        return n_documents * (n_documents - 1) // 2

    def of_query(self, scores, targets):
        """Return the loss of a query and its gradient."""
        total, gradient = scores.dtype.type(0), np.zeros_like(scores)
        for rows in batches(len(scores), max(1, _PAIRS_AT_A_TIME // len(scores))):
            is_pair = targets[rows, np.newaxis] > targets
            weights = np.where(is_pair, self.pair_weights(scores, targets, rows), 0)
            value, slope = self.phi(scores[rows, np.newaxis] - scores)
            total += np.where(is_pair, weights * value, 0).sum()
            slope = np.where(is_pair, weights * slope, 0)
            gradient[rows] += slope.sum(axis=1)
            gradient -= slope.sum(axis=0)
        return total, gradient


class PairwiseHinge(PairwiseLoss):
    """Mean over the pairs of max(0, 1 - (s_i - s_j)).

    This is the loss of the ranking support vector machine (Herbrich, Graepel &
    Obermayer 2000; Joachims 2002). At the kink the derivative is 0.
    """

    kernel: ClassVar[tuple] = ("rankings", "pairwise_hinge")

    def phi(self, difference):
        """Return max(0, 1 - d) and its derivative."""
        slope = -(difference < 1).astype(difference.dtype)
        return np.maximum(1 - difference, 0), slope


class RankNet(PairwiseLoss):
    """Mean over the pairs of log(1 + exp(-(s_i - s_j))).

    This is the log loss of P(i is better than j) = 1 / (1 + exp(-(s_i - s_j)))
    (Burges et al. 2005, "Learning to rank using gradient descent", ICML).
    """

    kernel: ClassVar[tuple] = ("rankings", "rank_net")

    def phi(self, difference):
        """Return log(1 + exp(-d)) and its derivative."""
        small = np.exp(-abs(difference))
        value = np.maximum(-difference, 0) + np.log1p(small)
        return value, -np.where(difference > 0, small, 1) / (1 + small)


@dataclass(frozen=True)
class LambdaRank(RankNet):
    r"""RankNet with pairs weighted by the change of NDCG@k when they are swapped.

    .. math::

        L = \sum_{t_i > t_j} |\Delta_{ij}| \log(1 + e^{-(s_i - s_j)}), \quad
        |\Delta_{ij}| = (t_i - t_j)\, |d(r_i) - d(r_j)| \,/\, \text{ideal DCG@k}

    Targets are gains. :math:`r_i` is the rank of document i by score, counted from
    1, and :math:`d(r) = 1 / \log_2(1 + r)` its discount, 0 if r > k. Among
    documents with equal scores, the better one gets the lower place. The "lambdas"
    of Burges, Ragno & Le ("Learning to rank with nonsmooth cost functions", NIPS
    2006; Burges 2010, MSR-TR-2010-82) are the gradient of L at fixed ranks. L jumps
    where two documents change places, so training does not minimise L itself.

    Parameters
    ----------
    k : int or None, default=None
        Number of top ranks that count. None counts all.
    """

    k: int | None = None
    kernel: ClassVar[tuple] = ("rankings", "lambda_rank")

    @property
    def setting(self):
        """Number of ranks that count, as a float."""
        return np.inf if self.k is None else float(self.k)

    def pair_weights(self, scores, targets, rows=slice(None)):
        """Return the changes of NDCG@k, |Delta_ij|, for some i and all j."""
        n_ranks = len(scores) if self.k is None else min(self.k, len(scores))
        by_rank = (1 / np.log2(np.arange(2, n_ranks + 2))).astype(scores.dtype)
        discounts = np.zeros_like(scores)
        discounts[np.lexsort((targets, -scores))[:n_ranks]] = by_rank
        ideal = by_rank @ np.sort(targets)[::-1][:n_ranks]
        gains = abs(targets[rows, np.newaxis] - targets)
        changes = gains * abs(discounts[rows, np.newaxis] - discounts)
        return changes / (ideal if ideal > 0 else 1)

    def n_pairs(self, n_documents):
        """Return the number of pairs with at least one document in the top k."""
        n_ranks = n_documents if self.k is None else min(self.k, n_documents)
        return n_ranks * (2 * n_documents - n_ranks - 1) // 2


class ListNet(RankingLoss):
    r"""Cross entropy of the probabilities of being first in the list.

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
