"""Gradient check: compare backprop with finite differences."""

from typing import NamedTuple

import numpy as np
from sklearn.utils import check_random_state

from skbackprop.engine import Executor, ReferenceExecutor
from skbackprop.engine.bound_graph import BoundGraph, connected, learned_blocks
from skbackprop.engine.losses import HalfSquaredError
from skbackprop.engine.reference.losses import value_and_gradient
from skbackprop.exceptions import WrongGradientError
from skbackprop.inspection.binding import bind, bind_targets
from skbackprop.kernels import jit
from skbackprop.network import Graph, Input, Slice
from skbackprop.network.compiler import compile_graph
from skbackprop.network.node import Node

# From steps where truncation dominates the error to steps where rounding does.
_LONGEST_STEP = 1e-4
_STEPS = (1e-5, _LONGEST_STEP, 1e-6, 1e-7)  # the most likely to succeed first
_JITTER = 1e-2  # relative: off the kinks of ReLU and the ties of Max


class _Row(NamedTuple):
    """One comparison; the columns of the table."""

    executor: str
    module: str
    block: str
    analytic: float
    numerical: float
    relative_error: float


def check_gradients(network, X, y=None, *, parameters=None, rtol=1e-6, random_state=0):
    r"""Check the gradients of backprop against finite differences.

    Perturb a parameter and see how the loss changes: this argument of the lecture
    defines the gradient. The check perturbs all elements of a block at once, along a
    random direction v of length 1:

    .. math:: \langle \nabla L, v \rangle
       = \lim_{h \to 0} \frac{L(w + h v) - L(w - h v)}{2 h}

    once for each block of parameters and once for the input of the network. Then it
    perturbs the inputs of each module alone, with a random linear function of the
    module's output in place of the loss. This finds the module whose derivative is
    wrong among those that only receive wrong gradients.

    Parameters
    ----------
    network : Graph or fitted estimator
        The network to check. It runs in float64, as in training.
    X : array-like of shape (n_samples, n_features)
        The samples. A few dozen are enough.
    y : array-like, default=None
        Targets of the loss: for an estimator, as for ``fit``; for a graph, an array
        with the shape of its output, with half the squared error as the loss. By
        default, the loss is a random linear function of the output, and the estimator's
        loss is not checked. Rankers and DrLIM, whose losses compare samples, need this
        default.
    parameters : ndarray or list of ndarray, default=None
        Parameters of a graph, as in :func:`vjp`; random by default.
    rtol : float, default=1e-6
        Relative tolerance.
    random_state : int, RandomState instance or None, default=0
        Controls the directions and a random shift of X and the parameters by about 1 %,
        which avoids the points where ReLU has no derivative.

    Returns
    -------
    DataFrame
        One row per executor (compiled kernels, NumPy reference), module and block, with
        the columns ``executor``, ``module``, ``block``, ``analytic``, ``numerical`` and
        ``relative_error``.

    Raises
    ------
    WrongGradientError
        If a relative error exceeds ``rtol``. The message names the module, or the loss
        if each module is right by itself; ``error.table`` is the table.

    Notes
    -----
    If a gradient is smaller than the rounding error of the loss, errors are relative to
    the smallest gradient that can be resolved. ``StopGradient``, whose backward pass is
    not its derivative on purpose, is replaced by ``Identity``. Dropout drops the same
    units in all evaluations.

    Examples
    --------
    >>> import numpy as np
    >>> from skbackprop.inspection import check_gradients
    >>> from skbackprop.network import Graph, Input, Linear, Tanh
    >>> X = np.random.default_rng(0).normal(size=(10, 4))
    >>> table = check_gradients(Graph(Tanh()(Linear(3)(Input(4)))), X)
    >>> bool(table["relative_error"].max() < 1e-6)
    True
    """
    import pandas as pd

    rng = check_random_state(random_state)
    bound, X, objective = _prepare(network, X, y, parameters, rng)
    executors = {"compiled": Executor} if jit.available() else {}
    rows = []
    for name, executor in {**executors, "reference": ReferenceExecutor}.items():
        check = _Check(name, executor, rtol, rng)
        rows += check.modules(bound, X)
        rows += check.network(bound, X, objective)
    table = pd.DataFrame(rows)
    _raise_if_wrong(table, rtol)
    return table


