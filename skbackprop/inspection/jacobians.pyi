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
    """Return the gradient of an estimator's output with respect to the features.

    Parameters
    ----------
    estimator : fitted estimator
        A network of this package. For a classifier, the output is ``decision_function``
        (log-odds, if the loss estimates probabilities); for other estimators, the
        result of ``predict`` or ``transform``.
    X : array-like
        The samples, as for ``predict``.
    target : label, int or array-like of shape (n_samples,), default=None
        The class whose score to differentiate; by default, the predicted class of each
        sample. With two classes, the score of the first is minus that of the second.
        For estimators with several outputs, the index of an output; the outputs of a
        sequence are counted step by step. An array gives one target per sample.

    Returns
    -------
    ndarray or list of ndarray
        Derivatives in the shape of X, in units of the output per unit of the feature.

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

    It sums over all paths between the two. For the Jacobian of the module of node k
    alone, pass ``of=k`` and one of its inputs as ``wrt``, if no other path joins them,
    or ``wrt="w[k]"`` for its parameters.

    Parameters
    ----------
    network : Graph or fitted estimator
        Modules behave as in prediction. The output of a classifier is its logits.
    X : array-like of shape (n_samples, n_features)
        The points at which to differentiate.
    of : {"output"}, int, str or Node, default="output"
        A node: its number k in ``print(graph)``, the name ``"z[k]"``, or the node
        itself.
    wrt : {"input", "parameters"}, int, str or Node, default="input"
        A node, all parameters, or ``"w[k]"``, the parameters of the module of node k.
        Parameters are in the order of the argument ``parameters``, with matrices row by
        row. Shared parameters vary in all their uses.
    parameters : ndarray or list of ndarray, default=None
        Parameters of a graph, as in :func:`vjp`.

    Returns
    -------
    ndarray of shape (n_samples, M, N)
        Entry [i, m, n] is the derivative of element n of ``of`` with respect to element
        m of ``wrt`` at sample i, as in dy = dx J for row vectors. The transpose, with
        one row per output, is the convention for column vectors.

    Notes
    -----
    The Jacobian with respect to a node takes one backward pass over N copies of the
    samples; the Jacobian with respect to parameters takes N passes per sample.

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
    r"""Run a network forward, and propagate an adjoint of its output backward.

    This is the vector-Jacobian product. For each sample and each node k, with the
    Jacobian J of the output y with respect to z[k], and bars for adjoints,

    .. math:: \bar z_k = \bar y \, J^T

    Parameters
    ----------
    network : Graph or fitted estimator
        Modules behave as in prediction.
    X : array-like of shape (n_samples, n_features)
        The samples.
    adjoint : array-like of shape (n_samples, n_outputs)
        The derivative of a scalar with respect to the network's output (the logits of a
        classifier).
    parameters : ndarray or list of ndarray, default=None
        Parameters of a graph: a list of arrays, with the weight matrices in the order
        of their modules, then the vectors (``mlp.coefs_ + mlp.intercepts_``); or one
        vector of all their elements. Must be None for an estimator, which has its own.

    Returns
    -------
    signals : list of ndarray of shape (n_samples, width)
        Signals z[k] of all nodes; node 0 is the input, the last node the output.
    adjoints : list of ndarray or None
        Adjoints dz[k] of all nodes; None for nodes that no gradient reaches.
    gradient : list of ndarray
        Gradient of each block of parameters, summed over the samples. The three results
        are the fields of a named tuple.

    Examples
    --------
    >>> from skbackprop.inspection import vjp
    >>> from skbackprop.network import Graph, Input, Tanh
    >>> signals, adjoints, _ = vjp(Graph(Tanh()(Input(2))), [[0, 1]], [[1, 1]])
    >>> adjoints[0].round(3)
    array([[1.  , 0.42]])
    """

def __getattr__(name: str) -> Any: ...
