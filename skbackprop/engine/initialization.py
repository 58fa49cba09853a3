"""What the parameters of a network begin with."""

import numpy as np

from skbackprop.network import Elementwise, Identity, Linear, Sigmoid


def initialize(program, parameters, random_state):
    """Fill the parameter vector of an untrained network.

    Linear modules, in the order of their first use, draw weights, then biases
    from the uniform distribution on +-sqrt(6 / (fan_in + fan_out)) (Glorot &
    Bengio 2010), with 2 instead of 6 where the only activation of the network
    is the logistic one, as scikit-learn has it. All others begin with
    constants (:attr:`Module.initial_values`).

    Parameters
    ----------
    program : Program
    parameters : ndarray of shape (program.n_parameters,)
    random_state : RandomState
    """
    factor = 2.0 if _is_logistic(program) else 6.0
    views, done = program.views(parameters), set()
    for instruction in program.instructions:
        module, blocks = instruction.module, instruction.blocks
        if not done.issuperset(blocks):
            done.update(blocks)
            own = {program.blocks[i].name: views[i] for i in blocks}
            if isinstance(module, Linear):
                _draw(module, own, factor, random_state)
            else:
                for name, view in own.items():
                    view[...] = module.initial_values.get(name, 0.0)


def _is_logistic(program):
    activations = {
        type(instruction.module)
        for instruction in program.instructions
        if isinstance(instruction.module, Elementwise)
    }
    return activations - {Identity} == {Sigmoid}


def _draw(module, blocks, factor, random_state):
    connected = module.connected(len(blocks["weight"]))
    mean_fans = sum(connected.shape) * connected.mean()
    bound = np.sqrt(factor / max(mean_fans, 1.0))
    for view in blocks.values():
        view[...] = random_state.uniform(-bound, bound, view.shape)
    blocks["weight"][~connected] = 0
