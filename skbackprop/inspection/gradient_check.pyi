# Written by `make stubs` from the module beside it, which is what to change.

from collections.abc import Sequence
from numpy.typing import ArrayLike
from numpy.typing import NDArray
from typing import Any
import numpy as np
import pandas as pd

def check_gradients(
    network: Any,
    X: ArrayLike,
    y: ArrayLike | None = None,
    *,
    parameters: NDArray[Any] | Sequence[NDArray[Any]] | None = None,
    rtol: float = 1e-06,
    random_state: int | np.random.RandomState | None = 0,
) -> pd.DataFrame:
    r"""Hold the gradients of backprop against finite differences.

    The argument of the lecture: perturb a parameter, see how the loss changes.
    Here all elements of a block are perturbed at once, along a random
    direction v of length 1:

    .. math:: \langle \nabla L, v \rangle
       = \lim_{h \to 0} \frac{L(w + h v) - L(w - h v)}{2 h}

    once for each block of parameters and for the input of the network. Then
    each module is taken by itself, with a random linear function of its output
    in the place of the loss, and its inputs are perturbed, which tells
    the module with the wrong derivative from those that only receive it.

    Parameters
    ----------
    network : Graph or fitted estimator
        Run in float64, as in training.
    X : array-like of shape (n_samples, n_features)
        A few samples; some dozens are enough.
    y : array-like, default=None
        Targets of the loss: for an estimator as ``fit`` takes them, for a graph
        an array of the shape of its output, as the loss is then half the squared
        error. By default the loss is a random linear function of the output, as it
        must be for rankers and DrLIM, whose losses are of groups of samples.
    parameters : ndarray or list of ndarray, default=None
        Of a graph, as in :func:`vjp`; drawn at random by default.
    rtol : float, default=1e-6
        The largest relative error that passes.
    random_state : int, RandomState instance or None, default=0
        Of directions. X and the parameters are moved at random by
        about a hundredth, off the points where ReLU has no derivative.

    Returns
    -------
    DataFrame
        One row per executor (the compiled kernels, the NumPy reference), module
        and block, with the columns ``executor``, ``module``, ``block``,
        ``analytic``, ``numerical`` and ``relative_error``.

    Raises
    ------
    WrongGradientError
        If a relative error is greater than ``rtol``; the message names the
        module, ``error.table`` is the table.

    Notes
    -----
    Where a gradient is too small to be seen behind the rounding of the loss,
    errors are relative to what can be seen. ``StopGradient``, whose backward
    pass is not its derivative on purpose, is replaced by ``Identity``. Dropout
    drops the same units throughout.

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

def __getattr__(name: str) -> Any: ...
