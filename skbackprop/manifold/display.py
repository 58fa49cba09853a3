"""Display of intrinsic dimension by scale."""

from sklearn.utils._optional_dependencies import check_matplotlib_support
from sklearn.utils._param_validation import StrOptions, validate_params

from skbackprop.manifold.dimension import intrinsic_dimension

_LABELS = {
    "n_neighbors": "number of neighbours",
    "distance": "mean distance to neighbours",
}


class DimensionByScaleDisplay:
    """Plot of intrinsic dimension against the size of neighbourhoods, with intervals.

    A flat part of the curve shows the dimension of a manifold. At small scales, noise
    has as many dimensions as there are features. At large scales, the curvature and the
    borders of a manifold matter.

    Use `from_data` to create a display, or pass the table `scales` of an
    `IntrinsicDimension`. All parameters are stored as attributes. Scales without a
    finite interval, where all neighbours are at the same distance, are not drawn.

    Parameters
    ----------
    scales : pandas.DataFrame
        The table of scales.
    name : str, default=None
        Label of the curve. By default there is no label.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes with the curve.
    figure_ : matplotlib Figure
        Figure with the axes.
    errorbar_ : matplotlib ErrorbarContainer
        The curve and its intervals.

    See Also
    --------
    intrinsic_dimension : Compute the table, with ``method="gride"``.

    Examples
    --------
    >>> from sklearn.datasets import make_swiss_roll
    >>> from skbackprop.manifold import DimensionByScaleDisplay, intrinsic_dimension
    >>> X, _ = make_swiss_roll(500, noise=0.3, random_state=0)
    >>> found = intrinsic_dimension(X, method="gride")
    >>> display = DimensionByScaleDisplay(found.scales, name="swiss roll").plot()
    >>> display.ax_.get_ylabel()
    'dimension'
    """

    def __init__(self, scales, *, name=None):
        self.scales = scales
        self.name = name

    @classmethod
    def from_data(
        cls,
        X,
        *,
        n_neighbors=None,
        correct_bias=True,
        confidence_level=0.95,
        name=None,
        against="n_neighbors",
        ax=None,
        errorbar_kw=None,
    ):
        """Estimate the dimension at each scale and plot it.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            The samples.
        n_neighbors : int, default=None
            Number of neighbours at the largest scale, a power of 2. By default, 64, but
            at most an eighth of the samples.
        correct_bias : bool, default=True
            Whether to correct the bias of finite samples.
        confidence_level : float, default=0.95
            Confidence level of the intervals.
        name : str, default=None
            Label of the curve. By default there is no label.
        against : {'n_neighbors', 'distance'}, default='n_neighbors'
            The quantity on the horizontal axis, which is logarithmic.
        ax : matplotlib Axes, default=None
            Axes to plot on. By default, a new figure is created.
        errorbar_kw : dict, default=None
            Keyword arguments for :meth:`matplotlib.axes.Axes.errorbar`, which draws the
            curve.

        Returns
        -------
        DimensionByScaleDisplay
            The display. Its attribute `scales` is the table.

        See Also
        --------
        intrinsic_dimension : Compute the estimate.

        Examples
        --------
        >>> from sklearn.datasets import make_swiss_roll
        >>> from skbackprop.manifold import DimensionByScaleDisplay
        >>> X, _ = make_swiss_roll(500, noise=0.3, random_state=0)
        >>> display = DimensionByScaleDisplay.from_data(X, against="distance")
        >>> display.ax_.get_xlabel()
        'mean distance to neighbours'
        """
        check_matplotlib_support(f"{cls.__name__}.from_data")
        found = intrinsic_dimension(
            X,
            method="gride",
            n_neighbors=n_neighbors,
            correct_bias=correct_bias,
            confidence_level=confidence_level,
        )
        display = cls(found.scales, name=name)
        return display.plot(ax, against=against, errorbar_kw=errorbar_kw)

    @validate_params(
        {"against": [StrOptions(set(_LABELS))]}, prefer_skip_nested_validation=True
    )
    def plot(self, ax=None, *, name=None, against="n_neighbors", errorbar_kw=None):
        """Plot the curve.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on. By default, a new figure is created.
        name : str, default=None
            Label of the curve. By default, the `name` of the display.
        against : {'n_neighbors', 'distance'}, default='n_neighbors'
            The quantity on the horizontal axis, which is logarithmic.
        errorbar_kw : dict, default=None
            Keyword arguments for :meth:`matplotlib.axes.Axes.errorbar`, which draws the
            curve.

        Returns
        -------
        DimensionByScaleDisplay
            This object.

        Raises
        ------
        ValueError
            If `scales` is None, as for estimates by other methods.
        """
        check_matplotlib_support(f"{type(self).__name__}.plot")
        if self.scales is None:
            raise ValueError(
                "scales must be the table of an estimate with method='gride', got None."
            )
        from matplotlib.ticker import LogLocator, NullLocator

        if ax is None:
            import matplotlib.pyplot as plt

            _, ax = plt.subplots()
        self.ax_, self.figure_ = ax, ax.figure
        name = self.name if name is None else name
        keywords = {"marker": "o", "markersize": 4, "capsize": 2, "label": name}
        scales = self.scales[self.scales["upper"] < float("inf")]
        x, dimension = scales[against], scales["dimension"]
        reach = [dimension - scales["lower"], scales["upper"] - dimension]
        self.errorbar_ = ax.errorbar(
            x, dimension, reach, **{**keywords, **(errorbar_kw or {})}
        )
        if against == "n_neighbors":
            ax.set_xscale("log", base=2)
        else:  # distances may span less than a decade, without a power of 10 as a tick
            ax.set_xscale("log")
            ax.xaxis.set_major_locator(LogLocator(subs=[1, 2, 5]))
            ax.xaxis.set_minor_locator(NullLocator())
        ax.xaxis.set_major_formatter("{x:g}")
        ax.set(xlabel=_LABELS[against], ylabel="dimension")
        ax.set_ylim(bottom=0, auto=True)  # the top adapts to more curves
        if name is not None:
            ax.legend()
        return self
