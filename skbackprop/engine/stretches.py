"""Stretches of the parameter vector, over which optimizer steps are uniform."""

from typing import NamedTuple


class Stretch(NamedTuple):
    """Adjacent blocks of parameters with the same kind of step.

    Attributes
    ----------
    span : slice
        Range in the flat parameter vector, including padding.
    decays : bool
        Whether penalties and weight decay apply.
    factor : float
        Factor of the learning rate. If it is 0, there is no step: neither parameters
        nor slots change.
    """

    span: slice
    decays: bool
    factor: float


def stretches_of(program, factors=None):
    """Return the stretches of all learned parameters of a program.

    Parameters
    ----------
    program : Program
    factors : sequence of float, default=None
        Factor of the learning rate for each block of the program, 1 by default.
    """
    found = []
    for index, block in enumerate(program.blocks):
        begin, end = block.offset, block.offset + block.n_elements
        if begin >= program.n_learned:
            break  # buffers, which are not learned
        factor = 1.0 if factors is None else float(factors[index])
        own = Stretch(slice(begin, end), block.is_matrix, factor)
        if found and found[-1][1:] == own[1:]:
            own = own._replace(span=slice(found.pop().span.start, end))
        found.append(own)
    return found


def cut(stretches, most_elements):
    """Return stretches split into pieces of at most a number of elements."""
    return [
        stretch._replace(span=slice(begin, min(begin + most_elements, end)))
        for stretch in stretches
        for end in [stretch.span.stop]
        for begin in range(stretch.span.start, end, most_elements)
    ]


def moving_matrices(program, factors=None):
    """Return the weight matrices that a step may change."""
    return [
        block
        for index, block in enumerate(program.blocks)
        if block.is_matrix and (factors is None or factors[index] > 0)
    ]
