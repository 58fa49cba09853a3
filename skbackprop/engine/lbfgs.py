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
        Told the least loss so far after each iteration.

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
        loss = objective.restore_best()
    else:
        message = str(result.message)
        outcome = Outcome.CONVERGED if result.status == 0 else Outcome.OUT_OF_EPOCHS
        loss = objective.go_to(result.x, result.fun)
        if not (np.isfinite(result.fun) and np.isfinite(executor.parameters).all()):
            loss = objective.restore_best()
            outcome = Outcome.DIVERGED
    return outcome, iterations.n_iter, loss, message


class _Objective:
    """Loss plus penalty and its gradient; remembers the best point.

    scipy sees the parameters without their padding, in float64.
    """

    def __init__(self, executor, samples, alpha):
        self.executor, self.samples, self.alpha = executor, samples, alpha
        self.weight_sum = samples.weight_sum
        self.best = np.inf
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
        value = data_loss + self._penalty(parameters)
        if value < self.best:
            self.best = value
            self.best_parameters[:] = parameters
        return value, gradient

    def _penalty(self, parameters):
        decaying = parameters[: self.executor.program.n_decaying_compact]
        return 0.5 * self.alpha / self.weight_sum * (decaying @ decaying)

    def reported(self, parameters, value):
        """Return the loss to report where the objective has this value."""
        penalty = self._penalty(parameters)
        n_outputs = self.executor.program.output.width
        factor = self.executor.loss.reported_factor(n_outputs)
        return float(factor * (value - penalty) + penalty)

    def go_to(self, parameters, value):
        """Take up parameters of this value and return the loss to report."""
        self.executor.program.fill(self.executor.parameters, parameters)
        return self.reported(parameters, value)

    def restore_best(self):
        """Take up the best parameters and return the loss to report."""
        return self.go_to(self.best_parameters, self.best)


class _IterationCounter:
    """Counts the iterations of scipy, reports each, and lets Ctrl-C through."""

    def __init__(self, objective, report, interrupts):
        self.objective, self.report, self.interrupts = objective, report, interrupts
        self.n_iter = 0

    def __call__(self, parameters):
        self.n_iter += 1
        self.interrupts.check()
        if self.report:
            best = self.objective.best_parameters, self.objective.best
            loss = self.objective.reported(*best)
            self.report(f"Iteration {self.n_iter}, loss = {loss:.8f}")
