"""From an estimator's ``loss``, and what qualifies it, to the engine's losses."""

import numpy as np

from skbackprop.engine.losses import (
    OF_CLASSES,
    OF_NUMBERS,
    BinaryLogLoss,
    ClassLoss,
    ElementwiseLoss,
    Quantile,
)


def class_loss(estimator):
    """Return the ``ClassLoss`` that a classifier is to minimise.

    Raises
    ------
    ValueError
        If it is none of classes, or has no labels to smooth.
    """
    loss = estimator.loss
    if isinstance(loss, str):
        loss = OF_CLASSES[loss]
    if not isinstance(loss, ClassLoss):
        raise ValueError(
            f"loss={loss!r} is not a loss of classes. Use one of {sorted(OF_CLASSES)}, "
            "or an instance of one of these, such as Focal(gamma=1)."
        )
    if estimator.label_smoothing and not isinstance(loss, BinaryLogLoss):
        raise ValueError(
            f"label_smoothing={estimator.label_smoothing!r} is about probabilities of "
            f"the log loss, but loss is {estimator.loss!r}. Use loss='log_loss', or "
            "label_smoothing=None."
        )
    return loss


def number_loss(estimator):
    """Return the loss that a regressor is to minimise.

    Raises
    ------
    ValueError
        If it is none of numbers, or does not know quantiles.
    """
    loss, quantile = estimator.loss, estimator.quantile
    if quantile is not None:
        if loss != "quantile":
            raise ValueError(
                f"quantile={quantile!r} is about loss='quantile', but loss is "
                f"{loss!r}. Use loss='quantile', or quantile=None."
            )
        return Quantile(_levels(quantile))
    if isinstance(loss, str):
        return OF_NUMBERS[loss]
    if not isinstance(loss, ElementwiseLoss) or isinstance(loss, ClassLoss):
        raise ValueError(
            f"loss={loss!r} is not a loss of numbers. Use one of {sorted(OF_NUMBERS)}, "
            "or an instance of one of these, such as Huber(delta=2)."
        )
    return loss


def _levels(quantile):
    """Return a number as it is, and several as a tuple."""
    if np.ndim(quantile) == 0:
        return float(quantile)
    return tuple(np.ravel(quantile).tolist())
