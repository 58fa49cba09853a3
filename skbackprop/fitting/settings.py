"""Validation of parameters that depend on each other or on the network."""

from numbers import Real

import numpy as np

from skbackprop.engine import optimizers, schedules
from skbackprop.engine.losses import (
    OF_CLASSES,
    OF_NUMBERS,
    BinaryLogLoss,
    ClassLoss,
    ElementwiseLoss,
    Quantile,
)
from skbackprop.engine.penalties import Penalties
from skbackprop.engine.reference.curvature import check_curvature
from skbackprop.engine.training import Plan
from skbackprop.fitting.rate_factors import rate_factors
from skbackprop.utils.warnings import warn_user


def layer_sizes(hidden_layer_sizes, min_layers=0, name="hidden_layer_sizes"):
    """Return the numbers of units as a list of int."""
    sizes = np.atleast_1d(np.asarray(hidden_layer_sizes)).tolist()
    are_sizes = all(isinstance(size, int) and size > 0 for size in sizes)
    if len(sizes) < min_layers or not are_sizes:
        at_least = f" of at least {min_layers}" if min_layers else ""
        raise ValueError(
            f"{name} must be > 0, an int or a sequence of ints"
            f"{at_least}, got {hidden_layer_sizes!r}."
        )
    return sizes


def dropout_rates(dropout, n_hidden):
    """Return the rates of the input and of the hidden layers as a list."""
    rates = 0.0 if dropout is None else dropout
    rates = [0.0] + [rates] * n_hidden if np.isscalar(rates) else list(rates)
    are_rates = all(isinstance(r, Real) and 0 <= r < 1 for r in rates)
    if len(rates) != n_hidden + 1 or not are_rates:
        raise ValueError(
            "dropout must be a rate of the hidden layers, at least 0 and below 1, "
            f"or a tuple of {n_hidden + 1} rates for the input and the "
            f"{n_hidden} layers of hidden_layer_sizes, got {dropout!r}."
        )
    return rates


def class_loss(estimator):
    """Return the ``ClassLoss`` that a classifier minimises.

    Raises
    ------
    ValueError
        If the loss is not a classification loss, or does not support smoothing.
    """
    loss = estimator.loss
    if isinstance(loss, str):
        loss = OF_CLASSES[loss]
    if not isinstance(loss, ClassLoss):
        raise ValueError(
            f"loss={loss!r} is not a classification loss. Use one of "
            f"{sorted(OF_CLASSES)}, "
            "or an instance of one of these, such as Focal(gamma=1)."
        )
    if estimator.label_smoothing and not isinstance(loss, BinaryLogLoss):
        raise ValueError(
            f"label_smoothing={estimator.label_smoothing!r} requires loss='log_loss', "
            f"but loss is {estimator.loss!r}. Use loss='log_loss', or "
            "label_smoothing=None."
        )
    return loss


def number_loss(estimator):
    """Return the loss that a regressor minimises.

    Raises
    ------
    ValueError
        If the loss is not a regression loss, or does not support quantiles.
    """
    loss, quantile = estimator.loss, estimator.quantile
    if quantile is not None:
        if loss != "quantile":
            raise ValueError(
                f"quantile={quantile!r} requires loss='quantile', but loss is "
                f"{loss!r}. Use loss='quantile', or quantile=None."
            )
        return Quantile(_levels(quantile))
    if isinstance(loss, str):
        return OF_NUMBERS[loss]
    if not isinstance(loss, ElementwiseLoss) or isinstance(loss, ClassLoss):
        raise ValueError(
            f"loss={loss!r} is not a regression loss. Use one of {sorted(OF_NUMBERS)}, "
            "or an instance of one of these, such as Huber(delta=2)."
        )
    return loss


def _levels(quantile):
    """Return one number unchanged, and several as a tuple."""
    if np.ndim(quantile) == 0:
        return float(quantile)
    return tuple(np.ravel(quantile).tolist())


_SETTINGS_OF_MINIBATCHES = (
    "clip_grad_norm",
    "dropout",
    "l1_alpha",
    "learning_rate_factors",
    "max_norm",
    "regularization_start",
    "warmup_epochs",
    "weight_decay",
)


def check_settings(estimator, program):
    """Raise ValueError if parameters contradict each other or the network."""
    if estimator.solver == "sdlm":
        check_curvature(program, estimator._targets.loss)
    elif estimator.damping is not None:
        raise ValueError(
            f"damping={estimator.damping!r} requires solver='sdlm', but solver is "
            f"{estimator.solver!r}. Use solver='sdlm', or damping=None."
        )
    if estimator.tol is None:
        _check_without_rule(estimator)
    if estimator.solver == "lbfgs":
        _check_settings_of_lbfgs(estimator, program)
    rate_factors(estimator, program)


def _check_settings_of_lbfgs(estimator, program):
    """Raise ValueError for settings that require minibatches."""
    advice = "Use solver='sgd' or 'adam'"
    if estimator.checkpoint is not None:
        raise ValueError(
            f"checkpoint={estimator.checkpoint!r} is not supported by solver='lbfgs', "
            f"which has no epochs. {advice}, or checkpoint=None."
        )
    for name in _SETTINGS_OF_MINIBATCHES:
        if getattr(estimator, name, None):
            raise ValueError(
                f"{name}={getattr(estimator, name)!r} is not supported by "
                f"solver='lbfgs', which has no minibatches. {advice}, or {name}=None."
            )
    if estimator.learning_rate not in _SCHEDULES_OF_SGD:
        raise ValueError(
            f"learning_rate={estimator.learning_rate!r} is a schedule, which "
            f"solver='lbfgs' does not support. {advice}, or learning_rate='constant'."
        )
    for instruction in program.instructions:
        module = instruction.module
        if module.is_random or program.n_learned < program.n_parameters:
            raise ValueError(
                f"{module!r} learns from minibatches, which solver='lbfgs' does not "
                f"have. {advice}."
            )


