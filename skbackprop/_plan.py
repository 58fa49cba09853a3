"""From an estimator's parameters to the engine's plan of training."""

from skbackprop.engine import optimizers, schedules
from skbackprop.engine.curvature import check_curvature
from skbackprop.engine.penalties import Penalties
from skbackprop.engine.training import Plan

_OF_MINIBATCHES = (
    "clip_grad_norm",
    "dropout",
    "l1_alpha",
    "max_norm",
    "regularization_start",
    "warmup_epochs",
    "weight_decay",
)


def check_settings(estimator, program):
    """Raise ValueError where parameters contradict each other or the network."""
    if estimator.solver == "sdlm":
        check_curvature(program, estimator._targets.loss)
    elif estimator.damping is not None:
        raise ValueError(
            f"damping={estimator.damping!r} is about solver='sdlm', but solver is "
            f"{estimator.solver!r}. Use solver='sdlm', or damping=None."
        )
    if estimator.solver != "lbfgs":
        return
    advice = "Use solver='sgd' or 'adam'"
    if estimator.checkpoint is not None:
        raise ValueError(
            f"checkpoint={estimator.checkpoint!r} is written between epochs, which "
            f"solver='lbfgs' does not have. {advice}, or checkpoint=None."
        )
    for name in _OF_MINIBATCHES:
        if getattr(estimator, name, None):
            raise ValueError(
                f"{name}={getattr(estimator, name)!r} is about minibatches, which "
                f"solver='lbfgs' does not have. {advice}, or {name}=None."
            )
    if estimator.learning_rate not in _SCHEDULES_OF_SGD:
        raise ValueError(
            f"learning_rate={estimator.learning_rate!r} is a schedule, which "
            f"solver='lbfgs' does not follow. {advice}, or learning_rate='constant'."
        )
    for instruction in program.instructions:
        module = instruction.module
        if module.is_random or program.n_learned < program.n_parameters:
            raise ValueError(
                f"{module!r} learns from minibatches, which solver='lbfgs' does not "
                f"have. {advice}."
            )


def make_plan(estimator, max_epochs):
    """Return how the parameters of an estimator say to train."""
    return Plan(
        optimizer=make_optimizer(estimator),
        learning_rate=estimator.learning_rate_init,
        schedule=_make_schedule(estimator),
        penalties=_make_penalties(estimator),
        max_epochs=max_epochs,
        shuffle=estimator.shuffle,
        tol=estimator.tol,
        max_no_improvement=estimator.n_iter_no_change,
        clip_grad_norm=estimator.clip_grad_norm,
        early_stopping=estimator.early_stopping,
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
_SDLM_DAMPING = 0.02  # that of LeNet-5
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
        # scikit-learn's three are those of SGD, and ignored by Adam.
        is_ignored = (
            schedule in _SCHEDULES_OF_SGD and estimator.solver not in _KINDS_OF_SGD
        )
        name = "constant" if is_ignored else schedule
        schedule = schedules.NAMED[name]
        if name == "invscaling":
            schedule = schedules.InverseScaling(estimator.power_t)
    elif not isinstance(schedule, schedules.Schedule):
        schedule = schedules.Custom(schedule)
    if estimator.warmup_epochs:
        schedule = schedules.Warmup(schedule, estimator.warmup_epochs)
    return schedule
