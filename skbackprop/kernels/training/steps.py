"""Loops over time: :mod:`skbackprop.engine.compiled.steps`."""

from skbackprop.kernels.abi import ROW_BYTES, ROW_FIELDS, Clear, RunSteps
from skbackprop.kernels.language.memory import (
    as_int64s,
    call_kernel,
    clear_bytes,
    plain_kernel,
)


def make_run_steps():
    """Return the kernel that runs rows for each step, and advances their fields.

    The rows are restored at the end.
    """

    def run_steps(row, context, scalars):
        n_steps, n_numbers = row[RunSteps.n_steps], ROW_FIELDS * row[RunSteps.n_rows]
        rows, advances = row[RunSteps.rows], as_int64s(row[RunSteps.advances])
        numbers = as_int64s(rows)
        for _ in range(n_steps):
            for i in range(row[RunSteps.n_rows]):
                call_kernel(rows + i * ROW_BYTES, context, scalars)
            for k in range(n_numbers):
                numbers[k] += advances[k]
        for k in range(n_numbers):
            numbers[k] -= n_steps * advances[k]

    return plain_kernel(run_steps)


def make_clear():
    """Return the kernel that sets memory to 0."""

    def clear(row, context, scalars):
        clear_bytes(row[Clear.begin], row[Clear.n_bytes])

    return plain_kernel(clear)
