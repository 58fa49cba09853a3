"""Networks without a plan, and samples and parameters for them, all by seed."""

import numpy as np
from scipy import sparse

from skbackprop.engine.losses import (
    AbsoluteError,
    BinaryLogLoss,
    ClassLoss,
    Focal,
    HalfGammaDeviance,
    HalfPoissonDeviance,
    HalfSquaredError,
    HalfSquaredErrorOfSigns,
    HardMargin,
    Hinge,
    Huber,
    LogCosh,
    Quantile,
    SmoothedSoftmaxLogLoss,
    SoftMargin,
    SoftmaxLogLoss,
    SquaredHinge,
)
from skbackprop.engine.penalties import Penalties
from skbackprop.engine.samples import CSR, Samples
from skbackprop.engine.schedules import Constant
from skbackprop.engine.training import Plan
from skbackprop.network import (
    ALL_MODULES,
    Add,
    BatchNorm,
    Bias,
    Concatenate,
    DotProduct,
    Dropout,
    Graph,
    Identity,
    Input,
    LayerNorm,
    Linear,
    LogSoftMax,
    Max,
    MaxPool,
    MeanPool,
    Multiply,
    PiecewiseLinear,
    ReLU,
    Scale,
    ScaledDotProductAttention,
    Sigmoid,
    Slice,
    Softmax,
    StopGradient,
    Subtract,
    Tanh,
    Where,
    Zeros,
)
from skbackprop.network.compiler import compile_graph

LOSSES = [HalfSquaredError(), HalfPoissonDeviance(), BinaryLogLoss(), SoftmaxLogLoss()]
ELEMENTWISE_LOSSES = [
    *LOSSES[:3],
    *(AbsoluteError(), Huber(0.7), Quantile(0.3), Quantile((0.1, 0.5, 0.9))),
    *(LogCosh(), HalfGammaDeviance()),
    *(HalfSquaredErrorOfSigns(), Hinge(), SquaredHinge(), Focal(1.5)),
]
ROW_LOSSES = [
    *(SoftmaxLogLoss(), SmoothedSoftmaxLogLoss(0.1)),
    *(SoftMargin(Focal(1.5)), HardMargin(Hinge()), HardMargin(SquaredHinge())),
]
ELEMENTWISE = [Identity(), ReLU(), Sigmoid(), Tanh()]
ACTIVATIONS = [module() for module in ALL_MODULES if module.is_elementwise]
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


def random_dag(seed, n_steps=14, has_stops=True):
    """Return a graph that draws from all modules.

    Parameters
    ----------
    seed : int
    n_steps : int
        Modules, or groups of a few, before the loose ends are summed up.
    has_stops : bool
        Whether StopGradient is among them, whose derivative is not that of what
        it puts out.
    """
    return _Dag(np.random.default_rng(seed), has_stops).grow(n_steps)


