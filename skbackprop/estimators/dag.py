"""Any directed acyclic graph of modules as an estimator."""

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
    """Return the graph that an estimator's parameter ``graph`` means.

    Parameters
    ----------
    graph : Graph or callable
        The graph, or a builder: a function of (n_features, n_outputs).
    n_features, n_outputs : int
        Widths that the data needs.

    Returns
    -------
    Graph
        Of these widths.

    Raises
    ------
    ValueError
        If it has others.
    TypeError
        If the builder takes other arguments or returns something else.
    """
    if not isinstance(graph, Graph):
        graph = _ask_builder(graph, n_features, n_outputs)
    for end, needed, width in (
        ("reads", n_features, graph.n_features),
        ("puts out", n_outputs, graph.widths()[-1]),
    ):
        if width != needed:
            raise ValueError(
                f"graph {end} {width} column(s), but the data needs {needed}. A "
                "builder, a function of (n_features, n_outputs) that returns "
                "the graph, fits itself to the data."
            )
    return graph


def _ask_builder(builder, n_features, n_outputs):
    """Return what a builder returns, or say that it is none."""
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
    """A graph that the user wires, or a builder of graphs.

    Parameters
    ----------
    graph : Graph or callable, default=mlp_graph
        The network, or a builder: a function of (n_features, n_outputs) that
        returns it. By default the chain of one hidden layer of 100 rectified
        linear units. The output has one column per class or target, one for
        two classes.
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
    r"""Classifier made of any directed acyclic graph of modules.

    The graph puts out logits z. Their loss, by default the log loss of softmax(z),
    or of the logistic function of z for two classes (one logit) and for label
    indicator matrices, is minimised by backprop through the graph, plus an L2
    penalty on all weight matrices.

    See Also
    --------
    MLPClassifier : The chain of linear layers and activations.

    Examples
    --------
    A net with a skip connection:

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
    r"""Regressor made of any directed acyclic graph of modules.

    The graph puts out z. Its loss, by default half the squared error, is minimised
    by backprop through the graph, plus an L2 penalty on all weight matrices.

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
