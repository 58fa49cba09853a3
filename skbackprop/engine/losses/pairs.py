"""Losses of distances between outputs of a network for several rows.

A pair is a group of two rows, with outputs z_0 and z_1 at the Euclidean distance
D = |z_0 - z_1|. Its target Y, the same for both rows, is 0 for similar and 1 for
dissimilar rows, as in Hadsell et al. [1]_.

References
----------
.. [1] Hadsell, R., Chopra, S. & LeCun, Y. (2006). "Dimensionality reduction by
   learning an invariant mapping". CVPR.
.. [2] Schroff, F., Kalenichenko, D. & Philbin, J. (2015). "FaceNet: A unified
   embedding for face recognition and clustering". CVPR.
.. [3] Guillaumin, M., Verbeek, J. & Schmid, C. (2009). "Is that you? Metric
   learning approaches for face identification". ICCV.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from skbackprop.engine.losses import GroupLoss


@dataclass(frozen=True)
class DistanceLoss(GroupLoss):
    """A loss of distances.

    Parameters
    ----------
    margin : float, default=1.0
        Distance, or difference of squared distances, that separates dissimilar rows.
    """

    margin: float = 1.0

    @property
    def setting(self):
        """The margin."""
        return self.margin


class ContrastiveLoss(DistanceLoss):
    """Contrastive loss [1]_: (1 - Y) D^2 / 2 + Y max(0, margin - D)^2 / 2.

    The gradient with respect to z_0 is
    (1 - Y) (z_0 - z_1) - Y max(0, margin - D) (z_0 - z_1) / D.
    The second term is taken as 0 where D is 0, as no direction is preferred there.
    """

    kernel: ClassVar[tuple] = ("pairs", "contrastive")

    def of_group(self, z, t):
        """Return the loss of a pair and its gradient."""
        difference, y = z[0] - z[1], t[1, 0]
        distance = np.sqrt((difference**2).sum())
        missing = np.maximum(0, self.margin - distance)
        value = (1 - y) * distance**2 / 2 + y * missing**2 / 2
        pull = (1 - y) * difference
        push = np.zeros_like(z[0])
        np.divide(y * missing * difference, distance, out=push, where=distance != 0)
        return value, np.array([pull - push, push - pull])


class LogisticPairLoss(DistanceLoss):
    """Log loss of P(similar) = 1 / (1 + exp(D^2 - margin^2)) [3]_.

    The loss is log(1 + exp(D^2 - margin^2)) - Y (D^2 - margin^2). At a distance equal
    to the margin, similar and dissimilar are equally likely.
    """

    kernel: ClassVar[tuple] = ("pairs", "logistic")

    def of_group(self, z, t):
        """Return the loss of a pair and its gradient."""
        difference, y = z[0] - z[1], t[1, 0]
        excess = (difference**2).sum() - z.dtype.type(self.margin) ** 2
        decayed = np.exp(-abs(excess))
        value = np.maximum(excess, 0) - y * excess + np.log1p(decayed)
        p_dissimilar = np.where(excess >= 0, 1, decayed) / (1 + decayed)
        slope = 2 * (p_dissimilar - y) * difference
        return value, np.array([slope, -slope])


class TripletLoss(DistanceLoss):
    """Triplet loss [2]_: max(0, |z_0 - z_1|^2 - |z_0 - z_2|^2 + margin).

    The rows are an anchor, a similar and a dissimilar row, in this order. The margin
    applies to squared distances. Targets are ignored.
    """

    kernel: ClassVar[tuple] = ("pairs", "triplet")

    def of_group(self, z, t):
        """Return the loss of a triplet and its gradient."""
        anchor, near, far = z
        excess = ((anchor - near) ** 2).sum() - ((anchor - far) ** 2).sum()
        excess += z.dtype.type(self.margin)
        if excess <= 0:
            return 0.0, np.zeros_like(z)
        return excess, 2 * np.array([far - near, near - anchor, anchor - far])
