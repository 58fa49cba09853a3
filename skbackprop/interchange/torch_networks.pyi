# Written by `make stubs` from the module beside it, which is what to change.

from collections.abc import Sequence
from numpy.typing import NDArray
from skbackprop.network.graph import Graph
from typing import Any

def from_torch(
    module: Any,
    n_features: int | None = None,
) -> tuple[Graph, list[NDArray[Any]]]:
    """Convert a torch module to a graph and its parameters.

    The graph can be trained by `skbackprop.NetworkClassifier` or
    ``NetworkRegressor``, inspected by :mod:`skbackprop.inspection`, or exported.

    Parameters
    ----------
    module : torch.nn.Module
        The result of `to_torch` or a copy of it, but not if it was pickled; or a single
        layer or a ``Sequential``, possibly nested, of layers on vectors: Linear,
        BatchNorm1d, LayerNorm over the last dimension, Dropout, Identity, Flatten,
        Softmax, LogSoftmax, and activations that this package has.
    n_features : int, default=None
        Width of the input. If None, it is inferred from the first layer with
        parameters.

    Returns
    -------
    graph : Graph
        The graph of modules.
    parameters : list of ndarray
        Parameters and buffers as a list of blocks, in the form that the functions of
        :mod:`skbackprop.inspection` accept. They share no memory with the module.

    Raises
    ------
    ImportError
        If torch is not installed.
    TypeError
        If ``module`` contains a layer of another type.
    ValueError
        If a layer has a setting that this package does not support, or if the width of
        the input is unknown.

    See Also
    --------
    to_torch : Convert in the other direction.

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
    """Convert a network to a torch module with the same outputs and gradients.

    ``forward`` returns the raw outputs of the network, as the losses of ``torch.nn``
    expect them: logits of classifiers (one for two classes), outputs of regressors
    before the inverse link, and quantiles before they are sorted. Each row of the input
    contains all time steps of a sequence, one after the other.

    The result is a :class:`torch.fx.GraphModule` that consists of public modules and
    functions of torch, so that it can be trained and pickled like any other.
    ``print(module.code)`` shows it. Parameters are named after the class and number of
    their module: ``linear_2.weight`` is the weight of the second ``Linear``. Files of
    weights (``save("weights.safetensors")``) use the same names. A module used at
    several nodes shares its parameters. Dropout draws different random numbers than in
    this package.

    Parameters
    ----------
    network : fitted estimator or Graph
        A network of this package, but not a pipeline or an ensemble of networks.
    parameters : ndarray or list of ndarray, default=None
        Parameters of a graph, as one vector or as a list of blocks. Buffers may be left
        out. Must be None for an estimator.

    Returns
    -------
    torch.fx.GraphModule
        Module in evaluation mode, with the dtype of the network, or float64 for a
        graph. It shares no memory with the network.

    Raises
    ------
    ImportError
        If torch is not installed.
    TypeError
        If ``network`` is not a network, or contains a module without a rule for torch.
    ValueError
        If ``parameters`` do not match the graph, or are given for an estimator.

    See Also
    --------
    from_torch : Convert in the other direction.

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
