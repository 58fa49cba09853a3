"""Recording of networks, and of predictions from their outputs."""

import functools

import numpy as np

from skbackprop.engine.losses import BinaryLogLoss, Focal
from skbackprop.estimators.steps import StepTargets
from skbackprop.fitting.targets import (
    BinaryTargets,
    MulticlassTargets,
    MultilabelTargets,
    NumericTargets,
    QuantileTargets,
    SingleClassTargets,
    Targets,
)
from skbackprop.onnx.modules import record_module


def record_program(program, parameters, x, xp):
    """Return the output of a program for given parameters and rows.

    Parameters
    ----------
    program : Program
    parameters : ndarray of shape (program.n_parameters,)
    x : Tensor of shape (n, program.input.width)
    xp : Recorder
    """
    signals, views = {0: x}, program.views(parameters.astype(x.dtype))
    for instruction in program.instructions:
        xp.subject = instruction.module
        inputs = [signals[i] for i in instruction.inputs]
        blocks = [views[i] for i in instruction.blocks]
        signals[instruction.output] = record_module(
            instruction.module, inputs, blocks, xp
        )
    return signals[program.instructions[-1].output]


@functools.singledispatch
def record_predictions(targets, logits, xp):
    """Return the predictions, as a dict of Tensors with the names of the outputs."""
    raise TypeError(f"Predictions of {type(targets).__name__} cannot be exported.")


@record_predictions.register
def _(targets: Targets, logits, xp):  # raw outputs of embeddings and rankers
    return {"variable": logits}


@record_predictions.register
def _(targets: NumericTargets, logits, xp):
    return {"variable": xp.exp(logits) if targets.loss.link == "exp" else logits}


@record_predictions.register
def _(targets: QuantileTargets, logits, xp):
    n = targets.n_outputs
    ascending, _ = xp.outputs_of(
        "TopK",
        logits,
        np.array([n], np.int64),
        dtypes=[logits.dtype, np.int64],
        largest=0,
    )
    levels = np.asarray(targets.loss.level)
    ranks = np.argsort(np.argsort(levels, kind="stable"))
    return {"variable": xp.columns(ascending, ranks)}


@record_predictions.register
def _(targets: SingleClassTargets, logits, xp):
    zero = xp.full(logits, 1, 0, np.int64)
    label = labels_of(targets.classes, xp.reshape(zero, -1), xp)
    if not targets.of_output.gives_probabilities:
        return {"label": label, "scores": logits}
    return {"label": label, "probabilities": xp.full(logits, 1, 1, logits.dtype)}


@record_predictions.register
def _(targets: BinaryTargets, logits, xp):
    is_second = xp.reshape(xp.cast(logits > 0.0, np.int64), -1)
    label = labels_of(targets.classes, is_second, xp)
    if not targets.of_output.gives_probabilities:
        return {"label": label, "scores": logits}
    odds = _log_odds(targets.of_output, logits, xp)
    both = [xp.apply("Sigmoid", -odds), xp.apply("Sigmoid", odds)]
    return {"label": label, "probabilities": xp.concatenate(both)}


@record_predictions.register
def _(targets: MulticlassTargets, logits, xp):
    index = xp.apply("ArgMax", logits, dtype=np.int64, axis=1, keepdims=0)
    label = labels_of(targets.classes, index, xp)
    if not targets.of_output.gives_probabilities:
        return {"label": label, "scores": logits}
    scores = _class_scores(targets.of_output, logits, len(targets.classes), xp)
    return {"label": label, "probabilities": xp.apply("Softmax", scores, axis=-1)}


@record_predictions.register
def _(targets: MultilabelTargets, logits, xp):
    label = xp.cast(logits > 0.0, np.int64)
    if not targets.of_output.gives_probabilities:
        return {"label": label, "scores": logits}
    odds = _log_odds(targets.of_output, logits, xp)
    return {"label": label, "probabilities": xp.apply("Sigmoid", odds)}


@record_predictions.register
def _(targets: StepTargets, logits, xp):
    of_steps = record_predictions(
        targets.step, xp.reshape(logits, -1, targets.n_outputs), xp
    )
    n_rows = xp.lengths(logits, 0, 1)
    found = {}
    for name, values in of_steps.items():
        n_columns = xp.lengths(values, 1, 2)  # empty for labels, which have one axis
        shape = [n_rows, np.array([-1], np.int64), n_columns]
        shape = xp.apply("Concat", *shape, axis=0)
        found[name] = xp.apply("Reshape", values, shape)
    return found


def labels_of(classes, index, xp):
    """Return the classes with given indices, as int64, float64 or strings."""
    if classes.dtype.kind in "iub":
        classes = classes.astype(np.int64)
    elif classes.dtype.kind in "UOT":
        classes = np.array([str(label) for label in classes], object)
    return xp.apply("Gather", classes, index, dtype=classes.dtype)


@functools.singledispatch
def _log_odds(loss, logits, xp):
    """Return the log-odds of the positive class, given the loss of a binary output."""
    raise TypeError(
        f"Probabilities of loss={loss!r} cannot be exported. The losses 'log_loss' and "
        "'focal' are supported."
    )


@_log_odds.register
def _(loss: BinaryLogLoss, logits, xp):
    return logits


@_log_odds.register
def _(loss: Focal, logits, xp):
    return _focal_score(loss, logits, xp) - _focal_score(loss, -logits, xp)


def _class_scores(loss, logits, n_classes, xp):
    """Return scores whose softmax gives the probabilities of classes."""
    if not isinstance(loss, Focal):
        return _log_odds(loss, logits, xp)
    xp.subject = loss
    # z_k minus the logsumexp of the others, which are along an additional axis.
    others = np.array([np.delete(np.arange(n_classes), k) for k in range(n_classes)])
    others = xp.reshape(xp.columns(logits, others.ravel()), 0, n_classes, -1)
    axes = np.array([2], np.int64)
    rest = xp.apply("ReduceLogSumExp", others, axes, keepdims=0)
    return _focal_score(loss, logits - rest, xp)


def _focal_score(loss, margin, xp):
    """Return log(p / phi(p)) for p = sigmoid(margin), as defined in ``Focal``."""
    log_p, log_wrong = _log_expit(margin, xp), _log_expit(-margin, xp)
    wrong = xp.exp(log_wrong)
    is_right = wrong < 1e-30
    ratio = xp.where(is_right, 1.0, -log_p / xp.where(is_right, 1.0, wrong))
    damped = xp.log1p(loss.gamma * xp.exp(log_p) * ratio)
    return log_p - loss.gamma * log_wrong - damped


def _log_expit(x, xp):
    return xp.minimum(x, 0.0) - xp.log1p(xp.exp(-abs(x)))
