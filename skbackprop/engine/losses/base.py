"""What a loss is: value and gradient over the logits, and what its kernel needs."""

import copy
from dataclasses import dataclass, fields
from typing import ClassVar

import numpy as np


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
    reads_class_index : bool
        Whether the target is the index of a class, in one column of the
        network's dtype, instead of a number for each output.
    kernel : str or tuple
        What kind of kernel runs it (``skbackprop.kernels.losses.elementwise``).
    needs_scratch : bool
        Whether the kernel works in memory of its own.
    reference : str
        Who proposed it, and when.
    """

    link: ClassVar[str] = "identity"
    averages_outputs: ClassVar[bool] = False
    reads_class_index: ClassVar[bool] = False
    kernel: ClassVar[str] = "elementwise"
    needs_scratch: ClassVar[bool] = False
    reference: ClassVar[str]

    def reported_factor(self, n_outputs):
        """Return the factor from the loss that is minimised to its reported value."""
        return 1 / n_outputs if self.averages_outputs else 1

    def settings(self, n_outputs):
        """Return the numbers of the fields: a row of each, a column of each output.

        A field that holds fewer numbers than there are outputs is repeated.
        """
        values = [np.resize(getattr(self, f.name), n_outputs) for f in fields(self)]
        return np.array(values, dtype=float).reshape(-1, n_outputs)

    def with_settings(self, values):
        """Return the same loss with these values in its fields, unchecked.

        They are rows of numbers, or the registers of a kernel.
        """
        changed = copy.copy(self)
        for field, value in zip(fields(self), values, strict=True):
            object.__setattr__(changed, field.name, value)
        return changed

    @property
    def kernel_name(self):
        """What tells apart the machine code of losses: all but their numbers."""
        return type(self).__name__


@dataclass(frozen=True)
class GroupLoss(Loss):
    """A loss of a group of rows: of a pair, a triplet, the list of a query.

    Attributes
    ----------
    kernel : tuple of str
        File of ``skbackprop.kernels`` and name of the kernel in it, which
        ``make_<name>`` makes.
    setting : float
        What the kernel reads from ``Scalar.loss_setting``.
    """

    kernel: ClassVar[tuple]
    setting: ClassVar[float] = 0.0

    def settings(self, n_outputs):
        """Return nothing: ``setting`` is all there is."""
        return np.empty((0, n_outputs))

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
class LossOfLoss(Loss):
    """A loss that is made of another one.

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

    def settings(self, n_outputs):
        """Return those of the loss."""
        return self.loss.settings(n_outputs)

    def with_settings(self, values):
        """Return the same of the loss with other settings."""
        return type(self)(self.loss.with_settings(values))

    @property
    def kernel_name(self):
        """That of the loss, and what is made of it."""
        return f"{type(self).__name__}_{self.loss.kernel_name}"
