"""Bad input is refused in words that help, and nothing is left half-fitted."""

import pickle

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from scipy import sparse
from sklearn.base import clone, is_classifier
from sklearn.exceptions import NotFittedError
from tasks import ALL, TASKS

from skbackprop import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
BINARY, REGRESSION = TASKS["binary"], TASKS["regression"]
BOTH = [BINARY, REGRESSION]
X, Y = BINARY.X, BINARY.y


def with_value(value, row=3, column=5, dtype=float):
    """X with one entry replaced."""
    changed = np.array(X, dtype=dtype)
    changed[row, column] = value
    return changed


BAD_X = {
    "NaN": (with_value(np.nan), ValueError, "Input X contains NaN"),
    "infinite": (with_value(np.inf), ValueError, "Input X contains infinity"),
    "float32 infinite": (
        with_value(-np.inf, dtype=np.float32),
        ValueError,
        "Input X contains infinity",
    ),
    "sparse NaN": (
        sparse.csr_matrix(with_value(np.nan)),
        ValueError,
        "Input X contains NaN",
    ),
    "one-dimensional": (X[:, 0], ValueError, "Expected 2D array, got 1D array"),
    "three-dimensional": (
        X.reshape(150, 4, 2),
        ValueError,
        "Found array with dim 3|expected <= 2",
    ),
    "scalar": (1.0, ValueError, "Expected 2D array, got scalar array"),
    "complex": (X + 1j, ValueError, "Complex data not supported"),
    "complex sparse": (
        sparse.csr_matrix(X + 1j),
        ValueError,
        "Complex data not supported",
    ),
    "no columns": (X[:, :0], ValueError, r"0 feature\(s\)"),
    "strings": (X.astype(str).astype(object) + "a", ValueError, "could not convert"),
    "objects": (
        np.where(X > 9, X, [{"a": 1}]),
        (TypeError, ValueError),
        "argument must be a string|float",
    ),
}


@pytest.mark.parametrize(("bad", "error", "message"), BAD_X.values(), ids=BAD_X)
@pytest.mark.parametrize("task", BOTH, ids=str)
def test_bad_samples_are_refused_by_fit(task, bad, error, message):
    ours = task.ours()
    with pytest.raises(error, match=message):
        ours.fit(bad, task.y)
    assert set(vars(ours)) == set(ours.get_params())


@pytest.mark.parametrize(("bad", "error", "message"), BAD_X.values(), ids=BAD_X)
@pytest.mark.parametrize("task", BOTH, ids=str)
def test_bad_samples_are_refused_by_predict(task, bad, error, message):
    ours = task.ours(max_iter=1).fit(task.X, task.y)
    with pytest.raises(error, match=message):
        ours.predict(bad)


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("container", ["array", "frame", "csr", "csc", "list"])
def test_the_column_with_a_value_that_is_not_finite_is_named(container, value):
    bad = with_value(value)
    expected = "column is number 5"
    if container == "frame":
        bad = pd.DataFrame(bad, columns=list("abcdefgh"))
        expected = "column is 'f'"
    elif container == "list":
        bad = bad.tolist()
    elif container != "array":
        bad = getattr(sparse, f"{container}_array")(bad)
    with pytest.raises(ValueError, match=expected):
        BINARY.ours().fit(bad, Y)


@pytest.mark.parametrize("task", BOTH, ids=str)
def test_values_too_large_for_the_network_are_refused(task):
    large = with_value(1e300)
    with pytest.raises(ValueError, match="too large|infinity"):
        task.ours(dtype="float32").fit(large, task.y)
    ours = task.ours(dtype="float32").fit(task.X, task.y)
    for X_large in (large, sparse.csr_matrix(large)):
        with pytest.raises(ValueError, match="too large|infinity"):
            ours.predict(X_large)


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
@pytest.mark.parametrize("task", ALL, ids=str)
def test_no_samples_are_refused(task, method):
    with pytest.raises(ValueError, match=r"Found array with 0 sample\(s\)"):
        getattr(task.ours(), method)(task.X[:0], task.y[:0])


