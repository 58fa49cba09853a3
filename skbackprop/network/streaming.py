"""One step of a recurrent network, with the state as additional input and output."""

from skbackprop.network.graph import Graph
from skbackprop.network.modules.columns import Concatenate, Slice
from skbackprop.network.modules.combinations import Add, Max, Multiply
from skbackprop.network.modules.linear import Linear
from skbackprop.network.node import Input
from skbackprop.network.recurrence import CELLS


def unroll_once(net, n_features):
    """Return the graph of one step, and the number of columns of its state.

    An input row holds the features of the step, the state, and 1 / the number of
    steps so far. An output row holds the output and the new state. The state has that
    of each cell and, with readout 'mean' or 'max', the sum or maximum of the outputs
    so far. The parameters are those of the unrolled network.

    Parameters
    ----------
    net : RecurrentNet
        A network that is not bidirectional.
    n_features : int

    Returns
    -------
    graph : Graph
    n_state : int
    """
    cells = [CELLS[net.cell](n_units) for n_units in net.layer_sizes]
    pools = net.readout in ("mean", "max")
    pairs = zip(net.layer_sizes, cells, strict=True)
    widths = [n_units for n_units, cell in pairs for _ in range(cell.n_states)]
    widths += [net.layer_sizes[-1]] * pools
    n_state = sum(widths)
    row = Input(n_features + n_state + 1)
    states = _cut(row, n_features, widths)
    h, new = Slice(0, n_features)(row), []
    for cell in cells:
        before = tuple(next(states) for _ in range(cell.n_states))
        after = cell(h, before)
        new += after
        h = after[0]
    if pools:
        h = (Add() if net.readout == "mean" else Max())(next(states), h)
        new.append(h)
    if net.readout == "mean":
        h = Multiply()(h, Slice(row.width - 1, row.width)(row))
    return Graph(Concatenate()(Linear(net.n_outputs)(h), *new)), n_state


def _cut(row, start, widths):
    """Yield the nodes of consecutive slices."""
    for width in widths:
        yield Slice(start, start + width)(row)
        start += width
