"""The classifier that separates exactly where it can."""

import hashlib
import pickle
import signal
import threading
import time
import warnings

import numpy as np
import pytest
from labeled_sets import FAMILIES, gaussian, labeled_sets
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from scipy.optimize import OptimizeResult, linprog, minimize
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler
from sklearn.svm import LinearSVC

from skbackprop import LinearSeparator, NotSeparableError, linear_separability
from skbackprop.separability import linear_separator as _linear_separator

SQUARE, XOR = [[0, 0], [0, 1], [1, 0], [1, 1]], ["even", "odd", "odd", "even"]


def hinge_loss(estimator, X, signs):
    return np.maximum(0, 1 - signs * estimator.decision_function(X)).sum()


@pytest.mark.parametrize("family", [*FAMILIES, gaussian], ids=lambda f: f.__name__)
def test_it_separates_exactly_where_a_hyperplane_does(family):
    for X, y, affine in labeled_sets(family, 15, seed=0):
        if len(set(y)) == 1:
            continue
        separator = LinearSeparator(fit_intercept=affine, on_inseparable="soft")
        separator.fit(X, y)
        verdict = linear_separability(X, y, affine=affine)
        assert separator.separable_ == verdict.separable
        assert separator.certificate_[0].verify(X, y, affine=affine)
        if separator.separable_ and separator.margin_ > 1e-6 * abs(X).max():
            assert_array_equal(separator.predict(X), y)


def test_each_of_several_classes_is_separated_from_the_others():
    angles = 2 * np.pi * np.arange(20) / 20
    X = np.column_stack([np.cos(angles), np.sin(angles)])
    y = np.array(list("abcde")).repeat(4)
    separator = LinearSeparator(on_inseparable="error").fit(X, y)
    assert separator.separable_
    assert separator.coef_.shape == (5, 2)
    assert separator.intercept_.shape == (5,)
    assert_array_equal(separator.predict(X), y)
    scores = separator.decision_function(X)
    assert_array_equal(scores > 0, y[:, np.newaxis] == separator.classes_)
    for label, certificate in zip("abcde", separator.certificate_, strict=True):
        assert certificate.verify(X, y == label)


def test_of_the_irises_only_setosa_is_separable():
    X, y = load_iris(return_X_y=True)
    with pytest.warns(ConvergenceWarning, match="separates class 1 from the other"):
        separator = LinearSeparator().fit(X, y)
    assert not separator.separable_
    kinds = [type(c).__name__ for c in separator.certificate_]
    combination = "VanishingCombination"
    assert kinds == ["SeparatingHyperplane", combination, combination]
    assert separator.margin_ < 0
    assert_array_equal(separator.decision_function(X)[:, 0] > 0, y == 0)
    assert separator.score(X, y) > 0.9


def test_features_that_represent_more_make_the_exclusive_or_separable():
    squares = PolynomialFeatures(2, include_bias=False)
    pipeline = make_pipeline(squares, LinearSeparator(on_inseparable="error"))
    assert_array_equal(pipeline.fit(SQUARE, XOR).predict(SQUARE), XOR)


# What is not separable


def test_an_error_names_the_class_and_carries_the_proof():
    separator = LinearSeparator(on_inseparable="error")
    with pytest.raises(NotSeparableError, match="class 'odd' from the other") as error:
        separator.fit(SQUARE, XOR)
    assert error.value.certificate.verify(SQUARE, XOR)
    assert not hasattr(separator, "coef_")


def test_a_warning_says_which_hyperplane_takes_its_place():
    with pytest.warns(ConvergenceWarning, match="smallest hinge loss is used"):
        LinearSeparator(on_inseparable="warn").fit(SQUARE, XOR)


@pytest.mark.parametrize("on_inseparable", ["error", "warn", "soft"])
def test_separable_data_is_nothing_to_talk_about(on_inseparable):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        LinearSeparator(on_inseparable=on_inseparable).fit(SQUARE, [0, 0, 0, 1])