def _raise_if_wrong(table, rtol):
    wrong = table[~(table["relative_error"] <= rtol)]
    if wrong.empty:
        return
    # A module that is wrong by itself explains all errors upstream.
    by_itself = wrong[wrong["block"].str.startswith("x")]
    # The adjoint of the input depends on nothing but modules and the loss.
    of_input = wrong[wrong["block"] == "z[0]"]
    is_of_loss = by_itself.empty and not of_input.empty
    worst = of_input if is_of_loss else wrong if by_itself.empty else by_itself
    worst = worst.loc[worst["relative_error"].fillna(np.inf).idxmax()]
    gradient = f"of {worst['module']} with respect to {worst['block']}"
    if is_of_loss:
        gradient = "of the loss, not of a module, as each of them is right by itself,"
    raise WrongGradientError(
        f"The gradient {gradient} is wrong "
        f"({worst['executor']} executor): backprop gives {worst['analytic']:.6g}, "
        f"finite differences give {worst['numerical']:.6g}.\n"
        f"All wrong gradients:\n{wrong.to_string(index=False)}",
        table,
    )


def _prepare(network, X, y, parameters, rng):
    """Return the bound graph, the samples, and the loss as a function of logits."""
    is_graph = isinstance(network, Graph)
    if is_graph and parameters is None:
        parameters = _draw_parameters(network, rng)
    given = X
    bound, X = bind(network, X, parameters, np.float64)
    bound = BoundGraph(_without_stops(bound.graph), bound.parameters)
    X = _jittered(X, rng)
    for block in bound.learned_blocks():
        view = block.view(bound.parameters)
        view[...] = _jittered(view, rng) * connected(block, bound.graph)
    n_outputs = bound.program.output.width
    if y is None:
        adjoint = rng.normal(size=(len(X), n_outputs)) / len(X)
        return bound, X, lambda logits: (np.vdot(logits, adjoint), adjoint)
    if is_graph:
        loss, targets = HalfSquaredError(), np.asarray(y, dtype=float)
        if targets.shape != (len(X), n_outputs):
            raise ValueError(
                f"y of shape {targets.shape} does not fit the output, node "
                f"{len(bound.graph.wires)}, of shape {(len(X), n_outputs)}."
            )
    else:
        loss = network._targets.loss
        targets = bind_targets(network, given, y, np.float64)

    def objective(logits):
        values, gradient = value_and_gradient(loss, logits, targets)
        return values.sum() / len(X), gradient / len(X)

    return bound, X, objective


def _draw_parameters(graph, rng):
    """Return random parameters that preserve the size of signals."""
    return [
        rng.normal(size=b.shape) / np.sqrt(b.shape[0]) * connected(b, graph)
        for b in learned_blocks(compile_graph(graph))
    ]


def _jittered(x, rng):
    """Return x shifted upward a little, away from points without a derivative."""
    size = np.sqrt(np.mean(np.square(x))) if x.size else 0.0
    return x + _JITTER * max(size, _JITTER) * rng.uniform(0.5, 1.5, size=x.shape)


def _without_stops(graph):
    """Return the graph with each StopGradient replaced by Identity."""
    modules = [module.with_full_gradient() for module in graph.modules]
    nodes = [Input(graph.n_features)]
    for index, inputs in graph.wires:
        nodes.append(Node(modules[index], [nodes[i] for i in inputs]))
    return Graph(nodes[-1])


