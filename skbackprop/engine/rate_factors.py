"""Factors of the learning rate: of each block of parameters its own.

What one rate does depends on where a parameter stands. The more weights lead to a
unit, the further they move its input by a step together; the factor of a whole
column moves it more than any weight.
"""

from numbers import Real
from typing import NamedTuple

import numpy as np


class Segment(NamedTuple):
    """Parameters, one behind the other, that an update treats alike."""

    start: int
    stop: int
    decays: bool
    factor: float


def make_segments(program, factors=None):
    """Return the Segments of the parameters that are learnt, in their order.

    Parameters
    ----------
    program : Program
    factors : dict or callable, default=None
        What users give as ``learning_rate_factors``.
    """
    split, end = program.n_decaying, program.n_learned
    if factors is None:
        return [Segment(0, split, True, 1.0), Segment(split, end, False, 1.0)]
    blocks = [block for block in program.blocks if block.offset < end]
    segments = []
    for block, factor in zip(blocks, block_factors(program, factors), strict=True):
        start, stop = block.offset, block.offset + block.n_elements
        decays = start < split
        if segments and segments[-1][2:] == (decays, factor):
            segments[-1] = segments[-1]._replace(stop=stop)
        else:
            segments.append(Segment(start, stop, decays, factor))
    return segments


def block_factors(program, factors):
    """Return the factor of each block that is learnt.

    Raises
    ------
    ValueError
        If a factor is none, or is of parameters that the network does not have.
    """
    modules = {
        index: instruction.module
        for instruction in program.instructions
        for index in instruction.blocks
    }
    learned = [
        (modules[index], block)
        for index, block in enumerate(program.blocks)
        if block.offset < program.n_learned
    ]
    if isinstance(factors, dict):
        names = {n for module, block in learned for n in _names(module, block)}
        unknown = sorted(set(map(str, factors)) - names)
        if unknown:
            raise ValueError(
                f"learning_rate_factors has factors of {unknown}, but the parameters "
                f"of this network are {sorted(names)}."
            )
    return [_factor(factors, module, block) for module, block in learned]


def _names(module, block):
    """Return what a block is called, what tells more first."""
    return f"{type(module).__name__}.{block.name}", block.name


def _factor(factors, module, block):
    """Return the factor of one block, checked."""
    names = _names(module, block)
    if callable(factors):
        factor = factors(module, block.name, block.shape)
    else:
        factor = next((factors[name] for name in names if name in factors), 1.0)
    if isinstance(factor, str) and factor == "fan_in" and block.is_matrix:
        n_inputs = block.shape[0]
        if module.connections is not None:
            n_inputs = max(1.0, module.connected(n_inputs).sum(axis=0).mean())
        return float(1 / np.sqrt(n_inputs))
    if isinstance(factor, Real) and np.isfinite(factor) and factor >= 0:
        return float(factor)
    raise ValueError(
        f"learning_rate_factors must be numbers of at least 0, or 'fan_in' for weight "
        f"matrices, got {factor!r} for {names[0]!r}."
    )
