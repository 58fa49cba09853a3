"""Losses of minibatches of similar pairs, without dissimilar pairs.

A group is a minibatch of n pairs: n rows z of one branch, followed by n rows z' of
the other in the same order. Statistics of the minibatch, instead of dissimilar pairs,
prevent all samples from being mapped to one point. The losses are means over the
pairs, and targets are ignored.
"""

from dataclasses import dataclass, fields
from typing import ClassVar

import numpy as np

from skbackprop.engine.losses.base import GroupLoss, Loss

__all__ = ["BarlowTwins", "BatchLoss", "InfoNCE", "VICReg"]


class BatchLoss(GroupLoss):
    """A loss of a minibatch of at least two pairs.

    Attributes
    ----------
    eps : float
        Constant that is added to variances.
    """

    needs_scratch: ClassVar[bool] = True
    eps: ClassVar[float] = 0.0

    def __post_init__(self):
        for field in fields(self):
            value = getattr(self, field.name)
            if not 0 <= value < np.inf:
                raise ValueError(
                    f"{field.name} of {type(self).__name__} must be a non-negative "
                    f"finite number, got {value!r}."
                )

    def settings(self, n_outputs):
        """Return the values of the fields, like elementwise losses, and eps."""
        numbers = Loss.settings(self, n_outputs)
        return np.vstack([numbers, np.full((1, n_outputs), self.eps)])

    def of_group(self, z, t):
        """Return the loss of a minibatch of pairs and its gradient."""
        value, *gradients = self.of_branches(*np.split(z, 2))
        return value, np.concatenate(gradients)

    def of_branches(self, first, second):
        """Return the loss of n pairs and its gradient for each branch.

        Parameters
        ----------
        first, second : ndarray of shape (n_pairs, n_outputs)

        Returns
        -------
        value : float
        of_first, of_second : ndarray of shape (n_pairs, n_outputs)
        """
        raise NotImplementedError


@dataclass(frozen=True)
class VICReg(BatchLoss):
    r"""Variance, invariance and covariance [1]_.

    .. math::

        \lambda \frac{1}{nd} \sum_{i,j} (z_{ij} - z'_{ij})^2
        + \frac{\mu}{2} \big(v(Z) + v(Z')\big) + \nu \big(c(Z) + c(Z')\big), \quad
        v(Z) = \frac1d \sum_j \max\big(0, 1 - \sqrt{C_{jj} + 10^{-4}}\big), \quad
        c(Z) = \frac1d \sum_{j \neq k} C_{jk}^2

    with the covariance matrix C of the d outputs of each branch, with divisor n - 1.
    With x = z - mean, the last two terms of a branch have the gradient x M with a
    symmetric matrix M. Off the diagonal it is 4 nu C_jk / (d (n - 1)). On it, with
    s_j = sqrt(C_jj + eps), it is -mu / (2 d (n - 1) s_j) if s_j < 1, else 0.

    Parameters
    ----------
    invariance : float, default=25.0
        Weight :math:`\lambda` of the distance between the branches.
    variance : float, default=25.0
        Weight :math:`\mu` of the variance term.
    covariance : float, default=1.0
        Weight :math:`\nu` of the covariance term.

    References
    ----------
    .. [1] Bardes, A., Ponce, J. & LeCun, Y. (2022). "VICReg: variance-invariance-
       covariance regularization for self-supervised learning". ICLR.
    """

    invariance: float = 25.0
    variance: float = 25.0
    covariance: float = 1.0
    eps: ClassVar[float] = 1e-4  # as in the official code
    kernel: ClassVar[tuple] = ("batches", "vicreg")
    reference: ClassVar[str] = "Bardes, Ponce & LeCun (2022)"

    def of_branches(self, first, second):
        """Return the loss of n pairs and its gradient for each branch."""
        difference = first - second
        value = self.invariance * (difference**2).mean()
        slope = 2 * self.invariance / difference.size * difference
        of_first, gradient_of_first = self._of_branch(first)
        of_second, gradient_of_second = self._of_branch(second)
        value += of_first + of_second
        return value, slope + gradient_of_first, gradient_of_second - slope

    def _of_branch(self, z):
        """Return the variance and covariance terms of a branch, and their gradient."""
        (n, d), x = z.shape, z - z.mean(axis=0)
        covariance = x.T @ x / (n - 1)
        deviation = np.sqrt(np.diag(covariance) + self.eps)
        np.fill_diagonal(covariance, 0)
        missing = np.maximum(1 - deviation, 0)
        value = self.variance / 2 * missing.mean()
        value += self.covariance / d * (covariance**2).sum()
        slope = np.where(deviation < 1, -self.variance / (2 * d) / deviation, 0)
        matrix = 4 * self.covariance / d * covariance + np.diag(slope)
        return value, x @ (matrix / (n - 1))


