"""Networks without a plan, and samples and parameters for them, all by seed."""

import numpy as np
from scipy import sparse

from skbackprop.engine.losses import (
    BinaryLogLoss,
    HalfPoissonDeviance,
    HalfSquaredError,
    SoftmaxLogLoss,
)
from skbackprop.engine.samples import CSR, Samples
from skbackprop.network import (
    Add,
    Graph,
    Identity,
    Input,
    Linear,
    ReLU,
    Sigmoid,
    Tanh,
)
from skbackprop.network.program import compile_graph

LOSSES = [HalfSquaredError(), HalfPoissonDeviance(), BinaryLogLoss(), SoftmaxLogLoss()]
ELEMENTWISE = [Identity(), ReLU(), Sigmoid(), Tanh()]
WIDTHS = [1, 2, 3, 5, 7, 15, 16, 17, 33]


def name_of(thing):
    """Name a module, a loss, an optimizer, a dtype in the title of a test."""
    return getattr(thing, "__name__", type(thing).__name__)


def random_graph(seed, n_steps=10, only_linear_reads_input=False):
    """Return a graph with fan-out, sums, shared modules and odd widths.

    Parameters
    ----------
    seed : int
    n_steps : int
        Nodes before the loose ends are summed up.
    only_linear_reads_input : bool
        As sparse samples need it.
    """
    rng = np.random.default_rng(seed)
    nodes = [Input(int(rng.choice(WIDTHS)))]
    linear = {}  # width of the input -> modules that may be used once more
    elementwise = [ELEMENTWISE[i] for i in rng.permutation(4)]

    def draw_node():
        # Mostly a recent one, so that graphs grow deep; any, so that they fan out.
        return nodes[-1 - min(int(rng.geometric(0.4)) - 1, len(nodes) - 1)]

    def apply_linear(x, width=None):
        known = [m for m in linear.get(x.width, []) if width in (None, m.n_units)]
        if known and rng.random() < 0.4:
            return known[rng.integers(len(known))](x)
        module = Linear(int(width or rng.choice(WIDTHS)))
        linear.setdefault(x.width, []).append(module)
        return module(x)

    def as_wide_as(x, width):
        must_project = only_linear_reads_input and x is nodes[0]
        return x if x.width == width and not must_project else apply_linear(x, width)

    nodes.append(apply_linear(nodes[0]))
    for _ in range(n_steps):
        x, kind = draw_node(), rng.random()
        if kind < 0.35 or (only_linear_reads_input and x is nodes[0]):
            nodes.append(apply_linear(x))
        elif kind < 0.75:
            nodes.append(elementwise[rng.integers(len(elementwise))](x))
        else:
            other = as_wide_as(draw_node(), x.width)
            nodes.append(Add()(x, other) if rng.random() < 0.5 else Add()(other, x))
    return Graph(_sum_of_loose_ends(nodes, as_wide_as))


def _sum_of_loose_ends(nodes, as_wide_as):
    """Return a node that all others lead to, a linear one."""
    read = {id(x) for node in nodes for x in node.inputs}
    loose = [node for node in nodes if id(node) not in read]
    total = as_wide_as(loose[0], 5)
    for node in loose[1:]:
        total = Add()(total, as_wide_as(node, 5))
    return Linear(int(3 + len(nodes) % 4))(total)


def mlp_graph(n_features, hidden, n_outputs, activation=None):
    """Return the chain of a multilayer perceptron."""
    signal = Input(n_features)
    for n_units in hidden:
        signal = (activation or ReLU())(Linear(n_units)(signal))
    return Graph(Linear(n_outputs)(signal))


def random_parameters(graph, seed=0, dtype=np.float64):
    """Return a parameter vector, in size so that signals keep theirs."""
    rng, program = np.random.default_rng(seed), compile_graph(graph)
    parameters = program.allocate(dtype)
    for view in program.views(parameters):
        view[...] = rng.normal(scale=0.5 * len(view) ** -0.5, size=view.shape)
    return parameters


def random_samples(
    graph, loss, n_samples=23, seed=0, dtype=np.float64, weighted=False, is_sparse=False
):
    """Return samples that a graph and a loss can take."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_samples, graph.n_features))
    if is_sparse:
        X[rng.random(X.shape) < 0.7] = 0
        X[n_samples // 2] = 0  # a row without entries
    X = X.astype(dtype)
    weights = rng.uniform(0, 2, n_samples).astype(dtype) if weighted else None
    targets = random_targets(loss, n_samples, graph.widths()[-1], rng).astype(dtype)
    return Samples(CSR.of(sparse.csr_matrix(X)) if is_sparse else X, targets, weights)


def random_targets(loss, n_samples, n_outputs, rng):
    """Return targets as the loss reads them."""
    if isinstance(loss, SoftmaxLogLoss):
        return rng.integers(n_outputs, size=(n_samples, 1))
    if isinstance(loss, BinaryLogLoss):
        return rng.integers(2, size=(n_samples, n_outputs))
    if isinstance(loss, HalfPoissonDeviance):
        return rng.poisson(2.0, size=(n_samples, n_outputs))
    return rng.normal(size=(n_samples, n_outputs))
