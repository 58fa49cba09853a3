"""Conversion of multilayer perceptrons to and from scikit-learn."""

import copy

import numpy as np
from sklearn import neural_network
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils._param_validation import make_constraint
from sklearn.utils.validation import check_is_fitted

from skbackprop.engine.history import extend_history
from skbackprop.estimators.mlp import MLPClassifier, MLPRegressor
from skbackprop.fitting.session import Session

_THEIRS = {
    MLPClassifier: neural_network.MLPClassifier,
    MLPRegressor: neural_network.MLPRegressor,
}
_ACTIVATIONS = ("identity", "logistic", "relu", "tanh")
_LOSSES = {MLPClassifier: ("log_loss",), MLPRegressor: ("squared_error", "poisson")}
# Fitted attributes with the same meaning in both packages.
_RECORDS = (
    "best_loss_",
    "best_validation_score_",
    "feature_names_in_",
    "loss_",
    "loss_curve_",
    "n_features_in_",
    "n_iter_",
    "t_",
    "validation_scores_",
)


def to_sklearn(estimator):
    """Convert a fitted multilayer perceptron to scikit-learn.

    Fitted attributes are equal, and predictions are equal up to rounding.
    ``partial_fit`` continues training from the same weights and random state, but the
    state of the optimizer is reset.

    Parameters
    ----------
    estimator : MLPClassifier or MLPRegressor
        A fitted estimator of this package. Training parameters that scikit-learn does
        not have are left out, and values that it does not support, such as
        ``solver="adamw"``, are replaced by its defaults.

    Returns
    -------
    sklearn.neural_network.MLPClassifier or sklearn.neural_network.MLPRegressor
        Fitted estimator that shares no memory with the original.

    Raises
    ------
    TypeError
        If the estimator is neither.
    ValueError
        If scikit-learn does not have its activation or loss.

    See Also
    --------
    from_sklearn : Convert in the other direction.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skbackprop import MLPClassifier
    >>> from skbackprop.interchange import to_sklearn
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = MLPClassifier((8,), solver="lbfgs", max_iter=500, random_state=0)
    >>> type(to_sklearn(clf.fit(X, y))).__module__
    'sklearn.neural_network._multilayer_perceptron'
    """
    if type(estimator) not in _THEIRS:
        raise TypeError(
            "estimator must be an MLPClassifier or MLPRegressor of skbackprop, got "
            f"{estimator!r}."
        )
    check_is_fitted(estimator)
    _check_predictions(estimator)
    theirs = _THEIRS[type(estimator)]()
    ours = estimator.get_params(deep=False)
    ours["activation"] = _activation(estimator)
    theirs.set_params(**_known(theirs, ours))
    _copy_records(estimator, theirs)
    theirs.coefs_ = [np.array(weight) for weight in estimator.coefs_]
    theirs.intercepts_ = [np.array(bias) for bias in estimator.intercepts_]
    theirs.n_layers_, theirs.n_outputs_ = estimator.n_layers_, estimator.n_outputs_
    theirs.out_activation_ = estimator.out_activation_
    theirs._no_improvement_count = 0
    theirs._random_state = copy.deepcopy(estimator._random_state)
    if isinstance(estimator, MLPClassifier):
        binarizer = LabelBinarizer().fit(_labels(estimator))
        theirs._label_binarizer, theirs.classes_ = binarizer, binarizer.classes_
    return theirs


