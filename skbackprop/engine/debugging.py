"""Debugging tools for developers of kernels and modules.

They print what runs, and change how it runs::

    from skbackprop.engine.debugging import describe, executor, unwritten_memory

    print(describe(make_executor(program, parameters)))  # its rows with field names
    with executor("reference"):  # fits and predictions without compiled kernels
        clf.fit(X, y)
    with rows_per_block(64):  # of a minibatch
        clf.fit(X, y)
    with unwritten_memory(1e3):  # results must not depend on the number
        clf.fit(X, y)

Settings apply to the current thread. ``python -m skbackprop.kernels.dump`` shows the
machine code of a kernel.
"""

import math
from contextlib import contextmanager

from skbackprop import engine
from skbackprop.engine.compiled import binding, blocks
from skbackprop.kernels import jit
from skbackprop.kernels.abi import KERNEL, Address
from skbackprop.kernels.rows import Row


def describe(what):
    """Return rows as text with field names, including the rows that they run.

    Addresses are hexadecimal, sizes and flags decimal, and fields that are 0 are left
    out. A float setting of a module is shown as the integer of its bits.

    Parameters
    ----------
    what : Row or Executor
        An executor that has prepared training shows the rows of epochs. Any other
        executor shows those of the forward pass, and of the backward pass if it has a
        loss.

    Returns
    -------
    str
    """
    if isinstance(what, engine.Executor):
        return "\n".join(describe(row) for row in what._bound_rows())
    return "\n".join(_lines_of_row(what))


def _lines_of_row(row):
    yield f"{type(row.layout).__name__} for {jit.kernel_name(int(row[KERNEL]))}"
    for name, kind in type(row.layout).__annotations__.items():
        number = int(row[getattr(row.layout, name)])
        if number:
            yield f"  {name:<18} {hex(number) if kind is Address else number}"
        pointed_at = row.memory.get(name)
        if isinstance(pointed_at, Row):
            yield from (f"    {line}" for line in _lines_of_row(pointed_at))
    for listed in row.listed:
        yield from (f"    {line}" for line in _lines_of_row(listed))


@contextmanager
def executor(name):
    """Select the executor for all fits and predictions in this context.

    Parameters
    ----------
    name : {'compiled', 'reference'}
    """
    kinds = {"compiled": engine.Executor, "reference": engine.ReferenceExecutor}
    if name not in kinds:
        raise ValueError(f"name must be among {list(kinds)}, got {name!r}.")
    with _set(engine.chosen_executor, kinds[name]):
        yield


@contextmanager
def unwritten_memory(value):
    """Fill the memory of the compiled executor with a value before it is written.

    Kernels fulfil their contract (:mod:`skbackprop.kernels.abi`) if results are
    bit-identical for any value. Signals are filled with it, including padding.
    Adjoints are filled with NaN, as they must be written before they are read, except
    for their padding, which is zero by contract.

    Parameters
    ----------
    value : float
        A finite number, as padding may be multiplied by zero.
    """
    if not math.isfinite(value):
        raise ValueError(f"value must be finite, like all padding, got {value}.")
    with _set(binding.unwritten, value):
        yield


@contextmanager
def rows_per_block(n_rows):
    """Set the number of rows of a minibatch that are processed together in training.

    The default is the number that fits into the cache
    (:mod:`skbackprop.engine.compiled.blocks`). Results are the same up to rounding.

    Parameters
    ----------
    n_rows : int
        Number of rows, rounded up to a multiple of 32. The blocks of a minibatch have
        about equal sizes.
    """
    if n_rows < 1:
        raise ValueError(f"n_rows must be at least 1, got {n_rows}.")
    with _set(blocks.chosen_rows, n_rows):
        yield


@contextmanager
def _set(variable, value):
    token = variable.set(value)
    try:
        yield
    finally:
        variable.reset(token)
