"""Display of maps of units at several times of training, with a slider."""

import base64
import io
from typing import NamedTuple

import numpy as np
from sklearn.utils._optional_dependencies import check_matplotlib_support
from sklearn.utils._param_validation import validate_params

from skbackprop.inspection.binding import check_network
from skbackprop.inspection.plane import SAMPLES_DOC
from skbackprop.inspection.slider import SliderPage
from skbackprop.inspection.unit_display import (
    CHOICE_CONSTRAINTS,
    CHOICE_DOC,
    MAP_DOC,
    UnitMapDisplay,
)
from skbackprop.inspection.unit_maps import largest_values, map_units
from skbackprop.utils.docs import share_docs


class _Frame(NamedTuple):
    """The epoch as text, and the image of the maps as an HTML element."""

    text: str
    image: str


class UnitMapFrames(SliderPage):
    """Maps of units at several times of training, all on the same scales.

    Use `from_estimators` to create a display. All parameters are stored as attributes.
    Notebooks show the display with a slider over the epochs.

    Parameters
    ----------
    displays : list of UnitMapDisplay
        The maps and links at each time, with the same units and limits.
    epochs : list of int
        Number of epochs (iterations of L-BFGS) trained by each time.

    Attributes
    ----------
    frames_ : list
        One named tuple per time: ``text`` is its epoch, ``image`` an HTML element.

    See Also
    --------
    UnitMapDisplay : Plot the maps of one network.

    Examples
    --------
    Keep a copy of the network for each frame:

    >>> import copy
    >>> from sklearn.datasets import make_moons
    >>> from skbackprop import MLPClassifier
    >>> from skbackprop.inspection import UnitMapFrames
    >>> X, y = make_moons(random_state=0)
    >>> mlp, snapshots = MLPClassifier((4,), random_state=0), []
    >>> for epoch in range(1, 7):
    ...     mlp = mlp.partial_fit(X, y, classes=[0, 1])
    ...     if epoch % 3 == 0:
    ...         snapshots.append(copy.deepcopy(mlp))
    >>> frames = UnitMapFrames.from_estimators(snapshots, X, y)
    >>> [frame.text for frame in frames.frames_]
    ['epoch 3', 'epoch 6']
    """

    _title = "What units see, epoch by epoch"
    _captions = ("Units",)

    def __init__(self, displays, epochs):
        self.displays = displays
        self.epochs = epochs

    @classmethod
    @share_docs(samples=SAMPLES_DOC, choice=CHOICE_DOC, plotting=MAP_DOC)
    @validate_params(CHOICE_CONSTRAINTS, prefer_skip_nested_validation=True)
    def from_estimators(
        cls,
        estimators,
        X,
        y=None,
        *,
        max_units=8,
        grid_resolution=50,
        image_kw=None,
        scatter_kw=None,
    ):
        """Compute the output of each unit at each time, and draw the frames.

        All frames show the same units: those that vary most in the last network.

        Parameters
        ----------
        estimators : list of fitted estimators
            Copies of one network with two features, made during its training.
        {samples}
        {choice}
        {plotting}

        Returns
        -------
        UnitMapFrames
            The frames.

        Raises
        ------
        TypeError, ValueError
            If there are no estimators, if one is not a network of this package, if
            their graphs differ, or if X does not have two features.

        Examples
        --------
        >>> from sklearn.datasets import make_moons
        >>> from skbackprop import MLPClassifier
        >>> from skbackprop.inspection import UnitMapFrames
        >>> X, y = make_moons(random_state=0)
        >>> settings = {"solver": "lbfgs", "tol": 0.1, "random_state": 0}
        >>> last = MLPClassifier((4,), **settings).fit(X, y)
        >>> frames = UnitMapFrames.from_estimators([last], X, y)
        >>> frames.displays[0].plot().links["input", "layer 0"].shape
        (2, 4)
        """
        check_matplotlib_support(f"{cls.__name__}.from_estimators")
        estimators = list(estimators)
        _check_alike(estimators)
        last = map_units(estimators[-1], X, None, max_units, grid_resolution)
        found = [
            map_units(net, X, None, max_units, grid_resolution, last.units)
            for net in estimators
        ]
        largest = [largest_values(maps.maps, maps.links) for maps in found]
        limits = {k: np.max([each[k] for each in largest], axis=0) for k in largest[0]}
        displays = [UnitMapDisplay(*maps, X=X, y=y, limits=limits) for maps in found]
        epochs = [len(net.history_["epoch"]) for net in estimators]
        return cls(displays, epochs).plot(image_kw=image_kw, scatter_kw=scatter_kw)

    @share_docs(parameters=MAP_DOC)
    def plot(self, *, image_kw=None, scatter_kw=None):
        """Draw the frames.

        Parameters
        ----------
        {parameters}

        Returns
        -------
        UnitMapFrames
            This object.
        """
        check_matplotlib_support(f"{type(self).__name__}.plot")
        self.frames_ = []
        for epoch, display in zip(self.epochs, self.displays, strict=True):
            text = f"epoch {epoch}"
            image = _drawn(display, image_kw=image_kw, scatter_kw=scatter_kw)
            self.frames_.append(_Frame(text, f'<img alt="{text}" src="{image}">'))
        return self


def _check_alike(estimators):
    """Raise an error unless these are networks with equal graphs."""
    if not estimators:
        raise ValueError("estimators must contain at least one fitted network, got [].")
    graphs = set()
    for estimator in estimators:
        check_network(estimator)
        graphs.add(str(estimator.graph_))
    if len(graphs) > 1:
        raise ValueError(
            "estimators must be copies of one network, made during its training, got "
            f"networks of {len(graphs)} different graphs."
        )


def _drawn(display, **keywords):
    """Return the image of a display as a data URL."""
    from matplotlib.figure import Figure

    figure = Figure(**display._figure_kw())  # not by pyplot, which would show it too
    display.plot(ax=figure.subplots(), **keywords)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=100)
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"