@pytest.mark.parametrize("fit_intercept", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_the_soft_hyperplane_has_the_least_hinge_loss(seed, fit_intercept):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((60, 3)) * [1, 1e3, 1e-3]
    signs = np.where(X[:, 0] + 0.5 + rng.standard_normal(60) > 0, 1, -1)
    separator = LinearSeparator(fit_intercept=fit_intercept, on_inseparable="soft")
    separator.fit(X, signs)
    assert not separator.separable_
    least = hinge_loss(separator, X, signs)
    columns = np.column_stack([X / [1, 1e3, 1e-3], np.ones(60) * fit_intercept])

    def loss(w):
        return np.maximum(0, 1 - signs * (columns @ w)).sum()

    w = np.r_[separator.coef_[0] * [1, 1e3, 1e-3], separator.intercept_]
    assert_allclose(loss(w), least)
    for _ in range(200):
        assert loss(w + 0.1 * rng.standard_normal(4)) >= least - 1e-9
    others = minimize(loss, np.zeros(4), method="Nelder-Mead", options={"maxiter": 500})
    assert others.fun >= least - 1e-9
    svm = LinearSVC(loss="hinge", C=100, fit_intercept=False, max_iter=100_000)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        svm.fit(columns, signs)
    assert loss(svm.coef_[0]) >= least - 1e-9


@pytest.mark.parametrize("family", [*FAMILIES, gaussian], ids=lambda f: f.__name__)
def test_the_least_hinge_loss_is_that_of_the_primal_program(family):
    for X, y, affine in labeled_sets(family, 8, seed=1):
        separator = LinearSeparator(fit_intercept=affine, on_inseparable="soft")
        if len(set(y)) == 1 or separator.fit(X, y).separable_:
            continue
        columns = np.column_stack([X, np.ones(len(X))]) if affine else X
        columns = columns / abs(columns).max(axis=0, initial=1e-300)
        n_points, n_columns = columns.shape
        program = linprog(
            np.repeat([0.0, 1.0], [n_columns, n_points]),
            A_ub=np.hstack([-y[:, np.newaxis] * columns, -np.eye(n_points)]),
            b_ub=-np.ones(n_points),
            bounds=[(None, None)] * n_columns + [(0, None)] * n_points,
            method="highs",
        )
        assert_allclose(hinge_loss(separator, X, y), program.fun, rtol=1e-6)


def test_an_interior_point_serves_where_the_simplex_method_fails(rng, monkeypatch):
    X, y = gaussian(rng, 60, 4)
    separator = LinearSeparator(on_inseparable="soft")
    expected = hinge_loss(separator.fit(X, y), X, y)

    def solve(*args, method, **keywords):
        if method == "highs":
            return OptimizeResult(x=None, message="unknown")
        return linprog(*args, method=method, **keywords)

    monkeypatch.setattr(_linear_separator, "linprog", solve)
    assert_allclose(hinge_loss(separator.fit(X, y), X, y), expected, rtol=1e-6)


@pytest.mark.usefixtures("default_handler")
def test_ctrl_c_stops_the_search_for_the_least_hinge_loss(monkeypatch):
    """The solver holds it back; here one takes its place that surely takes long."""
    ends = []

    def solve(*args, **keywords):
        hashlib.pbkdf2_hmac("sha256", b"", b"", 4_000_000)
        ends.append(time.perf_counter())

    monkeypatch.setattr(_linear_separator, "linprog", solve)
    separator = LinearSeparator(on_inseparable="soft")
    threading.Timer(0.3, signal.raise_signal, [signal.SIGINT]).start()
    with pytest.raises(KeyboardInterrupt):
        separator.fit(SQUARE, XOR)
    assert not ends
    assert not hasattr(separator, "coef_")


def test_an_error_of_the_solver_is_not_lost(monkeypatch):
    def solve(*args, **keywords):
        raise MemoryError("too large")

    monkeypatch.setattr(_linear_separator, "linprog", solve)
    with pytest.raises(MemoryError, match="too large"):
        LinearSeparator(on_inseparable="soft").fit(SQUARE, XOR)


def test_a_soft_hyperplane_may_have_no_direction():
    separator = LinearSeparator(on_inseparable="soft").fit([[1.0], [1.0]], [0, 1])
    assert not separator.separable_
    assert separator.margin_ <= 0


# The margin


def test_separating_hyperplanes_are_scaled_as_those_of_least_hinge_loss_are(rng):
    X, y = gaussian(rng, 12, 9)
    separator = LinearSeparator().fit(X * 1e-9, y)
    assert separator.separable_
    assert 1 <= (y * separator.decision_function(X * 1e-9)).min() < 2


def test_the_margin_is_the_distance_of_the_closest_sample(rng):
    X, y = gaussian(rng, 12, 9)
    separator = LinearSeparator(on_inseparable="error").fit(X, y)
    distances = y * separator.decision_function(X) / np.linalg.norm(separator.coef_)
    assert_allclose(separator.margin_, distances.min())
    assert separator.margin_ > 0


# As a part of scikit-learn


@pytest.mark.parametrize("labels", [["no", "yes"], [False, True], [3, 1], [-1.0, 1.0]])
def test_labels_come_back_as_they_went_in(labels):
    y = np.array(labels)[[0, 0, 0, 1]]
    separator = LinearSeparator().fit(SQUARE, y)
    assert_array_equal(separator.predict(SQUARE), y)
    assert separator.predict(SQUARE).dtype == y.dtype
    positive = separator.decision_function(SQUARE) > 0
    assert_array_equal(separator.classes_[positive.astype(int)], y)


def test_it_survives_clone_and_pickle(rng):
    X, y = gaussian(rng, 500, 4)
    separator = LinearSeparator(on_inseparable="soft").fit(X, y)
    assert clone(separator).on_inseparable == "soft"
    content = pickle.dumps(separator)
    assert len(content) < X.nbytes / 4  # without the training data
    assert_array_equal(pickle.loads(content).predict(X), separator.predict(X))


def test_one_class_is_refused_by_name():
    with pytest.raises(ValueError, match="only one class: 'a'"):
        LinearSeparator().fit([[0.0], [1.0]], ["a", "a"])


@pytest.mark.parametrize(
    ("X", "y", "error", "message"),
    [
        ([[0.0], [np.nan]], [0, 1], ValueError, "X contains NaN"),
        ([[2**54 + 1], [0]], [0, 1], ValueError, "beyond 2[*][*]53"),
        ([[0.0], [1.0]], [0.5, 1.2], ValueError, "Unknown label type"),
        (sparse.csr_matrix([[0.0], [1.0]]), [0, 1], TypeError, "[Ss]parse"),
    ],
)
def test_bad_input_is_refused(X, y, error, message):
    with pytest.raises(error, match=message):
        LinearSeparator().fit(X, y)


def test_an_unknown_option_is_refused():
    with pytest.raises(ValueError, match="on_inseparable"):
        LinearSeparator(on_inseparable="ignore").fit(SQUARE, XOR)


def test_it_may_stand_at_the_end_of_a_pipeline_with_names():
    pandas = pytest.importorskip("pandas")
    X = pandas.DataFrame(SQUARE, columns=["first", "second"])
    pipeline = make_pipeline(StandardScaler().set_output(transform="pandas"))
    separator = make_pipeline(pipeline, LinearSeparator()).fit(X, [0, 0, 0, 1])
    assert_array_equal(separator[-1].feature_names_in_, ["first", "second"])
