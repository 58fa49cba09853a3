"""Diagnosis of the training of a network, layer by layer."""

import textwrap
from dataclasses import dataclass, replace
from html import escape
from typing import NamedTuple

import numpy as np
from sklearn.utils import check_consistent_length, check_random_state

from skbackprop.inspection.binding import check_network
from skbackprop.inspection.hessian import largest_eigenvalue
from skbackprop.inspection.layer_signals import (
    SATURATED,
    activation_of,
    find_layers,
    slopes_of,
)
from skbackprop.inspection.loss_point import LossPoint, draw_samples
from skbackprop.inspection.symptoms import diagnose

_MOSTLY = 0.95  # share of the samples for which a saturated unit is flat


class _Layer(NamedTuple):
    """A row of the table: a module with parameters and the activations behind it.

    :meth:`TrainingHealth.to_frame` describes the columns. Without an activation, the
    numbers of dead and saturated units are None.
    """

    layer: int
    module: str
    activation: str
    n_units: int
    mean: float
    spread: float
    dead: int | None = None
    saturated: int | None = None
    weight_norm: float = np.nan
    gradient_norm: float = np.nan
    relative_gradient: float = np.nan


@dataclass(frozen=True)
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

    layers: tuple
    loss: float
    gradient_norm: float
    largest_eigenvalue: float
    verdict: tuple = ()

    @property
    def optimal_learning_rate(self):
        """The rate 1 / lambda_max, optimal along the most curved direction."""
        return self.largest_learning_rate / 2

    @property
    def largest_learning_rate(self):
        """The rate 2 / lambda_max, above which gradient descent diverges."""
        bend = self.largest_eigenvalue
        return 2 / bend if bend > 0 else np.inf

    def to_frame(self):
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
        import pandas as pd

        return pd.DataFrame(self.layers).set_index("layer")

    def __str__(self):
        table = self.to_frame().to_string(
            na_rep="", float_format="{:.3g}".format, formatters=_COUNTS
        )
        lines = (
            textwrap.fill(line, 86, initial_indent="- ", subsequent_indent="  ")
            for line in self.verdict
        )
        return "\n".join([table, "", *lines])

    def __repr__(self):
        return str(self)

    def _repr_html_(self):
        table = self.to_frame().to_html(
            na_rep="", float_format="{:.3g}".format, formatters=_COUNTS
        )
        items = "".join(f"<li>{escape(line)}</li>" for line in self.verdict)
        return f"{table}<ul>{items}</ul>"


def _count(number):
    import pandas as pd

    return "" if pd.isna(number) else f"{number:.0f}"


_COUNTS = {"dead": _count, "saturated": _count}


def training_health(estimator, X, y, *, max_samples=1000, random_state=0):
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
    check_network(estimator)
    rng = check_random_state(random_state)
    check_consistent_length(X, y)
    X, y = draw_samples(X, y, max_samples, rng)
    point = LossPoint(estimator, X, y)
    signals, _, losses, gradient = point.run(point.bound.parameters)
    health = TrainingHealth(
        layers=(_of_input(signals[0]), *_of_layers(point.bound, signals, gradient)),
        loss=float(losses.mean()),
        gradient_norm=float(np.linalg.norm(gradient)),
        largest_eigenvalue=float(largest_eigenvalue(point.slope, point.start, rng)),
    )
    verdict = tuple(diagnose(estimator, health, signals[0]))
    return replace(health, verdict=verdict)


def _of_input(X):
    n_features = X.shape[1]
    return _Layer(0, f"Input({n_features})", "", n_features, X.mean(), X.std())


def _of_layers(bound, signals, gradient):
    """Yield the row of each layer."""
    for number, (index, nodes) in enumerate(find_layers(bound.graph).items(), start=1):
        activation = activation_of(bound.graph, nodes, signals)
        blocks = [b for b in bound.learned_blocks() if b.module == index]
        weight_norm, gradient_norm = (
            float(np.sqrt(sum(np.square(b.view(flat)).sum() for b in blocks)))
            for flat in (bound.parameters, gradient)
        )
        yield _Layer(
            number,
            repr(bound.graph.modules[index]),
            activation.name,
            activation.values.shape[1],
            activation.values.mean(),
            activation.values.std(),
            *_count_units(activation),
            weight_norm,
            gradient_norm,
            gradient_norm / weight_norm if weight_norm else np.nan,
        )


def _count_units(activation):
    """Return the numbers of dead and saturated units."""
    slopes = slopes_of(activation)
    if slopes is None:
        return None, None
    is_dead = (slopes == 0).all(axis=0)
    is_saturated = (slopes < SATURATED).mean(axis=0) >= _MOSTLY
    return int(is_dead.sum()), int((is_saturated & ~is_dead).sum())
