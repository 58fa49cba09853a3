"""Forward and backward through a graph, node by node."""

import numpy as np

from skbackprop.engine.reference.modules import Pass, backward, parameter_gradients
from skbackprop.inspection.binding import bind
from skbackprop.inspection.jacobians import _check_adjoint
from skbackprop.network.quantities import Quantity


def propagate(transformed, X, adjoint, *, parameters=None):
    """Run a transformed graph step by step, with NumPy.

    Each step has access only to the quantities that it lists as its inputs, so the
    printed graph can be checked against :func:`vjp`.

    Parameters
    ----------
    transformed : TransformedGraph
        The graph that ``graph.backward()`` returns.
    X : array-like of shape (n_samples, n_features)
        The samples.
    adjoint : array-like of shape (n_samples, n_outputs)
        Adjoint of the output of the graph.
    parameters : ndarray or list of ndarray, default=None
        Parameters of the graph, as in :func:`vjp`.

    Returns
    -------
    dict of str to ndarray, or to list of ndarray
        The results of the steps: ``"dz[k]"`` is an array, ``"dw[k]"`` a list with one
        array per parameter of the module.
    """
    bound, X = bind(transformed.graph, X, parameters)
    adjoint = _check_adjoint(adjoint, bound, X)
    signals, _, _ = bound.executor(len(X)).vjp(X, adjoint)
    found = {transformed.given: adjoint}
    for _ in run_steps(transformed, bound, signals, found):
        pass
    return {str(quantity): value for quantity, value in found.items()}


def run_steps(transformed, bound, signals, found):
    """Yield each step with its result, and store the result in ``found``.

    Parameters
    ----------
    transformed : TransformedGraph
    bound : BoundGraph
    signals : list of ndarray
        Signals of all nodes.
    found : dict of Quantity to ndarray, or to list of ndarray
        Initially holds the adjoint of the output.
    """
    views = bound.program.views(bound.parameters)
    blocks_of = {
        instruction.output: [views[i] for i in instruction.blocks]
        for instruction in bound.program.instructions
    }
    for step in transformed.steps:
        values = _run_step(step, found, signals, blocks_of[step.node])
        for (target, how), value in zip(step.writes, values, strict=True):
            found[target] = value if how == "write" else _add(found[target], value)
        yield step, values


def _run_step(step, adjoints, signals, blocks):
    """Return the result of a step; all that it does not read is NaN."""

    def shown(quantity, value):
        return value if quantity in step.reads else np.full_like(value, np.nan)

    module, adjoint = step.module, adjoints[step.reads[0]]
    inputs = [shown(Quantity("z", i), signals[i]) for i in step.inputs]
    output = shown(Quantity("z", step.node), signals[step.node])
    if all(quantity.kind != "w" for quantity in step.reads):
        blocks = [np.full_like(block, np.nan) for block in blocks]
    run, targets = Pass(stream=step.node), [t for t, _ in step.writes]
    results = []
    if any(target.kind == "dz" for target in targets):
        found = backward(module, inputs, output, adjoint, blocks, run)
        for position, (i, value) in enumerate(zip(step.inputs, found, strict=True)):
            is_stopped = position in module.stops_gradient
            if Quantity("dz", i) in targets and not is_stopped:
                results.append(value)
    if targets[-1].kind == "dw":
        found = parameter_gradients(module, inputs, adjoint, blocks, run)
        results.append(list(found))
    return results


def _add(one, other):
    if isinstance(one, list):
        return [a + b for a, b in zip(one, other, strict=True)]
    return one + other