@dataclass(frozen=True)
class BarlowTwins(BatchLoss):
    r"""Barlow Twins, which decorrelates outputs across branches [1]_.

    .. math::

        \sum_j (1 - C_{jj})^2 + \lambda \sum_{j \neq k} C_{jk}^2, \qquad
        C = \frac1n \hat Z^\top \hat Z'

    where the outputs of each branch are standardised over the minibatch. Variances
    have the divisor n, and 1e-5 is added to them.

    Parameters
    ----------
    redundancy : float, default=0.0051
        Weight :math:`\lambda` of the entries off the diagonal.

    References
    ----------
    .. [1] Zbontar, J., Jing, L., Misra, I., LeCun, Y. & Deny, S. (2021). "Barlow
       twins: self-supervised learning via redundancy reduction". ICML.
    """

    redundancy: float = 0.0051
    eps: ClassVar[float] = 1e-5  # that of the BatchNorm in the official code
    kernel: ClassVar[tuple] = ("batches", "barlow_twins")
    reference: ClassVar[str] = "Zbontar et al. (2021)"

    def of_branches(self, first, second):
        """Return the loss of n pairs and its gradient for each branch."""
        n = len(first)
        (x, x_factor), (y, y_factor) = (
            _standardized(z, self.eps) for z in (first, second)
        )
        correlation = x.T @ y / n
        is_own = np.eye(len(correlation), dtype=bool)
        missing = correlation - is_own
        weights = np.where(is_own, 1, self.redundancy).astype(x.dtype)
        value = (weights * missing**2).sum()
        slope = 2 / n * weights * missing
        # Standardising removes the component of the gradient along x.
        along_x = (slope * correlation).sum(axis=1)
        along_y = (slope * correlation).sum(axis=0)
        of_first = (y @ slope.T - x * along_x) * x_factor
        return value, of_first, (x @ slope - y * along_y) * y_factor


def _standardized(z, eps):
    """Return columns of mean 0 and variance 1, and their scale factors."""
    x = z - z.mean(axis=0)
    factor = 1 / np.sqrt((x**2).mean(axis=0) + eps)
    return x * factor, factor


@dataclass(frozen=True)
class InfoNCE(BatchLoss):
    r"""Log loss of identifying a row's partner among all other rows [1]_, [2]_.

    .. math::

        \frac{1}{2n} \sum_i \Big(\log \sum_{k \neq i} e^{s_{ik} / \tau}
        - s_{i\,p(i)} / \tau\Big)

    over the 2n rows of both branches, where :math:`s_{ik}` is the cosine similarity
    of rows i and k, and p(i) the partner of row i. This is the NT-Xent loss of
    SimCLR. A row of zeros has cosine 0 with all others and gradient 0, as no
    direction is preferred. The loss needs memory for :math:`4 n^2` numbers.

    Parameters
    ----------
    temperature : float, default=0.5
        Temperature :math:`\tau` of the softmax.

    References
    ----------
    .. [1] van den Oord, A., Li, Y. & Vinyals, O. (2018). "Representation learning
       with contrastive predictive coding". arXiv:1807.03748.
    .. [2] Chen, T., Kornblith, S., Norouzi, M. & Hinton, G. (2020). "A simple
       framework for contrastive learning of visual representations". ICML.
    """

    temperature: float = 0.5
    kernel: ClassVar[tuple] = ("batches", "info_nce")
    reference: ClassVar[str] = "van den Oord et al. (2018), Chen et al. (2020)"

    def __post_init__(self):
        if not 0 < self.temperature < np.inf:
            raise ValueError(
                f"temperature of InfoNCE must be positive, got {self.temperature!r}."
            )

    def of_group(self, z, t):
        """Return the loss of a minibatch of pairs and its gradient."""
        rows = np.arange(len(z))
        partners = np.roll(rows, len(z) // 2)
        lengths = np.sqrt((z**2).sum(axis=1, keepdims=True))
        factors = np.divide(1, lengths, out=np.zeros_like(z[:, :1]), where=lengths != 0)
        y = z * factors
        logits = y @ y.T / self.temperature
        np.fill_diagonal(logits, -np.inf)
        logits -= logits.max(axis=1, keepdims=True)
        exponentials = np.exp(logits)
        totals = exponentials.sum(axis=1, keepdims=True)
        value = (np.log(totals[:, 0]) - logits[rows, partners]).mean()
        slope = exponentials / totals
        slope[rows, partners] -= 1
        dy = (slope + slope.T) @ y / (len(z) * self.temperature)
        return value, (dy - y * (dy * y).sum(axis=1, keepdims=True)) * factors
