"""Base class of the tabular estimators: parameters, fit, prediction, storage."""

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from functools import partial
from itertools import islice
from numbers import Integral, Real
from typing import ClassVar

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

from skbackprop.engine.interrupts import Interrupts
from skbackprop.estimators.dag import NetworkClassifier, NetworkRegressor
from skbackprop.estimators.mlp import ACTIVATIONS
from skbackprop.fitting.callbacks import CallbackSupportMixin, with_callbacks
from skbackprop.fitting.settings import layer_sizes
from skbackprop.fitting.state import unchanged_on_error
from skbackprop.fitting.storage.estimators import KeptInFiles
from skbackprop.tabular.ensemble import EnsembleFit, Task
from skbackprop.tabular.features import check_features
from skbackprop.tabular.members import Data, Trainer
from skbackprop.tabular.nominal import NominalColumn
from skbackprop.tabular.numeric import NumericColumn
from skbackprop.tabular.recipe import WAVE_ENDS, Recipe
from skbackprop.tabular.report import write_report
from skbackprop.tabular.scaling import RobustScale
from skbackprop.tabular.table import TableReader
from skbackprop.tabular.views import PIECEWISE, RAW, make_graph, offered_views
from skbackprop.utils.pages import LinkedToPage
from skbackprop.utils.validation import check_targets, check_weights, naming_y
from skbackprop.utils.warnings import warn_user


