"""Losses of classes: yes or no, or one class out of several.

Elementwise losses read targets t of 0 and 1, which they may turn into signs
s = 2 t - 1. Where only one of several classes is true, some need no more
(one output for each class against the rest), others look at whole rows of
logits: what :meth:`ClassLoss.over_classes` returns.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy import special

from skbackprop.engine.losses.base import ElementwiseLoss, Loss, LossOfLoss


def margins(z):
    """Return z[k] - logsumexp over j != k of z[j] of each class k.

    With probabilities p = softmax(z) that are the log-odds log p - log(1 - p), to full
    precision. 1 - p loses digits where p is close to 1, which is so for the likeliest
    class only: its 1 - p is the sum of the other probabilities.
    """
    log_p = special.log_softmax(z, axis=1)
    rows, likeliest = np.arange(len(z)), log_p.argmax(axis=1)
    others = log_p.copy()
    others[rows, likeliest] = -np.inf
    with np.errstate(divide="ignore"):  # of the likeliest, which is replaced
        log_q = np.log1p(-np.exp(log_p))
    log_q[rows, likeliest] = special.logsumexp(others, axis=1)
    return log_p - log_q


def margins_vjp(z, adjoint):
    """Return the adjoint of z for one of its margins, class by class."""
    result = adjoint.copy()
    for k in np.flatnonzero(adjoint.any(axis=0)):
        others = z.copy()
        others[:, k] = -np.inf
        result -= adjoint[:, k, np.newaxis] * special.softmax(others, axis=1)
    return result


class ClassLoss(ElementwiseLoss):
    """A loss of one yes/no output, of several, or of one class out of several."""

    gives_probabilities: ClassVar[bool] = False

    def over_classes(self):
        """Return the loss of one class out of several: that of one against the rest."""
        return self

    def log_odds(self, z):
        """Return the log-odds of t = 1 that are estimated by logits z."""
        raise NotImplementedError

    def class_scores(self, z):
        """Return scores whose softmax are the probabilities of the classes."""
        raise NotImplementedError

    def log_odds_vjp(self, z, adjoint):
        """Return the adjoint of logits for one of their log-odds."""
        raise NotImplementedError

    def class_scores_vjp(self, z, adjoint):
        """Return the adjoint of logits for one of the scores of the classes."""
        raise NotImplementedError


class BinaryLogLoss(ClassLoss):
    """Log loss of independent yes/no outputs: log(1 + exp(z)) - t z.

    The gradient is sigmoid(z) - t. Targets are 0 or 1, or between them where
    labels are smoothed. One output makes the binary classifier, several the
    multilabel one.
    """

    link: ClassVar[str] = "logistic"
    gives_probabilities: ClassVar[bool] = True
    reference: ClassVar[str] = "Bridle (1990)"

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

    def over_classes(self):
        """Return the log loss of a softmax."""
        return SoftmaxLogLoss()

    def log_odds(self, z):
        """Return z."""
        return z

    def class_scores(self, z):
        """Return z."""
        return z

    def log_odds_vjp(self, z, adjoint):
        """Return the adjoint."""
        return adjoint

    def class_scores_vjp(self, z, adjoint):
        """Return the adjoint."""
        return adjoint


@dataclass(frozen=True)
class Focal(ClassLoss):
    """Focal loss: -(1 - p)^gamma log p, p the probability given to what is true.

    p = sigmoid(s z), or that of a softmax of several classes. What is already
    right counts little. Over z the gradient is s (p - 1) phi(p), with
    phi(p) = (1 - p)^gamma - gamma (1 - p)^(gamma - 1) p log p.

    The p of least expected loss are too timid; the probabilities of which they
    are the least are proportional to p / phi(p) (Charoenphakdee et al. 2021).

    Parameters
    ----------
    gamma : float, default=2.0
        How much less it counts; 0 is the log loss.
    """

    gamma: float = 2.0
    link: ClassVar[str] = "logistic"
    gives_probabilities: ClassVar[bool] = True
    reference: ClassVar[str] = "Lin, Goyal, Girshick, He & Dollar (2017)"

    def __post_init__(self):
        if not 0 <= self.gamma < np.inf:
            raise ValueError(
                f"gamma of Focal must be a number that is not negative, got "
                f"{self.gamma!r}."
            )

    def value(self, z, t, xp):
        """Return -(1 - p)^gamma log p."""
        loss, damping, _ = self._parts(z * (2.0 * t - 1.0), xp)
        return damping * loss

    def gradient(self, z, t, xp):
        """Return s (p - 1) (1 - p)^gamma (1 - gamma p log p / (1 - p))."""
        sign = 2.0 * t - 1.0
        loss, damping, wrong = self._parts(z * sign, xp)
        # -log p / (1 - p) is 1 in the limit of p = 1.
        is_right = wrong < 1e-30
        ratio = xp.where(is_right, 1.0, xp.divide(loss, xp.where(is_right, 1.0, wrong)))
        return -sign * wrong * damping * (1.0 + self.gamma * (1.0 - wrong) * ratio)

    def _parts(self, margin, xp):
        """Return -log p, (1 - p)^gamma, and 1 - p, for p = sigmoid(margin)."""
        decayed = xp.exp(-abs(margin))
        rest = xp.log1p(decayed)
        wrong = xp.divide(xp.where(margin < 0.0, 1.0, decayed), 1.0 + decayed)
        damping = xp.exp(-self.gamma * (xp.maximum(margin, 0.0) + rest))
        return xp.maximum(-margin, 0.0) + rest, damping, wrong

    def over_classes(self):
        """Return the same of the probability of a softmax."""
        return SoftMargin(self)

    def log_odds(self, z):
        """Return log of (p / phi(p)) / (q / phi(q)) for q = 1 - p."""
        return self._score(special.log_expit(z), special.log_expit(-z)) - self._score(
            special.log_expit(-z), special.log_expit(z)
        )

    def class_scores(self, z):
        """Return log of p / phi(p)."""
        margin = margins(z)
        return self._score(special.log_expit(margin), special.log_expit(-margin))

    def log_odds_vjp(self, z, adjoint):
        """Return the adjoint times S'(z) + S'(-z), where log-odds are S(z) - S(-z)."""
        return adjoint * (self._score_slope(z) + self._score_slope(-z))

    def class_scores_vjp(self, z, adjoint):
        """Return the adjoint of z behind the margins m, of which scores are S(m)."""
        return margins_vjp(z, adjoint * self._score_slope(margins(z)))

    def _score(self, log_p, log_wrong):
        """Return log(p / phi(p)) from log p and log(1 - p)."""
        ratio = self._ratio(log_p, log_wrong)
        damped = np.log1p(self.gamma * np.exp(log_p) * ratio)
        return log_p - self.gamma * log_wrong - damped

    def _score_slope(self, margin):
        """Return dS / dm of the score S(m) = log(p / phi(p)), p = sigmoid(m)."""
        p, wrong = special.expit(margin), special.expit(-margin)
        ratio = self._ratio(special.log_expit(margin), special.log_expit(-margin))
        weight = self.gamma * p
        return wrong + weight - weight * (ratio - 1) / (1 + weight * ratio)

    def _ratio(self, log_p, log_wrong):
        """Return -log p / (1 - p), which is 1 in the limit of p = 1."""
        wrong = np.exp(log_wrong)
        is_right = wrong < 1e-30
        return np.where(is_right, 1, -log_p / np.where(is_right, 1, wrong))


class Hinge(ClassLoss):
    """Hinge loss: max(0, 1 - s z), gradient -s where s z < 1.

    Of several classes, c being the true one, it is max(0, 1 - m) of the margin
    m = z[c] - max of the other z (Crammer & Singer).
    """

    reference: ClassVar[str] = "Cortes & Vapnik (1995), Crammer & Singer (2001)"

    def value(self, z, t, xp):
        """Return max(0, 1 - s z)."""
        return xp.maximum(1.0 - z * (2.0 * t - 1.0), 0.0)

    def gradient(self, z, t, xp):
        """Return -s where s z < 1, else 0."""
        sign = 2.0 * t - 1.0
        margin = z * sign
        return xp.where(margin < 1.0, -sign, xp.where(margin >= 1.0, 0.0, margin))

    def over_classes(self):
        """Return the hinge loss of the margin to the best other class."""
        return HardMargin(self)


class SquaredHinge(ClassLoss):
    """Squared hinge loss: max(0, 1 - s z)^2, gradient -2 s max(0, 1 - s z).

    Of several classes, the sum over all outputs, one for each class against the
    rest.
    """

    reference: ClassVar[str] = "Tang (2013)"

    def value(self, z, t, xp):
        """Return max(0, 1 - s z)^2."""
        missing = xp.maximum(1.0 - z * (2.0 * t - 1.0), 0.0)
        return missing * missing

    def gradient(self, z, t, xp):
        """Return -2 s max(0, 1 - s z)."""
        sign = 2.0 * t - 1.0
        return -2.0 * sign * xp.maximum(1.0 - z * sign, 0.0)

    def curvature(self, z, t, xp):
        """Return 2 where s z < 1, else 0."""
        margin = z * (2.0 * t - 1.0)
        return xp.where(margin < 1.0, 2.0, xp.where(margin >= 1.0, 0.0, margin))


class HalfSquaredErrorOfSigns(ClassLoss):
    """Half squared error of the targets +1 and -1: (z - s)^2 / 2, gradient z - s.

    Of several classes, the sum over all outputs, one for each class.
    """

    averages_outputs: ClassVar[bool] = True
    reference: ClassVar[str] = "LeCun, Bottou, Orr & Muller (1998)"

    def value(self, z, t, xp):
        """Return (z - s)^2 / 2."""
        error = z - (2.0 * t - 1.0)
        return 0.5 * error * error

    def gradient(self, z, t, xp):
        """Return z - s."""
        return z - (2.0 * t - 1.0)

    def curvature(self, z, t, xp):
        """Return 1."""
        return xp.where(z == z, 1.0, z)


# Of whole rows: one class out of several


@dataclass(frozen=True)
class SoftmaxLogLoss(Loss):
    """Log loss of one class out of several: logsumexp(z) - z[c].

    The gradient is softmax(z) - onehot(c). The target is the class index c, in
    one column of the network's dtype.
    """

    link: ClassVar[str] = "softmax"
    reads_class_index: ClassVar[bool] = True
    kernel: ClassVar[str] = "softmax"


@dataclass(frozen=True)
class SmoothedSoftmaxLogLoss(SoftmaxLogLoss):
    """Log loss of a share of ``1 - label_smoothing`` that is surely class c.

    The rest is spread evenly over all n classes: logsumexp(z) - sum_j q[j] z[j],
    gradient softmax(z) - q, with q = (1 - label_smoothing) onehot(c) +
    label_smoothing / n (Szegedy et al. 2016).

    Parameters
    ----------
    label_smoothing : float
        The share that is spread, from 0 to 1.
    """

    label_smoothing: float
    kernel: ClassVar[str] = "smoothed_softmax"


class HardMargin(LossOfLoss):
    """A loss of the margin of the true class c to the best of the others.

    The margin is m = z[c] - max over j != c of z[j]; the loss is that of a logit m
    whose target is 1. With its derivative d, the gradient is d at c, and -d at
    the best of the others, in equal parts where several are.

    Parameters
    ----------
    loss : ClassLoss
        That of the margin.
    """

    reads_class_index: ClassVar[bool] = True
    kernel: ClassVar[str] = "hard_margin"


class SoftMargin(LossOfLoss):
    """A loss of the margin of the true class c to the softmax of the others.

    The margin is m = z[c] - logsumexp over j != c of z[j], so that sigmoid(m) is
    the probability of class c. With the derivative d of the loss of a logit m
    whose target is 1, the gradient is d at c, and -d softmax at the others.

    Parameters
    ----------
    loss : ClassLoss
        That of the margin.
    """

    link: ClassVar[str] = "softmax"
    reads_class_index: ClassVar[bool] = True
    kernel: ClassVar[str] = "soft_margin"


class IgnoringMissing(LossOfLoss, ElementwiseLoss):
    """An elementwise loss that is 0, with gradient 0, where the target is NaN.

    The steps that a sequence does not have are targets of this kind.

    Parameters
    ----------
    loss : ElementwiseLoss
        That of a target that is there.
    """

    def value(self, z, t, xp):
        """Return the loss where there is a target, else 0."""
        known = xp.where(t == t, t, 1.0)
        return xp.where(t == t, self.loss.value(z, known, xp), 0.0)

    def gradient(self, z, t, xp):
        """Return the gradient where there is a target, else 0."""
        known = xp.where(t == t, t, 1.0)
        return xp.where(t == t, self.loss.gradient(z, known, xp), 0.0)

    def curvature(self, z, t, xp):
        """Return the second derivative where there is a target, else 0."""
        known = xp.where(t == t, t, 1.0)
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
        Number of logits of a step.
    """

    n_classes: int
    link: ClassVar[str] = "softmax"
    reads_class_index: ClassVar[bool] = True
    kernel: ClassVar[str] = "stepwise_softmax"
