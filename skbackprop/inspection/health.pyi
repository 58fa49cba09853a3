# Written by `make stubs` from the module beside it, which is what to change.

from collections.abc import Sequence
from numpy.typing import ArrayLike
from typing import Any
import numpy as np
import pandas as pd

class TrainingHealth:
    """Result of :func:`training_health`; ``print`` shows the table and the verdict.

    Parameters
    ----------
    layers : tuple
        The input, then each layer, as the rows of ``to_frame()``.
    loss, gradient_norm : float
        Mean loss of the samples without penalties, and the Euclidean norm of its
        gradient.
    largest_eigenvalue : float
        Largest eigenvalue of the Hessian of that loss.
    verdict : tuple of str
        The diagnosis in plain words.
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
        """The rate 1 / lambda_max, optimal along the most curved direction."""
    def to_frame(self) -> pd.DataFrame:
        """Return the layers as a data frame.

        Returns
        -------
        DataFrame
            One row per layer in the order of the graph, where row 0 is the input. The
            columns are

            - ``module``, the ``activation`` behind it, and ``n_units``;
            - ``mean`` and ``spread`` (standard deviation) of the output of the
              activation, or of the module if there is none, over samples and units;
            - ``dead``: number of units whose activation has slope 0 for every sample;
            - ``saturated``: number of other units with a slope below 5 % of the
              steepest for 95 % of the samples;
            - ``weight_norm`` and ``gradient_norm``: Euclidean norms of the parameters
              and of their gradient in the mean loss, and ``relative_gradient``, the
              ratio of the gradient norm to the weight norm.
        """


def training_health(
    estimator: Any,
    X: ArrayLike,
    y: ArrayLike,
    *,
    max_samples: int = 1000,
    random_state: int | np.random.RandomState | None = 0,
) -> TrainingHealth:
    r"""Diagnose the signals, gradients and loss curvature of a fitted network.

    Gradient descent with learning rate :math:`\eta` shrinks the error along an
    eigenvector of the Hessian of the loss by :math:`1 - \eta\lambda` at each step.
    So the largest eigenvalue limits the learning rate:

    .. math:: \eta_{opt} = \frac{1}{\lambda_{max}}, \qquad
       \eta_{max} = \frac{2}{\lambda_{max}}

    Parameters
    ----------
    estimator : fitted estimator
        Any network classifier or regressor of this package, trained for one epoch or
        more. Modules behave as in prediction. Estimators whose loss compares samples
        (rankers and DrLIM) are not supported.
    X, y : array-like
        Samples and targets, as for ``fit``.
    max_samples : int, default=1000
        Maximum number of samples to use; more samples are subsampled at random.
    random_state : int, RandomState instance or None, default=0
        Controls the subsampling and the starting vector of the eigenvalue search.

    Returns
    -------
    TrainingHealth
        A table of the layers (``to_frame()`` returns it as a DataFrame) with the mean
        and spread of activations, dead and saturated units, and norms of weights and
        gradients; the largest eigenvalue; and a verdict in plain words. ``print`` shows
        all of it.

    See Also
    --------
    skbackprop.inspection.check_gradients : Check that gradients are correct.

    Notes
    -----
    Loss, gradients and Hessian are those of the mean loss of the samples without
    penalties, computed in float64. With momentum m, the largest stable rate is
    :math:`2 (1 + m) / \lambda_{max}`, and with Nesterov momentum
    :math:`2 (1 + m) / ((1 + 2 m) \lambda_{max})`. Minibatches are noisy, so the best
    rates are lower. Adam and its variants rescale steps themselves, and
    ``solver='sdlm'`` rescales them for each weight.

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
