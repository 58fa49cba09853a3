"""What is wrong in scikit-learn's MLP 1.9 is right here, defect by defect.

docs/differences.rst tells the reasons.
"""

import pickle
import tracemalloc

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from tasks import ALL, TASKS, assert_bitwise_same_network, parameters_of

from skbackprop import DivergenceError

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
CLASSIFIERS = [task for task in ALL if task.kind == "Classifier"]
REGRESSORS = [task for task in ALL if task.kind == "Regressor"]
EXPLOSIVE = {"solver": "sgd", "max_iter": 60, "learning_rate_init": 1e6}

SLOWLY_EXPLOSIVE = {"solver": "sgd", "hidden_layer_sizes": (), "momentum": 0.0} | {
    "learning_rate_init": 1.0
}


def assert_usable(estimator, X):
    """All parameters are finite and predictions are made."""
    assert all(np.isfinite(p).all() for p in parameters_of(estimator))
    predicted = estimator.predict(X)
    assert len(predicted) == len(X)
    if predicted.dtype.kind == "f":
        assert np.isfinite(predicted).all()


# 1


@pytest.mark.parametrize("solver", ["adam", "sgd"])
@pytest.mark.parametrize("task", ALL, ids=str)
def test_minibatch_without_weight_teaches_nothing(task, solver):
    weights = np.ones(len(task.X))
    weights[32:96] = 0  # the second and third of five minibatches
    settings = {"solver": solver, "shuffle": False, "max_iter": 1}
    weighted = task.ours(**settings).fit(task.X, task.y, weights)
    assert_usable(weighted, task.X)
    if solver == "sgd":  # whose steps do not depend on how many there were before
        rows = weights > 0
        plain = task.ours(**settings).fit(task.X[rows], task.y[rows])
        for one, other in zip(
            parameters_of(weighted), parameters_of(plain), strict=True
        ):
            np.testing.assert_allclose(one, other, rtol=1e-9)
        assert weighted.loss_ == pytest.approx(plain.loss_)


@pytest.mark.parametrize("early_stopping", [False, True])
@pytest.mark.parametrize("task", ALL, ids=str)
def test_most_minibatches_may_be_without_weight(task, early_stopping):
    weights = np.zeros(len(task.X))
    weights[::10] = 1
    ours = task.ours(batch_size=2, early_stopping=early_stopping)
    ours.fit(task.X, task.y, weights)
    assert_usable(ours, task.X)
    assert np.isfinite(ours.loss_curve_).all()


# 2


