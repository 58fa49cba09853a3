"""Initialization of the parameters of a network."""

from functools import partial

import numpy as np
from scipy import sparse

from skbackprop.engine.reference.modules import Pass, forward
from skbackprop.network import Module

_ROWS_OF_LAYERS = 512  # the first rows, for 'unit_variance'
_ROWS_OF_UNITS = 1000  # drawn at random, as data may be sorted
_ROWS_OF_BIAS = 5  # as in RealMLP (Holzmuller et al. 2024)
_LEAST_SPREAD = 1e-6  # of a unit's output, below which it is not rescaled


def initialize(
    program, parameters, random_state, weight_init="glorot", x=None, bias_init=None
):
    """Fill the parameter vector of an untrained network.

    Modules with a weight matrix, in the order of their first use, draw weights,
    then biases. All others start with constants (:attr:`Module.initial_values`).

    Parameters
    ----------
    program : Program
    parameters : ndarray of shape (program.n_parameters,)
    random_state : RandomState
    weight_init : {'glorot', 'he', 'lecun', 'orthogonal', 'unit_std', 'unit_variance'}
        The default 'glorot' draws weights and biases uniformly from
        +-sqrt(6 / (fan_in + fan_out)) (Glorot & Bengio 2010), with 2 instead of 6 if
        the logistic function is the only activation, as in scikit-learn. All others
        set biases to 0.
    x : ndarray or sparse matrix of shape (n_rows, n_features), default=None
        The data. On rows of it, 'unit_variance' scales the output of each linear
        module to standard deviation 1, and 'unit_std' that of each unit.
    bias_init : {'zeros', 'data'}, default=None
        None leaves biases to ``weight_init``. 'data' sets a bias to minus a random
        mean of the unit's output for a few rows, so that the unit is 0 at a point
        amid the data. The weights do not depend on this choice.
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
                if bias_init is not None and "bias" in own:
                    own["bias"][...] = 0
    rules = [_RULES[weight_init]] if weight_init in _RULES else []
    if bias_init == "data":
        rules.append(partial(_shift_units, random_state=random_state))
    if rules:
        only_layers = rules == [_scale_layer]
        rows = x[:_ROWS_OF_LAYERS] if only_layers else _some_rows(x, random_state)
        with np.errstate(all="ignore"):  # units that overflow are not rescaled
            _fit_to_data(program, views, rows, rules)


def _glorot_factor(program):
    """Return the largest factor of the activations."""
    modules = [instruction.module for instruction in program.instructions]
    activations = [m for m in modules if m.is_elementwise and not m.passes_on]
    return max((m.glorot_factor for m in activations), default=Module.glorot_factor)


def _connected(module, shape):
    """Return a mask of the weights of a matrix that exist."""
    if module.connections is None:
        return np.ones(shape, bool)
    return module.connected(shape[0])


def mean_fans(module, shape):
    """Return the mean fan_in and fan_out of the matrix of a module.

    These are the numbers of connections per output and per input.
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
    """Draw a matrix with orthogonal columns, or rows if it has more columns."""
    weight = blocks["weight"]
    normal = random_state.normal(size=(max(weight.shape), min(weight.shape)))
    q, r = np.linalg.qr(normal)
    q = q * np.sign(np.diag(r))  # for a uniform distribution (Haar measure)
    weight[...] = q if weight.shape[0] >= weight.shape[1] else q.T


WEIGHT_INITS = {
    "glorot": _draw_glorot,
    "he": _draw_normal(2.0),
    "lecun": _draw_normal(1.0),
    "orthogonal": _draw_orthogonal,
    "unit_std": _draw_normal(1.0),
    "unit_variance": _draw_orthogonal,
}


# Rules that fit parameters to data


def _some_rows(x, random_state):
    """Return rows drawn at random, or all if there are few."""
    n_rows = x.shape[0]
    if n_rows <= _ROWS_OF_UNITS:
        return x
    return x[random_state.permutation(n_rows)[:_ROWS_OF_UNITS]]


def _fit_to_data(program, views, x, rules):
    """Apply rules to the blocks of linear modules, in forward order.

    A rule gets the input that its module has for the rows x. For a module that is
    used more than once, that is the input of the first use.
    """
    if sparse.issparse(x):
        program.check_reads_sparse()
    last_use = {i: step.output for step in program.instructions for i in step.inputs}
    signals, done = {0: x}, set()
    for instruction in program.instructions:
        inputs = [signals[i] for i in instruction.inputs]
        blocks = [views[i] for i in instruction.blocks]
        is_new = instruction.blocks not in done
        if instruction.module.has_weight_matrix and is_new:
            for rule in rules:
                rule(inputs[0], *blocks)
        done.add(instruction.blocks)
        signals[instruction.output] = forward(
            instruction.module, inputs, blocks, Pass()
        )
        for i in set(instruction.inputs):  # unrolled loops have thousands of signals
            if last_use[i] == instruction.output:
                del signals[i]


def _scale_layer(x, weight, bias=None):
    """Divide all weights by the standard deviation of the module's output."""
    spread = np.std(x @ weight)
    if np.isfinite(spread) and spread > 0:
        weight[...] /= spread


def _scale_units(x, weight, bias=None):
    """Divide the weights of each unit by the standard deviation of its output."""
    spread = np.std(x @ weight, axis=0, dtype=np.float64)
    weight /= np.where(np.isfinite(spread) & (spread > _LEAST_SPREAD), spread, 1)


def _shift_units(x, weight, bias=None, *, random_state):
    """Shift each unit to be 0 at a random point in the convex hull of a few rows.

    The bias is minus a weighted mean of the unit's pre-activations for these rows.
    The weights are uniform on the simplex: exponential numbers divided by their sum.
    """
    if bias is None:
        return
    shape = _ROWS_OF_BIAS, len(bias)
    rows = random_state.randint(x.shape[0], size=shape)
    shares = random_state.exponential(size=shape)
    shares /= shares.sum(axis=0)
    outputs = (x @ weight)[rows, np.arange(len(bias))]
    shift = -(shares * outputs).sum(axis=0)
    bias[...] = np.where(np.isfinite(shift), shift, 0)


_RULES = {"unit_std": _scale_units, "unit_variance": _scale_layer}
