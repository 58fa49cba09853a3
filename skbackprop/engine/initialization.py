"""What the parameters of a network begin with."""

import numpy as np

from skbackprop.engine.reference.modules import Pass, forward
from skbackprop.network import Module

_LEAST_SPREAD = 1e-6
_BEND_SAMPLES = 5  # between which the point lies where a unit begins to bend


def initialize(
    program, parameters, random_state, weight_init="glorot", bias_init=None, x=None
):
    """Fill the parameter vector of an untrained network.

    Modules with a weight matrix, in the order of their first use, draw weights,
    then biases. All others begin with constants (:attr:`Module.initial_values`).

    Parameters
    ----------
    program : Program
    parameters : ndarray of shape (program.n_parameters,)
    random_state : RandomState
    weight_init : {'glorot', 'he', 'lecun', 'orthogonal', 'unit_std', 'unit_variance'}
        Default 'glorot': uniform on +-sqrt(6 / (fan_in + fan_out)), biases too
        (Glorot & Bengio 2010), with 2 instead of 6 where the only activation of
        the network is the logistic one, as scikit-learn has it. The others
        leave biases at 0.
    bias_init : {'zeros', 'data'}, default=None
        None: what ``weight_init`` says. 'data': for each unit minus a random convex
        combination of its outputs without bias for 5 rows, weights Exp(1) over
        their sum (Steinwart 2019).
    x : ndarray or sparse matrix of shape (n_rows, n_features), default=None
        The batch that is looked at (:func:`looks_at_data`): on it 'unit_variance'
        makes the outputs of linear modules vary by 1, 'unit_std' those of each unit.
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
                own["weight"][~_connected(module, own["weight"])] = 0
                if bias_init is not None and "bias" in own:
                    own["bias"][...] = 0
    if looks_at_data(weight_init, bias_init):
        _fit_to_data(program, views, x, weight_init, bias_init, random_state)


def looks_at_data(weight_init, bias_init):
    """Tell whether the first parameters depend on data."""
    return weight_init in ("unit_std", "unit_variance") or bias_init == "data"


def _glorot_factor(program):
    """Return the factor of the activations; of several, the largest."""
    modules = [instruction.module for instruction in program.instructions]
    activations = [m for m in modules if m.is_elementwise and not m.passes_on]
    return max((m.glorot_factor for m in activations), default=Module.glorot_factor)


def _connected(module, weight):
    """Return which weights of a matrix there are."""
    if module.connections is None:
        return np.ones(weight.shape, bool)
    return module.connected(len(weight))


def _mean_fans(module, weight):
    """Return the numbers of connections of an output and of an input, on average."""
    connected = _connected(module, weight)
    return np.maximum(1.0, np.array(connected.shape) * connected.mean())


def _draw_glorot(module, blocks, factor, random_state):
    bound = np.sqrt(factor / _mean_fans(module, blocks["weight"]).sum())
    for view in blocks.values():
        view[...] = random_state.uniform(-bound, bound, view.shape)


def _draw_normal(gain):
    def draw(module, blocks, factor, random_state):
        weight = blocks["weight"]
        fan_in, _ = _mean_fans(module, weight)
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
    "unit_std": _draw_normal(1.0),
    "unit_variance": _draw_orthogonal,
}


def _fit_to_data(program, views, x, weight_init, bias_init, random_state):
    """Scale weights by what they make of data and set biases, in forward order.

    A module that is used more than once goes by its first use.
    """
    signals, done = [x], set()
    for instruction in program.instructions:
        inputs = [signals[i] for i in instruction.inputs]
        blocks = [views[i] for i in instruction.blocks]
        is_new = instruction.blocks not in done
        if instruction.module.has_weight_matrix and is_new:
            axis = {"unit_std": 0, "unit_variance": None}
            if weight_init in axis:
                _scale_by_spread(blocks[0], inputs[0], axis[weight_init])
            names = [program.blocks[i].name for i in instruction.blocks]
            if bias_init == "data" and "bias" in names:
                outputs = inputs[0] @ blocks[0]
                blocks[names.index("bias")][...] = _bends(outputs, random_state)
        done.add(instruction.blocks)
        signals.append(forward(instruction.module, inputs, blocks, Pass()))


def _scale_by_spread(weight, x, axis):
    """Divide weights by the standard deviation of what they put out.

    That of each unit (axis 0) or of all together (None), unless it is nearly 0.
    """
    spread = np.std(x @ weight, axis=axis)
    weight /= np.where(np.isfinite(spread) & (spread > _LEAST_SPREAD), spread, 1.0)


def _bends(outputs, random_state):
    """Return biases with which each unit is 0 somewhere among the data."""
    n_rows, n_units = outputs.shape
    rows = random_state.randint(n_rows, size=(_BEND_SAMPLES, n_units))
    shares = random_state.exponential(size=rows.shape)
    shares /= shares.sum(axis=0)
    return -(shares * outputs[rows, np.arange(n_units)]).sum(axis=0)
