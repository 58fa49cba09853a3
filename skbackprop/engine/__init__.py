"""How a network runs and learns: executors, losses, optimizers, training.

Knows programs and kernels, nothing of scikit-learn.
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

# The class of executors, where skbackprop.engine.debugging has chosen one.
chosen_executor = ContextVar("chosen_executor", default=None)


def make_executor(program, parameters, loss=None, batch_size=512, seed=0, n_rows=None):
    """Return the compiled executor, or the reference where numba cannot run."""
    executor = chosen_executor.get()
    if executor is None:
        executor = Executor if jit.available() else ReferenceExecutor
    return executor(program, parameters, loss, batch_size, seed, n_rows)
