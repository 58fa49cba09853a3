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
    r"""Ensemble of small networks that classifies the rows of a raw table.

    Numbers are scaled by their quartiles, smoothly clipped and, if it helps, encoded
    by piecewise-linear bins [2]_. Categories become indicator columns. Missing numbers
    are replaced by the median; missing categories have no indicator. Each network is a
    multilayer perceptron with a factor for each input, trained with Adam on the log
    loss, with the initial values, learning rates and schedule of RealMLP [1]_.
    Held-out rows decide on the encoding, on when to stop, and on a temperature T that
    calibrates the mean p of the members' probabilities:

    .. math:: P(k \mid x) \propto p_k(x)^{1 / T}

    Parameters
    ----------
    label_smoothing : float, default=0.1
        Share of each label, between 0 and 1, to spread evenly over all classes during
        training. The temperature corrects the probabilities afterwards.
    class_weight : dict or 'balanced', default=None
        Weights of the classes, which multiply the sample weights. 'balanced' means
        ``n_samples / (n_classes * np.bincount(y))``. Not supported for label indicator
        matrices.
    n_estimators : int, default=6
        Number of networks. Predictions are their mean. Training time is proportional to
        it, with diminishing returns.
    hidden_layer_sizes : array-like of int or int, default=(96, 96, 96)
        Number of units of each hidden layer.
    activation : str, default='mish'
        Activation of the hidden layers, one of those of :class:`MLPClassifier`.
    encoding : {'auto', 'raw', 'piecewise_linear'}, default='auto'
        Encoding of numeric columns. With 'raw', the networks read the number, scaled
        and smoothly clipped. With 'piecewise_linear', they also read its position in
        each of several bins (see :class:`PiecewiseLinearFeatures`). 'auto' trains pilot
        networks of each kind for a quarter of the epochs and takes the encoding with
        the lower validation loss. If both are about equally good, members alternate.
    max_iter : int or 'auto', default='auto'
        Number of epochs of each network. 'auto' means 300,000 / n_samples, at most 256.
        Above 10,000 samples, it is 3,000 / sqrt(n_samples), at least 5.
    learning_rate_init : float or 'auto', default='auto'
        Base learning rate. It is divided by sqrt(fan_in) for weight matrices and by 10
        for biases, and multiplied by 6 for the factors of inputs. 'auto' means 0.07 in
        classification and 0.1 in regression.
    batch_size : int or 'auto', default='auto'
        Size of minibatches. 'auto' means the power of 2 nearest to n_samples / 10, from
        64 to 256.
    validation_fraction : float, default=0.2
        Proportion of the rows to hold out where a choice is made: by the pilot
        networks; with 2,000 rows or more, by the first member, or by one member of each
        encoding if the pilots leave almost no variance unexplained; with fewer rows, by
        every member, each with a different part, unless the pilots improved until the
        end. All other members learn from all rows.
    categorical_features : 'from_dtype', None or array-like, default='from_dtype'
        Columns to treat as categorical. 'from_dtype' means those with a categorical or
        string dtype. An array-like of names, indices or a boolean mask adds columns to
        these. None means the same as 'from_dtype'.
    random_state : int, RandomState instance, default=None
        Controls the initial weights, the shuffling and the validation splits. Pass an
        int for reproducible results, which do not depend on ``n_jobs``.
    n_jobs : int, default=None
        Number of networks to train in parallel, in threads. None means 1 unless in a
        :func:`joblib.parallel_config` context. -1 means one per core.
    verbose : bool, default=False
        Whether to print a line for each trained network.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Sorted class labels; column indices for label indicator matrices.
    temperature_ : float
        Temperature T. T' minimises the log loss of a network's softmax(z / T') on its
        held-out rows. As the mean is less confident than its members, T is 0.9 T', or
        0.9 :math:`\sqrt[3]{T'}` if T' > 1, since the mean averages out most of the
        noise that overfitted networks have learnt. 1 if there are too few rows to hold
        any out.
    estimators_ : list of NetworkClassifier or NetworkRegressor
        The networks. Their input is the matrix that ``table_`` reads from a table.
    views_ : list of str
        Encoding of numeric columns in each network, 'raw' or 'piecewise_linear'.
    weights_ : ndarray of shape (n_members,)
        Weight of each network in the mean.
    pilots_ : dict of str to ndarray of shape (3,)
        Validation losses of the pilot networks of each encoding, at the ends of the
        three waves of the learning rate. Empty if there was nothing to choose.
    stop_ : float
        Part of the learning rate schedule after which members stop: 3/15, 7/15 or 1,
        the end of a wave.
    n_iter_ : int
        Number of epochs of a member. A member that holds rows out trains to the end of
        the schedule, and keeps its best epoch.
    history_ : dict of list
        Record of each epoch of each network, suited for ``pandas.DataFrame(history_)``
        and :class:`TrainingCurveDisplay`: 'member', and the columns of the networks'
        ``history_``.
    table_ : TableReader
        Converts tables to numbers by the medians, scales, levels and bin edges learnt
        in ``fit``.
    n_features_in_ : int
        Number of columns seen during fit.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns. Defined only if X has string column names.
    n_outputs_ : int
        Number of outputs of each network.

    See Also
    --------
    TabularRegressor : The same for regression.
    MLPClassifier : A single network with full control over training.

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
    """Sorted class labels; column indices for label indicator matrices."""
    temperature_: float
    r"""Temperature T. T' minimises the log loss of a network's softmax(z / T') on its
    held-out rows. As the mean is less confident than its members, T is 0.9 T', or
    0.9 :math:`\sqrt[3]{T'}` if T' > 1, since the mean averages out most of the
    noise that overfitted networks have learnt. 1 if there are too few rows to hold
    any out.
    """
    estimators_: list[NetworkClassifier] | NetworkRegressor
    """The networks. Their input is the matrix that ``table_`` reads from a table."""
    views_: list[str]
    """Encoding of numeric columns in each network, 'raw' or 'piecewise_linear'."""
    weights_: NDArray[Any]
    """Weight of each network in the mean."""
    pilots_: dict[str, NDArray[Any]]
    """Validation losses of the pilot networks of each encoding, at the ends of the
    three waves of the learning rate. Empty if there was nothing to choose.
    """
    stop_: float
    """Part of the learning rate schedule after which members stop: 3/15, 7/15 or 1,
    the end of a wave.
    """
    n_iter_: int
    """Number of epochs of a member. A member that holds rows out trains to the end of
    the schedule, and keeps its best epoch.
    """
    history_: dict[Any, Any]
    """Record of each epoch of each network, suited for ``pandas.DataFrame(history_)``
    and :class:`TrainingCurveDisplay`: 'member', and the columns of the networks'
    ``history_``.
    """
    table_: Any
    """Converts tables to numbers by the medians, scales, levels and bin edges learnt
    in ``fit``.
    """
    n_features_in_: int
    """Number of columns seen during fit."""
    feature_names_in_: NDArray[Any]
    """Names of the columns. Defined only if X has string column names."""
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

        Ctrl-C stops training at the end of an epoch. The ensemble then consists of the
        networks that are finished. If there are none, the estimator does not change.

        Parameters
        ----------
        X : {DataFrame, array-like} of shape (n_samples, n_features)
            A pandas, polars or pyarrow table, or an array. Columns may hold numbers,
            booleans, categories or strings. Any of them may have missing values.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Class labels or a label indicator matrix in classification, real numbers
            in regression.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight of each sample in losses and scores. By default, all samples have
            weight 1.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        TypeError, ValueError
            If a parameter, a column or y is invalid.
        KeyboardInterrupt
            If Ctrl-C is pressed before any network is finished.
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
            The predicted labels, as a label indicator matrix in multilabel
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
        """Describe how columns are encoded and what ``fit`` has chosen.

        Returns
        -------
        str
            Text to print.
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
