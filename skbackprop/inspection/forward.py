"""The forward pass of a graph, for `Graph.forward`."""

from skbackprop.fitting.prediction import run_in_batches
from skbackprop.inspection.binding import bind


def forward(graph, X, parameters):
    """Return the output of a graph, an ndarray of shape (n_samples, n_outputs)."""
    bound, X = bind(graph, X, parameters)
    program = bound.smallest_program
    return run_in_batches(program, bound.parameters, X, lambda output: output, graph)
