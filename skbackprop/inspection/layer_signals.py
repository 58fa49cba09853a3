"""Layers of any graph: modules with parameters and the activations behind them."""

from typing import NamedTuple

import numpy as np

from skbackprop.engine.reference.modules import xp

SATURATED = 0.05  # slope, relative to the steepest, below which little is learned
_RANGE = np.linspace(-2, 2, 401)  # where activations are steepest


class Activation(NamedTuple):
    """The outputs of units, one column each, with the uses of a module stacked.

    Attributes
    ----------
    name : str
        '' if no activation follows the module; the output is then its own.
    values : ndarray
    modules, inputs : list
        The module of each activation, and its input; empty for ''.
    outputs : list
    """

    name: str
    values: np.ndarray
    modules: list
    inputs: list
    outputs: list


def find_layers(graph):
    """Return the nodes of each module that has parameters, by its index."""
    layers, widths = {}, graph.widths()
    for node, (index, inputs) in enumerate(graph.wires, start=1):
        shapes = graph.modules[index].parameter_shapes(*(widths[i] for i in inputs))
        if shapes:
            layers.setdefault(index, []).append(node)
    return layers


def activation_of(graph, nodes, signals):
    """Return the output of the activations behind the nodes of a module."""
    reached = _reached(graph, nodes)
    modules = [graph.modules[graph.wires[node - 1][0]] for node in reached]
    if not reached:
        return Activation("", _below(signals, nodes), [], [], [])
    # Activations of one kind are uses of the same one: steps of an unrolled loop.
    kinds = {}
    for node, module in zip(reached, modules, strict=True):
        kinds.setdefault((module, signals[node].shape[1]), []).append(node)
    inputs = [
        _below(signals, [graph.wires[node - 1][1][0] for node in group])
        for group in kinds.values()
    ]
    outputs = [_below(signals, group) for group in kinds.values()]
    names = dict.fromkeys(repr(module) for module, _ in kinds)
    n_rows = min(map(len, outputs))
    values = np.hstack([output[:n_rows] for output in outputs])
    modules = [module for module, _ in kinds]
    return Activation(", ".join(names), values, modules, inputs, outputs)


def _below(signals, nodes):
    return np.vstack([signals[node] for node in nodes])


def _reached(graph, nodes):
    """Return the activations that read the nodes directly."""
    is_carried, reached = set(nodes), []
    for node, (index, inputs) in enumerate(graph.wires, start=1):
        module = graph.modules[index]
        if node not in is_carried and is_carried.intersection(inputs):
            if module.passes_on:
                is_carried.add(node)
            elif module.is_elementwise:
                reached.append(node)
    return reached


def slopes_of(activation):
    """Return |f'| relative to its maximum, per sample and unit, or None."""
    found = []
    for module, x, y in zip(
        activation.modules, activation.inputs, activation.outputs, strict=True
    ):
        steepest = abs(_slope(module, _RANGE, module.value(_RANGE, xp))).max()
        found.append(abs(_slope(module, x, y)) / steepest)
    if not found:
        return None
    n_rows = min(map(len, found))
    return np.hstack([slopes[:n_rows] for slopes in found])


def _slope(module, x, y):
    return module.derivative(x, y, np.ones_like(y), xp)
