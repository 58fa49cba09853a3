# Written by `make stubs` from the module beside it, which is what to change.

from numpy.typing import ArrayLike
from numpy.typing import NDArray
from skbackprop.estimators.dag import NetworkClassifier
from skbackprop.estimators.dag import NetworkRegressor
from sklearn.base import BaseEstimator
from sklearn.base import ClassifierMixin
from sklearn.callback import CallbackSupportMixin
from typing import Any
from typing import Literal
from typing_extensions import Self
import numpy as np
import os
import pandas as pd

class TabularClassifier(ClassifierMixin, CallbackSupportMixin, BaseEstimator):
    r"""Ensemble of small networks that classifies the rows of a table as it comes.

    Numbers are scaled by their quartiles, smoothly clipped and, where it helps,
    encoded by piecewise-linear bins [2]_; names become indicator columns; what is
    missing is read as the median, or as none of the names. Each network
    is a multilayer perceptron with a factor for each input, trained with Adam on the
    log loss, with the initial values, rates and schedule of RealMLP [1]_. What is
    uncertain about the recipe is tried on rows held out: the encoding, when to stop,
    and how sure to be, by a temperature T: with p the mean of the members'
    probabilities,

    .. math:: P(k \mid x) \propto p_k(x)^{1 / T}

    Parameters
    ----------
    label_smoothing : float, default=0.1
        Share, from 0 to 1, of each label that is spread evenly over all classes
        while the networks learn. Probabilities are made as sure as they are right
        afterwards.
    class_weight : dict or 'balanced', default=None
        Weight of each class, by which the weights of its samples are multiplied.
        'balanced' is ``n_samples / (n_classes * np.bincount(y))``. Not for label
        indicator matrices.
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
    classes_ : ndarray of shape (n_classes,)
        Class labels, sorted; of label indicator matrices the numbers of the labels.
    temperature_ : float
        T. On rows held out of a network the T' is found with the least log loss of its
        softmax(z / T'). The mean is less sure than networks are: T is 0.9 T', or
        0.9 :math:`\sqrt[3]{T'}` where T' > 1, as most of the noise that networks have
        learnt by heart is gone from the mean. 1 where there are too few rows to hold
        any out.
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
    TabularRegressor : The same for numbers.
    MLPClassifier : One network, of which each detail can be said.

    References
    ----------
    .. [1] Holzmueller, D., Grinsztajn, L. & Steinwart, I. (2024). "Better by default:
       Strong pre-tuned MLPs and boosted trees on tabular data". NeurIPS.
    .. [2] Gorishniy, Y., Rubachev, I. & Babenko, A. (2022). "On embeddings for
       numerical features in tabular deep learning". NeurIPS.

    Examples
    --------
    >>> import pandas as pd
    >>> from skbackprop import TabularClassifier
    >>> X = pd.DataFrame(
    ...     {
    ...         "size": [1.2, 3.4, None, 2.2, 0.7, 3.9] * 10,
    ...         "colour": ["red", "blue", "blue", None, "red", "green"] * 10,
    ...     }
    ... )
    >>> y = ["apple", "plum", "plum", "plum", "apple", "plum"] * 10
    >>> clf = TabularClassifier(n_estimators=2, max_iter=30, random_state=0)
    >>> clf.fit(X, y).predict(X[:3])
    array(['apple', 'plum', 'plum'], dtype='<U5')
    """
    label_smoothing: float
    class_weight: dict[Any, Any] | Literal['balanced'] | None
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
    classes_: NDArray[Any]
    """Class labels, sorted; of label indicator matrices the numbers of the labels."""
    temperature_: float
    r"""T. On rows held out of a network the T' is found with the least log loss of its
    softmax(z / T'). The mean is less sure than networks are: T is 0.9 T', or
    0.9 :math:`\sqrt[3]{T'}` where T' > 1, as most of the noise that networks have
    learnt by heart is gone from the mean. 1 where there are too few rows to hold
    any out.
    """
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
        label_smoothing: float = 0.1,
        class_weight: dict[Any, Any] | Literal['balanced'] | None = None,
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
        """Predict the class of each row.

        Parameters
        ----------
        X : {DataFrame, array-like} of shape (n_samples, n_features)
            A table with the columns seen during fit.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_classes)
            The predicted labels; a label indicator matrix in multilabel
            classification.
        """

    def predict_log_proba(self, X: pd.DataFrame | ArrayLike) -> NDArray[Any]:
        """Estimate the logarithms of the probabilities of the classes.

        Parameters
        ----------
        X : {DataFrame, array-like} of shape (n_samples, n_features)
            A table with the columns seen during fit.

        Returns
        -------
        log_y_prob : ndarray of shape (n_samples, n_classes)
            Log-probabilities, in the order of ``classes_``.
        """

    def predict_proba(self, X: pd.DataFrame | ArrayLike) -> NDArray[Any]:
        """Estimate the probabilities of the classes.

        Parameters
        ----------
        X : {DataFrame, array-like} of shape (n_samples, n_features)
            A table with the columns seen during fit.

        Returns
        -------
        y_prob : ndarray of shape (n_samples, n_classes)
            Probabilities, in the order of ``classes_``.
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

    def set_fit_request(self, **requests: bool | str | None) -> Self: ...
    def set_score_request(self, **requests: bool | str | None) -> Self: ...

def __getattr__(name: str) -> Any: ...
