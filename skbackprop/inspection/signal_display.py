"""Display of activations, gradients and updates of layers."""

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
_RULE_OF_THUMB = -3  # log10 of update : data
_PLOT_DOC = """
    ax : matplotlib Axes or array of them, default=None
        Axes for the panels of activations, gradients and, if there are any, updates. By
        default, those of a new figure, side by side.
    line_kw : dict, default=None
        Keyword arguments for :meth:`matplotlib.axes.Axes.stairs` and
        :meth:`matplotlib.axes.Axes.plot`, which draw the histograms and curves.
"""


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
        r"""Compute activations, gradients and updates of a network, and plot them.

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
        {parameters}

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
        """Plot the histograms and curves.

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
        for axes in self.axes_:  # above the panel, to hide no data
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
            _RULE_OF_THUMB, color="0.5", linewidth=3, zorder=0, label="rule of thumb"
        )
        axes.set(xlabel="step", ylabel="log10 of update : data")


def _check_steps(estimator, n_steps):
    """Raise an error if partial_fit cannot take these steps."""
    if n_steps and estimator.solver == "lbfgs":
        raise ValueError(
            f"n_steps={n_steps} must be 0 for solver='lbfgs', which does not train on "
            "minibatches."
        )
    if n_steps and getattr(estimator, "class_weight", None) == "balanced":
        raise ValueError(
            f"n_steps={n_steps} must be 0 for class_weight='balanced', which does not "
            "support training on single minibatches. Alternatively, fit with a dict of "
            "weights computed by sklearn.utils.class_weight.compute_class_weight."
        )


def _read_layers(point):
    """Return activations, gradients and saturated fractions, by layer."""
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
    """Draw fractions of values in common bins, without counting NaN in any bin."""
    known = {name: values[~np.isnan(values)] for name, values in values_of.items()}
    edges = np.histogram_bin_edges(np.concatenate([*known.values()]), _N_BINS)
    drawn = {}
    for (name, values), style in zip(known.items(), styles, strict=True):
        shares = np.histogram(values, edges)[0] / values_of[name].size
        drawn[name] = axes.stairs(shares, edges, label=labels[name], **style)
    return drawn
