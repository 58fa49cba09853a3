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

    Each step has access only to the quantities that it lists as its inputs, so the
    printed graph can be checked against :func:`vjp`.

    Parameters
    ----------
    transformed : TransformedGraph
        The graph that ``graph.backward()`` returns.
    X : array-like of shape (n_samples, n_features)
        The samples.
    adjoint : array-like of shape (n_samples, n_outputs)
        Adjoint of the output of the graph.
    parameters : ndarray or list of ndarray, default=None
        Parameters of the graph, as in :func:`vjp`.

    Returns
    -------
    dict of str to ndarray, or to list of ndarray
        The results of the steps: ``"dz[k]"`` is an array, ``"dw[k]"`` a list with one
        array per parameter of the module.
    """

def __getattr__(name: str) -> Any: ...
