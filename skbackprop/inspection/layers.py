"""Layer reports: how classes separate and dimension changes from layer to layer."""

import warnings
from dataclasses import dataclass, field
from numbers import Integral

import numpy as np
import pandas as pd
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, validate_params

from skbackprop.inspection.layer_measures import MEASURES, Given, draw_of_each
from skbackprop.inspection.layer_targets import LayerTargets
from skbackprop.inspection.representations import count_samples, read_layers
from skbackprop.inspection.similarity import alignment, unit_kernel
from skbackprop.utils.docs import share_docs
from skbackprop.utils.warnings import warn_user

DEFAULT_MEASURES = ("capacity", "dimension", "separability", "cka")
_FEWEST_SAMPLES = 4  # for which unbiased CKA is defined

REPORT_PARAMETERS = """
    estimator : fitted estimator, or dict or list of array-like
        A network of this package, a transformer, or a pipeline of transformers that may
        end with a network; also inside a :class:`~sklearn.frozen.FrozenEstimator`. Or
        the layers themselves, as arrays of shape (n_samples, n_units), by name or in
        order.
    X : array-like of shape (n_samples, n_features), default=None
        Samples, as for ``predict``. None if `estimator` holds arrays.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
        Classes of the samples, or numbers if no measure needs classes. Integers are
        classes, unless the estimator is a regressor.
    measures : str or list of str, \
default=("capacity", "dimension", "separability", "cka")
        The measures to compute: 'capacity', 'dimension', 'separability', 'cka',
        'participation_ratio' and 'nc1'.
    reference : str, default='y'
        What 'cka' compares each layer with: 'y' (classes as indicators, or numbers), or
        the name of a layer, such as 'input' or 'output'.
    max_samples : int, default=1000
        Maximum number of samples to use; more samples are subsampled, with equally many
        of each class and at least two.
    n_jobs : int, default=None
        Number of joblib workers. The results do not depend on it.
    random_state : int, RandomState instance or None, default=None
        Controls the random draws, which are the same for all layers.
"""


@dataclass(frozen=True, eq=False)
class LayerReport:
    """Result of :func:`layer_report`; ``print`` shows the table.

    Parameters
    ----------
    table : DataFrame
        One row per layer, with the columns `n_units` and the measures.
    intervals : DataFrame
        The 95 % intervals of the measures that have one. Its columns are pairs
        (measure, 'lower') and (measure, 'upper'), so ``intervals["dimension"]`` holds
        the interval of each layer.
    similarity : DataFrame or None
        CKA of all pairs of layers; None without the measure 'cka'.
    n_samples : int
        Number of samples used.
    """

    table: pd.DataFrame
    intervals: pd.DataFrame = field(repr=False)
    similarity: pd.DataFrame = field(repr=False)
    n_samples: int

    def __str__(self):
        return self.table.to_string(float_format="{:.3g}".format)

    def __repr__(self):
        return str(self)

    def _repr_html_(self):
        return self.table.to_html(float_format="{:.3g}".format)