class _Dag:
    """A graph while it grows; methods that begin with ``add`` add a node to it."""

    def __init__(self, rng, has_stops):
        self.rng = rng
        self.nodes = [Input(int(rng.choice(WIDTHS)))]
        self.shared = {}
        self.steps = [getattr(self, name) for name in dir(self) if name[:3] == "add"]
        if not has_stops:
            self.steps.remove(self.add_stop)

    def grow(self, n_steps):
        self.nodes.append(self.linear(self.nodes[0]))
        for _ in range(n_steps):
            step = self.steps[self.rng.integers(len(self.steps))]
            self.nodes.append(step(self.draw()))
        return Graph(_sum_of_loose_ends(self.nodes, self.as_wide_as))

    def draw(self):
        """Return a node, mostly a recent one."""
        back = int(self.rng.geometric(0.3))
        return self.nodes[-min(back, len(self.nodes))]

    def chance(self, probability):
        return self.rng.random() < probability

    def one_of(self, items):
        return items[self.rng.integers(len(items))]

    def linear(self, x, width=None):
        width = int(width or self.rng.choice(WIDTHS))
        key = x.width, width
        if key not in self.shared or self.chance(0.5):
            self.shared[key] = self.new_linear(*key)
        return self.shared[key](x)

    def new_linear(self, n_inputs, n_units):
        connections = None
        if self.chance(0.3):
            connected = self.rng.random((n_units, n_inputs)) < 0.6
            connections = [np.flatnonzero(unit) for unit in connected]
        return Linear(n_units, bias=self.chance(0.7), connections=connections)

    def as_wide_as(self, x, width):
        return x if x.width == width else self.linear(x, width)

    def partner(self, x):
        """Return a node to combine with x: as wide, or of width 1."""
        return self.as_wide_as(self.draw(), 1 if self.chance(0.3) else x.width)

    def add_linear(self, x):
        return self.linear(x)

    def add_affine(self, x):
        return self.one_of([Bias(), Scale(), LayerNorm(), BatchNorm()])(x)

    def add_activation(self, x):
        return self.one_of(ACTIVATIONS)(x)

    def add_second_activation(self, x):
        return self.one_of(ACTIVATIONS)(x)

    def add_combination(self, x):
        pair = [x, self.partner(x)]
        return self.one_of([Add(), Subtract(), Max()])(*self.rng.permutation(pair))

    def add_gate(self, x):
        return Multiply()(x, self.one_of([Sigmoid(), Tanh()])(self.partner(x)))

    def add_choice(self, x):
        return Where()(self.partner(x), x, self.partner(x))

    def add_softmax(self, x):
        return self.one_of([Softmax(), LogSoftMax()])(x)

    def add_dropout(self, x):
        return Dropout(0.3)(x)

    def add_pool(self, x):
        size = int(self.one_of([1, 2, 3, 5]))
        if x.width % size:
            x = self.linear(x, 4 * size)
        return self.one_of([MaxPool, MeanPool])(size)(x)

    def add_bins(self, x):
        # Not narrow ones: each is steep, and many kinks leave differences no room.
        sizes = self.rng.integers(0, 5, x.width)
        sizes[self.rng.integers(x.width)] = 3
        starts = self.rng.uniform(-2, 0, x.width)
        edges = zip(starts, sizes, strict=True)
        return PiecewiseLinear(
            [start + np.arange(n + 1.0) if n else () for start, n in edges]
        )(x)

    def add_dot_product(self, x):
        return DotProduct()(x, self.as_wide_as(self.draw(), x.width))

    def add_attention(self, x):
        n_steps = int(self.one_of([1, 2, 3, 6]))
        widths = n_steps * self.rng.integers(1, 7, 2)
        q, k, v = (self.as_wide_as(x, int(widths[i])) for i in (0, 0, 1))
        return ScaledDotProductAttention(n_steps, causal=self.chance(0.5))(q, k, v)

    def add_slice(self, x):
        start = int(self.rng.integers(x.width))
        return Slice(start, int(self.rng.integers(start, x.width)) + 1)(x)

    def add_cut(self, x):
        h = self.linear(x, 39)
        parts = [Slice(0, 16)(h), Slice(16, 32)(h), Slice(32, 39)(h)]
        self.nodes += parts[1:]
        return parts[0]

    def add_concatenation(self, x):
        return Concatenate()(x, self.draw(), *[self.draw()] * self.chance(0.5))

    def add_stop(self, x):
        return StopGradient()(x)

    def add_zeros(self, x):
        return Add()(x, Zeros(x.width)(self.draw()))


def _sum_of_loose_ends(nodes, as_wide_as):
    """Return a node that all others lead to, a linear one."""
    read = {id(x) for node in nodes for x in node.inputs}
    loose = [node for node in nodes if id(node) not in read]
    total = as_wide_as(loose[0], 5)
    for node in loose[1:]:
        total = Add()(total, as_wide_as(node, 5))
    return Linear(int(3 + len(nodes) % 4))(total)


