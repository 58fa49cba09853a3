"""Aids for those who write kernels and modules; nothing here is for users.

What runs may be printed, and where it runs may be changed::

    from skbackprop.engine.debugging import describe, executor, unwritten_memory

    print(describe(make_executor(program, parameters)))  # its rows, by field names
    with executor("reference"):  # fits and predictions without compiled kernels
        clf.fit(X, y)
    with rows_per_block(64):  # of a minibatch
        clf.fit(X, y)
    with unwritten_memory(1e3):  # whose results must be the same for any number
        clf.fit(X, y)

Choices hold for the thread that makes them. The machine code of a kernel is shown
by ``python -m skbackprop.kernels.dump``.
"""

import math
from contextlib import contextmanager

from skbackprop import engine
from skbackprop.engine.compiled import binding, blocks
from skbackprop.kernels import jit
from skbackprop.kernels.abi import KERNEL, Address
from skbackprop.kernels.rows import Row


def describe(what):
    """Return rows by the names of their fields, and those of the rows they run.

    Addresses are hexadecimal, sizes and flags decimal, fields that are 0 left out. A
    float setting of a module is shown as the integer of its bits.

    Parameters
    ----------
    what : Row or Executor
        Of an executor that has prepared training these are the rows of epochs,
        of another one those of the pass forward, and backward if it has a loss.

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
    """Choose the executor of all fits and predictions in this context.

    Parameters
    ----------
    name : {'compiled', 'reference'}
    """
    kinds = {"compiled": engine.Executor, "reference": engine.ReferenceExecutor}
    if name not in kinds:
        raise ValueError(f"There is no executor {name!r}; there are {list(kinds)}.")
    with _set(engine.chosen_executor, kinds[name]):
        yield


@contextmanager
def unwritten_memory(value):
    """Let memory of the compiled executor hold a value where nothing was written.

    Kernels keep their contract (:mod:`skbackprop.kernels.abi`) if results are the
    same to the last bit whatever the value. Signals are filled with it, rows and
    padding. Their adjoints are filled with NaN, since whoever reads one must know
    it to be written, but for their padding, which is zero by contract.

    Parameters
    ----------
    value : float
        Finite: padding may be multiplied by zero.
    """
    if not math.isfinite(value):
        raise ValueError(f"Padding of signals is finite by contract; got {value}.")
    with _set(binding.unwritten, value):
        yield


@contextmanager
def rows_per_block(n_rows):
    """Let so many rows of a minibatch go through the network at once, while it learns.

    By default as many as fit into the cache (:mod:`skbackprop.engine.compiled.blocks`).
    Results are the same but for rounding.

    Parameters
    ----------
    n_rows : int
        Rounded up to a multiple of 32; blocks of a minibatch are about equal.
    """
    if n_rows < 1:
        raise ValueError(f"A block has one row or more; got {n_rows}.")
    with _set(blocks.chosen_rows, n_rows):
        yield


@contextmanager
def _set(variable, value):
    token = variable.set(value)
    try:
        yield
    finally:
        variable.reset(token)
