"""Execution and training of networks: executors, losses, optimizers.

The engine depends on programs and kernels, not on scikit-learn estimators.
"""

from contextvars import ContextVar

from skbackprop.engine import losses, optimizers, schedules
from skbackprop.engine.compiled.executor import Executor
from skbackprop.engine.reference.executor import ReferenceExecutor
from skbackprop.kernels import jit

__all__ = [
    "Executor",
    "ReferenceExecutor",
    "losses",
    "make_executor",
    "optimizers",
    "schedules",
]

# The class of executors, if chosen by skbackprop.engine.debugging.
chosen_executor = ContextVar("chosen_executor", default=None)


def make_executor(program, parameters, loss=None, batch_size=512, seed=0, n_rows=None):
    """Return a compiled executor, or a reference executor where numba cannot run."""
    executor = chosen_executor.get()
    if executor is None:
        executor = Executor if jit.available() else ReferenceExecutor
    return executor(program, parameters, loss, batch_size, seed, n_rows)
