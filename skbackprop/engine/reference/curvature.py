r"""Second derivatives by another backward pass: the diagonal Gauss-Newton matrix.

Backprop of second derivatives (LeCun, Bottou, Orr & Muller 1998, section 7) uses
the same graph as backprop of first derivatives. If a module computes y from x,

.. math:: \frac{\partial^2 E}{\partial x_j^2} \approx \sum_i
   \left(\frac{\partial y_i}{\partial x_j}\right)^2
   \frac{\partial^2 E}{\partial y_i^2}

The approximation leaves out the second derivatives of y, like the Gauss-Newton method,
so that no result is negative, and the mixed derivatives of E. Contributions of fan-out
and shared parameters are added. This runs in NumPy in double precision for all
executors, as it is needed only once per epoch, for a few hundred samples.
"""

import functools

import numpy as np

from skbackprop.engine.losses import ElementwiseLoss, SoftmaxLogLoss, StepwiseLogLoss
from skbackprop.engine.reference.executor import ReferenceExecutor
from skbackprop.engine.reference.losses import in_dtype
from skbackprop.engine.reference.modules import (
    Pass,
    backward_curvature,
    parameter_curvatures,
    xp,
)
from skbackprop.engine.reference.modules.softmax import softmax
from skbackprop.engine.samples import batches

_ELEMENTS_AT_A_TIME = 2**22  # of all signals


@functools.singledispatch
def loss_curvature(loss, logits, targets):
    """Return the second derivative of a loss in each logit, for each sample."""
    raise NotImplementedError(f"{loss!r} has no second derivative.")


@loss_curvature.register
def _(loss: ElementwiseLoss, logits, targets):
    return in_dtype(loss, logits).curvature(logits, targets, xp)


@loss_curvature.register
def _(loss: SoftmaxLogLoss, logits, targets):
    p = softmax(logits)
    return p * (1 - p)


@loss_curvature.register
def _(loss: StepwiseLogLoss, logits, targets):
    p = softmax(logits.reshape(*targets.shape, loss.n_classes))
    exists = ~np.isnan(targets)[..., np.newaxis]
    return np.where(exists, p * (1 - p), 0).reshape(logits.shape)


def check_curvature(program, loss):
    """Raise ValueError if a module or the loss has no second derivatives."""
    undefined = backward_curvature.dispatch(object)
    for instruction in program.instructions:
        module = instruction.module
        if backward_curvature.dispatch(type(module)) is undefined:
            raise ValueError(
                f"solver='sdlm' needs second derivatives, which are not defined for "
                f"{module!r}. Use another solver, or a graph without it."
            )
    is_elementwise = isinstance(loss, ElementwiseLoss)
    if (is_elementwise and not loss.has_curvature) or (
        loss_curvature.dispatch(type(loss)) is loss_curvature.dispatch(object)
    ):
        raise ValueError(
            f"solver='sdlm' needs second derivatives, which {loss!r} does not have. "
            "Use another solver, or another loss."
        )


def gauss_newton_diagonal(program, parameters, loss, samples, rows, run=None):
    """Return the mean of d2E/dw2 over samples for each parameter.

    Parameters
    ----------
    program : Program
    parameters : ndarray of shape (program.n_parameters,)
    loss : Loss
    samples : Samples
    rows : ndarray of int64
        The samples, which are weighted by their weights.
    run : Pass, default=Pass()
        Whether modules behave as in training.

    Returns
    -------
    ndarray of float64 of shape (program.n_parameters,)
        Non-negative numbers, without penalties.
    """
    parameters, weights = parameters.astype(np.float64), samples.weights
    total = program.allocate(np.float64)
    for own_program, own, of_part in _parts(program, samples, rows):
        n_at_a_time = max(1, _ELEMENTS_AT_A_TIME // own_program.workspace_width)
        executor = _CurvatureExecutor(own_program, parameters, loss)
        with np.errstate(all="ignore"):  # divergence shows in the loss
            for batch in batches(len(of_part), n_at_a_time):
                total += executor.sum_curvatures(own, of_part[batch], run or Pass())
    return total / (len(rows) if weights is None else weights[rows].sum())


def _parts(program, samples, rows):
    """Return triples of a program, the samples that it reads, and selected rows."""
    if not samples.are_in_parts:
        return [(program, samples, rows)]
    places = [places for _, places in samples.X.split(rows)]
    return zip(samples.X.programs, samples.parts(), places, strict=True)


class _CurvatureExecutor(ReferenceExecutor):
    """The reference's backward pass with the rules for second derivatives."""

    backward, parameter_gradients = map(
        staticmethod, (backward_curvature, parameter_curvatures)
    )

    def sum_curvatures(self, samples, indices, run):
        """Return the sum of d2E/dw2 over some samples for each parameter."""
        x = self._rows(samples, indices).astype(np.float64)
        signals = self._forward(x, run)
        targets = samples.targets[indices].astype(np.float64)
        curvature = np.maximum(loss_curvature(self.loss, signals[-1], targets), 0)
        if samples.weights is not None:
            curvature = curvature * samples.weights[indices, np.newaxis]
        self._backward(signals, curvature, run)
        return self.gradient