@pytest.mark.parametrize("task", ALL, ids=str)
def test_no_samples_are_refused_by_predict(task):
    ours = task.ours(max_iter=1).fit(task.X, task.y)
    with pytest.raises(ValueError, match=r"Found array with 0 sample\(s\)"):
        ours.predict(task.X[:0])


@pytest.mark.parametrize("task", ALL, ids=str)
def test_samples_and_targets_must_be_as_many(task):
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        task.ours().fit(task.X, task.y[:-1])


@pytest.mark.parametrize("task", ALL[2:], ids=str)  # those without single classes
def test_a_single_sample_can_be_fitted(task):
    ours = task.ours(batch_size="auto").fit(task.X[:1], task.y[:1])
    assert np.isfinite(ours.loss_)


def test_the_column_with_a_missing_value_of_pandas_own_is_named():
    frame = pd.DataFrame(X[:, :3], columns=["a", "b", "c"])
    frame["b"] = pd.array([None, *range(len(X) - 1)], dtype="Int64")
    with pytest.raises(ValueError, match="column is 'b'"):
        MLPClassifier().fit(frame, Y)


def test_the_column_that_holds_text_is_named():
    frame = pd.DataFrame(X[:, :3], columns=["a", "b", "c"]).assign(b="text")
    with pytest.raises(ValueError, match="'text'\nThe first such column is 'b'."):
        MLPClassifier().fit(frame, Y)


@pytest.mark.parametrize("columns", [7, 9])
@pytest.mark.parametrize("method", ["predict", "predict_proba", "partial_fit"])
def test_the_number_of_features_may_not_change(method, columns):
    ours = BINARY.ours(max_iter=1).fit(X, Y)
    arguments = (Y,) if method == "partial_fit" else ()
    wrong = np.ones((150, columns))
    for bad in (wrong, sparse.csr_matrix(wrong)):
        with pytest.raises(
            ValueError,
            match=f"X has {columns} features, but MLPClassifier is expecting 8",
        ):
            getattr(ours, method)(bad, *arguments)


@pytest.mark.parametrize("task", ALL, ids=str)
def test_predict_before_fit_is_refused(task):
    ours = task.ours()
    for method in ("predict", "predict_proba", "predict_log_proba"):
        if hasattr(ours, method):
            with pytest.raises(NotFittedError, match="not fitted yet"):
                getattr(ours, method)(task.X)


# Targets


BAD_LABELS = {
    "NaN": (np.where(Y, Y, np.nan), "Input y contains NaN"),
    "infinite": (np.where(Y, Y, np.inf), "Input y contains infinity"),
    "continuous": (Y + 0.5 * X[:, 0], "Unknown label type: .*continuous"),
    "three-dimensional": (np.zeros((150, 2, 2)), "Found array with dim 3|dim"),
    "several columns": (TASKS["multioutput"].y.round(), "[Mm]ultioutput"),
    "none": (None, "requires y to be passed"),
    "scalar": (1, "array|should be|Expected"),
}


@pytest.mark.parametrize(("bad", "message"), BAD_LABELS.values(), ids=BAD_LABELS)
def test_bad_labels_are_refused(bad, message):
    ours = BINARY.ours()
    with pytest.raises((ValueError, TypeError), match=message):
        ours.fit(X, bad)
    assert set(vars(ours)) == set(ours.get_params())


BAD_TARGETS = {
    "NaN": (with_value(np.nan)[:, 5], ValueError, "Input y contains NaN"),
    "infinite": (with_value(np.inf)[:, 5], ValueError, "Input y contains infinity"),
    "strings": (np.full(150, "a"), ValueError, "could not convert|dtype"),
    "objects": (np.array([{}] * 150), (ValueError, TypeError), "float"),
    "complex": (X[:, 0] + 1j, ValueError, "Complex data not supported"),
    "three-dimensional": (np.zeros((150, 2, 2)), ValueError, "dim 3|dim"),
    "none": (None, ValueError, "requires y to be passed"),
    "no columns": (np.empty((150, 0)), ValueError, "y"),
    "sparse": (sparse.csr_matrix(X[:, :2]), TypeError, "Sparse y .* y.toarray"),
}


@pytest.mark.parametrize(
    ("bad", "error", "message"), BAD_TARGETS.values(), ids=BAD_TARGETS
)
def test_bad_targets_of_regression_are_refused(bad, error, message):
    ours = REGRESSION.ours()
    with pytest.raises(error, match=message):
        ours.fit(X, bad)
    assert set(vars(ours)) == set(ours.get_params())


