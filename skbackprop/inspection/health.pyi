# Written by `make stubs` from the module beside it, which is what to change.

from collections.abc import Sequence
from numpy.typing import ArrayLike
from typing import Any
import numpy as np
import pandas as pd

class TrainingHealth:
    """What :func:`training_health` returns; it prints itself.

    Parameters
    ----------
    layers : tuple
        The input, then each layer, as the rows of ``to_frame()``.
    loss, gradient_norm : float
        Mean loss of the samples, penalties left out, and the Euclidean norm of
        its gradient.
    largest_eigenvalue : float
        Of the Hessian of that loss.
    verdict : tuple of str
        In plain words.
    """
    layers: tuple[Any, ...]
    loss: float
    gradient_norm: float
    largest_eigenvalue: float
    verdict: tuple[str, ...]
    def __init__(
        self,
        layers: Sequence[Any],
        loss: float,
        gradient_norm: float,
        largest_eigenvalue: float,
        verdict: Sequence[str] = (),
    ) -> None: ...
    @property
    def largest_learning_rate(self) -> Any:
        """The rate 2 / lambda_max, above which gradient descent diverges."""
    @property
    def optimal_learning_rate(self) -> Any:
        """The rate 1 / lambda_max, one step to the bottom where the loss bends most."""
    def to_frame(self) -> pd.DataFrame:
        """Return the layers as a data frame.

        Returns
        -------
        DataFrame
            A row for each, numbered from 0, the input, in the order of the graph:
            ``module``, the ``activation`` behind it, ``n_units``; ``mean`` and
            ``spread`` (standard deviation) of what the activation puts out (the
            module where there is none), over samples and units; ``dead`` units,
            whose activation has slope 0 for each sample, and others that are
            ``saturated``, with a slope below 5 % of the steepest for 95 % of the
            samples; ``weight_norm`` and ``gradient_norm``, Euclidean norms of the
            parameters and of their gradient in the mean loss, and
            ``relative_gradient``, their ratio.
        """


def training_health(
    estimator: Any,
    X: ArrayLike,
    y: ArrayLike,
    *,
    max_samples: int = 1000,
    random_state: int | np.random.RandomState | None = 0,
) -> TrainingHealth:
    r"""Look at the signals, the gradients and the bend of a fitted network.

    Gradient descent with learning rate :math:`\eta` shrinks the error along an
    eigenvector of the Hessian of the loss by :math:`1 - \eta\lambda` at each step.
    So the largest eigenvalue says how fast it may go:

    .. math:: \eta_{opt} = \frac{1}{\lambda_{max}}, \qquad
       \eta_{max} = \frac{2}{\lambda_{max}}

    Parameters
    ----------
    estimator : fitted estimator
        Any classifier or regressor of this package that is a network; after
        ``max_iter=1`` as well as in the end. Modules behave as in prediction.
        Losses of groups of samples, those of rankers and DrLIM, are refused.
    X, y : array-like
        Samples and their targets, as for ``fit``.
    max_samples : int, default=1000
        Of more samples so many are drawn.
    random_state : int, RandomState instance or None, default=0
        Of what is drawn, and of the vector that the search for the eigenvalue
        begins with.

    Returns
    -------
    TrainingHealth
        A table of the layers (``to_frame()`` makes a DataFrame of it):
        mean and spread of activations, dead and saturated units, norms of weights
        and gradients; the largest eigenvalue; and a verdict in plain words.
        ``print`` shows all of it.

    See Also
    --------
    skbackprop.inspection.check_gradients : Whether gradients are right.

    Notes
    -----
    Loss, gradients and Hessian are those of the mean loss of the samples,
    penalties left out, in float64. With momentum m the largest rate is
    :math:`2 (1 + m) / \lambda_{max}`, with Nesterov's
    :math:`2 (1 + m) / ((1 + 2 m) \lambda_{max})`; minibatches are noisy, so that
    the best rates are below. Adam and its relatives scale steps themselves, and
    ``solver='sdlm'`` does it by weight.

    References
    ----------
    LeCun, Bottou, Orr and Muller (1998), "Efficient BackProp", sections 5 and 9.2.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skbackprop import MLPClassifier
    >>> from skbackprop.inspection import training_health
    >>> X, y = load_digits(return_X_y=True)
    >>> mlp = MLPClassifier((20,), solver="sgd", random_state=0)
    >>> health = training_health(mlp.partial_fit(X, y, classes=range(10)), X, y)
    >>> health.to_frame()[["module", "activation", "n_units"]]
                       module activation  n_units
    layer
    0               Input(64)                  64
    1      Linear(n_units=20)     ReLU()       20
    2      Linear(n_units=10)                  10
    >>> health.largest_learning_rate < 0.1  # the pixels are not scaled
    True
    """

def __getattr__(name: str) -> Any: ...
