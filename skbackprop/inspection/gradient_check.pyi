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

def __getattr__(name: str) -> Any: ...
