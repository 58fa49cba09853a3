"""Images of the plane at each node: points, a grid, and basis vectors."""

from typing import NamedTuple

import numpy as np

from skbackprop.inspection.plane import bind_to_plane, corners_around, signals_at
from skbackprop.network.modules.linear import Linear

_FINE = 40  # steps between adjacent lines of the grid


class Stretched(NamedTuple):
    """The image of the plane at a node, in two coordinates.

    Attributes
    ----------
    name : str
    points : ndarray of shape (n_samples, 2)
    lines : ndarray of shape (n_lines, n_points_of_a_line, 2)
    basis : ndarray of shape (3, 2) or None
        Images of (0, 0), (1, 0) and (0, 1) under a linear module with two inputs, or
        these points themselves at the input. None for other modules.
    """

    name: str
    points: np.ndarray
    lines: np.ndarray
    basis: np.ndarray | None


def stretch(network, X, parameters, nodes, n_lines):
    """Yield the images of samples, and of a grid around them, at each of the nodes."""
    bound, X = bind_to_plane(network, X, parameters)
    graph, grid = bound.graph, _grid(*corners_around(X), n_lines)
    signals = signals_at(bound, X, grid.reshape(-1, 2))
    every = range(len(graph.wires) + 1)
    for node in every if nodes is None else map(graph.number, nodes):
        signal, to_plane = signals[node], _Plane(signals[node][: len(X)])
        basis = _basis(bound, node)
        yield Stretched(
            name=_name(graph, node, to_plane),
            points=to_plane(signal[: len(X)]),
            lines=to_plane(signal[len(X) :]).reshape(grid.shape),
            basis=None if basis is None else to_plane(basis),
        )


def _grid(lower, upper, n_lines):
    """Return lines across a box: first those parallel to the first axis."""
    fine = np.linspace(0, 1, _FINE * (n_lines - 1) + 1)
    along, across = np.meshgrid(fine, np.linspace(0, 1, n_lines))
    horizontal, vertical = (
        np.dstack(pair) for pair in ((along, across), (across, along))
    )
    return lower + (upper - lower) * np.vstack([horizontal, vertical])


class _Plane:
    """Two coordinates of a signal: the signal itself, or two principal components."""

    def __init__(self, points):
        self.width = points.shape[1]
        if self.width > 2:
            self.mean = points.mean(axis=0)
            self.axes = np.linalg.svd(points - self.mean, full_matrices=False)[2][:2].T

    def __call__(self, values):
        values = values.astype(float)
        if self.width > 2:
            values = (values - self.mean) @ self.axes
        return np.pad(values, [(0, 0), (0, 2 - values.shape[1])])


def _name(graph, node, plane):
    """Return the number and the module of a node, and how it is projected."""
    if node == 0:
        return f"0 Input({graph.n_features})"
    name = f"{node} {graph.modules[graph.wires[node - 1][0]]!r}"
    return f"{name}\n2 components of {plane.width}" if plane.width > 2 else name


def _basis(bound, node):
    """Return the images of the origin and the basis, or None for other modules."""
    basis = np.vstack([np.zeros(2), np.eye(2)])
    if node == 0:
        return basis
    index, inputs = bound.graph.wires[node - 1]
    is_linear = isinstance(bound.graph.modules[index], Linear)
    if not is_linear or bound.graph.widths()[inputs[0]] != 2:
        return None
    blocks = {
        block.name: block.view(bound.parameters)
        for block in bound.program.blocks
        if block.module == index
    }
    return np.vstack([np.zeros(2), np.eye(2)]) @ blocks["weight"] + blocks.get(
        "bias", 0
    )
