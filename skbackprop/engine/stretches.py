"""Stretches of the parameter vector: what an optimizer steps over alike."""

from typing import NamedTuple


class Stretch(NamedTuple):
    """Neighbouring blocks of parameters to which the same step applies.

    Attributes
    ----------
    span : slice
        Of the flat parameter vector, padding included.
    decays : bool
        Whether penalties and weight decay apply.
    factor : float
        Of the learning rate. Where it is 0 nothing is stepped over: parameters and
        slots stay as they are, whatever else would change them.
    """

    span: slice
    decays: bool
    factor: float


def stretches_of(program, factors=None):
    """Return the stretches that all learned parameters of a program make up.

    Parameters
    ----------
    program : Program
    factors : sequence of float, default=None
        Of the learning rate, one for each block of the program. None: 1 each.
    """
    found = []
    for index, block in enumerate(program.blocks):
        begin, end = block.offset, block.offset + block.n_elements
        if begin >= program.n_learned:
            break  # buffers, which no optimizer touches
        factor = 1.0 if factors is None else float(factors[index])
        own = Stretch(slice(begin, end), block.is_matrix, factor)
        if found and found[-1][1:] == own[1:]:
            own = own._replace(span=slice(found.pop().span.start, end))
        found.append(own)
    return found


def cut(stretches, most_elements):
    """Return the pieces, of so many elements or fewer, that stretches are cut into."""
    return [
        stretch._replace(span=slice(begin, min(begin + most_elements, end)))
        for stretch in stretches
        for end in [stretch.span.stop]
        for begin in range(stretch.span.start, end, most_elements)
    ]


def moving_matrices(program, factors=None):
    """Return the blocks that are weight matrices and that a step may change."""
    return [
        block
        for index, block in enumerate(program.blocks)
        if block.is_matrix and (factors is None or factors[index] > 0)
    ]
