# Written by `make stubs` from the module beside it, which is what to change.

from collections.abc import Sequence
from numpy.typing import ArrayLike
from numpy.typing import NDArray
from typing import Any

def propagate(
    transformed: Any,
    X: ArrayLike,
    adjoint: ArrayLike,
    *,
    parameters: NDArray[Any] | Sequence[NDArray[Any]] | None = None,
) -> Any:
    """Run a transformed graph step by step, with NumPy.

    Each step sees what it says it reads and nothing else, so that the printed
    graph can be held against :func:`vjp`.

    Parameters
    ----------
    transformed : TransformedGraph
        Of ``graph.backward()``.
    X : array-like of shape (n_samples, n_features)
        The samples.
    adjoint : array-like of shape (n_samples, n_outputs)
        Of the output of the graph.
    parameters : ndarray or list of ndarray, default=None
        As in :func:`vjp`.

    Returns
    -------
    dict of str to ndarray, or to list of ndarray
        What the steps have written: ``"dz[k]"`` an array, ``"dw[k]"`` a list of
        one array per parameter of the module.
    """

def __getattr__(name: str) -> Any: ...