class RandomColumns:
    """Nodes that are cut, joined, gated and summed up, at widths of all kinds."""

    WIDTHS = (1, 5, 16, 17, 32, 48, 51)
    ELEMENTWISE = (ReLU(), Sigmoid(), Tanh(), StopGradient())
    COMBINATIONS = (Add(), Subtract(), Multiply(), Max())

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.nodes = [Input(int(self.rng.choice([3, 20, 35])))]

    def any_of(self, things):
        return things[self.rng.integers(len(things))]

    def draw(self):
        recent = min(int(self.rng.geometric(0.3)), len(self.nodes))
        return self.nodes[-recent]

    def as_wide_as(self, x, width):
        if x.width == width:
            return x
        return Linear(width, bias=bool(self.rng.random() < 0.5))(x)

    def cut(self, x):
        """Cut at whole vectors or anywhere, everything or not."""
        whole = self.rng.random() < 0.7
        step = 16 if whole else int(self.rng.integers(1, x.width + 1))
        starts = range(0, x.width, step)
        parts = [Slice(i, min(i + step, x.width))(x) for i in starts]
        return [p for p in parts if self.rng.random() < 0.9] or parts[:1]

    def add_cuts(self):
        x = self.as_wide_as(self.draw(), int(self.rng.choice(self.WIDTHS)))
        parts = self.cut(x)
        twice = self.cut(parts[0]) if self.rng.random() < 0.4 else []
        self.nodes += [x, *parts, *twice]

    def add_joint(self):
        some = [self.draw() for _ in range(self.rng.integers(1, 4))]
        self.nodes.append(Concatenate()(*some))

    def add_elementwise(self):
        self.nodes.append(self.any_of(self.ELEMENTWISE)(self.draw()))

    def add_choice(self):
        x, other = self.draw(), self.draw()
        condition = self.as_wide_as(self.draw(), 1)
        self.nodes.append(Where()(condition, x, self.as_wide_as(other, x.width)))

    def add_combination(self):
        x = self.draw()
        width = x.width if self.rng.random() < 0.8 else 1
        pair = [x, self.as_wide_as(self.draw(), width)]
        self.rng.shuffle(pair)
        self.nodes.append(self.any_of(self.COMBINATIONS)(*pair))

    def add_sum_of_products(self):
        term = self.draw()
        if self.rng.random() < 0.5:
            term = Linear(int(self.rng.choice(self.WIDTHS)))(term)
        self.nodes.append(Add()(term, Linear(term.width, bias=False)(self.draw())))

    def graph(self, n_steps=14):
        steps = [self.add_cuts] * 3 + [self.add_combination] * 3
        steps += [self.add_joint, self.add_elementwise, self.add_elementwise]
        steps += [self.add_choice, self.add_sum_of_products]
        for _ in range(n_steps):
            self.any_of(steps)()
        read = {id(x) for node in self.nodes for x in node.inputs}
        loose = [node for node in self.nodes if id(node) not in read]
        return Graph(Linear(4)(Concatenate()(*loose)))


def random_graph_of_columns(seed):
    """Return a graph of slices, joints, gates and sums."""
    return RandomColumns(seed).graph()


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
    for block, view in zip(program.blocks, program.views(parameters), strict=True):
        view[...] = rng.normal(scale=0.5 * len(view) ** -0.5, size=view.shape)
        if block.name == "running_var":
            view[...] = 1 + abs(view)
        module = graph.modules[block.module]
        if isinstance(module, Linear) and block.is_matrix:
            view *= module.connected(len(view))
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


def plan_of(optimizer, penalties=None, **changes):
    """Return a plan of which executors read the optimizer and the penalties."""
    settings = {
        "learning_rate": 0.01,
        "schedule": Constant(),
        "max_epochs": 10,
        "shuffle": True,
        "tol": 0.0,
        "max_no_improvement": np.inf,
        **changes,
    }
    return Plan(optimizer=optimizer, penalties=penalties or Penalties(), **settings)


def steps_of(plan, n_steps, rate):
    """Return what the first steps are told, at one learning rate."""
    steps, rates = np.arange(1, n_steps + 1), np.full(n_steps, float(rate))
    return np.hstack(
        [
            plan.penalties.coefficients(np.zeros(n_steps), rates),
            plan.optimizer.coefficients(steps, rates),
        ]
    )


def random_targets(loss, n_samples, n_outputs, rng):
    """Return targets as the loss reads them."""
    if loss.reads_class_index:
        return rng.integers(n_outputs, size=(n_samples, 1))
    if isinstance(loss, ClassLoss):
        return rng.integers(2, size=(n_samples, n_outputs))
    if isinstance(loss, HalfPoissonDeviance):
        return rng.poisson(2.0, size=(n_samples, n_outputs))
    if isinstance(loss, HalfGammaDeviance):
        return rng.gamma(2.0, size=(n_samples, n_outputs))
    return rng.normal(size=(n_samples, n_outputs))
