# Written by `make stubs` from the module beside it, which is what to change.

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import StepPatch
from numpy.typing import ArrayLike
from numpy.typing import NDArray
from typing import Any
from typing_extensions import Self
import numpy as np
import pandas as pd

class LayerSignalDisplay:
    r"""Histograms of activations and gradients of each layer, and the size of updates.

    Use `from_estimator` to create a display. All parameters are stored as attributes.

    Parameters
    ----------
    activations : dict of str to ndarray of shape (n_samples, n_units)
        Outputs of each layer, after its activation if it has one. A layer is a module
        with parameters, numbered from 1 as in :func:`training_health`.
    gradients : dict of str to ndarray of shape (n_samples, n_units)
        Derivatives of the loss of each sample with respect to the outputs of the module
        before the activation.
    saturated : dict of str to float
        Fraction of the activations of each layer whose slope is below 5 % of the
        steepest slope. Layers without an activation are left out.
    updates : pandas.DataFrame of shape (n_steps, n_layers)
        :math:`\|\Delta w\| / \|w\|` in each of the next training steps, where w is
        the vector of all parameters of a layer.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes
        The axes of activations, gradients and updates, from left to right.
    figure_ : matplotlib Figure
        The figure.
    activations_, gradients_ : dict of str to matplotlib StepPatch
        The histogram of each layer.
    updates_ : dict of str to matplotlib Line2D
        The curve of each layer.

    See Also
    --------
    training_health : Report dead units, norms and learning rates, with a verdict.
    skbackprop.MLPClassifier : Records the ratio of the whole network at the last step
        of each epoch in the column 'update_ratio' of ``history_``.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skbackprop import MLPClassifier
    >>> from skbackprop.inspection import LayerSignalDisplay
    >>> X, y = load_iris(return_X_y=True)
    >>> mlp = MLPClassifier((20, 10), activation="tanh", tol=0.01, random_state=0)
    >>> display = LayerSignalDisplay.from_estimator(mlp.fit(X, y), X, y)
    >>> list(display.activations_)
    ['1 Tanh()', '2 Tanh()', '3 Linear(n_units=3)']
    """
    activations: dict[str, NDArray[Any]]
    gradients: dict[str, NDArray[Any]]
    saturated: dict[str, float]
    updates: pd.DataFrame
    axes_: NDArray[Any]
    """The axes of activations, gradients and updates, from left to right."""
    figure_: Figure
    """The figure."""
    activations_: dict[str, StepPatch]
    """The histogram of each layer."""
    gradients_: dict[str, StepPatch]
    """The histogram of each layer."""
    updates_: dict[str, Line2D]
    """The curve of each layer."""
    def __init__(
        self,
        activations: dict[str, NDArray[Any]],
        gradients: dict[str, NDArray[Any]],
        saturated: dict[str, float],
        updates: pd.DataFrame,
    ) -> None: ...
    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ArrayLike,
        y: ArrayLike,
        *,
        n_steps: int = 50,
        max_samples: int = 1000,
        random_state: int | np.random.RandomState | None = 0,
        ax: Axes | NDArray[Any] | None = None,
        line_kw: dict[Any, Any] | None = None,
    ) -> Self:
        """Compute activations, gradients and updates of a network, and plot them.

        Parameters
        ----------
        estimator : fitted estimator
            A classifier or regressor of this package that is a network. It need not be
            fully trained: ``max_iter=1`` is enough. Modules behave as in prediction.
        X, y : array-like
            Samples and their targets, as for ``fit``.
        n_steps : int, default=50
            Number of training steps that a copy of the network takes by
            ``partial_fit``, on minibatches drawn from the samples. Each counts as an
            epoch for learning rate schedules. Must be 0 for L-BFGS and for
            ``class_weight="balanced"``; updates are not plotted then.
        max_samples : int, default=1000
            Maximum number of samples for activations and gradients. If there are more,
            a random subset is used.
        random_state : int, RandomState instance or None, default=0
            Controls the subset of samples and the minibatches.
        ax : matplotlib Axes or array of them, default=None
            Axes for the panels of activations, gradients and, if there are any, updates. By
            default, those of a new figure, side by side.
        line_kw : dict, default=None
            Keyword arguments for :meth:`matplotlib.axes.Axes.stairs` and
            :meth:`matplotlib.axes.Axes.plot`, which draw the histograms and curves.

        Returns
        -------
        LayerSignalDisplay
            The display.

        Raises
        ------
        TypeError, ValueError
            If the estimator is not a network of this package or minimises a loss of
            groups of samples, or if `n_steps` is not 0 for L-BFGS or for balanced class
            weights.

        Notes
        -----
        In a network that trains well, the histograms within a panel look alike.
        Gradients that shrink from layer to layer vanish. A tanh is saturated if its
        activations accumulate at -1 and 1. As a rule of thumb, a step should change
        weights by a thousandth of their size, -3 on the logarithmic axis. If it changes
        them much more, the learning rate is too large.

        References
        ----------
        Glorot and Bengio (2010), "Understanding the difficulty of training deep
        feedforward neural networks", AISTATS. Karpathy (2022), "makemore, part 3:
        activations and gradients, BatchNorm".

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from skbackprop import MLPClassifier
        >>> from skbackprop.inspection import LayerSignalDisplay
        >>> X, y = load_iris(return_X_y=True)
        >>> mlp = MLPClassifier(solver="sgd", learning_rate_init=1e-6, random_state=0)
        >>> mlp = mlp.partial_fit(X, y, classes=[0, 1, 2])
        >>> display = LayerSignalDisplay.from_estimator(mlp, X, y, n_steps=10)
        >>> bool((display.updates < 1e-3).all(axis=None))  # the rate is too small
        True
        """

    def plot(
        self,
        *,
        ax: Axes | NDArray[Any] | None = None,
        line_kw: dict[Any, Any] | None = None,
    ) -> LayerSignalDisplay:
        """Plot the histograms and curves.

        Parameters
        ----------
        ax : matplotlib Axes or array of them, default=None
            Axes for the panels of activations, gradients and, if there are any, updates. By
            default, those of a new figure, side by side.
        line_kw : dict, default=None
            Keyword arguments for :meth:`matplotlib.axes.Axes.stairs` and
            :meth:`matplotlib.axes.Axes.plot`, which draw the histograms and curves.

        Returns
        -------
        LayerSignalDisplay
            This object.
        """


def __getattr__(name: str) -> Any: ...
