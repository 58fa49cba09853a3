"""Estimators for any directed acyclic graph of modules."""

import inspect
from dataclasses import dataclass
from typing import ClassVar

from skbackprop.engine.losses import Loss
from skbackprop.fitting.estimator import NetworkEstimator
from skbackprop.fitting.tasks import NetworkClassifierMixin, NetworkRegressorMixin
from skbackprop.network import Graph
from skbackprop.network.chain import mlp_graph
from skbackprop.utils.docs import inherit_docs


def build_graph(graph, n_features, n_outputs):
    """Return the graph of an estimator's parameter ``graph``.

    Parameters
    ----------
    graph : Graph or callable
        The graph, or a builder: a function of (n_features, n_outputs).
    n_features, n_outputs : int
        Widths required by the data.

    Returns
    -------
    Graph
        A graph with these widths.

    Raises
    ------
    ValueError
        If the graph has other widths.
    TypeError
        If the builder takes other arguments or does not return a Graph.
    """
    if not isinstance(graph, Graph):
        graph = _ask_builder(graph, n_features, n_outputs)
    for end, needed, width in (
        ("reads", n_features, graph.n_features),
        ("puts out", n_outputs, graph.widths()[-1]),
    ):
        if width != needed:
            raise ValueError(
                f"graph {end} {width} column(s), but the data needs {needed}. To "
                "adapt the graph to the data, pass a function of (n_features, "
                "n_outputs) that returns it."
            )
    return graph


def _ask_builder(builder, n_features, n_outputs):
    """Return the graph of a builder, and check its signature and result."""
    try:
        inspect.signature(builder).bind(n_features, n_outputs)
    except TypeError as error:
        raise TypeError(
            f"graph={builder!r} must take (n_features, n_outputs): {error}."
        ) from None
    graph = builder(n_features, n_outputs)
    if not isinstance(graph, Graph):
        raise TypeError(
            f"graph={builder!r} must return a Graph for (n_features, "
            f"n_outputs), got {graph!r}."
        )
    return graph


class _Network(NetworkEstimator):
    """A user-defined graph.

    Parameters
    ----------
    graph : Graph or callable, default=mlp_graph
        The network, or a function of (n_features, n_outputs) that returns it. The
        default has one hidden layer of 100 rectified linear units. The output must have
        one column per class or target, or one column for two classes.
    """

    _parameter_constraints: ClassVar[dict] = {
        **NetworkEstimator._parameter_constraints,
        "graph": [Graph, callable],
    }
    _storable: ClassVar[tuple] = (mlp_graph,)
    _reads_chunks = True

    def _make_graph(self, data, n_outputs):
        return build_graph(self.graph, data.X.shape[1], n_outputs)


@inherit_docs
@dataclass(eq=False, repr=False)
class NetworkClassifier(NetworkClassifierMixin, _Network):
    r"""Classifier for any directed acyclic graph of modules.

    The graph computes logits z. Backprop through the graph minimises their loss plus an
    L2 penalty on all weight matrices. The default is the log loss of softmax(z), or of
    the logistic function of z for two classes (one logit) and for label indicator
    matrices.

    See Also
    --------
    MLPClassifier : The chain of linear layers and activations.

    Examples
    --------
    A network with a skip connection:

    >>> from sklearn.datasets import load_iris
    >>> from skbackprop import NetworkClassifier
    >>> from skbackprop.network import Add, Graph, Input, Linear, ReLU
    >>> def residual(n_features, n_outputs):
    ...     h = Linear(20)(Input(n_features))
    ...     h = Add()(Linear(20)(ReLU()(h)), h)
    ...     return Graph(Linear(n_outputs)(h))
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = NetworkClassifier(residual, solver="lbfgs", random_state=0).fit(X, y)
    >>> clf.score(X, y) > 0.97
    True
    """

    _parameter_constraints: ClassVar[dict] = {
        **_Network._parameter_constraints,
        **NetworkClassifierMixin._constraints_of_task,
    }

    graph: object = mlp_graph


@inherit_docs
@dataclass(eq=False, repr=False)
class NetworkRegressor(NetworkRegressorMixin, _Network):
    r"""Regressor for any directed acyclic graph of modules.

    The graph computes outputs z. Backprop through the graph minimises their loss, by
    default half the squared error, plus an L2 penalty on all weight matrices.

    See Also
    --------
    MLPRegressor : The chain of linear layers and activations.

    Examples
    --------
    A product of two linear maps, which no MLP of this size can compute:

    >>> import numpy as np
    >>> from skbackprop import NetworkRegressor
    >>> from skbackprop.network import Graph, Input, Linear, Multiply
    >>> x = Input(4)
    >>> graph = Graph(Linear(1)(Multiply()(Linear(3)(x), Linear(3)(x))))
    >>> X = np.random.default_rng(0).normal(size=(200, 4))
    >>> y = X[:, 0] * X[:, 1]
    >>> reg = NetworkRegressor(graph, solver="lbfgs", random_state=0).fit(X, y)
    >>> reg.score(X, y) > 0.99
    True
    """

    _parameter_constraints: ClassVar[dict] = {
        **_Network._parameter_constraints,
        **NetworkRegressorMixin._constraints_of_task,
    }

    graph: object = mlp_graph
    loss: str | Loss = "squared_error"