def _check_without_rule(estimator):
    """Raise ValueError if ``tol=None``, but a setting depends on convergence."""
    advice = "Use a number, such as tol=1e-4"
    if estimator.solver == "lbfgs":
        raise ValueError(
            "tol=None is not supported by solver='lbfgs', which stops at a gradient "
            f"of the size of tol. {advice}."
        )
    if estimator.early_stopping:
        raise ValueError(
            "early_stopping=True ends training when the validation score no longer "
            f"improves by tol, but tol is None. {advice}, or early_stopping=False: the "
            "best parameters on a validation set are kept without it."
        )
    schedule, rate = _make_schedule(estimator), estimator.learning_rate_init
    if schedule.slow_down(1.0, rate):
        raise ValueError(
            f"learning_rate={estimator.learning_rate!r} changes when the loss no "
            f"longer improves by tol, but tol is None. {advice}, or another schedule."
        )


def check_minibatches(program, n_rows):
    """Raise ValueError if a module compares rows, but minibatches have only one."""
    for instruction in program.instructions:
        if instruction.module.mixes_rows and n_rows == 1:
            raise ValueError(
                f"{instruction.module!r} compares the rows of a minibatch, but all "
                "minibatches have one row. Use a batch_size of at least 2, or "
                "LayerNorm."
            )


def warn_of_output(program, targets):
    """Warn if the output of a network is not in the range that its loss expects.

    Logits are unbounded. A final module that bounds them, such as a Softmax, keeps
    predictions from reaching the labels.
    """
    loss, last = targets.loss_of_output, program.instructions[-1].module
    low, high = last.output_range
    if targets.n_outputs > 1 and loss.link == "softmax":
        is_squeezed = np.isfinite(high - low)  # only differences matter
    elif targets.reads_logits:
        is_squeezed = np.isfinite(low) or np.isfinite(high)
    else:
        is_squeezed = isinstance(loss, ClassLoss) and not low < 0 < high
    if is_squeezed:
        warn_user(
            f"The network ends in {last!r}, whose output is between {low:g} and "
            f"{high:g}, but the loss ({type(loss).__name__}) expects unbounded logits. "
            "Remove this module from the graph; predictions apply "
            f"the {loss.link} function themselves."
        )


def make_plan(estimator, max_epochs):
    """Return the training plan for the parameters of an estimator."""
    has_rule = estimator.tol is not None
    return Plan(
        optimizer=make_optimizer(estimator),
        learning_rate=estimator.learning_rate_init,
        schedule=_make_schedule(estimator),
        penalties=_make_penalties(estimator),
        max_epochs=max_epochs,
        shuffle=estimator.shuffle,
        tol=estimator.tol if has_rule else 0.0,
        max_no_improvement=estimator.n_iter_no_change if has_rule else np.inf,
        clip_grad_norm=estimator.clip_grad_norm,
        early_stopping=estimator.early_stopping,
        ends_as_planned=not has_rule,
        rate_factors=rate_factors(estimator, estimator._program),
    )


SOLVERS = {
    "adagrad": lambda e: optimizers.Adagrad(e.epsilon),
    "adam": lambda e: optimizers.Adam(e.beta_1, e.beta_2, e.epsilon),
    "adamw": lambda e: optimizers.Adam(e.beta_1, e.beta_2, e.epsilon),
    "lion": lambda e: optimizers.Lion(e.beta_1, e.beta_2),
    "nadam": lambda e: optimizers.Nadam(e.beta_1, e.beta_2, e.epsilon),
    "rmsprop": lambda e: optimizers.RMSprop(e.beta_2, e.epsilon),
    "sdlm": lambda e: optimizers.SDLM(
        e.momentum,
        e.nesterovs_momentum,
        _SDLM_DAMPING if e.damping is None else e.damping,
    ),
    "sgd": lambda e: optimizers.SGD(e.momentum, e.nesterovs_momentum),
}
_ADAMW_DECAY = 0.01
_SDLM_DAMPING = 0.02  # as in LeNet-5
_SCHEDULES_OF_SGD = {"constant", "invscaling", "adaptive"}  # scikit-learn's
_KINDS_OF_SGD = {"sgd", "sdlm"}


def make_optimizer(estimator):
    """Return the optimizer of a stochastic solver."""
    return SOLVERS[estimator.solver](estimator)


def _make_penalties(estimator):
    weight_decay = estimator.weight_decay
    if weight_decay is None:
        weight_decay = _ADAMW_DECAY if estimator.solver == "adamw" else 0.0
    return Penalties(
        alpha=estimator.alpha,
        l1_alpha=estimator.l1_alpha or 0.0,
        weight_decay=weight_decay,
        max_norm=estimator.max_norm,
        start=estimator.regularization_start or 0,
    )


def _make_schedule(estimator):
    schedule = estimator.learning_rate
    if isinstance(schedule, str):
        # The schedules of scikit-learn are for SGD, and ignored by Adam.
        is_ignored = (
            schedule in _SCHEDULES_OF_SGD and estimator.solver not in _KINDS_OF_SGD
        )
        name = "constant" if is_ignored else schedule
        schedule = schedules.named(name, estimator.max_iter)
        if name == "invscaling":
            schedule = schedules.InverseScaling(estimator.power_t)
    elif not isinstance(schedule, schedules.Schedule):
        schedule = schedules.Custom(schedule)
    if estimator.warmup_epochs:
        schedule = schedules.Warmup(schedule, estimator.warmup_epochs)
    return schedule
