"""Outputs of each unit of a network over the plane, and weights between units."""

from typing import NamedTuple

import numpy as np

from skbackprop.fitting.hidden import read_by_linear_modules
from skbackprop.inspection.plane import bind_to_plane, corners_around, signals_at
from skbackprop.network.modules.linear import Linear


class UnitMaps(NamedTuple):
    """The first parameters of :class:`UnitMapDisplay`."""

    maps: dict
    links: dict
    units: dict
    extent: tuple


def map_units(network, X, parameters, max_units, resolution, shown=None):
    """Return the UnitMaps of a network around samples, restricted to ``shown``."""
    bound, X = bind_to_plane(network, X, parameters)
    layers, corners = name_layers(bound.graph), corners_around(X)
    first, second = np.meshgrid(*np.linspace(*corners, resolution).T)
    signals = signals_at(bound, X, np.column_stack([first.ravel(), second.ravel()]))
    units, maps = {}, {}
    for node, name in layers.items():
        of_samples, of_grid = np.split(signals[node], [len(X)])
        units[name] = (
            _most_varied(of_samples, max_units) if shown is None else shown[name]
        )
        seen = of_grid[:, units[name]].T
        maps[name] = seen.reshape(-1, resolution, resolution)
    links = {
        (layers[source], layers[target]): weight[
            np.ix_(units[layers[source]], units[layers[target]])
        ]
        for (source, target), weight in _weights_between(bound, layers).items()
    }
    return UnitMaps(maps, links, units, tuple(corners.T.ravel().tolist()))


def largest_values(maps, links):
    """Return the maximum absolute value of each map, by layer, and of all 'links'."""
    limits = {name: abs(values).max(axis=(1, 2)) for name, values in maps.items()}
    weights = [abs(w).max() for w in links.values()]
    return {**limits, "links": max(weights, default=0)}


def name_layers(graph):
    """Return the names of the nodes that are layers, numbered as in ``transform``."""
    hidden = read_by_linear_modules(graph)
    output = len(graph.wires)
    names = {node: f"layer {layer}" for layer, node in enumerate(hidden)}
    return {0: "input", **names, output: "output"}


def _most_varied(values, max_units):
    """Return the sorted indices of the units that vary most over the samples."""
    by_spread = np.argsort(-values.std(axis=0), kind="stable")
    return np.sort(by_spread[:max_units])


def _weights_between(bound, layers):
    """Return the weights of the linear modules between layers, by pairs of nodes.

    If two linear modules connect the same layers, as in maxout, the weight of a link
    would be ambiguous, so these layers are left out.
    """
    graph, found = bound.graph, {}
    blocks = {
        block.module: block.view(bound.parameters)
        for block in bound.program.blocks
        if block.name == "weight"
    }
    for node, (index, inputs) in enumerate(graph.wires, start=1):
        if isinstance(graph.modules[index], Linear):
            target = _layer_behind(graph, node, layers)
            found.setdefault((inputs[0], target), []).append(blocks[index])
    return {
        key: weights[0]
        for key, weights in found.items()
        if key[1] is not None and len(weights) == 1
    }


def _layer_behind(graph, node, layers):
    """Return the layer to which a node leads unit by unit, or None."""
    widths, carried = graph.widths(), {node}
    for k in range(node, len(graph.wires) + 1):
        index, inputs = graph.wires[k - 1]
        is_mixed = graph.modules[index].has_weight_matrix
        if not is_mixed and carried.intersection(inputs) and widths[k] == widths[node]:
            carried.add(k)
        if k in carried and k in layers:
            return k
    return None
