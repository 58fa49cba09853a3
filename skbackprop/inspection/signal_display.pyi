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

    It is made by `from_estimator`. All parameters are kept as attributes.

    Parameters
    ----------
    activations : dict of str to ndarray of shape (n_samples, n_units)
        What each layer puts out, behind its activation where it has one. A layer is a
        module with parameters, numbered from 1 as in :func:`training_health`.
    gradients : dict of str to ndarray of shape (n_samples, n_units)
        Derivatives of the loss of each sample with respect to what the module puts
        out, in front of the activation: what its weights learn from.
    saturated : dict of str to float
        The share of the activations of a layer whose slope is below 5 % of the
        steepest. Layers without an activation are left out.
    updates : pandas.DataFrame of shape (n_steps, n_layers)
        For each of the next steps of training
        :math:`\|\Delta w\| / \|w\|`, w all parameters of a layer.

    Attributes
    ----------
    axes_ : ndarray of matplotlib Axes
        One for activations, gradients and updates each, from left to right.
    figure_ : matplotlib Figure
        Figure that has them.
    activations_, gradients_ : dict of str to matplotlib StepPatch
        The histogram of each layer.
    updates_ : dict of str to matplotlib Line2D
        The curve of each layer.

    See Also
    --------
    training_health : Dead units, norms and learning rates, with a verdict.
    skbackprop.MLPClassifier : Column 'update_ratio' of its ``history_`` is the ratio of
        the whole network at the last step of each epoch.

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
    """One for activations, gradients and updates each, from left to right."""
    figure_: Figure
    """Figure that has them."""
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
        """Run a network forward and backward, take some steps, and plot all this.

        Parameters
        ----------
        estimator : fitted estimator
            Any classifier or regressor of this package that is a network; after
            ``max_iter=1`` as well as in the end. Modules behave as in prediction.
        X, y : array-like
            Samples and their targets, as for ``fit``.
        n_steps : int, default=50
            How many steps of training a copy of the network takes by
            ``partial_fit``, with minibatches drawn from the samples. Each counts as an
            epoch for schedules of the learning rate. With 0, which L-BFGS and
            ``class_weight="balanced"`` need, updates are not drawn.
        max_samples : int, default=1000
            Of more samples so many are drawn, to look at activations and gradients.
        random_state : int, RandomState instance or None, default=0
            Of what is drawn.
        ax : matplotlib Axes or array of them, default=None
            Two for activations and gradients, and one for updates, where there are any; by
            default those of a new figure, side by side.
        line_kw : dict, default=None
            Keywords for :meth:`matplotlib.axes.Axes.stairs` and
            :meth:`matplotlib.axes.Axes.plot`, which draw histograms and curves.

        Returns
        -------
        LayerSignalDisplay
            The display.

        Raises
        ------
        TypeError, ValueError
            If the estimator is no network of this package, or minimises a loss of
            groups of samples; if `n_steps` is not 0, and the solver is L-BFGS or
            classes are weighted as 'balanced'.

        Notes
        -----
        Layers are healthy where histograms of one panel look alike. Gradients that
        shrink from layer to layer vanish; a tanh whose activations crowd at -1 and 1 is
        saturated. By a rule of thumb a step changes weights by a thousandth of their
        size, -3 in the logarithm: where it is far more, the learning rate is too large.

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
        """Draw histograms and curves.

        Parameters
        ----------
        ax : matplotlib Axes or array of them, default=None
            Two for activations and gradients, and one for updates, where there are any; by
            default those of a new figure, side by side.
        line_kw : dict, default=None
            Keywords for :meth:`matplotlib.axes.Axes.stairs` and
            :meth:`matplotlib.axes.Axes.plot`, which draw histograms and curves.

        Returns
        -------
        LayerSignalDisplay
            This object.
        """


def __getattr__(name: str) -> Any: ...
