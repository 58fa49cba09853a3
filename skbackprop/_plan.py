"""From an estimator's parameters to the engine's plan of training."""

from skbackprop.engine import optimizers, schedules
from skbackprop.engine.training import Plan


def check_settings(estimator, program):
    """Raise ValueError where parameters contradict each other or the network."""
    if estimator.solver != "lbfgs":
        return
    advice = "Use solver='sgd' or 'adam'"
    if estimator.clip_grad_norm is not None:
        raise ValueError(
            "clip_grad_norm limits the gradients of minibatches, which "
            f"solver='lbfgs' does not have. {advice}, or clip_grad_norm=None."
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
        schedule=_make_schedule(estimator),
        alpha=estimator.alpha,
        max_epochs=max_epochs,
        shuffle=estimator.shuffle,
        tol=estimator.tol,
        max_no_improvement=estimator.n_iter_no_change,
        clip_grad_norm=estimator.clip_grad_norm,
    )


def make_optimizer(estimator):
    """Return the optimizer of a stochastic solver."""
    if estimator.solver == "sgd":
        return optimizers.SGD(estimator.momentum, estimator.nesterovs_momentum)
    return optimizers.Adam(estimator.beta_1, estimator.beta_2, estimator.epsilon)


def _make_schedule(estimator):
    rate = estimator.learning_rate_init
    if estimator.solver == "sgd" and estimator.learning_rate == "invscaling":
        return schedules.InverseScaling(rate, estimator.power_t)
    if estimator.solver == "sgd" and estimator.learning_rate == "adaptive":
        return schedules.Adaptive(rate)
    return schedules.Constant(rate)