@pytest.mark.parametrize("sparse_input", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("task", REGRESSORS, ids=str)
def test_divergence_ends_the_fit_and_keeps_the_last_finite_weights(
    task, dtype, sparse_input
):
    X = sparse.csr_matrix(task.X) if sparse_input else task.X
    ours = task.ours(dtype=dtype, **EXPLOSIVE)
    with pytest.raises(DivergenceError, match="learning_rate_init") as caught:
        ours.fit(X, task.y)
    assert isinstance(caught.value, ValueError)
    assert f"in epoch {ours.n_iter_ + 1}:" in str(caught.value)
    assert ours.n_iter_ < 20
    assert np.isfinite(ours.loss_curve_).all()
    assert len(ours.loss_curve_) == ours.n_iter_
    assert_usable(ours, task.X)


def test_divergence_keeps_the_weights_of_the_last_epoch_that_ended_well():
    task = TASKS["regression"]
    settings = {**SLOWLY_EXPLOSIVE, "tol": 0.0, "n_iter_no_change": np.inf}
    ours = task.ours(**settings, max_iter=100)
    with pytest.raises(DivergenceError):
        ours.fit(task.X, task.y)
    assert ours.n_iter_ >= 10
    shorter = task.ours(**settings, max_iter=ours.n_iter_).fit(task.X, task.y)
    assert_bitwise_same_network(ours, shorter)
    assert ours.loss_curve_ == shorter.loss_curve_


def test_divergence_in_the_first_epoch_keeps_the_initial_weights():
    task = TASKS["regression"]
    ours = task.ours(solver="sgd", learning_rate_init=1e300)
    with pytest.raises(DivergenceError, match="in epoch 1:"):
        ours.fit(task.X, task.y)
    still = task.ours(solver="sgd", learning_rate_init=1e-300, max_iter=1)
    assert_bitwise_same_network(ours, still.fit(task.X, task.y))
    assert ours.n_iter_ == 0
    assert ours.loss_curve_ == []


@pytest.mark.parametrize("task", CLASSIFIERS, ids=str)
def test_divergence_of_a_classifier_is_an_error_too(task):
    ours = task.ours(solver="sgd", learning_rate_init=1e300)
    with pytest.raises(DivergenceError):
        ours.fit(task.X, task.y)
    assert_usable(ours, task.X)


def test_divergence_in_partial_fit_is_an_error_too():
    task = TASKS["regression"]
    ours = task.ours().partial_fit(task.X, task.y)
    before = [p.copy() for p in parameters_of(ours)]
    with pytest.raises(DivergenceError):
        ours.set_params(learning_rate_init=1e300).partial_fit(task.X, task.y)
    for one, other in zip(before, parameters_of(ours), strict=True):
        assert_array_equal(one, other)


def test_divergence_of_lbfgs_is_an_error_too():
    task = TASKS["regression"]
    ours = task.ours(solver="lbfgs", dtype="float32")
    with pytest.raises(DivergenceError):
        ours.fit(task.X, 1e30 * task.y)
    assert_usable(ours, task.X)


def test_training_can_go_on_after_divergence():
    task = TASKS["regression"]
    ours = task.ours(warm_start=True, **EXPLOSIVE)
    with pytest.raises(DivergenceError):
        ours.fit(task.X, task.y)
    ours.set_params(solver="adam", learning_rate_init=1e-3, max_iter=5)
    ours.fit(task.X, task.y)
    assert_usable(ours, task.X)


# 3


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("task", REGRESSORS, ids=str)
def test_divergence_with_early_stopping_keeps_the_best_weights_and_warns(task, dtype):
    ours = task.ours(dtype=dtype, early_stopping=True, **EXPLOSIVE)
    with pytest.warns(ConvergenceWarning, match="diverged") as record:
        ours.fit(task.X, task.y)
    assert len(record) == 1
    assert record[0].filename == __file__
    assert ours.n_iter_ < 20
    assert np.isfinite(ours.loss_curve_).all()
    assert len(ours.validation_scores_) == ours.n_iter_
    assert_usable(ours, task.X)


@pytest.mark.filterwarnings("ignore:.*diverged")
@pytest.mark.parametrize("task", REGRESSORS, ids=str)
def test_divergence_after_a_good_begin_goes_back_to_the_best_weights(task):
    ours = task.ours(solver="sgd", early_stopping=True, warm_start=True)
    ours.fit(task.X, task.y)
    begin, best = clone(ours).fit(task.X, task.y), ours.best_validation_score_
    ours.set_params(learning_rate_init=1e6).fit(task.X, task.y)
    assert_bitwise_same_network(ours, begin)
    assert ours.best_validation_score_ == best


# 4


def test_calls_of_partial_fit_shuffle_each_in_another_order():
    task = TASKS["regression"]
    # Steps are so large that the loss of an epoch tells the order of its samples,
    # and each call is told to begin from the same weights.
    ours = task.ours(solver="sgd", momentum=0.0, learning_rate_init=0.05, batch_size=1)
    ours.partial_fit(task.X, task.y)
    weights = [p.copy() for p in parameters_of(ours)]
    for _ in range(5):
        for parameter, weight in zip(parameters_of(ours), weights, strict=True):
            parameter[...] = weight
        ours.partial_fit(task.X, task.y)
    assert len(set(ours.loss_curve_[1:])) == 5


# 5


@pytest.mark.parametrize(
    "solver",
    [
        {"solver": "adam"},
        {"solver": "sgd"},
        {"solver": "sgd", "learning_rate": "invscaling"},
        # is slowed down several times in each half
        {"solver": "sgd", "learning_rate": "adaptive", "learning_rate_init": 0.1}
        | {"tol": 0.1, "n_iter_no_change": 2},
    ],
    ids=lambda settings: "-".join(map(str, settings.values())),
)
@pytest.mark.parametrize("early_stopping", [False, True])
@pytest.mark.parametrize("task", ALL, ids=str)
def test_ten_epochs_and_ten_more_are_twenty_bit_for_bit(task, early_stopping, solver):
    settings = {"n_iter_no_change": 100, **solver, "early_stopping": early_stopping}
    halves = task.ours(**settings, warm_start=True, max_iter=10)
    halves.fit(task.X, task.y).fit(task.X, task.y)
    whole = task.ours(**settings, max_iter=20).fit(task.X, task.y)
    assert halves.loss_curve_ == whole.loss_curve_
    assert halves.validation_scores_ == whole.validation_scores_
    assert len(whole.loss_curve_) == 20
    assert_bitwise_same_network(halves, whole)


@pytest.mark.parametrize("task", ALL, ids=str)
def test_warm_start_with_early_stopping_keeps_the_best_weights_of_all_fits(task):
    # At this rate scores go up and down.
    settings = {"solver": "sgd", "learning_rate_init": 0.1, "n_iter_no_change": 100}
    ours = task.ours(**settings, early_stopping=True, warm_start=True)
    for _ in range(3):
        ours.fit(task.X, task.y)
    best = int(np.argmax(ours.validation_scores_))
    assert ours.best_validation_score_ == ours.validation_scores_[best]
    until_best = clone(ours).set_params(max_iter=best + 1).fit(task.X, task.y)
    assert_bitwise_same_network(ours, until_best)


# 6


@pytest.mark.parametrize("task", CLASSIFIERS, ids=str)
def test_log_probabilities_are_finite_where_probabilities_round_to_zero(task):
    ours = task.ours().fit(task.X, task.y)
    X = 1e4 * task.X
    assert (ours.predict_proba(X) == 0).any()
    assert np.isfinite(ours.predict_log_proba(X)).all()


# 7


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
@pytest.mark.parametrize("task", REGRESSORS, ids=str)
def test_float64_targets_do_not_widen_a_float32_network(task, solver):
    X = task.X.astype(np.float32)
    wide = task.ours(solver=solver).fit(X, task.y.astype(np.float64))
    narrow = task.ours(solver=solver).fit(X, task.y.astype(np.float32))
    assert {p.dtype for p in parameters_of(wide)} == {np.dtype(np.float32)}
    assert_bitwise_same_network(wide, narrow)
    assert wide.predict(X).dtype == np.float32


@pytest.mark.parametrize("task", ALL, ids=str)
def test_float64_weights_do_not_widen_a_float32_network(task, rng):
    weights = rng.uniform(size=len(task.X))
    X = task.X.astype(np.float32)
    wide = task.ours().fit(X, task.y, weights)
    assert_bitwise_same_network(
        wide, task.ours().fit(X, task.y, weights.astype(np.float32))
    )


# 8 and 9, pickles and skops: test_persistence.py


@pytest.mark.parametrize("settings", [{}, {"early_stopping": True}], ids=str)
def test_a_pickle_holds_the_weights_once_and_little_more(settings):
    task = TASKS["multiclass"]
    ours = task.ours(hidden_layer_sizes=(300, 100), max_iter=2, **settings)
    ours.fit(task.X, task.y)
    n_bytes = sum(p.nbytes for p in parameters_of(ours))
    assert len(pickle.dumps(ours)) < n_bytes + 8000


# 10


@pytest.mark.parametrize("as_input", [np.asarray, sparse.csr_matrix, np.asfortranarray])
@pytest.mark.parametrize("given", ["float32", "float64"])
def test_memory_of_predictions_does_not_grow_with_the_samples(given, as_input):
    task = TASKS["multiclass"]
    ours = task.ours(hidden_layer_sizes=(256,), max_iter=1).fit(task.X, task.y)
    X = as_input(np.tile(task.X, (400, 1)).astype(given))  # 60,000 rows
    ours.predict(X[:10])
    tracemalloc.start()
    try:
        predicted = ours.predict(X)
        peak = tracemalloc.get_traced_memory()[1] - predicted.nbytes
    finally:
        tracemalloc.stop()
    # The hidden layer alone would take 120 MB; a copy of X 2 to 4 MB.
    assert peak < 6e6
