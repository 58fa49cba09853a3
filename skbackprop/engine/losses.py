"""The losses: rows of a table, each with its value and its gradient.

A loss sees logits z, the network's raw outputs, and targets t. Value and
gradient are stated together, so nothing is lost in between (no clipped
probabilities), and a loss may be combined with any link.

Elementwise losses are written like elementwise modules
(:mod:`skbackprop.network.modules`): in terms of ``xp``, run by both executors.
"""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Loss:
    """A loss per sample and how the output of the network is read.

    Attributes
    ----------
    link : str
        Name of the function that turns logits into predictions, as
        scikit-learn's ``out_activation_`` has it.
    averages_outputs : bool
        Whether the reported value is the mean over outputs rather than their
        sum. The gradient is that of the sum either way, as in scikit-learn.
    """

    link: ClassVar[str]
    averages_outputs: ClassVar[bool] = False

    def reported_factor(self, n_outputs):
        """Return the factor from the loss that is minimised to its reported value."""
        return 1 / n_outputs if self.averages_outputs else 1


@dataclass(frozen=True)
class GroupLoss(Loss):
    """A loss of a group of rows: of a pair, a triplet, the list of a query.

    Attributes
    ----------
    kernel : tuple of str
        File of :mod:`skbackprop.kernels` and name of the kernel in it, which
        ``make_<name>`` makes.
    setting : float
        What the kernel reads from ``scalars[LOSS_SETTING]``.
    """

    kernel: ClassVar[tuple]
    link: ClassVar[str] = "identity"
    setting: ClassVar[float] = 0.0

    def of_group(self, z, t):
        """Return the loss of one group and its gradient.

        Parameters
        ----------
        z : ndarray of shape (n_members, n_outputs)
            What the network puts out for each member.
        t : ndarray of shape (n_members, n_targets)

        Returns
        -------
        float
        ndarray of shape (n_members, n_outputs)
        """
        raise NotImplementedError


@dataclass(frozen=True)
class ElementwiseLoss(Loss):
    """A loss that is a sum over outputs of a function of one logit."""

    def value(self, z, t, xp):
        """Return the loss of each logit."""
        raise NotImplementedError

    def gradient(self, z, t, xp):
        """Return d value / d z."""
        raise NotImplementedError

    def curvature(self, z, t, xp):
        """Return d gradient / d z, for solvers that use it."""
        raise NotImplementedError

    @property
    def has_curvature(self):
        """Whether the second derivative is stated."""
        return type(self).curvature is not ElementwiseLoss.curvature


@dataclass(frozen=True)
class HalfSquaredError(ElementwiseLoss):
    """Half squared error: (z - t)^2 / 2, gradient z - t."""

    link: ClassVar[str] = "identity"
    averages_outputs: ClassVar[bool] = True

    def value(self, z, t, xp):
        """Return (z - t)^2 / 2."""
        return 0.5 * (z - t) * (z - t)

    def gradient(self, z, t, xp):
        """Return z - t."""
        return z - t

    def curvature(self, z, t, xp):
        """Return 1."""
        return xp.where(z == z, 1.0, z)


@dataclass(frozen=True)
class HalfPoissonDeviance(ElementwiseLoss):
    """Half Poisson deviance with log link: exp(z) - t z + t log t - t.

    The gradient is exp(z) - t. Targets are counts, t >= 0 and 0 log 0 = 0.
    """

    link: ClassVar[str] = "exp"

    def value(self, z, t, xp):
        """Return exp(z) - t z + t log t - t."""
        positive = xp.where(t > 0.0, t, 1.0)
        return xp.exp(z) - t * z + t * xp.log(positive) - t

    def gradient(self, z, t, xp):
        """Return exp(z) - t."""
        return xp.exp(z) - t

    def curvature(self, z, t, xp):
        """Return exp(z)."""
        return xp.exp(z)


@dataclass(frozen=True)
class BinaryLogLoss(ElementwiseLoss):
    """Log loss of independent yes/no outputs: log(1 + exp(z)) - t z.

    The gradient is sigmoid(z) - t. Targets are 0 or 1. One output makes the
    binary classifier, several the multilabel one.
    """

    link: ClassVar[str] = "logistic"

    def value(self, z, t, xp):
        """Return log(1 + exp(z)) - t z without overflow."""
        return xp.maximum(z, 0.0) - t * z + xp.log1p(xp.exp(-abs(z)))

    def gradient(self, z, t, xp):
        """Return sigmoid(z) - t."""
        decayed = xp.exp(-abs(z))
        return xp.divide(xp.where(z < 0.0, decayed, 1.0), 1.0 + decayed) - t

    def curvature(self, z, t, xp):
        """Return sigmoid(z) (1 - sigmoid(z))."""
        decayed = xp.exp(-abs(z))
        return xp.divide(decayed, (1.0 + decayed) * (1.0 + decayed))


@dataclass(frozen=True)
class SoftmaxLogLoss(Loss):
    """Log loss of one class out of several: logsumexp(z) - z[c].

    The gradient is softmax(z) - onehot(c). The target is the class index c, in
    one column of the network's dtype.
    """

    link: ClassVar[str] = "softmax"


@dataclass(frozen=True)
class IgnoringMissing(ElementwiseLoss):
    """An elementwise loss that is 0, with gradient 0, where the target is NaN.

    The steps that a sequence does not have are targets of this kind.

    Parameters
    ----------
    loss : ElementwiseLoss
    """

    loss: ElementwiseLoss

    @property
    def link(self):
        """That of the loss."""
        return self.loss.link

    @property
    def averages_outputs(self):
        """That of the loss."""
        return self.loss.averages_outputs

    def value(self, z, t, xp):
        """Return the loss where there is a target, else 0."""
        known = xp.where(t == t, t, 0.0)
        return xp.where(t == t, self.loss.value(z, known, xp), 0.0)

    def gradient(self, z, t, xp):
        """Return the gradient where there is a target, else 0."""
        known = xp.where(t == t, t, 0.0)
        return xp.where(t == t, self.loss.gradient(z, known, xp), 0.0)

    def curvature(self, z, t, xp):
        """Return the second derivative where there is a target, else 0."""
        known = xp.where(t == t, t, 0.0)
        return xp.where(t == t, self.loss.curvature(z, known, xp), 0.0)

    @property
    def has_curvature(self):
        """That of the loss."""
        return self.loss.has_curvature


@dataclass(frozen=True)
class StepwiseLogLoss(Loss):
    """Log loss of one class at each step of a sequence, added up over the steps.

    The logits of step s are columns ``s n_classes`` to ``(s + 1) n_classes``, its
    target, column s, is the index of its class, or NaN where the sequence has
    no such step.

    Parameters
    ----------
    n_classes : int
    """

    n_classes: int
    link: ClassVar[str] = "softmax"
