"""What the parameters of a network begin with."""

import numpy as np

from skbackprop.engine.reference.modules import Pass, forward
from skbackprop.network import Module


def initialize(program, parameters, random_state, weight_init="glorot", x=None):
    """Fill the parameter vector of an untrained network.

    Modules with a weight matrix, in the order of their first use, draw weights,
    then biases. All others begin with constants (:attr:`Module.initial_values`).

    Parameters
    ----------
    program : Program
    parameters : ndarray of shape (program.n_parameters,)
    random_state : RandomState
    weight_init : {'glorot', 'he', 'lecun', 'orthogonal', 'unit_variance'}
        Default 'glorot': uniform on +-sqrt(6 / (fan_in + fan_out)), biases too
        (Glorot & Bengio 2010), with 2 instead of 6 where the only activation of
        the network is the logistic one, as scikit-learn has it. The others
        leave biases at 0.
    x : ndarray or sparse matrix of shape (n_rows, n_features), default=None
        The batch on which 'unit_variance' makes the outputs of linear modules
        vary by 1.
    """
    draw, views, done = WEIGHT_INITS[weight_init], program.views(parameters), set()
    factor = _glorot_factor(program)
    for instruction in program.instructions:
        module, blocks = instruction.module, instruction.blocks
        if not done.issuperset(blocks):
            done.update(blocks)
            own = {program.blocks[i].name: views[i] for i in blocks}
            for name, view in own.items():
                view[...] = module.initial_values.get(name, 0.0)
            if module.has_weight_matrix:
                draw(module, own, factor, random_state)
                own["weight"][~_connected(module, own["weight"].shape)] = 0
    if weight_init == "unit_variance":
        _scale_to_unit_variance(program, views, x)


def _glorot_factor(program):
    """Return the factor of the activations; of several, the largest."""
    modules = [instruction.module for instruction in program.instructions]
    activations = [m for m in modules if m.is_elementwise and not m.passes_on]
    return max((m.glorot_factor for m in activations), default=Module.glorot_factor)


def _connected(module, shape):
    """Return which weights of a matrix there are."""
    if module.connections is None:
        return np.ones(shape, bool)
    return module.connected(shape[0])


def mean_fans(module, shape):
    """Return fan_in and fan_out of the matrix of a module, on average.

    These are the numbers of connections of an output and of an input.
    """
    connected = _connected(module, shape)
    return np.maximum(1.0, np.array(connected.shape) * connected.mean())


def _draw_glorot(module, blocks, factor, random_state):
    bound = np.sqrt(factor / mean_fans(module, blocks["weight"].shape).sum())
    for view in blocks.values():
        view[...] = random_state.uniform(-bound, bound, view.shape)


def _draw_normal(gain):
    def draw(module, blocks, factor, random_state):
        weight = blocks["weight"]
        fan_in, _ = mean_fans(module, weight.shape)
        weight[...] = random_state.normal(0, np.sqrt(gain / fan_in), weight.shape)

    return draw


def _draw_orthogonal(module, blocks, factor, random_state):
    """Draw a matrix with orthogonal columns, or rows where it is wider than high."""
    weight = blocks["weight"]
    normal = random_state.normal(size=(max(weight.shape), min(weight.shape)))
    q, r = np.linalg.qr(normal)
    q = q * np.sign(np.diag(r))  # uniform among all orthogonal matrices
    weight[...] = q if weight.shape[0] >= weight.shape[1] else q.T


WEIGHT_INITS = {
    "glorot": _draw_glorot,
    "he": _draw_normal(2.0),
    "lecun": _draw_normal(1.0),
    "orthogonal": _draw_orthogonal,
    "unit_variance": _draw_orthogonal,
}


def _scale_to_unit_variance(program, views, x):
    """Divide weights by the spread of what they put out, in forward order.

    A module that is used more than once goes by its first use.
    """
    signals, done = [x], set()
    for instruction in program.instructions:
        inputs = [signals[i] for i in instruction.inputs]
        blocks = [views[i] for i in instruction.blocks]
        is_new = instruction.blocks not in done
        if instruction.module.has_weight_matrix and is_new:
            spread = np.std(inputs[0] @ blocks[0])
            if np.isfinite(spread) and spread > 0:
                blocks[0][...] /= spread
        done.add(instruction.blocks)
        signals.append(forward(instruction.module, inputs, blocks, Pass()))
