# Written by `make stubs` from the module beside it, which is what to change.

from collections.abc import Sequence
from numpy.typing import NDArray
from skbackprop.network.graph import Graph
from typing import Any

def from_torch(
    module: Any,
    n_features: int | None = None,
) -> tuple[Graph, list[NDArray[Any]]]:
    """Return a module of torch as a graph, and its parameters.

    Train it further with `skbackprop.NetworkClassifier` or ``NetworkRegressor``, look
    into it with :mod:`skbackprop.inspection`, or export it.

    Parameters
    ----------
    module : torch.nn.Module
        One that `to_torch` has made or a copy of it, though no pickle; or a
        ``Sequential``, of others too, of layers on vectors: Linear, BatchNorm1d,
        LayerNorm over the last dimension, Dropout, Identity, Flatten, activations that
        this package has too, Softmax and LogSoftmax.
    n_features : int, default=None
        Width of the input. None: that which the first layer with parameters says.

    Returns
    -------
    graph : Graph
        The modules and how they are wired.
    parameters : list of ndarray
        With the buffers, block by block, as the functions of
        :mod:`skbackprop.inspection` take them. They share no memory with the module.

    Raises
    ------
    ImportError
        If torch is not installed.
    TypeError
        If a layer is none of these, which is named.
    ValueError
        If a layer has a setting that this package does not have, or if the width of
        the input is not known.

    See Also
    --------
    to_torch : The way there.

    Examples
    --------
    >>> import torch  # doctest: +SKIP
    >>> from skbackprop.interchange import from_torch
    >>> layers = torch.nn.Linear(4, 8), torch.nn.ReLU()  # doctest: +SKIP
    >>> graph, parameters = from_torch(torch.nn.Sequential(*layers))  # doctest: +SKIP
    >>> print(graph)  # doctest: +SKIP
    1 = Linear(n_units=8)(0)
    2 = ReLU()(1)
    """

def to_torch(
    network: Any,
    parameters: NDArray[Any] | Sequence[NDArray[Any]] | None = None,
) -> Any:
    """Return a network as a module of torch with the same outputs and gradients.

    ``forward`` returns what the network puts out, as ``torch.nn`` losses read it: the
    logits of classifiers (one for two classes), before the inverse link of regressors,
    quantiles before they are sorted. Rows stand as the network reads them, all time
    steps of a sequence one after the other.

    It is a :class:`torch.fx.GraphModule`, made of public modules and functions of torch
    only, so that it is trained and pickled like any other; ``print(module.code)`` shows
    it. Parameters are named by the class of their module and which one of it, so that
    ``linear_2.weight`` is that of the second ``Linear``, and so they are in files of
    weights (``save("weights.safetensors")``); a module that stands at several nodes
    shares them. Dropout draws other numbers than a fit of this package does.

    Parameters
    ----------
    network : fitted estimator or Graph
        A network of this package; not a pipeline nor an ensemble of networks.
    parameters : ndarray or list of ndarray, default=None
        Of a graph: in one vector, or block by block. Buffers may be left out. Not of an
        estimator, which has its own.

    Returns
    -------
    torch.fx.GraphModule
        In evaluation mode, of the dtype of the network, float64 for a graph. It shares
        no memory with the network.

    Raises
    ------
    ImportError
        If torch is not installed.
    TypeError
        If it is no network, or has a module without a rule in torch.

    See Also
    --------
    from_torch : The way back.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skbackprop import MLPClassifier
    >>> from skbackprop.interchange import to_torch
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = MLPClassifier((8,), max_iter=500, tol=None, random_state=0).fit(X, y)
    >>> module = to_torch(clf)  # doctest: +SKIP
    >>> list(module.state_dict())  # doctest: +SKIP
    ['linear_1.weight', 'linear_1.bias', 'linear_2.weight', 'linear_2.bias']
    """

def __getattr__(name: str) -> Any: ...