def from_sklearn(mlp):
    """Convert a fitted multilayer perceptron from scikit-learn.

    Fitted attributes are equal, and predictions are equal up to rounding.
    ``partial_fit``, or ``fit`` with ``warm_start=True``, continues training from the
    same weights and random state, but the state of the optimizer is reset.

    Parameters
    ----------
    mlp : sklearn.neural_network.MLPClassifier or sklearn.neural_network.MLPRegressor
        A fitted estimator of scikit-learn.

    Returns
    -------
    MLPClassifier or MLPRegressor
        Fitted estimator that shares no memory with ``mlp``. ``history_`` contains the
        losses and scores that ``mlp`` recorded.

    Raises
    ------
    TypeError
        If ``mlp`` is neither.

    See Also
    --------
    to_sklearn : Convert in the other direction.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.neural_network import MLPClassifier
    >>> from skbackprop.interchange import from_sklearn
    >>> X, y = load_iris(return_X_y=True)
    >>> mlp = MLPClassifier((8,), solver="lbfgs", max_iter=500, random_state=0)
    >>> clf = from_sklearn(mlp.fit(X, y))
    >>> bool((clf.predict(X) == mlp.predict(X)).all())
    True
    """
    kinds = {theirs: ours for ours, theirs in _THEIRS.items()}
    if type(mlp) not in kinds:
        raise TypeError(
            "mlp must be an MLPClassifier or MLPRegressor of sklearn.neural_network, "
            f"got {mlp!r}."
        )
    check_is_fitted(mlp)
    estimator = kinds[type(mlp)]()
    known = _known(estimator, mlp.get_params(deep=False))
    # Settings that partial_fit would reject or use are replaced until it is done.
    begun = {"early_stopping": False, "batch_size": "auto", "random_state": 0}
    estimator.set_params(**{**known, **begun})
    classes = getattr(mlp, "classes_", None)
    X, y = _samples_like(mlp)
    Session.of_partial_fit(estimator, X, y, None, classes if y.ndim == 1 else None)
    estimator.set_params(**{name: known[name] for name in begun})
    estimator.coefs_, estimator.intercepts_ = mlp.coefs_, mlp.intercepts_
    estimator._training_state = None
    estimator._random_state = copy.deepcopy(mlp._random_state)
    _copy_records(mlp, estimator)
    _record_history(estimator)
    return estimator


def _check_predictions(estimator):
    """Raise ValueError if scikit-learn cannot make the same predictions."""
    losses = _LOSSES[type(estimator)]
    if estimator.loss not in losses:
        raise ValueError(
            f"loss must be one of {losses} in scikit-learn, got {estimator.loss!r}."
        )
    if _activation(estimator) is None:
        raise ValueError(
            f"activation must be one of {_ACTIVATIONS} in scikit-learn, the same for "
            f"all hidden layers, got {estimator.activation!r}."
        )


def _activation(estimator):
    """Return the common activation of all layers if scikit-learn has it, else None."""
    name = estimator.activation
    names = {name} if isinstance(name, str) else set(name)
    return names.pop() if len(names) == 1 and names <= set(_ACTIVATIONS) else None


def _known(estimator, parameters):
    """Return copies of the parameters whose names and values an estimator accepts."""
    constraints, known = type(estimator)._parameter_constraints, {}
    for name in estimator.get_params(deep=False):
        allowed = map(make_constraint, constraints[name])
        value = parameters.get(name)
        if name in parameters and any(one.is_satisfied_by(value) for one in allowed):
            known[name] = copy.deepcopy(value)
    return known


def _copy_records(source, target):
    for name in _RECORDS:
        if hasattr(source, name):
            setattr(target, name, copy.deepcopy(getattr(source, name)))


def _labels(estimator):
    """Return a minimal array of targets that contains all labels."""
    if len(estimator.classes_) == estimator.n_outputs_ and _has_columns(estimator):
        return np.stack([np.zeros(estimator.n_outputs_), np.ones(estimator.n_outputs_)])
    return estimator.classes_


def _has_columns(estimator):
    """Return whether outputs are independent labels, rather than scores of classes."""
    return estimator.out_activation_ == "logistic"


def _samples_like(mlp):
    """Return dummy samples with the widths, dtype and labels of the training data."""
    if hasattr(mlp, "classes_"):
        is_matrix = mlp._label_binarizer.y_type_.startswith("multilabel")
        y = np.eye(mlp.n_outputs_, dtype=int) if is_matrix else mlp.classes_
    else:
        y = np.zeros((1, mlp.n_outputs_))
        y = y[:, 0] if mlp.n_outputs_ == 1 else y
    return np.zeros((len(y), mlp.n_features_in_), mlp.coefs_[0].dtype), y


def _record_history(estimator):
    """Copy the losses and scores of all epochs to ``history_``."""
    losses = getattr(estimator, "loss_curve_", None)
    if losses is None:
        return
    scores = estimator.validation_scores_
    columns = {} if scores is None else {"validation_score": list(scores)}
    extend_history(estimator.history_, loss=list(losses), **columns)
    if scores is not None:
        estimator.validation_loss_curve_ = [np.nan] * len(scores)