def test_negative_targets_of_the_poisson_loss_are_refused():
    with pytest.raises(ValueError, match="must not be negative with loss='poisson'"):
        TASKS["poisson"].ours().fit(X, -TASKS["poisson"].y)


def test_targets_too_large_for_float32_are_refused():
    with pytest.raises(ValueError, match="too large"):
        REGRESSION.ours(dtype="float32").fit(X, 1e300 * REGRESSION.y)


# Going on with other data than before


@pytest.mark.parametrize(
    ("y", "classes", "message"),
    [
        (np.where(Y, 7, 0), None, "`y` has classes not in `self.classes_`"),
        (np.where(Y, "b", "a"), None, "classes"),
        (np.full(len(Y), None), None, "Labels must be of one type"),
        (np.where(Y, np.array("b", object), 0), None, "Labels must be of one type"),
        (Y, [0, 1, 2], "is not the same as on last call to partial_fit"),
        (np.column_stack([Y, 1 - Y]), None, "2 columns"),
    ],
    ids=[
        "unknown label",
        "strings",
        "none",
        "mixed labels",
        "other classes",
        "indicators",
    ],
)
def test_partial_fit_refuses_labels_that_it_was_not_told_of(y, classes, message):
    ours = BINARY.ours().partial_fit(X, Y, classes=[0, 1])
    before = [w.copy() for w in ours.coefs_]
    with pytest.raises(ValueError, match=message):
        ours.partial_fit(X, y, classes=classes)
    for weight, expected in zip(ours.coefs_, before, strict=True):
        assert_array_equal(weight, expected)
    assert ours.loss_curve_ == ours.partial_fit(X, Y).loss_curve_[:1] + [ours.loss_]


def broken_schedule(epochs):
    raise RuntimeError("broken")


@pytest.mark.parametrize("solver", ["adam", "sdlm"])
@pytest.mark.parametrize("is_fitted", [False, True])
@pytest.mark.parametrize("task", BOTH, ids=str)
def test_a_schedule_that_fails_leaves_partial_fit_undone(task, is_fitted, solver):
    ours = task.ours(random_state=np.random.RandomState(0), solver=solver)
    given = {"classes": np.unique(task.y)} if is_classifier(ours) else {}
    if is_fitted:
        ours.partial_fit(task.X, task.y, **given)
    before = pickle.dumps(ours)
    schedule = ours.learning_rate
    ours.learning_rate = broken_schedule
    with pytest.raises(RuntimeError, match="broken"):
        ours.partial_fit(task.X, task.y, **given)
    ours.learning_rate = schedule
    assert pickle.dumps(ours) == before


def test_first_partial_fit_wants_the_classes():
    with pytest.raises(ValueError, match="classes must be passed on the first call"):
        BINARY.ours().partial_fit(X, Y)
    with pytest.raises(ValueError, match="not in `self.classes_`"):
        BINARY.ours().partial_fit(X, Y, classes=[0, 2])


@pytest.mark.parametrize(
    ("labels", "message"),
    [([0] * 39 + [1], "least populated"), ([0, 1] * 2, "test_size = 1")],
)
def test_what_early_stopping_cannot_split_is_told_by_its_parameters(labels, message):
    ours = MLPClassifier(early_stopping=True)
    expected = f"early_stopping=True cannot hold out validation_fraction=0.1.*{message}"
    with pytest.raises(ValueError, match=expected):
        ours.fit(X[: len(labels)], labels)


def test_partial_fit_refuses_early_stopping():
    with pytest.raises(ValueError, match="partial_fit does not support early_stopping"):
        BINARY.ours(early_stopping=True).partial_fit(X, Y, classes=[0, 1])


@pytest.mark.parametrize("y", [np.where(Y, 2, 0), TASKS["multiclass"].y, 0 * Y])
def test_warm_start_refuses_other_classes(y):
    ours = BINARY.ours(warm_start=True).fit(X, Y)
    with pytest.raises(ValueError, match="classes"):
        ours.fit(X, y)
    assert_array_equal(ours.classes_, [0, 1])


