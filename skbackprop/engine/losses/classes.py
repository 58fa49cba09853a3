"""Losses for classification: binary, multilabel and multiclass.

Elementwise losses read targets t of 0 and 1, which they may convert to signs
s = 2 t - 1. For multiclass problems some are used as they are, with one output for
each class against the rest. Others become losses of whole rows of logits:
:meth:`ClassLoss.over_classes` returns them.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy import special

from skbackprop.engine.losses.base import ElementwiseLoss, Loss, LossOfLoss


def margins(z):
    """Return z[k] - logsumexp over j != k of z[j] for each class k.

    With p = softmax(z) these are the log-odds log p - log(1 - p), to full precision.
    1 - p loses digits where p is close to 1, which can happen for the likeliest class
    only. Its 1 - p is computed as the sum of the other probabilities.
    """
    log_p = special.log_softmax(z, axis=1)
    rows, likeliest = np.arange(len(z)), log_p.argmax(axis=1)
    others = log_p.copy()
    others[rows, likeliest] = -np.inf
    with np.errstate(divide="ignore"):  # at the likeliest, which is replaced below
        log_q = np.log1p(-np.exp(log_p))
    log_q[rows, likeliest] = special.logsumexp(others, axis=1)
    return log_p - log_q


def margins_vjp(z, adjoint):
    """Return the adjoint of z, given that of its margins."""
    result = adjoint.copy()
    for k in np.flatnonzero(adjoint.any(axis=0)):
        others = z.copy()
        others[:, k] = -np.inf
        result -= adjoint[:, k, np.newaxis] * special.softmax(others, axis=1)
    return result


class ClassLoss(ElementwiseLoss):
    """A loss for binary, multilabel and multiclass classification."""

    gives_probabilities: ClassVar[bool] = False

    def over_classes(self):
        """Return the loss for multiclass problems, here one-vs-rest."""
        return self

    def log_odds(self, z):
        """Return the log-odds of t = 1 estimated from logits z."""
        raise NotImplementedError

    def class_scores(self, z):
        """Return scores whose softmax is the class probabilities."""
        raise NotImplementedError

    def log_odds_vjp(self, z, adjoint):
        """Return the adjoint of the logits, given that of the log-odds."""
        raise NotImplementedError

    def class_scores_vjp(self, z, adjoint):
        """Return the adjoint of the logits, given that of the class scores."""
        raise NotImplementedError


class BinaryLogLoss(ClassLoss):
    """Log loss of independent binary outputs: log(1 + exp(z)) - t z.

    The gradient is sigmoid(z) - t. Targets are 0 or 1, or in between with label
    smoothing. Binary classifiers have one output, multilabel classifiers several.
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
    """Focal loss: -(1 - p)^gamma log p, with p the probability of the true class.

    p is sigmoid(s z), or that of a softmax for several classes. Samples that are
    already classified well count less. The gradient with respect to z is
    s (p - 1) phi(p), where phi(p) = (1 - p)^gamma - gamma (1 - p)^(gamma - 1) p log p.

    The p that minimise the expected loss are underconfident. The class
    probabilities are proportional to p / phi(p) (Charoenphakdee et al. 2021).

    Parameters
    ----------
    gamma : float, default=2.0
        Strength of the down-weighting of well-classified samples. 0 gives the log
        loss.
    """

    gamma: float = 2.0
    link: ClassVar[str] = "logistic"
    gives_probabilities: ClassVar[bool] = True
    reference: ClassVar[str] = "Lin, Goyal, Girshick, He & Dollar (2017)"

    def __post_init__(self):
        if not 0 <= self.gamma < np.inf:
            raise ValueError(
                "gamma of Focal must be a non-negative finite number, got "
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
        """Return the focal loss of the softmax probability."""
        return SoftMargin(self)

    def log_odds(self, z):
        """Return log((p / phi(p)) / (q / phi(q))) for q = 1 - p."""
        return self._score(special.log_expit(z), special.log_expit(-z)) - self._score(
            special.log_expit(-z), special.log_expit(z)
        )

    def class_scores(self, z):
        """Return log(p / phi(p))."""
        margin = margins(z)
        return self._score(special.log_expit(margin), special.log_expit(-margin))

    def log_odds_vjp(self, z, adjoint):
        """Return adjoint * (S'(z) + S'(-z)), as the log-odds are S(z) - S(-z)."""
        return adjoint * (self._score_slope(z) + self._score_slope(-z))

    def class_scores_vjp(self, z, adjoint):
        """Return the adjoint of z, as the scores are S(m) of the margins m."""
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

    For several classes it is max(0, 1 - m) with the margin m = z[c] - max of the
    other z, where c is the true class (Crammer & Singer).
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
        """Return the hinge loss of the margin over the best other class."""
        return HardMargin(self)


class SquaredHinge(ClassLoss):
    """Squared hinge loss: max(0, 1 - s z)^2, gradient -2 s max(0, 1 - s z).

    For several classes it is the sum over the one-vs-rest outputs.
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

    For several classes it is the sum over the outputs, one for each class.
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


# Losses of whole rows, for multiclass problems


@dataclass(frozen=True)
class SoftmaxLogLoss(Loss):
    """Multiclass log loss: logsumexp(z) - z[c].

    The gradient is softmax(z) - onehot(c). The target is the class index c, in
    one column of the network's dtype.
    """

    link: ClassVar[str] = "softmax"
    reads_class_index: ClassVar[bool] = True
    kernel: ClassVar[str] = "softmax"


@dataclass(frozen=True)
class SmoothedSoftmaxLogLoss(SoftmaxLogLoss):
    """Multiclass log loss with label smoothing: logsumexp(z) - sum_j q[j] z[j].

    The target distribution over the n classes is q = (1 - label_smoothing) onehot(c)
    + label_smoothing / n (Szegedy et al. 2016). The gradient is softmax(z) - q.

    Parameters
    ----------
    label_smoothing : float
        Probability that is spread evenly over all classes, between 0 and 1.
    """

    label_smoothing: float
    kernel: ClassVar[str] = "smoothed_softmax"


class HardMargin(LossOfLoss):
    """A loss of the margin of the true class c over the best other class.

    The margin is m = z[c] - max over j != c of z[j]. The loss is that of a logit m
    with target 1. If d is its derivative, the gradient is d at c and -d at the best
    other class, divided equally among ties.

    Parameters
    ----------
    loss : ClassLoss
        The loss of the margin.
    """

    reads_class_index: ClassVar[bool] = True
    kernel: ClassVar[str] = "hard_margin"


class SoftMargin(LossOfLoss):
    """A loss of the margin of the true class c over the logsumexp of the others.

    The margin is m = z[c] - logsumexp over j != c of z[j], so that sigmoid(m) is
    the probability of class c. The loss is that of a logit m with target 1. If d is
    its derivative, the gradient is d at c and -d softmax at the others.

    Parameters
    ----------
    loss : ClassLoss
        The loss of the margin.
    """

    link: ClassVar[str] = "softmax"
    reads_class_index: ClassVar[bool] = True
    kernel: ClassVar[str] = "soft_margin"


class IgnoringMissing(LossOfLoss, ElementwiseLoss):
    """An elementwise loss that is 0, with gradient 0, where the target is NaN.

    Targets are NaN for the missing steps of shorter sequences.

    Parameters
    ----------
    loss : ElementwiseLoss
        The loss of all other targets.
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
        """Whether the inner loss defines the second derivative."""
        return self.loss.has_curvature


@dataclass(frozen=True)
class StepwiseLogLoss(Loss):
    """Multiclass log loss at each step of a sequence, summed over the steps.

    The logits of step s are the columns from ``s n_classes`` up to
    ``(s + 1) n_classes``. Its target, column s, is a class index, or NaN if the
    sequence has no such step.

    Parameters
    ----------
    n_classes : int
        Number of logits of a step.
    """

    n_classes: int
    link: ClassVar[str] = "softmax"
    reads_class_index: ClassVar[bool] = True
    kernel: ClassVar[str] = "stepwise_softmax"
