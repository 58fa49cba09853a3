# Written by `make stubs` from the module beside it, which is what to change.

from collections.abc import Sequence
from numpy.typing import ArrayLike
from numpy.typing import NDArray
from skbackprop.network.node import Node
from typing import Any
from typing import Literal

def input_gradient(
    estimator: Any,
    X: ArrayLike,
    *,
    target: Any = None,
) -> NDArray[Any] | list[NDArray[Any]]:
    """Return how what an estimator says changes with each feature, per sample.

    Parameters
    ----------
    estimator : fitted estimator
        A network of this package. Of a classifier ``decision_function`` is
        differentiated (log-odds, where the loss is one of probabilities), of
        others what ``predict`` or ``transform`` returns.
    X : array-like
        The samples, as for ``predict``.
    target : label, int or array-like of shape (n_samples,), default=None
        The class whose score is meant; by default the one predicted for each
        sample. Of two classes the first has the score of the second with the
        sign turned. With several outputs, the index of the one that is meant;
        those of the steps of a sequence are counted step by step. An array has
        one for each sample.

    Returns
    -------
    ndarray or list of ndarray
        Derivatives, in the shape of X: units of the output per unit of the
        feature.

    References
    ----------
    Simonyan, Vedaldi and Zisserman (2014), "Deep inside convolutional networks:
    visualising image classification models and saliency maps", ICLR workshop.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skbackprop import MLPClassifier
    >>> from skbackprop.inspection import input_gradient
    >>> X, y = load_iris(return_X_y=True)
    >>> mlp = MLPClassifier(max_iter=500, random_state=0).fit(X, y)
    >>> input_gradient(mlp, X).shape
    (150, 4)
    >>> input_gradient(mlp, X, target=y).shape
    (150, 4)
    """

def jacobian(
    network: Any,
    X: ArrayLike,
    *,
    of: Literal["output"] | int | str | Node = 'output',
    wrt: Literal["input", "parameters"] | int | str | Node = 'input',
    parameters: NDArray[Any] | Sequence[NDArray[Any]] | None = None,
) -> NDArray[Any]:
    """Return the Jacobian of one quantity in a network with respect to another.

    All paths between the two count. Of a single module, that of node k, it is
    what ``of=k`` and ``wrt`` one of its inputs give when no other path leads
    there, or ``wrt="w[k]"`` for its parameters.

    Parameters
    ----------
    network : Graph or fitted estimator
        Modules behave as in prediction. The output of a classifier is logits.
    X : array-like of shape (n_samples, n_features)
        The points at which to differentiate.
    of : {"output"}, int, str or Node, default="output"
        A node: its number as ``print(graph)`` has it, k or ``"z[k]"``, or the
        node itself.
    wrt : {"input", "parameters"}, int, str or Node, default="input"
        A node, all parameters, or ``"w[k]"``, those of the module of node k.
        Parameters stand in the order of the argument ``parameters``,
        matrices row by row. What is shared is varied in all its uses.
    parameters : ndarray or list of ndarray, default=None
        Of a graph, as in :func:`vjp`.

    Returns
    -------
    ndarray of shape (n_samples, M, N)
        Entry [i, m, n] is the derivative of number n of ``of`` with respect to
        number m of ``wrt``, at sample i: rows as in dy = dx J. Its transpose has a row
        for each output, as Jacobians are defined where signals are columns.

    Notes
    -----
    The Jacobian with respect to a node takes one backward pass over N copies of
    the samples, that with respect to parameters N passes per sample.

    Examples
    --------
    >>> from skbackprop.inspection import jacobian
    >>> from skbackprop.network import Graph, Input, Linear
    >>> graph = Graph(Linear(1)(Input(2)))
    >>> jacobian(graph, [[3, 4]], parameters=[[[1], [2]], [0]])[0]
    array([[1.],
           [2.]])
    >>> jacobian(graph, [[3, 4]], wrt="w[1]", parameters=[[[1], [2]], [0]])[0].T
    array([[3., 4., 1.]])
    """

def vjp(
    network: Any,
    X: ArrayLike,
    adjoint: ArrayLike,
    *,
    parameters: NDArray[Any] | Sequence[NDArray[Any]] | None = None,
) -> tuple[list[NDArray[Any]], list[NDArray[Any]] | None, list[NDArray[Any]]]:
    r"""Run a network forward, and an adjoint of its output backward.

    The vector-Jacobian product: for each sample, and each node k, with J the Jacobian
    of the output y with respect to z[k] and bars for adjoints,

    .. math:: \bar z_k = \bar y \, J^T

    Parameters
    ----------
    network : Graph or fitted estimator
        Modules behave as in prediction.
    X : array-like of shape (n_samples, n_features)
        The samples.
    adjoint : array-like of shape (n_samples, n_outputs)
        The derivative of a scalar with respect to the network's output, which
        in a classifier is the logits.
    parameters : ndarray or list of ndarray, default=None
        Of a graph: a list of arrays, weight matrices first, in the order of
        their modules, then the vectors (``mlp.coefs_ + mlp.intercepts_``), or
        a vector of all their elements. An estimator has its own.

    Returns
    -------
    signals : list of ndarray of shape (n_samples, width)
        Those of all nodes, z[k]; the input is node 0, the output the last.
    adjoints : list of ndarray or None
        Those of all nodes, dz[k]; None where no gradient gets to.
    gradient : list of ndarray
        That of each block of parameters, summed over the samples. The three are
        the fields of a named tuple.

    Examples
    --------
    >>> from skbackprop.inspection import vjp
    >>> from skbackprop.network import Graph, Input, Tanh
    >>> signals, adjoints, _ = vjp(Graph(Tanh()(Input(2))), [[0, 1]], [[1, 1]])
    >>> adjoints[0].round(3)
    array([[1.  , 0.42]])
    """

def __getattr__(name: str) -> Any: ...