@pytest.mark.parametrize("name", ["binary", "multiclass"])
def test_warm_start_refuses_label_indicators(name):
    task = TASKS[name]
    indicators = np.eye(3, dtype=int)[task.y][:, : task.y.max() + 1]
    ours = task.ours(warm_start=True).fit(task.X, task.y)
    with pytest.raises(ValueError, match="columns"):
        ours.fit(task.X, indicators)
    assert_array_equal(ours.classes_, np.unique(task.y))


@pytest.mark.parametrize("task", [REGRESSION, TASKS["multioutput"]], ids=str)
def test_warm_start_refuses_another_number_of_outputs(task):
    ours = task.ours(warm_start=True).fit(X, task.y)
    with pytest.raises(ValueError, match=r"column|previous call"):
        ours.fit(X, X[:, :3])
    ours.fit(X, task.y)


@pytest.mark.parametrize(
    "change", [{"hidden_layer_sizes": (3,)}, {"activation": "tanh"}], ids=str
)
def test_warm_start_refuses_another_network(change):
    ours = BINARY.ours(warm_start=True).fit(X, Y)
    curve = list(ours.loss_curve_)
    with pytest.raises(ValueError, match="describe another network"):
        ours.set_params(**change).fit(X, Y)
    assert ours.loss_curve_ == curve
    assert ours.predict(X).shape == (150,)


# Sample weights


BAD_WEIGHTS = {
    "negative": (np.where(Y, 1.0, -1.0), "[Nn]egative"),
    "all zero": (np.zeros(150), "at least one"),
    "NaN": (np.where(Y, 1.0, np.nan), "NaN"),
    "infinite": (np.where(Y, 1.0, np.inf), "infinity"),
    "too few": (np.ones(149), r"sample_weight.shape|inconsistent"),
    "two-dimensional": (np.ones((150, 2)), "must be 1D"),
    "strings": (np.full(150, "a"), "could not convert|dtype"),
    "complex": (np.full(150, 1j), "Complex data not supported"),
}


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
@pytest.mark.parametrize(("bad", "message"), BAD_WEIGHTS.values(), ids=BAD_WEIGHTS)
@pytest.mark.parametrize("task", BOTH, ids=str)
def test_bad_sample_weights_are_refused(task, bad, message, method):
    ours = task.ours()
    arguments = {"sample_weight": bad}
    if method == "partial_fit" and task is BINARY:
        arguments["classes"] = [0, 1]
    with pytest.raises(ValueError, match=message):
        getattr(ours, method)(task.X, task.y, **arguments)
    assert set(vars(ours)) == set(ours.get_params())


# Parameters


BAD_PARAMETERS = [
    ("activation", "sin"),
    ("solver", "newton"),
    ("alpha", -1.0),
    ("alpha", "much"),
    ("batch_size", 0),
    ("batch_size", 2.5),
    ("batch_size", "all"),
    ("learning_rate", "fast"),
    ("learning_rate_init", 0.0),
    ("power_t", -0.5),
    ("max_iter", 0),
    ("max_iter", 1.5),
    ("shuffle", "yes"),
    ("random_state", "seed"),
    ("random_state", -1),
    ("tol", -1e-3),
    ("verbose", -1),
    ("warm_start", "no"),
    ("momentum", 1.5),
    ("nesterovs_momentum", 2.5),
    ("early_stopping", "never"),
    ("validation_fraction", 1.0),
    ("validation_fraction", -0.1),
    ("beta_1", 1.0),
    ("beta_2", -0.1),
    ("epsilon", 0.0),
    ("n_iter_no_change", 0),
    ("max_fun", 0),
    ("dtype", "float16"),
    ("dtype", int),
    ("hidden_layer_sizes", -1),
    ("hidden_layer_sizes", (0,)),
    ("hidden_layer_sizes", (3, -2)),
    ("hidden_layer_sizes", (2.5,)),
    ("hidden_layer_sizes", "wide"),
    ("hidden_layer_sizes", ("wide",)),
    ("hidden_layer_sizes", ((3, 2), (1, 2))),
    ("hidden_layer_sizes", None),
]


