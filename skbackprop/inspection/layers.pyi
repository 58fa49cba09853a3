# Written by `make stubs` from the module beside it, which is what to change.

from collections.abc import Sequence
from numpy.typing import ArrayLike
from typing import Any
import numpy as np
import pandas as pd

class LayerReport:
    """What :func:`layer_report` returns; it prints itself.

    Parameters
    ----------
    table : DataFrame
        A row for each layer: `n_units`, and each measure.
    intervals : DataFrame
        Its columns are pairs (measure, 'lower') and (measure, 'upper'), so that
        ``intervals["dimension"]`` has the 95 % interval of each layer. Only of measures
        that have one.
    similarity : DataFrame or None
        CKA of each layer with each; None if 'cka' was not asked for.
    n_samples : int
        How many samples were looked at.
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
    """Measure what each layer makes of samples.

    The layers of a network are its input, the hidden layers as
    ``transform(X, layer=k)`` gives them, and the output before it becomes a prediction:
    logits. Those of a recurrent network are what is read of its states; those of an
    ensemble for tables are the layers of its networks side by side. Of a pipeline each
    step is a layer, and then those of a network in the last step. Raw input that is not
    finite numbers throughout is left out.

    'capacity'
        How many classes, each of them a manifold, could be told apart from the rest,
        per dimension (:func:`~skbackprop.capacity.manifold_capacity`, with an
        intercept), with its interval. Of at most 50 samples of each class.
    'dimension'
        Intrinsic dimension by two nearest neighbours
        (:func:`~skbackprop.manifold.intrinsic_dimension`), with its interval. 0 for
        a layer that has only one or two different values.
    'separability'
        The share of classes that some hyperplane separates from all others, proved for
        each (:func:`~skbackprop.linear_separability_many`): what a linear
        output layer can learn without an error. Of two classes it is 0 or 1.
    'cka'
        Similarity to the `reference`, 1 if the same but for rotation and scale, about 0
        if unrelated (:func:`cka`). Of all pairs of layers it is in
        ``similarity``.
    'participation_ratio'
        In how many directions the samples scatter (:func:`participation_ratio`).
    'nc1'
        Variation within classes beside that of their means, 0 where each class has
        become one point (:func:`nc1`).

    Parameters
    ----------
    estimator : fitted estimator, or dict or list of array-like
        A network of this package; a pipeline of transformers, which may end with a
        network; a transformer; each of these may be in a
        :class:`~sklearn.frozen.FrozenEstimator`. Or the layers themselves, arrays of
        shape (n_samples, n_units), by name or in order.
    X : array-like of shape (n_samples, n_features), default=None
        Samples, as for ``predict``. None where `estimator` is arrays.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
        Classes of the samples, or numbers, for measures that need none. Whole numbers
        are classes, unless the estimator is a regressor.
    measures : str or list of str, default=("capacity", "dimension", "separability", "cka")
        What to tell of each layer, of 'capacity', 'dimension', 'separability', 'cka',
        'participation_ratio' and 'nc1'.
    reference : str, default='y'
        What 'cka' compares each layer with: 'y', its classes as indicators or its
        numbers; or the name of a layer, such as 'input' and 'output'.
    max_samples : int, default=1000
        Of more samples so many are drawn, as many of each class, where there are
        classes, and at least two of each.
    n_jobs : int, default=None
        Workers of the joblib backend that is active. The results do not depend on it.
    random_state : int, RandomState instance or None, default=None
        Of what is drawn. All layers are measured with the same draws.

    Returns
    -------
    LayerReport
        A table of the layers and measures, intervals, and similarities.

    Raises
    ------
    TypeError, ValueError
        If the estimator has no layers, or is recurrent with ``return_sequences``; if a
        measure needs classes and y has none, or only one; if there are fewer than 4
        samples; if a layer is not finite, which is named.

    Warns
    -----
    UserWarning
        If the dimension of a layer is doubtful, or its capacity is only an upper bound,
        with an interval that begins at 0, as less than half of the classes are
        separable from the rest.

    See Also
    --------
    LayerReportDisplay : The picture, a curve for each measure.
    training_health : Dead units and gradients, layer by layer.

    Notes
    -----
    The capacity of P classes in N dimensions comes out as P / N or more, even where
    classes are not separable: it is then an upper bound, largest in narrow layers. It
    falls with the number of samples: compare layers, and networks, by the same.

    A layer that is the same for all samples has capacity 0, dimension 0, no
    separable class, CKA 0, participation ratio 0, and infinite NC1.

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
