"""``learning_rate_factors``: validated, as one number per block."""

import math
from numbers import Real

from skbackprop.engine.initialization import mean_fans

_ADVICE = "Use a number >= 0, or 'fan_in' for 1/sqrt(fan_in) of a weight matrix."


def rate_factors(estimator, program):
    """Return the factor of each block of a program, or None if all are 1.

    Raises
    ------
    ValueError
        If the parameter contains a name that the network lacks, or an invalid factor.
    """
    given = estimator.learning_rate_factors
    if given is None:
        return None
    blocks = _learned_blocks(program)
    if callable(given):
        found = {i: given(*blocks[i]) for i in blocks}
    else:
        _check_keys(given, blocks)
        found = {i: _look_up(given, *blocks[i]) for i in blocks}
    factors = {i: _number(value, *blocks[i]) for i, value in found.items()}
    return tuple(factors.get(i, 1.0) for i in range(len(program.blocks)))


def _learned_blocks(program):
    """Return (module, name, shape) of the blocks that optimizers change, by number."""
    modules = {i: step.module for step in program.instructions for i in step.blocks}
    return {
        i: (modules[i], block.name, block.shape)
        for i, block in enumerate(program.blocks)
        if block.offset < program.n_learned
    }


def _full_name(module, name):
    return f"{type(module).__name__}.{name}"


def _look_up(given, module, name, shape):
    return given.get(_full_name(module, name), given.get(name, 1.0))


def _check_keys(given, blocks):
    short = {name for _, name, _ in blocks.values()}
    full = {_full_name(module, name) for module, name, _ in blocks.values()}
    known = sorted(short) + sorted(full)
    for key, value in given.items():
        if key not in known:
            raise ValueError(
                f"learning_rate_factors has the key {key!r}, but this network has no "
                f"such block. Valid keys are {', '.join(map(repr, known))}."
            )
        if not _is_factor(value):
            raise ValueError(
                f"learning_rate_factors is {value!r} for {key!r}. {_ADVICE} "
                f"Valid keys are {', '.join(map(repr, known))}."
            )


def _is_factor(value):
    is_number = isinstance(value, Real) and math.isfinite(value) and value >= 0
    return is_number or (isinstance(value, str) and value == "fan_in")


def _number(value, module, name, shape):
    """Return a factor as a float."""
    if not _is_factor(value):
        raise ValueError(
            f"learning_rate_factors is {value!r} for {_full_name(module, name)!r} of "
            f"shape {shape}. {_ADVICE}"
        )
    if not isinstance(value, str):
        return abs(float(value))  # of -0.0 as well
    if len(shape) < 2:
        raise ValueError(
            f"learning_rate_factors is 'fan_in' for {_full_name(module, name)!r}, "
            f"which is a vector of {shape[0]}, not a weight matrix. Use a number for "
            "it, and name the matrix, such as 'Linear.weight'."
        )
    fan_in, _ = mean_fans(module, shape)
    return 1.0 / math.sqrt(fan_in)
