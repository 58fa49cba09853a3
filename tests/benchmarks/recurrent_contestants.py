"""The same recurrent network, trained by each contestant.

One layer of GRU or LSTM cells reads sequences, a linear layer reads the logits
from the last state. Peers multiply the inputs of all steps by their weights at
once, as suits them best; we do so step by step.
"""

from typing import NamedTuple

import numpy as np

from tests.benchmarks.contestants import estimator_fit, jax_trainer, torch_trainer

GATES = {"gru": 3, "lstm": 4}


class Sequences(NamedTuple):
    """A synthetic problem: which of the channels has the largest sum over time?"""

    cell: str
    n_units: int = 64
    n_timesteps: int = 50
    n_features: int = 16
    n_classes: int = 10
    batch_size: int = 64
    n_samples: int = 640

    @property
    def n_batches(self):
        """Minibatches, and so Adam steps, of an epoch."""
        return self.n_samples // self.batch_size

    @property
    def flops_per_epoch(self):
        """Those of the matrix products: two per weight, sample and step.

        There are three products, y, dw and dx; no dx of the input and of the
        first state, which is zero.
        """
        width = GATES[self.cell] * self.n_units
        from_input = 4 * self.n_features * width * self.n_timesteps
        from_state = 6 * self.n_units * width * (self.n_timesteps - 1)
        readout = 6 * self.n_units * self.n_classes
        return self.n_samples * (from_input + from_state + readout)

    def data(self, dtype):
        """Return Gaussian sequences and their classes."""
        rng = np.random.default_rng(0)
        shape = self.n_samples, self.n_timesteps, self.n_features
        X = rng.standard_normal(shape).astype(dtype)
        return X, X.sum(axis=1)[:, : self.n_classes].argmax(axis=1)


def our_fit(problem, dtype):
    """Return ``fit(n_epochs)`` of our estimator."""
    path = "skbackprop:RecurrentClassifier"
    network = {"hidden_layer_sizes": (problem.n_units,), "cell": problem.cell}
    return estimator_fit(path, problem, dtype, **network)


def torch_fit(problem):
    """Return ``fit(n_epochs)`` of ``torch.nn.GRU`` or ``torch.nn.LSTM``."""
    from torch import nn

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            cell = {"gru": nn.GRU, "lstm": nn.LSTM}[problem.cell]
            self.recurrent = cell(problem.n_features, problem.n_units, batch_first=True)
            self.readout = nn.Linear(problem.n_units, problem.n_classes)

        def forward(self, x):
            return self.readout(self.recurrent(x)[0][:, -1])

    return torch_trainer(problem, Model)


def jax_fit(problem, unroll):
    """Return ``fit(n_epochs)`` of a scan over time in JAX, ``unroll`` steps a turn."""
    import jax
    import jax.numpy as jnp

    n_units = problem.n_units

    def gru(h, of_input, u, c):
        of_state = h @ u + c
        rz = jax.nn.sigmoid(of_input[:, : 2 * n_units] + of_state[:, : 2 * n_units])
        r, z = jnp.split(rz, 2, axis=1)
        n = jnp.tanh(of_input[:, 2 * n_units :] + r * of_state[:, 2 * n_units :])
        return n + z * (h - n)

    def lstm(state, of_input, u, c):
        h, memory = state
        both = of_input + h @ u + c
        i, f, o = jnp.split(jax.nn.sigmoid(both[:, : 3 * n_units]), 3, axis=1)
        memory = f * memory + i * jnp.tanh(both[:, 3 * n_units :])
        return o * jnp.tanh(memory), memory

    def logits(params, x):
        (w, b), (u, c), (v, d) = params
        zeros = jnp.zeros((len(x), n_units))
        of_input = jnp.swapaxes(x, 0, 1) @ w + b
        if problem.cell == "gru":
            step, state = gru, zeros
        else:
            step, state = lstm, (zeros, zeros)
        state, _ = jax.lax.scan(
            lambda state, x: (step(state, x, u, c), None),
            state,
            of_input,
            unroll=unroll,
        )
        h = state if problem.cell == "gru" else state[0]
        return h @ v + d

    def make_params():
        rng = np.random.default_rng(0)
        width, bound = GATES[problem.cell] * n_units, n_units**-0.5
        shapes = (
            (problem.n_features, width),
            (n_units, width),
            (n_units, problem.n_classes),
        )
        return [
            tuple(
                jnp.asarray(rng.uniform(-bound, bound, s), jnp.float32)
                for s in (shape, shape[1:])
            )
            for shape in shapes
        ]

    return jax_trainer(problem, make_params, logits)