class _Check:
    """Comparisons with one executor."""

    def __init__(self, name, executor, rtol, rng):
        self.name, self.executor, self.rtol, self.rng = name, executor, rtol, rng

    def network(self, bound, X, objective):
        """Yield a row for each block of parameters, and one for the input."""
        graph, run = bound.graph, _Run(self.executor, bound, X, objective)
        adjoint, gradient = run.gradients()
        first_use = _first_uses(graph)
        for block in bound.learned_blocks():
            yield self._compare(
                run,
                f"{first_use[block.module]}: {graph.modules[block.module]!r}",
                block.name,
                block.view(run.parameters),
                block.view(gradient),
                connected(block, graph),
            )
        if adjoint is not None:
            name = f"0: Input({graph.n_features})"
            yield self._compare(run, name, "z[0]", run.X, adjoint)

    def modules(self, bound, X):
        """Yield a row for each input of each module alone.

        Equal modules without parameters are the same function.
        """
        graph, program = bound.graph, bound.program
        executor = ReferenceExecutor(
            program, bound.parameters.copy(), batch_size=len(X)
        )
        no_adjoint = np.zeros((len(X), program.output.width))
        signals = executor.vjp(X, no_adjoint, is_training=True)[0]
        seen = set()
        for index, node in _first_uses(graph).items():
            module, inputs = graph.modules[index], graph.wires[node - 1][1]
            inputs = [_jittered(signals[i], self.rng) for i in inputs]
            blocks = [b for b in program.blocks if b.module == index]
            values = [block.view(bound.parameters) for block in blocks]
            function = index if blocks else (module, *(x.shape for x in inputs))
            if len(module.stops_gradient) < len(inputs) and function not in seen:
                seen.add(function)
                yield from self._module(f"{node}: {module!r}", module, inputs, values)

    def _module(self, name, module, inputs, values):
        """Yield a row for each input of a module with the parameters ``values``."""
        ends = np.cumsum([x.shape[1] for x in inputs]).tolist()
        cuts = list(zip([0, *ends], ends, strict=False))
        graph = _alone(module, cuts)
        program = compile_graph(graph)
        parameters = program.allocate(np.float64)
        for view, value in zip(program.views(parameters), values, strict=True):
            view[...] = value
        u = self.rng.normal(size=(len(inputs[0]), program.output.width))
        run = _Run(
            self.executor,
            BoundGraph(graph, parameters),
            np.hstack(inputs),
            lambda output: (np.vdot(output, u), u),
        )
        adjoint, _ = run.gradients()
        for position, (start, stop) in enumerate(cuts):
            if position not in module.stops_gradient:
                block = "x" if len(cuts) == 1 else f"x{position + 1}"
                columns = slice(start, stop)
                yield self._compare(
                    run, name, block, run.X[:, columns], adjoint[:, columns]
                )

    def _compare(self, run, module, block, array, gradient, is_free=True):
        """Return the row that compares a gradient with difference quotients.

        The gradient is with respect to ``array``, which is perturbed where ``is_free``.
        """
        direction = self.rng.normal(size=array.shape) * is_free
        direction /= max(np.linalg.norm(direction), np.finfo(float).tiny)
        analytic = np.vdot(gradient, direction)
        typical = np.linalg.norm(gradient) / np.sqrt(gradient.size)
        rounding = 16 * np.finfo(float).eps * run.magnitude() / _LONGEST_STEP
        least = max(rounding / self.rtol, np.finfo(float).tiny)
        found = []
        for step in _STEPS:
            numerical = run.difference_quotient(array, direction, step)
            scale = max(abs(analytic), abs(numerical), typical, least)
            found.append((abs(analytic - numerical) / scale, numerical))
            if found[-1][0] <= self.rtol:
                break
        # A longer step may cross a kink; NaN counts as an infinite error.
        error, numerical = min(found, key=lambda pair: (np.isnan(pair[0]), pair[0]))
        return _Row(self.name, module, block, analytic, numerical, error)


class _Run:
    """An objective as a function of parameters and X, which may be changed."""

    def __init__(self, executor, bound, X, objective):
        self.parameters, self.X, self.objective = bound.parameters.copy(), X, objective
        self.executor = executor(bound.program, self.parameters, batch_size=len(X))
        self.no_adjoint = np.zeros((len(X), bound.program.output.width))

    def _output(self):
        return self.executor.vjp(self.X, self.no_adjoint, is_training=True)[0][-1]

    def gradients(self):
        """Return the gradients with respect to X, or None, and the parameters."""
        _, adjoint = self.objective(self._output())
        _, adjoints, gradient = self.executor.vjp(self.X, adjoint, is_training=True)
        return adjoints[0], gradient

    def magnitude(self):
        """Return the size of the terms of the objective."""
        output = self._output()
        value, adjoint = self.objective(output)
        return abs(value) + np.vdot(abs(output), abs(adjoint))

    def difference_quotient(self, array, direction, step):
        """Return the central difference quotient, for X or a view of the parameters."""
        before, values = array.copy(), []
        for signed in (step, -step):
            array[...] = before + signed * direction
            values.append(self.objective(self._output())[0])
        array[...] = before
        return (values[0] - values[1]) / (2 * step)


def _first_uses(graph):
    """Return the first node of each module."""
    first_use = {}
    for node, (module, _) in enumerate(graph.wires, start=1):
        first_use.setdefault(module, node)
    return first_use


def _alone(module, cuts):
    """Return the graph of one module, which reads columns of the graph's input."""
    x = Input(cuts[-1][1])
    if len(cuts) == 1:
        return Graph(module(x))
    return Graph(module(*(Slice(start, stop)(x) for start, stop in cuts)))
