"""Base classes of losses: value, gradient, and the settings of the kernel."""

import copy
from dataclasses import dataclass, fields
from typing import ClassVar

import numpy as np


@dataclass(frozen=True)
class Loss:
    """A loss of one sample, and the link from logits to predictions.

    Attributes
    ----------
    link : str
        Name of the function from logits to predictions, as in scikit-learn's
        ``out_activation_``.
    averages_outputs : bool
        Whether the reported value is the mean over outputs instead of their sum.
        The gradient is that of the sum either way, as in scikit-learn.
    reads_class_index : bool
        Whether the target is a class index, in one column of the network's dtype,
        instead of a number for each output.
    kernel : str or tuple
        The kind of kernel (``skbackprop.kernels.losses.elementwise``).
    needs_scratch : bool
        Whether the kernel needs scratch memory.
    reference : str
        Authors and year of the source.
    """

    link: ClassVar[str] = "identity"
    averages_outputs: ClassVar[bool] = False
    reads_class_index: ClassVar[bool] = False
    kernel: ClassVar[str] = "elementwise"
    needs_scratch: ClassVar[bool] = False
    reference: ClassVar[str]

    def reported_factor(self, n_outputs):
        """Return the ratio of the reported value to the loss that is minimised."""
        return 1 / n_outputs if self.averages_outputs else 1

    def settings(self, n_outputs):
        """Return the values of the fields, a row per field and a column per output.

        Fields with fewer numbers than outputs are repeated.
        """
        values = [np.resize(getattr(self, f.name), n_outputs) for f in fields(self)]
        return np.array(values, dtype=float).reshape(-1, n_outputs)

    def with_settings(self, values):
        """Return a copy of the loss with other values in its fields, unchecked.

        The values are rows of numbers, or the registers of a kernel.
        """
        changed = copy.copy(self)
        for field, value in zip(fields(self), values, strict=True):
            object.__setattr__(changed, field.name, value)
        return changed

    @property
    def kernel_name(self):
        """Key of the compiled kernel, which does not depend on the settings."""
        return type(self).__name__


@dataclass(frozen=True)
class GroupLoss(Loss):
    """A loss of a group of rows, such as a pair, a triplet or a query's documents.

    Attributes
    ----------
    kernel : tuple of str
        File in ``skbackprop.kernels``, and name of the kernel that its function
        ``make_<name>`` makes.
    setting : float
        The value that the kernel reads from ``Scalar.loss_setting``.
    """

    kernel: ClassVar[tuple]
    setting: ClassVar[float] = 0.0

    def settings(self, n_outputs):
        """Return an array without rows, as ``setting`` is the only setting."""
        return np.empty((0, n_outputs))

    def of_group(self, z, t):
        """Return the loss of one group and its gradient.

        Parameters
        ----------
        z : ndarray of shape (n_members, n_outputs)
            Outputs of the network for each member.
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
        """Whether the second derivative is defined."""
        return type(self).curvature is not ElementwiseLoss.curvature


@dataclass(frozen=True)
class LossOfLoss(Loss):
    """A loss based on another loss.

    Parameters
    ----------
    loss : ElementwiseLoss
    """

    loss: ElementwiseLoss

    @property
    def link(self):
        """The link of the inner loss."""
        return self.loss.link

    @property
    def averages_outputs(self):
        """Whether the inner loss averages outputs."""
        return self.loss.averages_outputs

    def settings(self, n_outputs):
        """Return the settings of the inner loss."""
        return self.loss.settings(n_outputs)

    def with_settings(self, values):
        """Return a copy with other settings of the inner loss."""
        return type(self)(self.loss.with_settings(values))

    @property
    def kernel_name(self):
        """Key of the kernel, from the names of this and the inner loss."""
        return f"{type(self).__name__}_{self.loss.kernel_name}"