@dataclass(eq=False, repr=False)
class TabularEstimator(CallbackSupportMixin, KeptInFiles, LinkedToPage, BaseEstimator):
    """An ensemble of networks that learns from a raw table.

    Parameters
    ----------
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

    References
    ----------
    .. [1] Holzmueller, D., Grinsztajn, L. & Steinwart, I. (2024). "Better by default:
       Strong pre-tuned MLPs and boosted trees on tabular data". NeurIPS.
    .. [2] Gorishniy, Y., Rubachev, I. & Babenko, A. (2022). "On embeddings for
       numerical features in tabular deep learning". NeurIPS.
    """

    _: KW_ONLY
    n_estimators: int = 6
    hidden_layer_sizes: tuple = (96, 96, 96)
    activation: str = "mish"
    encoding: str = "auto"
    max_iter: int | str = "auto"
    learning_rate_init: float | str = "auto"
    batch_size: int | str = "auto"
    validation_fraction: float = 0.2
    categorical_features: Sequence | str | None = "from_dtype"
    random_state: object = None
    n_jobs: int | None = None
    verbose: bool = False

    _parameter_constraints: ClassVar[dict] = {
        "n_estimators": [Interval(Integral, 1, None, closed="left")],
        "hidden_layer_sizes": [
            "array-like",
            Interval(Integral, 1, None, closed="left"),
        ],
        "activation": [StrOptions(set(ACTIVATIONS))],
        "encoding": [StrOptions({"auto", RAW, PIECEWISE})],
        "max_iter": [StrOptions({"auto"}), Interval(Integral, 1, None, closed="left")],
        "learning_rate_init": [
            StrOptions({"auto"}),
            Interval(Real, 0, None, closed="neither"),
        ],
        "batch_size": [
            StrOptions({"auto"}),
            Interval(Integral, 1, None, closed="left"),
        ],
        "validation_fraction": [Interval(Real, 0, 0.5, closed="neither")],
        "categorical_features": ["array-like", StrOptions({"from_dtype"}), None],
        "random_state": ["random_state"],
        "n_jobs": [None, Integral],
        "verbose": ["verbose"],
    }
    _storable: ClassVar[tuple] = (
        NetworkClassifier,
        NetworkRegressor,
        TableReader,
        NumericColumn,
        NominalColumn,
        RobustScale,
    )

    @with_callbacks
    def fit(self, X, y, sample_weight=None):
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
        self._validate_params()
        with unchanged_on_error(self), Interrupts() as interrupts:
            data, codes = self._learn_table(X, y, sample_weight)
            context = None
            if getattr(self, "_skl_callbacks", None):
                context = self._init_callback_context(
                    max_subtasks=None, sequential_subtasks=False
                )
                about = {"estimator": self, "X": X, "y": y}
                about["metadata"] = {"sample_weight": sample_weight}
                context.call_on_fit_task_begin(**about)
            trainer = Trainer(self.n_jobs, interrupts, context, self.verbose)
            self._fit_ensemble(data, codes, trainer)
            if context is not None:
                context.call_on_fit_task_end(**about, reconstruction_attributes=dict)
        if interrupts.came:
            warn_user(
                f"Training interrupted by user: the ensemble consists of the "
                f"{len(self.estimators_)} of {self.n_estimators} networks that are "
                "finished."
            )
        return self

    def _learn_table(self, X, y, sample_weight):
        """Read the arguments of fit, and return Data and the class of each row."""
        table = check_features(self, X, y, reset=True)
        n_rows = table.shape[0]
        y = check_targets(y, n_rows, is_numeric=self._kind == "numbers")
        sample_weight = check_weights(sample_weight, np.empty(n_rows, np.float32))
        if sample_weight is not None and not sample_weight.all():
            rows = np.flatnonzero(sample_weight)  # weight 0 equals removal
            table, sample_weight = table.take(rows), sample_weight[rows]
            y = y[rows]
        self.table_ = TableReader.learn(table, self.categorical_features)
        X = self.table_.read(table)
        with naming_y(y):
            targets, codes, sample_weight = self._learn_targets(y, sample_weight)
        return Data(X, targets, sample_weight), codes

    def _fit_ensemble(self, data, codes, trainer):
        """Train the networks and set the fitted attributes."""
        edges, sizes = self.table_.edges, layer_sizes(self.hidden_layer_sizes)
        task = Task(
            data=data,
            codes=codes,
            graphs={
                view: make_graph(view, edges, sizes, self.activation, self.n_outputs_)
                for view in offered_views(self.encoding, edges)
            },
            new_net=self._new_net,
            is_calibrated=self._is_calibrated,
            scoring=self._scoring,
            variance_per_loss=self._variance_per_loss(),
        )
        recipe = Recipe.of(self, len(codes), self._kind, self._settings_of_task())
        # There cannot be more folds than rows.
        n_folds = max(2, round(min(1 / self.validation_fraction, len(codes))))
        random_state = check_random_state(self.random_state)
        fit = EnsembleFit(
            task, recipe, trainer, self.n_estimators, n_folds, random_state
        )
        found = fit.run()
        self.estimators_ = [member.net for member in found.members]
        self.views_ = [member.view for member in found.members]
        weights = [found.view_weights.get(view, 1.0) for view in self.views_]
        self.weights_ = np.array(weights) / np.sum(weights)
        self.pilots_ = found.pilots
        if self._is_calibrated:
            self.temperature_ = found.temperature
        self.stop_ = WAVE_ENDS[found.stop]
        self.n_iter_ = recipe.epochs_until(found.stop)

    def _run_members(self, X, decode):
        """Yield ``decode(net, logits)`` of all rows for each network."""
        X = self.table_.read(check_features(self, X, reset=False))
        for net in self.estimators_:
            yield net._predict_read(X, partial(decode, net))

    def _walk_layers(self, X):
        """Yield the name and the values of each layer, joined over all networks."""
        X = self.table_.read(check_features(self, X, reset=False))
        yield "input", X
        walks = [islice(net._walk_layers(X), 1, None) for net in self.estimators_]
        for layers in zip(*walks, strict=True):
            yield layers[0][0], np.hstack([values for _, values in layers])

    @property
    def history_(self):
        """The concatenated ``history_`` of all networks."""
        if not self.__sklearn_is_fitted__():
            raise AttributeError(
                f"{type(self).__name__!r} object has no attribute 'history_' before "
                "it is fitted."
            )
        columns = {"member": []}
        for number, net in enumerate(self.estimators_, start=1):
            columns["member"] += [number] * len(net.history_["epoch"])
            for name, values in net.history_.items():
                columns.setdefault(name, []).extend(values)
        return columns

    def report(self):
        """Describe how columns are encoded and what ``fit`` has chosen.

        Returns
        -------
        str
            Text to print.
        """
        check_is_fitted(self)
        return write_report(self)

    def __sklearn_is_fitted__(self):
        """Return whether there are networks."""
        return hasattr(self, "estimators_")

    def __setstate__(self, state):
        """Restore the state, and check that the networks match the table."""
        super().__setstate__(state)
        if not self.__sklearn_is_fitted__():
            return
        if np.shape(self.weights_) != (len(self.estimators_),):
            raise ValueError("weights_ must have one weight for each network")
        for net in self.estimators_:
            if net.n_features_in_ != self.table_.n_columns:
                raise ValueError("estimators_ must read the columns of table_")

    def __sklearn_tags__(self):
        """Tell scikit-learn what a table may hold."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        return tags


def weighted_mean(outputs, weights):
    """Return the weighted mean of the members' outputs, in double precision."""
    return sum(
        weight * output.astype(np.float64)
        for output, weight in zip(outputs, weights, strict=True)
    )
