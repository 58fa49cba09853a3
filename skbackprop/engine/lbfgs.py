"""Training on all samples at once: L-BFGS, as scipy has it."""

import numpy as np
from scipy import optimize

from skbackprop.engine.interrupts import Interrupts
from skbackprop.engine.training import Outcome


def train_lbfgs(executor, samples, alpha, max_iter, max_fun, tol, report=None):
    """Minimise the loss over all samples with L-BFGS (Liu & Nocedal 1989).

    The objective is sum_i w_i loss_i / sum_i w_i + alpha/2 ||W||^2 / sum_i w_i.
    scipy iterates in float64; parameters and passes through the network keep
    the dtype of the network.

    Parameters
    ----------
    executor : Executor or ReferenceExecutor
    samples : Samples
    alpha : float
    max_iter, max_fun : int
        Most iterations, most evaluations of the objective.
    tol : float
        Training ends where no component of the gradient is larger.
    report : callable, default=None
        Told the objective of each iteration.

    Returns
    -------
    Outcome
    n_iter : int
    loss : float
        Reported loss at the end.
    message : str
        scipy's reason to end.
    """
    objective = _Objective(executor, samples, alpha)
    outcome, message = Outcome.INTERRUPTED, ""
    try:
        with Interrupts() as interrupts:
            iterations = _IterationCounter(objective, report, interrupts)
            result = optimize.minimize(
                objective,
                objective.compact_parameters(),
                method="L-BFGS-B",
                jac=True,
                callback=iterations,
                options={"maxiter": max_iter, "maxfun": max_fun, "gtol": tol},
            )
            interrupts.check()
    except KeyboardInterrupt:
        objective.restore_best()
    else:
        message = str(result.message)
        outcome = Outcome.CONVERGED if result.status == 0 else Outcome.OUT_OF_EPOCHS
        executor.program.fill(executor.parameters, result.x)
        if not (np.isfinite(result.fun) and np.isfinite(executor.parameters).all()):
            objective.restore_best()
            outcome = Outcome.DIVERGED
    return outcome, iterations.n_iter, objective.reported_loss, message


class _Objective:
    """Loss plus penalty and its gradient; remembers the best point.

    scipy sees the parameters without their padding, in float64.
    """

    def __init__(self, executor, samples, alpha):
        self.executor, self.samples, self.alpha = executor, samples, alpha
        self.weight_sum = samples.weight_sum
        self.best = self.reported_loss = np.inf
        self.best_parameters = self.compact_parameters()

    def compact_parameters(self):
        executor = self.executor
        return executor.program.compact(executor.parameters).astype(np.float64)

    def __call__(self, parameters):
        executor, program = self.executor, self.executor.program
        program.fill(executor.parameters, parameters)
        data_loss = executor.objective(self.samples) / self.weight_sum
        gradient = program.compact(executor.gradient).astype(np.float64)
        decaying = parameters[: program.n_decaying_compact]
        gradient[: len(decaying)] += self.alpha / self.weight_sum * decaying
        penalty = 0.5 * self.alpha / self.weight_sum * (decaying @ decaying)
        if data_loss + penalty < self.best:
            self.best = data_loss + penalty
            self.best_parameters[:] = parameters
            n_outputs = program.output.width
            factor = 1 / n_outputs if executor.loss.averages_outputs else 1
            self.reported_loss = float(factor * data_loss + penalty)
        return data_loss + penalty, gradient

    def restore_best(self):
        program = self.executor.program
        program.fill(self.executor.parameters, self.best_parameters)


class _IterationCounter:
    """Counts the iterations of scipy, reports each, and lets Ctrl-C through."""

    def __init__(self, objective, report, interrupts):
        self.objective, self.report, self.interrupts = objective, report, interrupts
        self.n_iter = 0

    def __call__(self, parameters):
        self.n_iter += 1
        self.interrupts.check()
        if self.report:
            loss = self.objective.reported_loss
            self.report(f"Iteration {self.n_iter}, loss = {loss:.8f}")
