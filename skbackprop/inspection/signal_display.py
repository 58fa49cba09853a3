"""The picture of what flows through layers: activations, gradients and updates."""

from numbers import Integral

import numpy as np
from sklearn.utils import check_consistent_length, check_random_state
from sklearn.utils._optional_dependencies import check_matplotlib_support
from sklearn.utils._param_validation import Interval, validate_params

from skbackprop.inspection.binding import check_network
from skbackprop.inspection.colors import ordered_styles
from skbackprop.inspection.layer_signals import (
    SATURATED,
    activation_of,
    find_layers,
    slopes_of,
)
from skbackprop.inspection.loss_point import LossPoint, draw_samples
from skbackprop.inspection.panels import panels_in_rows
from skbackprop.inspection.updates import relative_updates
from skbackprop.utils.docs import share_docs

_N_BINS = 50
_HEALTHY = -3  # log10 of update : data
_PLOT_DOC = """
    ax : matplotlib Axes or array of them, default=None
        Two for activations and gradients, and one for updates, where there are any; by
        default those of a new figure, side by side.
    line_kw : dict, default=None
        Keywords for :meth:`matplotlib.axes.Axes.stairs` and
        :meth:`matplotlib.axes.Axes.plot`, which draw histograms and curves.
"""


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

    def __init__(self, activations, gradients, saturated, updates):
        self.activations = activations
        self.gradients = gradients
        self.saturated = saturated
        self.updates = updates

    @classmethod
    @share_docs(parameters=_PLOT_DOC)
    @validate_params(
        {
            "n_steps": [Interval(Integral, 0, None, closed="left")],
            "max_samples": [Interval(Integral, 1, None, closed="left")],
            "random_state": ["random_state"],
        },
        prefer_skip_nested_validation=True,
    )
    def from_estimator(
        cls,
        estimator,
        X,
        y,
        *,
        n_steps=50,
        max_samples=1000,
        random_state=0,
        ax=None,
        line_kw=None,
    ):
        r"""Run a network forward and backward, take some steps, and plot all this.

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
        {parameters}

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
        check_matplotlib_support(f"{cls.__name__}.from_estimator")
        import pandas as pd

        check_network(estimator)
        check_consistent_length(X, y)
        _check_steps(estimator, n_steps)
        rng = check_random_state(random_state)
        point = LossPoint(estimator, *draw_samples(X, y, max_samples, rng))
        activations, gradients, saturated = _read_layers(point)
        updates = pd.DataFrame(
            relative_updates(estimator, X, y, n_steps, rng),
            index=pd.RangeIndex(1, n_steps + 1, name="step"),
            columns=None if n_steps == 0 else list(activations),
        )
        display = cls(activations, gradients, saturated, updates)
        return display.plot(ax=ax, line_kw=line_kw)

    @share_docs(parameters=_PLOT_DOC)
    def plot(self, *, ax=None, line_kw=None):
        """Draw histograms and curves.

        Parameters
        ----------
        {parameters}

        Returns
        -------
        LayerSignalDisplay
            This object.
        """
        check_matplotlib_support(f"{type(self).__name__}.plot")
        n_panels = 2 + (not self.updates.empty)
        self.axes_ = panels_in_rows(ax, n_panels, "n_steps=0")
        self.figure_ = self.axes_[0].figure
        styles = ordered_styles(len(self.activations))
        styles = [{**style, **(line_kw or {})} for style in styles]
        self._draw_activations(self.axes_[0], styles)
        self._draw_gradients(self.axes_[1], styles)
        self.updates_ = {}
        if n_panels > 2:
            self._draw_updates(self.axes_[2], styles)
        for axes in self.axes_:  # above the panel, where nothing is drawn
            axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), fontsize="small")
        return self

    def _draw_activations(self, axes, styles):
        labels = {
            name: f"{name}, {self.saturated[name]:.0%} saturated"
            if name in self.saturated
            else name
            for name in self.activations
        }
        self.activations_ = _draw_histograms(axes, self.activations, labels, styles)
        axes.set(xlabel="activation", ylabel="share of the values")

    def _draw_gradients(self, axes, styles):
        sizes, labels = {}, {}
        for name, values in self.gradients.items():
            is_zero = values == 0
            labels[name] = name
            if is_zero.any():
                labels[name] += f", {is_zero.mean():.0%} zero"
            sizes[name] = np.where(is_zero, np.nan, np.log10(abs(values) + is_zero))
        self.gradients_ = _draw_histograms(axes, sizes, labels, styles)
        axes.set(xlabel="log10 of |gradient|", ylabel="share of the values")

    def _draw_updates(self, axes, styles):
        for name, style in zip(self.updates, styles, strict=True):
            ratios = np.log10(self.updates[name].where(self.updates[name] > 0))
            (self.updates_[name],) = axes.plot(ratios, label=name, **style)
        axes.axhline(
            _HEALTHY, color="0.5", linewidth=3, zorder=0, label="rule of thumb"
        )
        axes.set(xlabel="step", ylabel="log10 of update : data")


def _check_steps(estimator, n_steps):
    """Raise an error where steps are asked for that partial_fit cannot take."""
    if n_steps and estimator.solver == "lbfgs":
        raise ValueError(
            f"n_steps={n_steps} must be 0 for solver='lbfgs', which takes no steps "
            "of minibatches."
        )
    if n_steps and getattr(estimator, "class_weight", None) == "balanced":
        raise ValueError(
            f"n_steps={n_steps} must be 0 for class_weight='balanced', which needs all "
            "samples at once, while a step sees a minibatch. Or fit with weights by "
            "class, as compute_class_weight of sklearn.utils returns them."
        )


def _read_layers(point):
    """Return activations, gradients and shares that are saturated, by layer."""
    graph, passes = point.bound.graph, point.run(point.bound.parameters)
    activations, gradients, saturated = {}, {}, {}
    for number, (index, nodes) in enumerate(find_layers(graph).items(), start=1):
        activation = activation_of(graph, nodes, passes.signals)
        name = f"{number} {activation.name or repr(graph.modules[index])}"
        activations[name] = activation.values
        of_nodes = [
            np.zeros_like(passes.signals[node])
            if passes.adjoints[node] is None
            else passes.adjoints[node]
            for node in nodes
        ]
        gradients[name] = np.vstack(of_nodes) * len(point.X)
        slopes = slopes_of(activation)
        if slopes is not None:
            saturated[name] = float((slopes < SATURATED).mean())
    return activations, gradients, saturated


def _draw_histograms(axes, values_of, labels, styles):
    """Draw shares of all values in the same bins; those that are NaN are in none."""
    known = {name: values[~np.isnan(values)] for name, values in values_of.items()}
    edges = np.histogram_bin_edges(np.concatenate([*known.values()]), _N_BINS)
    drawn = {}
    for (name, values), style in zip(known.items(), styles, strict=True):
        shares = np.histogram(values, edges)[0] / values_of[name].size
        drawn[name] = axes.stairs(shares, edges, label=labels[name], **style)
    return drawn
