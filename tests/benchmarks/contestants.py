"""The same network, trained by each contestant.

Everyone trains from scratch with Adam, the same batch size, learning rate and
initialisation, and sums its loss over every epoch. Ours and scikit-learn also
do what their defaults ask for (L2 penalty, loss curve, stopping rule); torch and
JAX are spared it.
"""

import importlib
import importlib.util
from typing import NamedTuple

import numpy as np

SKLEARN = "sklearn.neural_network:MLPClassifier"

LEARNING_RATE = 1e-3
BETA_1, BETA_2, EPSILON = 0.9, 0.999, 1e-8


class Problem(NamedTuple):
    """A synthetic classification problem and the network that learns it."""

    n_samples: int
    n_features: int
    hidden: tuple
    n_classes: int
    batch_size: int

    @property
    def widths(self):
        """Number of units of every layer, input and output included."""
        return (self.n_features, *self.hidden, self.n_classes)

    @property
    def flops_per_epoch(self):
        """Two per weight and sample for each of y, dw, dx; no dx of the input."""
        sizes = [m * n for m, n in zip(self.widths, self.widths[1:], strict=False)]
        return self.n_samples * (6 * sum(sizes) - 2 * sizes[0])

    def data(self, dtype):
        """Return Gaussian samples and the classes of a linear teacher."""
        rng = np.random.default_rng(0)
        X = rng.standard_normal((self.n_samples, self.n_features)).astype(dtype)
        teacher = rng.standard_normal((self.n_features, self.n_classes))
        return X, np.argmax(X @ teacher, axis=1)


def load_class(path):
    """Return the class that ``module:name`` stands for."""
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(module), name)


def installed(module):
    """Tell whether a peer can be imported."""
    return importlib.util.find_spec(module) is not None


def classifier(class_path, n_epochs, **params):
    """Return an estimator that trains exactly `n_epochs`, watching its loss."""
    return load_class(class_path)(
        max_iter=n_epochs, tol=0, n_iter_no_change=np.inf, random_state=0, **params
    )


def estimator_fit(class_path, problem, dtype, *, validation_share=0, **network):
    """Return ``fit(n_epochs)`` of a scikit-learn compatible class.

    ``network`` are the parameters that state it, ``hidden_layer_sizes`` by default.
    A ``validation_share`` of the samples comes on top of them, as ``X_val``.
    """
    n_samples = problem.n_samples
    n_more = round(validation_share * n_samples)
    X, y = problem._replace(n_samples=n_samples + n_more).data(dtype)
    held_out = {"X_val": X[n_samples:], "y_val": y[n_samples:]} if n_more else {}
    X, y = X[:n_samples], y[:n_samples]
    network = network or {"hidden_layer_sizes": problem.hidden}

    def fit(n_epochs):
        model = classifier(
            class_path, n_epochs, batch_size=problem.batch_size, **network
        )
        return model.fit(X, y, **held_out).loss_

    return fit


def torch_fit(problem):
    """Return ``fit(n_epochs)`` of the dense network in torch."""
    from torch import nn

    def make_model():
        layers = []
        for fan_in, fan_out in zip(problem.widths, problem.widths[1:], strict=False):
            layers += [nn.Linear(fan_in, fan_out), nn.ReLU()]
            nn.init.xavier_uniform_(layers[-2].weight)
        return nn.Sequential(*layers[:-1])

    return torch_trainer(problem, make_model)


def torch_trainer(problem, make_model):
    """Return ``fit(n_epochs)`` of a plain torch loop: eager, fused Adam, float32."""
    import torch
    from torch import nn

    torch.set_num_threads(1)
    X, y = map(torch.from_numpy, problem.data(np.float32))
    n_samples, batch_size = problem.n_samples, problem.batch_size
    cross_entropy = nn.CrossEntropyLoss()

    def fit(n_epochs):
        torch.manual_seed(0)
        model = make_model()
        adam = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, fused=True)
        for _ in range(n_epochs):
            order = torch.randperm(n_samples)
            total = 0.0
            for start in range(0, n_samples, batch_size):
                batch = order[start : start + batch_size]
                loss = cross_entropy(model(X[batch]), y[batch])
                adam.zero_grad(set_to_none=True)
                loss.backward()
                adam.step()
                total += loss.item() * len(batch)
        return total / n_samples

    return fit


def jax_fit(problem):
    """Return ``fit(n_epochs)`` of the dense network in JAX."""
    import jax
    import jax.numpy as jnp

    def logits(params, x):
        for w, b in params[:-1]:
            x = jax.nn.relu(x @ w + b)
        w, b = params[-1]
        return x @ w + b

    def make_params():
        rng = np.random.default_rng(0)
        params = []
        for fan_in, fan_out in zip(problem.widths, problem.widths[1:], strict=False):
            bound = np.sqrt(6 / (fan_in + fan_out))
            w = rng.uniform(-bound, bound, (fan_in, fan_out)).astype(np.float32)
            params.append((jnp.asarray(w), jnp.zeros(fan_out)))
        return params

    return jax_trainer(problem, make_params, logits)


def jax_trainer(problem, make_params, logits):
    """Return ``fit(n_epochs)`` of JAX: one jitted scan per epoch, float32.

    One compiled call per epoch lets Python watch the loss, as a stopping rule must.
    """
    import jax
    import jax.numpy as jnp

    X, y = map(jnp.asarray, problem.data(np.float32))
    n_samples, batch_size = problem.n_samples, problem.batch_size
    n_batches, n_rest = divmod(n_samples, batch_size)

    def batch_loss(params, x, y):
        log_p = jax.nn.log_softmax(logits(params, x))
        return -jnp.mean(jnp.take_along_axis(log_p, y[:, None], axis=1))

    def adam_step(state, x, y):
        params, m, v, t = state
        loss, grads = jax.value_and_grad(batch_loss)(params, x, y)
        t = t + 1
        m = jax.tree.map(lambda m, g: BETA_1 * m + (1 - BETA_1) * g, m, grads)
        v = jax.tree.map(lambda v, g: BETA_2 * v + (1 - BETA_2) * g * g, v, grads)
        rate = LEARNING_RATE * jnp.sqrt(1 - BETA_2**t) / (1 - BETA_1**t)
        params = jax.tree.map(
            lambda p, m, v: p - rate * m / (jnp.sqrt(v) + EPSILON), params, m, v
        )
        return (params, m, v, t), loss * len(x)

    def epoch(state, i_epoch, X, y):
        key = jax.random.fold_in(jax.random.key(0), i_epoch)
        order = jax.random.permutation(key, n_samples)
        batches = order[: n_batches * batch_size].reshape(n_batches, batch_size)
        state, losses = jax.lax.scan(
            lambda state, batch: adam_step(state, X[batch], y[batch]), state, batches
        )
        total = losses.sum()
        if n_rest:
            rest = order[-n_rest:]
            state, loss = adam_step(state, X[rest], y[rest])
            total += loss
        return state, total / n_samples

    run_epoch = jax.jit(epoch, donate_argnums=0)

    def fit(n_epochs):
        params = make_params()
        m = jax.tree.map(jnp.zeros_like, params)
        v = jax.tree.map(jnp.zeros_like, params)
        state = params, m, v, jnp.float32(0)
        for i_epoch in range(n_epochs):
            state, loss = run_epoch(state, i_epoch, X, y)
        return float(loss)

    return fit