@share_docs(parameters=REPORT_PARAMETERS)
@validate_params(
    {
        "measures": [str, list, tuple],
        "reference": [str],
        "max_samples": [Interval(Integral, _FEWEST_SAMPLES, None, closed="left")],
        "n_jobs": [None, Integral],
        "random_state": ["random_state"],
    },
    prefer_skip_nested_validation=True,
)
def layer_report(
    estimator,
    X=None,
    y=None,
    *,
    measures=DEFAULT_MEASURES,
    reference="y",
    max_samples=1000,
    n_jobs=None,
    random_state=None,
):
    r"""Measure the representation of samples in each layer.

    The layers of a network are its input, the hidden layers that
    ``transform(X, layer=k)`` returns, and its output (logits). The layers of a
    recurrent network are the readouts of its states; those of a tabular ensemble are
    the layers of its networks side by side. In a pipeline, each step is a layer,
    followed by the layers of a network in the last step. Raw input that is not all
    finite numbers is left out.

    'capacity'
        Number of classes, each of them a manifold, that could be separated from the
        rest, per dimension (:func:`~skbackprop.capacity.manifold_capacity`, with an
        intercept), with its interval. It uses at most 50 samples per class.
    'dimension'
        Intrinsic dimension from two nearest neighbours
        (:func:`~skbackprop.manifold.intrinsic_dimension`), with its interval. 0 for a
        layer with only one or two distinct values.
    'separability'
        The share of classes that are linearly separable from all others, with proof
        (:func:`~skbackprop.linear_separability_many`): a linear output layer can learn
        these without errors. For two classes, it is 0 or 1.
    'cka'
        Similarity to the `reference`: 1 if equal up to rotation and scale, about 0 if
        unrelated (:func:`cka`). The attribute ``similarity`` holds it for all pairs of
        layers.
    'participation_ratio'
        Effective number of directions in which the samples vary
        (:func:`participation_ratio`).
    'nc1'
        Variation within classes relative to that of their means; 0 if each class is a
        single point (:func:`nc1`).

    Parameters
    ----------
    {parameters}

    Returns
    -------
    LayerReport
        A table of the layers and measures, intervals, and similarities.

    Raises
    ------
    TypeError, ValueError
        If the estimator has no layers, or is recurrent with ``return_sequences``; if a
        measure needs classes and y has fewer than two; if there are fewer than 4
        samples; or if a layer is not finite. The message names the layer.

    Warns
    -----
    UserWarning
        If the dimension of a layer is doubtful; or if its capacity is only an upper
        bound, with an interval from 0, because less than half of the classes are
        separable from the rest.

    See Also
    --------
    LayerReportDisplay : Plot one curve per measure.
    training_health : Dead units and gradients, layer by layer.

    Notes
    -----
    The estimated capacity of P classes in N dimensions is never below P / N. If classes
    are not separable, it is an upper bound, largest in narrow layers. It decreases with
    the number of samples, so compare layers and networks on the same number.

    A layer that is constant over all samples has capacity 0, dimension 0, separability
    0, CKA 0, participation ratio 0, and infinite NC1.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.datasets import load_digits
    >>> from skbackprop import MLPClassifier
    >>> from skbackprop.inspection import layer_report
    >>> X, y = load_digits(return_X_y=True)
    >>> mlp = MLPClassifier((100, 30), tol=0.01, random_state=0).fit(X / 16, y)
    >>> report = layer_report(mlp, X / 16, y, max_samples=500, random_state=0)
    >>> list(report.table.index)
    ['input', 'layer 0', 'layer 1', 'output']
    >>> report.table["capacity"].is_monotonic_increasing  # untangles
    True
    >>> report.table["dimension"].is_monotonic_decreasing  # compresses
    True

    Layers as arrays, compared with each other:

    >>> layers = {"pixels": X, "rotated": X[:, ::-1], "signs": np.sign(X)}
    >>> report = layer_report(layers, reference="pixels", measures="cka")
    >>> report.similarity.round(1).to_numpy()
    array([[1. , 1. , 0.8],
           [1. , 1. , 0.8],
           [0.8, 0.8, 1. ]])
    """
    measures = _check_measures(measures)
    n_samples = count_samples(estimator, X)
    if n_samples < _FEWEST_SAMPLES:
        raise ValueError(
            f"X must have at least {_FEWEST_SAMPLES} samples, got {n_samples}."
        )
    targets = LayerTargets.of(y, n_samples, estimator)
    targets.check_needs(measures)
    rng = check_random_state(random_state)
    rows = _draw(targets.codes, n_samples, max_samples, rng)
    layers = read_layers(estimator, X, rows)
    targets, kernels = targets.take(rows), {}
    if "cka" in measures:
        kernels = {name: unit_kernel(Z) for name, Z in layers.items()}
    given = Given(
        codes=targets.codes,
        kernel=_kernel_of(reference, kernels, targets) if kernels else None,
        seed=int(rng.randint(np.iinfo(np.int32).max)),
        n_jobs=n_jobs,
    )
    found = {name: _measure(name, Z, measures, given) for name, Z in layers.items()}
    return LayerReport(
        table=_tabulate(layers, found),
        intervals=_intervals(found),
        similarity=_similarity(kernels) if kernels else None,
        n_samples=len(rows),
    )


def _check_measures(measures):
    """Return the names of measures as a list."""
    measures = [measures] if isinstance(measures, str) else list(measures)
    is_known = all(isinstance(name, str) and name in MEASURES for name in measures)
    if not measures or not is_known or len(set(measures)) < len(measures):
        raise ValueError(
            f"measures must be distinct names of {list(MEASURES)}, got {measures}."
        )
    return measures


def _draw(codes, n_samples, max_samples, rng):
    """Return sorted rows: all, or ``max_samples`` with equally many per class."""
    if n_samples <= max_samples:
        return np.arange(n_samples)
    if codes is None:
        return np.sort(rng.choice(n_samples, max_samples, replace=False))
    return draw_of_each(codes, max(2, max_samples // (codes.max() + 1)), rng)


def _kernel_of(reference, kernels, targets):
    """Return the kernel of the reference of CKA."""
    if reference == "y":
        if targets.values is None:
            raise ValueError(
                "reference='y' needs y, which is None. Pass y, or the name of a layer "
                f"as reference, one of {list(kernels)}."
            )
        return unit_kernel(targets.values)
    if reference not in kernels:
        raise ValueError(
            f"reference={reference!r} must be 'y' or one of the layers, "
            f"{list(kernels)}."
        )
    return kernels[reference]


def _measure(layer, Z, measures, given):
    """Return Measured by measure; warnings and errors name the layer."""
    found = {}
    for name in measures:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                found[name] = MEASURES[name].compute(Z, given)
            except ValueError as error:
                raise ValueError(f"Layer {layer!r}, {name}: {error}") from error
        for warning in caught:
            warn_user(f"Layer {layer!r}, {name}: {warning.message}", warning.category)
    return found


def _tabulate(layers, found):
    """Return the table of values."""
    rows = [
        {"n_units": layers[layer].shape[1]}
        | {name: measured.value for name, measured in of_layer.items()}
        for layer, of_layer in found.items()
    ]
    return pd.DataFrame(rows, index=pd.Index(found, name="layer"))


def _intervals(found):
    """Return the table of intervals, of the measures that have them."""
    columns = {
        (name, bound): [of_layer[name].interval[k] for of_layer in found.values()]
        for name in next(iter(found.values()))
        for k, bound in enumerate(("lower", "upper"))
        if all(of_layer[name].interval is not None for of_layer in found.values())
    }
    columns_index = pd.MultiIndex.from_tuples(columns, names=["measure", "bound"])
    table = pd.DataFrame(columns, index=pd.Index(found, name="layer"))
    return table.reindex(columns=columns_index)


def _similarity(kernels):
    """Return the table of CKA between all layers."""
    names = pd.Index(kernels, name="layer")
    values = [[alignment(a, b) for a in kernels.values()] for b in kernels.values()]
    return pd.DataFrame(values, index=names, columns=names)
