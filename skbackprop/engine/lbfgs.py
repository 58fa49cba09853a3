"""Full-batch training with scipy's L-BFGS."""

import time

import numpy as np
from scipy import optimize

from skbackprop.engine.history import extend_history, update_ratio
from skbackprop.engine.interrupts import Interrupts
from skbackprop.engine.training import Outcome, TrainingState


def train_lbfgs(
    executor,
    samples,
    alpha,
    max_iter,
    max_fun,
    tol,
    report=None,
    state=None,
    observers=(),
):
    """Minimise the loss over all samples with L-BFGS (Liu & Nocedal 1989).

    The objective is sum_i w_i loss_i / sum_i w_i + alpha/2 ||W||^2 / sum_i w_i.
    scipy iterates in float64. Parameters, forward and backward passes have the dtype
    of the network.

    Parameters
    ----------
    executor : Executor or ReferenceExecutor
    samples : Samples
    alpha : float
    max_iter, max_fun : int
        Maximum number of iterations, and of evaluations of the objective.
    tol : float
        Training ends when no component of the gradient is larger than this.
    report : callable, default=None
        Called with a message with the best loss so far after each iteration.
    state : TrainingState, default=None
        State to which loss and history are added.
    observers : iterable of Observer, default=()
        Called after each iteration.

    Returns
    -------
    Outcome
    n_iter : int
    loss : float
        The final loss.
    message : str
        scipy's message about the reason to stop.
    """
    state = state or TrainingState("lbfgs", None)
    objective = _Objective(executor, samples, alpha)
    outcome, message = Outcome.INTERRUPTED, ""
    try:
        with Interrupts() as interrupts:
            iterations = _Iterations(objective, report, interrupts, state, observers)
            result = optimize.minimize(
                iterations.evaluate,
                objective.compact_parameters(),
                method="L-BFGS-B",
                jac=True,
                callback=iterations.end,
                options={"maxiter": max_iter, "maxfun": max_fun, "gtol": tol},
            )
            interrupts.check()
    except KeyboardInterrupt:
        loss = objective.restore_best()
    except _Stopped:
        outcome, loss = Outcome.STOPPED, objective.restore_best()
    else:
        message = str(result.message)
        outcome = Outcome.CONVERGED if result.status == 0 else Outcome.OUT_OF_EPOCHS
        loss = objective.go_to(result.x, result.fun)
        if not (np.isfinite(result.fun) and np.isfinite(executor.parameters).all()):
            loss = objective.restore_best()
            outcome = Outcome.DIVERGED
    return outcome, iterations.n_iter, loss, message


class _Stopped(Exception):  # noqa: N818
    """Raised when an observer asks to stop."""


class _Objective:
    """Loss plus penalty with its gradient, and the best point so far.

    scipy gets the parameters without padding, in float64.
    """

    def __init__(self, executor, samples, alpha):
        self.executor, self.samples, self.alpha = executor, samples, alpha
        self.weight_sum = samples.weight_sum
        self.best = self.best_gradient_norm = np.inf
        self.best_parameters = self.compact_parameters()

    def compact_parameters(self):
        executor = self.executor
        return executor.program.compact(executor.parameters).astype(np.float64)

    def __call__(self, parameters):
        executor, program = self.executor, self.executor.program
        program.fill(executor.parameters, parameters)
        data_loss = executor.objective(self.samples) / self.weight_sum
        gradient = program.compact(executor.gradient).astype(np.float64)
        norm = np.linalg.norm(gradient)
        decaying = parameters[: program.n_decaying_compact]
        gradient[: len(decaying)] += self.alpha / self.weight_sum * decaying
        value = data_loss + self.penalty(parameters)
        if value < self.best:
            self.best, self.best_gradient_norm = value, norm
            self.best_parameters[:] = parameters
        return value, gradient

    def penalty(self, parameters):
        """Return the penalty in the value of the objective."""
        decaying = parameters[: self.executor.program.n_decaying_compact]
        return 0.5 * self.alpha / self.weight_sum * (decaying @ decaying)

    def reported(self, parameters, value):
        """Return the loss to report for a value of the objective."""
        penalty = self.penalty(parameters)
        n_outputs = self.executor.program.output.width
        factor = self.executor.loss.reported_factor(n_outputs)
        return float(factor * (value - penalty) + penalty)

    def go_to(self, parameters, value):
        """Set parameters with this value and return the loss to report."""
        self.executor.program.fill(self.executor.parameters, parameters)
        return self.reported(parameters, value)

    def restore_best(self):
        """Set the best parameters and return the loss to report."""
        return self.go_to(self.best_parameters, self.best)


class _Iterations:
    """Records iterations, calls observers, and checks for Ctrl-C."""

    def __init__(self, objective, report, interrupts, state, observers):
        self.objective, self.report, self.interrupts = objective, report, interrupts
        self.state, self.observers = state, observers
        self.n_iter = 0
        self._before = objective.compact_parameters()  # of the previous iteration
        self._begin = None  # time at which the current iteration began

    def evaluate(self, parameters):
        """Return the objective and its gradient for scipy."""
        if self._begin is None:
            for observer in self.observers:
                observer.before_epochs(self.state)
            self._begin = time.perf_counter()
        found = self.objective(parameters)
        # An iteration may take twenty evaluations on all samples.
        self.interrupts.check()
        return found

    def end(self, parameters):
        """Process the end of an iteration with these parameters."""
        self.n_iter += 1
        self.interrupts.check()
        self._record(parameters)
        self._begin = None
        if self.observers:
            self.objective.restore_best()
        told = [observer.after_epochs(self.state) for observer in self.observers]
        if any(told):
            raise _Stopped

    def _record(self, parameters):
        objective, best = self.objective, self.objective.best_parameters
        loss = objective.reported(best, objective.best)
        self.state.losses.append(loss)
        extend_history(
            self.state.history,
            loss=[loss],
            penalty=[float(objective.penalty(best))],
            gradient_norm=[float(objective.best_gradient_norm)],
            update_ratio=[update_ratio(self._before, parameters)],
            seconds=[time.perf_counter() - self._begin],
        )
        if self.report:
            self.report(f"Iteration {self.n_iter}, loss = {loss:.8f}")
        self._before = parameters.copy()
