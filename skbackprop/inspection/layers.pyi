# Written by `make stubs` from the module beside it, which is what to change.

from collections.abc import Sequence
from numpy.typing import ArrayLike
from typing import Any
import numpy as np
import pandas as pd

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
    intervals: pd.DataFrame
    similarity: pd.DataFrame | None
    n_samples: int
    def __init__(
        self,
        table: pd.DataFrame,
        intervals: pd.DataFrame,
        similarity: pd.DataFrame | None,
        n_samples: int,
    ) -> None: ...

def layer_report(
    estimator: Any,
    X: ArrayLike | None = None,
    y: ArrayLike | None = None,
    *,
    measures: str | Sequence[str] = ('capacity', 'dimension', 'separability', 'cka'),
    reference: str = 'y',
    max_samples: int = 1000,
    n_jobs: int | None = None,
    random_state: int | np.random.RandomState | None = None,
) -> LayerReport:
    """Measure the representation of samples in each layer.

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
    measures : str or list of str, default=("capacity", "dimension", "separability", "cka")
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

def __getattr__(name: str) -> Any: ...
