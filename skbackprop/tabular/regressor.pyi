# Written by `make stubs` from the module beside it, which is what to change.

from collections.abc import Sequence
from numpy.typing import ArrayLike
from numpy.typing import NDArray
from skbackprop.engine.losses.base import Loss
from skbackprop.estimators.dag import NetworkClassifier
from skbackprop.estimators.dag import NetworkRegressor
from sklearn.base import BaseEstimator
from sklearn.base import RegressorMixin
from sklearn.callback import CallbackSupportMixin
from typing import Any
from typing import Literal
from typing_extensions import Self
import numpy as np
import os
import pandas as pd

class TabularRegressor(RegressorMixin, CallbackSupportMixin, BaseEstimator):
    """Ensemble of small networks that predicts numbers from a table as it comes.

    Numbers are scaled by their quartiles, smoothly clipped and, where it helps,
    encoded by piecewise-linear bins [2]_; names become indicator columns; what is
    missing is read as the median, or as none of the names. Each network
    is a multilayer perceptron with a factor for each input, trained with Adam, with
    the initial values, rates and schedule of RealMLP [1]_. Targets are scaled to
    mean 0 and variance 1, and predictions kept between the least and the largest
    target seen. What is uncertain about the recipe is tried on rows held out: the
    encoding and when to stop. A prediction is the mean of the members'.

    Parameters
    ----------
    loss : str or Loss, default='squared_error'
        What is minimised, of the scaled targets: a loss of :class:`MLPRegressor`.
        With 'poisson' and 'gamma' targets are divided by their mean.
    quantile : float or sequence of float, default=None
        Levels, between 0 and 1, of what ``loss='quantile'`` predicts; of several
        levels predictions have a column each. None: 0.5.
    n_estimators : int, default=6
        Number of networks, whose mean is predicted. The more there are, the less a
        further one helps; each takes the same time.
    hidden_layer_sizes : array-like of int or int, default=(96, 96, 96)
        Number of units of each hidden layer.
    activation : str, default='mish'
        Activation of the hidden layers, one of those of :class:`MLPClassifier`.
    encoding : {'auto', 'raw', 'piecewise_linear'}, default='auto'
        What the networks see of numeric columns: the number, scaled and smoothly
        clipped ('raw'), or beside it how far it has come through each of some bins
        ('piecewise_linear', see :class:`PiecewiseLinearFeatures`). 'auto' trains
        networks for a quarter of the time and takes what is better on rows held
        out, or both by turns where they are about as good.
    max_iter : int or 'auto', default='auto'
        Epochs of each network. 'auto': 300,000 / n_samples, at most 256; fewer
        samples in all where there are more than 10,000.
    learning_rate_init : float or 'auto', default='auto'
        Learning rate that others follow from: each weight has that much over the
        root of the number of weights that lead to its unit, each bias a tenth, each
        factor of an input six times as much. 'auto': 0.07 for classes, 0.1 for
        numbers.
    batch_size : int or 'auto', default='auto'
        Samples per minibatch. 'auto': the power of 2 nearest to n_samples / 10, from
        64 to 256.
    validation_fraction : float, default=0.2
        Part of the rows that is held out where something is chosen: by networks on
        trial; with 2,000 rows or more by the first member of the ensemble, or by one
        of each encoding where next to no noise is left; with fewer rows by every
        member, another part each, unless those on trial still got better to the end.
        All other members learn from all rows.
    categorical_features : 'from_dtype', None or array-like, default='from_dtype'
        Which columns hold names and not numbers: those of a categorical dtype and
        those of strings ('from_dtype'); or names, numbers or a mask of columns,
        beside which columns of strings still are. None: only these.
    random_state : int, RandomState instance, default=None
        Source of the initial weights, of the shuffling and of what is held out. With
        the same int the results are the same, whatever ``n_jobs``.
    n_jobs : int, default=None
        Networks that are trained side by side, in threads. None: one, unless in a
        context of :func:`joblib.parallel_config`; -1: as many as there are cores.
    verbose : bool, default=False
        Whether to print a line for each network that is trained.

    Attributes
    ----------
    estimators_ : list of NetworkClassifier or NetworkRegressor
        The networks. They read what ``table_`` makes of a table.
    views_ : list of str
        What each of them sees of numeric columns, 'raw' or 'piecewise_linear'.
    weights_ : ndarray of shape (n_members,)
        How much each of them counts in the mean.
    pilots_ : dict of str to ndarray of shape (3,)
        Losses on rows held out of the networks on trial, where the waves of their
        learning rate end. Empty where there was nothing to choose.
    stop_ : float
        Part of the schedule of the learning rate that members go through: 3/15,
        7/15 or 1, where a wave ends.
    n_iter_ : int
        Epochs of a member. One that holds rows out goes on to the end of the
        schedule, and keeps its best epoch.
    history_ : dict of list
        What was recorded of each epoch of each network, for
        ``pandas.DataFrame(history_)`` and :class:`TrainingCurveDisplay`: 'member', and
        the columns of the networks' own ``history_``.
    table_ : TableReader
        Makes numbers of a table: medians, scales, levels, edges of bins.
    n_features_in_ : int
        Number of columns seen during fit.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns. Only where X has string column names.
    n_outputs_ : int
        Number of outputs of each network.

    See Also
    --------
    TabularClassifier : The same for classes.
    MLPRegressor : One network, of which each detail can be said.

    References
    ----------
    .. [1] Holzmueller, D., Grinsztajn, L. & Steinwart, I. (2024). "Better by default:
       Strong pre-tuned MLPs and boosted trees on tabular data". NeurIPS.
    .. [2] Gorishniy, Y., Rubachev, I. & Babenko, A. (2022). "On embeddings for
       numerical features in tabular deep learning". NeurIPS.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from skbackprop import TabularRegressor
    >>> rng = np.random.default_rng(0)
    >>> X = pd.DataFrame({"size": rng.normal(size=300), "kind": list("abc") * 100})
    >>> y = X["size"] ** 2 + (X["kind"] == "b")
    >>> reg = TabularRegressor(n_estimators=2, max_iter=60, random_state=0)
    >>> reg.fit(X, y).score(X, y) > 0.9
    True
    """
    loss: str | Loss
    quantile: float | Sequence[float] | None
    n_estimators: int
    hidden_layer_sizes: ArrayLike | int
    activation: str
    encoding: Literal['auto', 'raw', 'piecewise_linear']
    max_iter: int | Literal['auto']
    learning_rate_init: float | Literal['auto']
    batch_size: int | Literal['auto']
    validation_fraction: float
    categorical_features: Literal['from_dtype'] | None | ArrayLike
    random_state: int | np.random.RandomState | None
    n_jobs: int | None
    verbose: bool
    estimators_: list[NetworkClassifier] | NetworkRegressor
    """The networks. They read what ``table_`` makes of a table."""
    views_: list[str]
    """What each of them sees of numeric columns, 'raw' or 'piecewise_linear'."""
    weights_: NDArray[Any]
    """How much each of them counts in the mean."""
    pilots_: dict[str, NDArray[Any]]
    """Losses on rows held out of the networks on trial, where the waves of their
    learning rate end. Empty where there was nothing to choose.
    """
    stop_: float
    """Part of the schedule of the learning rate that members go through: 3/15,
    7/15 or 1, where a wave ends.
    """
    n_iter_: int
    """Epochs of a member. One that holds rows out goes on to the end of the
    schedule, and keeps its best epoch.
    """
    history_: dict[Any, Any]
    """What was recorded of each epoch of each network, for
    ``pandas.DataFrame(history_)`` and :class:`TrainingCurveDisplay`: 'member', and
    the columns of the networks' own ``history_``.
    """
    table_: Any
    """Makes numbers of a table: medians, scales, levels, edges of bins."""
    n_features_in_: int
    """Number of columns seen during fit."""
    feature_names_in_: NDArray[Any]
    """Names of the columns. Only where X has string column names."""
    n_outputs_: int
    """Number of outputs of each network."""
    def __init__(
        self,
        loss: str | Loss = 'squared_error',
        quantile: float | Sequence[float] | None = None,
        *,
        n_estimators: int = 6,
        hidden_layer_sizes: ArrayLike | int = (96, 96, 96),
        activation: str = 'mish',
        encoding: Literal['auto', 'raw', 'piecewise_linear'] = 'auto',
        max_iter: int | Literal['auto'] = 'auto',
        learning_rate_init: float | Literal['auto'] = 'auto',
        batch_size: int | Literal['auto'] = 'auto',
        validation_fraction: float = 0.2,
        categorical_features: Literal['from_dtype'] | None | ArrayLike = 'from_dtype',
        random_state: int | np.random.RandomState | None = None,
        n_jobs: int | None = None,
        verbose: bool = False,
    ) -> None: ...
    def fit(
        self,
        X: pd.DataFrame | ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Fit the ensemble to a table.

        Ctrl-C ends training at the end of an epoch; the networks that are finished
        by then are the ensemble. Where none is, the estimator is left as it was.

        Parameters
        ----------
        X : {DataFrame, array-like} of shape (n_samples, n_features)
            A table of pandas, polars or pyarrow, or an array: columns of numbers,
            of booleans, of categories and strings, with missing values in any.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Class labels or a label indicator matrix in classification, real numbers
            in regression.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each sample in losses and scores; 1 each by default.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        TypeError, ValueError
            If a parameter, a column or y is not as it must be.
        KeyboardInterrupt
            If Ctrl-C came before any network was finished.
        """

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Load an estimator from a file written by `save`.

        Its predictions are bit-identical to those of the saved estimator, and so are
        the results of further training (``warm_start``, ``partial_fit``).

        Parameters
        ----------
        path : str or path
            The file to read.

        Returns
        -------
        estimator : object
            An instance of the class that ``load`` is called on.

        Raises
        ------
        ValueError
            If the file holds no estimator, or one of another class or of a later
            version of skbackprop, or if it is truncated or modified.
        """

    def predict(self, X: pd.DataFrame | ArrayLike) -> NDArray[Any]:
        """Predict the targets of rows.

        Parameters
        ----------
        X : {DataFrame, array-like} of shape (n_samples, n_features)
            A table with the columns seen during fit.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            The predicted values; with several quantiles a column of each.
        """

    def report(self) -> str:
        """Return in words what was made of the table and what was chosen.

        Returns
        -------
        str
            For ``print``.
        """

    def save(self, path: str | os.PathLike[str]) -> None:
        """Save the estimator to a file: parameters, weights and all fitted attributes.

        The file is an .npz archive of arrays and a JSON text (``skbackprop.json``),
        without pickle: `load` never executes code from a file. It is written beside
        ``path`` and then moved into place, so that an interrupted save leaves the old
        file intact.

        As in pickles, the optimizer state is kept with ``warm_start=True`` and after
        ``partial_fit``. Callbacks are not saved.

        If the path ends in ``.safetensors``, a network saves only its weights, in that
        format: parameters and buffers with the names and shapes that they have in
        `skbackprop.interchange.to_torch`. ``load_weights`` reads them into another
        network.

        Parameters
        ----------
        path : str or path
            Where to write the file. An existing file is replaced.

        Raises
        ------
        TypeError
            If a parameter is code, such as a function as ``graph`` or
            ``learning_rate``. The message says what to pass instead.
        ValueError
            If an ensemble of networks is saved to ``.safetensors``.
        ImportError
            If the path ends in ``.safetensors`` and safetensors is not installed.
        """

    def score(
        self,
        X: pd.DataFrame | ArrayLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
    ) -> float:
        """Return how much better the predictions are than a constant.

        That is R^2; with quantiles, the same of the pinball loss in place of the
        squared error, on average over several levels.

        Parameters
        ----------
        X : {DataFrame, array-like} of shape (n_samples, n_features)
            A table with the columns seen during fit.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            The true values.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each sample.

        Returns
        -------
        score : float
            At most 1; 0 is that of the best constant.
        """

    def set_fit_request(self, **requests: bool | str | None) -> Self: ...
    def set_score_request(self, **requests: bool | str | None) -> Self: ...

def __getattr__(name: str) -> Any: ...