@pytest.mark.parametrize(("name", "value"), BAD_PARAMETERS)
@pytest.mark.parametrize("estimator", [MLPClassifier, MLPRegressor])
def test_bad_parameters_are_named_by_fit(estimator, name, value):
    ours = estimator(**{name: value})
    with pytest.raises(ValueError, match=name):
        ours.fit(X, Y)
    assert set(vars(ours)) == set(ours.get_params())


def test_bad_losses_are_named_by_fit():
    with pytest.raises(ValueError, match="loss"):
        MLPRegressor(loss="log_loss").fit(X, Y)
    with pytest.raises(ValueError, match="hidden_layer_sizes|'loss' parameter"):
        MLPRegressor((20,)).fit(X, Y)


def test_bad_parameters_are_stored_by_the_constructor():
    values = dict(BAD_PARAMETERS)
    assert clone(MLPClassifier(**values)).get_params() == values | {
        name: value
        for name, value in MLPClassifier().get_params().items()
        if name not in values
    }


@pytest.mark.parametrize("task", BOTH, ids=str)
def test_too_small_a_validation_set_is_refused(task):
    ours = task.ours(early_stopping=True, validation_fraction=0.005)
    with pytest.raises(ValueError, match=r"validation|test_size"):
        ours.fit(task.X, task.y)
    assert set(vars(ours)) == set(ours.get_params())


@pytest.mark.parametrize("fraction", [0.0, 0.005])
@pytest.mark.parametrize("task", BOTH, ids=str)
def test_a_fitted_estimator_stays_as_it_was_where_nothing_can_be_held_out(
    task, fraction
):
    ours = task.ours().fit(task.X, task.y)
    expected = ours.predict(task.X)
    ours.set_params(early_stopping=True, validation_fraction=fraction)
    with pytest.raises(ValueError, match=r"validation|test_size"):
        ours.fit(task.X[:, :3], task.y)
    assert_array_equal(ours.predict(task.X), expected)


@pytest.mark.parametrize("row", range(6))
@pytest.mark.parametrize("task", BOTH, ids=str)
def test_early_stopping_wants_weight_on_both_sides_of_the_split(task, row):
    weights = np.zeros(150)
    weights[row] = 1  # on one side or the other
    ours = task.ours(early_stopping=True, validation_fraction=0.5)
    with pytest.raises(ValueError, match="weight"):
        ours.fit(task.X, task.y, weights)
    assert set(vars(ours)) == set(ours.get_params())


# Nothing is left half-fitted


BAD_FITS = {
    "samples": lambda task: (with_value(np.nan), task.y),
    "targets": lambda task: (X, np.where(Y, np.nan, task.y)),
    "weights": lambda task: (X, task.y, -np.ones(150)),
    "fewer features": lambda task: (X[:, :3], task.y[:-1]),
}


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
@pytest.mark.parametrize("bad", BAD_FITS.values(), ids=BAD_FITS)
@pytest.mark.parametrize("task", BOTH, ids=str)
def test_a_fitted_estimator_stays_as_it_was_where_bad_input_is_refused(
    task, bad, method
):
    ours = task.ours().fit(task.X, task.y)
    twin = task.ours().fit(task.X, task.y)
    with pytest.raises(ValueError):
        getattr(ours, method)(*bad(task))
    assert set(vars(ours)) == set(vars(twin))
    assert ours.loss_curve_ == twin.loss_curve_
    assert ours.n_features_in_ == 8
    assert_array_equal(ours.predict(task.X), twin.predict(task.X))
    ours.partial_fit(task.X, task.y)
    twin.partial_fit(task.X, task.y)
    assert ours.loss_curve_ == twin.loss_curve_


@pytest.mark.parametrize(
    "change",
    [{"alpha": -1.0}, {"solver": "newton"}, {"hidden_layer_sizes": (-1,)}],
    ids=str,
)
def test_a_fitted_estimator_stays_as_it_was_where_parameters_are_refused(change):
    ours = BINARY.ours().fit(X, Y)
    twin = BINARY.ours().fit(X, Y)
    with pytest.raises(ValueError):
        ours.set_params(**change).fit(X[:, :3], Y)
    assert ours.n_features_in_ == 8
    assert_array_equal(ours.predict_proba(X), twin.predict_proba(X))
