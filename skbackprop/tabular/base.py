"""What the estimators of tables share: parameters, fit, prediction, storage."""

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
    """An ensemble of networks that learns from a table as it comes.

    Parameters
    ----------
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
                f"Training interrupted by user: {len(self.estimators_)} of "
                f"{self.n_estimators} networks are finished and are the ensemble."
            )
        return self

    def _learn_table(self, X, y, sample_weight):
        """Read what is given, and return Data and the class of each row."""
        table = check_features(self, X, y, reset=True)
        n_rows = table.shape[0]
        y = check_targets(y, n_rows, is_numeric=self._kind == "numbers")
        sample_weight = check_weights(sample_weight, np.empty(n_rows, np.float32))
        if sample_weight is not None and not sample_weight.all():
            rows = np.flatnonzero(sample_weight)  # the others are as if not there
            table, sample_weight = table.take(rows), sample_weight[rows]
            y = y[rows]
        self.table_ = TableReader.learn(table, self.categorical_features)
        X = self.table_.read(table)
        with naming_y(y):
            targets, codes, sample_weight = self._learn_targets(y, sample_weight)
        return Data(X, targets, sample_weight), codes

    def _fit_ensemble(self, data, codes, trainer):
        """Train the networks and set what was found."""
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
        # More folds than rows are none that could be held out.
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
        """Yield ``decode(net, logits)`` of all rows, network by network.

        The estimator is fitted.
        """
        X = self.table_.read(check_features(self, X, reset=False))
        for net in self.estimators_:
            yield net._predict_read(X, partial(decode, net))

    def _walk_layers(self, X):
        """Yield the layers of all networks side by side, as networks yield theirs."""
        X = self.table_.read(check_features(self, X, reset=False))
        yield "input", X
        walks = [islice(net._walk_layers(X), 1, None) for net in self.estimators_]
        for layers in zip(*walks, strict=True):
            yield layers[0][0], np.hstack([values for _, values in layers])

    @property
    def history_(self):
        """The ``history_`` of all networks, one behind the other."""
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
        """Return in words what was made of the table and what was chosen.

        Returns
        -------
        str
            For ``print``.
        """
        check_is_fitted(self)
        return write_report(self)

    def __sklearn_is_fitted__(self):
        """Tell whether there are networks."""
        return hasattr(self, "estimators_")

    def __setstate__(self, state):
        """Restore the state, and check that the networks read what the table is."""
        super().__setstate__(state)
        if not self.__sklearn_is_fitted__():
            return
        if np.shape(self.weights_) != (len(self.estimators_),):
            raise ValueError("there are not as many weights as networks")
        for net in self.estimators_:
            if net.n_features_in_ != self.table_.n_columns:
                raise ValueError("networks that do not read this table")

    def __sklearn_tags__(self):
        """Tell scikit-learn what a table may hold."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        return tags


def weighted_mean(outputs, weights):
    """Return the mean of what members put out, in double precision."""
    return sum(
        weight * output.astype(np.float64)
        for output, weight in zip(outputs, weights, strict=True)
    )
