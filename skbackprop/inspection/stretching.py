"""What each node of a network makes of the plane: points, a grid, basis vectors."""

from typing import NamedTuple

import numpy as np

from skbackprop.inspection.binding import bind
from skbackprop.network.modules.linear import Linear

_FINE = 40  # points between two lines of the grid and the next
_MARGIN = 0.1  # of the range of the samples, around them


class Stretched(NamedTuple):
    """The plane behind a node, in two coordinates.

    Attributes
    ----------
    name : str
    points : ndarray of shape (n_samples, 2)
    lines : ndarray of shape (n_lines, n_points_of_a_line, 2)
    basis : ndarray of shape (3, 2) or None
        (0, 0), (1, 0) and (0, 1), and what a linear module that reads two numbers makes
        of them; None behind other modules.
    """

    name: str
    points: np.ndarray
    lines: np.ndarray
    basis: np.ndarray | None


def stretch(network, X, parameters, nodes, n_lines):
    """Return what each of the nodes makes of samples, and of a grid around them."""
    bound, X = bind(network, X, parameters)
    if X.shape[1] != 2:
        raise ValueError(
            f"X must have 2 features, as the plane has, got {X.shape[1]}. The first "
            "layers of a network of more are no plane."
        )
    graph, grid = bound.graph, _grid(X, n_lines)
    rows = np.vstack([X, grid.reshape(-1, 2)]).astype(bound.dtype)
    adjoint = np.zeros((len(rows), bound.program.output.width), bound.dtype)
    signals = bound.executor(len(rows)).vjp(rows, adjoint)[0]
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


def _grid(X, n_lines):
    """Return lines across the plane, those along the first axis before the others."""
    lower, upper = X.min(axis=0), X.max(axis=0)
    margin = _MARGIN * np.where(upper > lower, upper - lower, 1)
    (left, bottom), (right, top) = lower - margin, upper + margin
    fine = np.linspace(0, 1, _FINE * (n_lines - 1) + 1)
    coarse = np.linspace(0, 1, n_lines)
    along, across = (part.ravel() for part in np.meshgrid(fine, coarse))
    unit = np.vstack([np.c_[along, across], np.c_[across, along]])
    corner = np.array([left, bottom])
    return (corner + unit * [right - left, top - bottom]).reshape(
        2 * n_lines, len(fine), 2
    )


class _Plane:
    """Two coordinates of a signal: itself, or the first principal components."""

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
    """Return the number and the module of a node, and what is shown of it."""
    if node == 0:
        return f"0 Input({graph.n_features})"
    name = f"{node} {graph.modules[graph.wires[node - 1][0]]!r}"
    return f"{name}\n2 components of {plane.width}" if plane.width > 2 else name


def _basis(bound, node):
    """Return the origin and the basis behind a linear module that reads a plane."""
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
