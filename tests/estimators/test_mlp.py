"""The multilayer perceptrons are drop-ins for those of scikit-learn."""

import inspect

import numpy as np
import pytest
import sklearn.neural_network
from numpy.testing import assert_allclose
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, PoissonRegressor, Ridge
from tasks import (
    ALL,
    BOTH,
    PATHS,
    SHARED,
    SOLVERS,
    TASKS,
    assert_bitwise_same_network,
    assert_fits_alike,
    assert_same_network,
    needs_sklearn_1_7,
    predictions_of,
    some_zeros,
)

import skbackprop

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


# What the constructor takes


@needs_sklearn_1_7
@pytest.mark.parametrize("name", ["MLPClassifier", "MLPRegressor"])
def test_signature_is_that_of_scikit_learn_and_what_is_new_is_off(name):
    ours = inspect.signature(getattr(skbackprop, name)).parameters.values()
    theirs = inspect.signature(getattr(sklearn.neural_network, name)).parameters
    ours = [parameter.replace(annotation=parameter.empty) for parameter in ours]
    # Own keywords stand in front of those of all networks: only order is ours.
    assert [p for p in ours if p.name in theirs] == list(theirs.values())
    new = [parameter for parameter in ours if parameter.name not in theirs]
    as_in_scikit_learn = {"weight_init": "glorot", "loss": "log_loss"}
    for parameter in new:
        assert parameter.kind == parameter.KEYWORD_ONLY
        assert parameter.default == as_in_scikit_learn.get(parameter.name)


@needs_sklearn_1_7
@pytest.mark.parametrize("name", ["MLPClassifier", "MLPRegressor"])
@pytest.mark.parametrize("method", ["fit", "partial_fit", "predict", "score"])
def test_methods_take_what_those_of_scikit_learn_take(name, method):
    ours = inspect.signature(getattr(getattr(skbackprop, name)(), method))
    theirs = inspect.signature(getattr(getattr(sklearn.neural_network, name)(), method))
    ours, n_theirs = list(ours.parameters.values()), len(theirs.parameters)
    for own, their in zip(ours[:n_theirs], theirs.parameters.values(), strict=True):
        assert (own.name, own.kind) == (their.name, their.kind)
        # What must be given there may be left out here: y, where X are chunks.
        assert own.default == their.default or their.default is their.empty
    assert all(p.kind == p.KEYWORD_ONLY and p.default is None for p in ours[n_theirs:])


@pytest.mark.parametrize(
    "sizes",
    [5, np.int64(5), (5,), [5], np.array([5])],
    ids=["int", "numpy int", "tuple", "list", "array"],
)
def test_one_hidden_layer_may_be_given_in_any_form(sizes):
    task = TASKS["binary"]
    ours, _ = assert_fits_alike(task, hidden_layer_sizes=sizes, max_iter=2)
    assert [w.shape for w in ours.coefs_] == [(8, 5), (5, 1)]


# What fit leaves behind


@pytest.mark.parametrize("early_stopping", [False, True])
@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("task", SHARED, ids=str)
def test_fitted_attributes_are_those_of_scikit_learn(task, solver, early_stopping):
    settings = {"solver": solver, "early_stopping": early_stopping, "max_iter": 2}
    ours = task.ours(**settings).fit(task.X, task.y)
    theirs = task.theirs(**settings).fit(task.X, task.y)
    for name, expected in vars(theirs).items():
        if name.startswith("_") or not name.endswith("_"):
            continue
        value = getattr(ours, name)
        if isinstance(expected, list):
            assert [np.shape(v) for v in value] == [np.shape(v) for v in expected], name
            assert isinstance(value, list), name
        elif expected is None or isinstance(expected, str):
            assert value == expected, name
        else:
            assert np.shape(value) == np.shape(expected), name
            assert np.asarray(value).dtype == np.asarray(expected).dtype, name


@pytest.mark.parametrize("name", ["loss_curve_", "best_loss_", "validation_scores_"])
def test_lbfgs_has_no_attributes_of_the_stochastic_solvers(name):
    task = TASKS["binary"]
    estimators = [make(solver="lbfgs") for make in (task.ours, task.theirs)]
    ours, theirs = (e.fit(task.X, task.y) for e in estimators)
    assert hasattr(ours, name) == hasattr(theirs, name)


@pytest.mark.parametrize("name", ["coefs_", "intercepts_", "n_layers_", "loss_"])
@pytest.mark.parametrize("task", BOTH, ids=str)
def test_fitted_attributes_are_missing_before_fit(task, name):
    assert not hasattr(task.ours(), name)


@pytest.mark.parametrize("task", ALL, ids=str)
def test_loss_and_epochs_are_plain_numbers(task):
    ours = task.ours(early_stopping=True).fit(task.X, task.y)
    numbers = [ours.loss_, *ours.loss_curve_, *ours.validation_scores_]
    assert all(isinstance(number, float) for number in numbers)
    assert isinstance(ours.n_iter_, int)
    assert isinstance(ours.t_, int)


# The same path as scikit-learn's


@pytest.mark.parametrize(("task", "solver"), PATHS)
def test_first_ten_epochs_are_those_of_scikit_learn(task, solver):
    ours, theirs = assert_fits_alike(task, solver=solver)
    for mine, other in zip(
        predictions_of(ours, task.X), predictions_of(theirs, task.X), strict=True
    ):
        assert mine.dtype == other.dtype
        assert_allclose(mine, other, rtol=1e-5, atol=1e-6)
    assert ours.score(task.X, task.y) == pytest.approx(theirs.score(task.X, task.y))


@needs_sklearn_1_7
@pytest.mark.parametrize("early_stopping", [False, True])
@pytest.mark.parametrize(("task", "solver"), PATHS)
def test_sample_weights_act_as_in_scikit_learn(task, solver, early_stopping, rng):
    weights = rng.uniform(0.1, 3, len(task.X))
    ours, theirs = assert_fits_alike(
        task,
        fit_params={"sample_weight": weights},
        solver=solver,
        early_stopping=early_stopping,
    )
    if early_stopping and solver != "lbfgs":
        assert_allclose(ours.validation_scores_, theirs.validation_scores_)


@pytest.mark.parametrize("nesterovs_momentum", [True, False])
@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("schedule", ["constant", "invscaling", "adaptive"])
def test_momentum_and_schedules_act_as_in_scikit_learn(
    schedule, momentum, nesterovs_momentum
):
    assert_fits_alike(
        TASKS["multiclass"],
        solver="sgd",
        learning_rate=schedule,
        learning_rate_init=0.05,
        power_t=0.3,
        momentum=momentum,
        nesterovs_momentum=nesterovs_momentum,
        tol=0.05,
        n_iter_no_change=1,
    )


def test_adaptive_learning_rate_comes_to_the_same_end():
    settings = {"solver": "sgd", "learning_rate": "adaptive", "max_iter": 200}
    ours, theirs = assert_fits_alike(
        TASKS["binary"], **settings, tol=0.1, n_iter_no_change=1
    )
    assert ours.n_iter_ < 200


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
@pytest.mark.parametrize("task", BOTH, ids=str)
def test_activations_act_as_in_scikit_learn(task, activation, solver):
    assert_fits_alike(task, activation=activation, solver=solver)


@pytest.mark.parametrize(
    "settings",
    [
        {"hidden_layer_sizes": ()},
        {"hidden_layer_sizes": (1,)},
        {"hidden_layer_sizes": (17, 33, 5, 16)},
        {"shuffle": False},
        {"batch_size": 1, "max_iter": 2},
        {"batch_size": 7},
        {"batch_size": 150},
        {"batch_size": "auto"},
        {"alpha": 0},
        {"alpha": 3.0},
        {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-3},
        {"beta_1": 0, "beta_2": 0},
        {"learning_rate_init": 0.1},
        {"solver": "lbfgs", "alpha": 3.0},
        {"solver": "lbfgs", "max_fun": 5},
        {"random_state": 42},
    ],
    ids=str,
)
def test_other_settings_act_as_in_scikit_learn(settings):
    assert_fits_alike(TASKS["multiclass"], **settings)


@pytest.mark.parametrize("solver", ["adam", "sgd"])
@pytest.mark.parametrize("task", SHARED, ids=str)
def test_early_stopping_sees_the_validation_scores_of_scikit_learn(task, solver):
    settings = {"early_stopping": True, "validation_fraction": 0.2, "max_iter": 40}
    ours, theirs = assert_fits_alike(
        task, solver=solver, learning_rate_init=0.01, n_iter_no_change=3, **settings
    )
    assert_allclose(ours.validation_scores_, theirs.validation_scores_, rtol=1e-6)
    assert ours.best_validation_score_ == max(ours.validation_scores_)


@pytest.mark.parametrize(("task", "solver"), PATHS)
def test_sparse_input_acts_as_in_scikit_learn(task, solver):
    assert_fits_alike(task, X=sparse.csr_matrix(some_zeros(task.X)), solver=solver)


@pytest.mark.parametrize("task", SHARED, ids=str)
def test_training_stops_in_the_epoch_in_which_scikit_learn_stops(task):
    ours, _ = assert_fits_alike(
        task, tol=0.02, n_iter_no_change=2, max_iter=300, learning_rate_init=0.01
    )
    assert ours.n_iter_ < 300


def test_training_goes_on_where_no_number_of_idle_epochs_ends_it():
    task = TASKS["binary"]
    settings = {"tol": 1e3, "n_iter_no_change": np.inf, "max_iter": 25}
    assert task.ours(**settings).fit(task.X, task.y).n_iter_ == 25


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_too_few_iterations_are_warned_of(solver):
    task = TASKS["binary"]
    with pytest.warns(ConvergenceWarning) as record:
        task.ours(solver=solver, max_iter=2).fit(task.X, task.y)
    assert len(record) == 1
    assert record[0].filename == __file__
    if solver == "adam":
        with pytest.warns(ConvergenceWarning) as expected:
            task.theirs(solver=solver, max_iter=2).fit(task.X, task.y)
        assert str(record[0].message) == str(expected[0].message)


def test_batch_size_beyond_the_samples_is_clipped_with_a_warning():
    task = TASKS["binary"]
    with pytest.warns(UserWarning, match="batch_size") as record:
        ours = task.ours(batch_size=1000).fit(task.X, task.y)
    assert record[0].filename == __file__
    assert_bitwise_same_network(ours, task.ours(batch_size=150).fit(task.X, task.y))


@pytest.mark.parametrize("task", ["regression", "multioutput", "multiclass"])
def test_validation_scores_do_not_depend_on_how_minibatches_are_cut(task):
    task = TASKS[task]
    settings = {"early_stopping": True, "learning_rate_init": 1e-12, "max_iter": 1}
    scores = [
        task.ours(**settings, validation_fraction=0.5, batch_size=batch_size)
        .fit(task.X, task.y)
        .validation_scores_
        for batch_size in (75, 10, 1)
    ]
    assert_allclose(scores, [scores[0]] * 3, rtol=1e-6)


@pytest.mark.parametrize("early_stopping", [False, True])
def test_verbose_prints_what_scikit_learn_prints(early_stopping, capsys):
    task = TASKS["binary"]
    settings = {"verbose": True, "early_stopping": early_stopping, "max_iter": 3}
    task.theirs(**settings).fit(task.X, task.y)
    expected = capsys.readouterr().out
    task.ours(**settings).fit(task.X, task.y)
    assert capsys.readouterr().out == expected


@pytest.mark.parametrize(
    "settings",
    [{"solver": "sgd", "learning_rate": "adaptive"}, {"early_stopping": True}],
    ids=str,
)
def test_verbose_tells_why_training_ends(settings, capsys):
    task = TASKS["binary"]
    settings = {"tol": 10.0, "n_iter_no_change": 1, "max_iter": 100, **settings}
    task.ours(verbose=True, **settings).fit(task.X, task.y)
    out = capsys.readouterr().out
    assert "did not improve more than tol=10.000000 for 1 consecutive epochs." in out
    assert out.rstrip().endswith("Stopping.")


def test_verbose_prints_each_iteration_of_lbfgs(capsys):
    task = TASKS["binary"]
    task.ours(verbose=True, solver="lbfgs", max_iter=3).fit(task.X, task.y)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(",")[0] for line in lines] == [f"Iteration {i}" for i in "123"]


def test_nothing_is_printed_by_default(capsys):
    task = TASKS["binary"]
    task.ours().fit(task.X, task.y)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("solver", SOLVERS)
def test_same_random_state_gives_bitwise_the_same_network(solver):
    task = TASKS["multiclass"]
    first, second = (task.ours(solver=solver).fit(task.X, task.y) for _ in range(2))
    assert_bitwise_same_network(first, second)


def test_fit_advances_a_random_state_as_scikit_learn_does():
    task = TASKS["binary"]
    ours, theirs = np.random.RandomState(3), np.random.RandomState(3)
    assert_same_network(
        task.ours(random_state=ours).fit(task.X, task.y),
        task.theirs(random_state=theirs).fit(task.X, task.y),
    )
    assert ours.randint(2**31) == theirs.randint(2**31)


def test_random_state_may_be_of_any_bit_generator():
    task = TASKS["binary"]
    states = [np.random.RandomState(np.random.PCG64(3)) for _ in range(2)]
    first, second = (task.ours(random_state=s).fit(task.X, task.y) for s in states)
    assert_bitwise_same_network(first, second)


# What a network without hidden layers is


@pytest.mark.parametrize("name", ["binary", "multiclass"])
def test_classifier_without_hidden_layers_is_logistic_regression(name):
    task, alpha = TASKS[name], 0.5
    ours = task.ours(
        hidden_layer_sizes=(), solver="lbfgs", alpha=alpha, tol=1e-8, max_iter=500
    ).fit(task.X, task.y)
    linear = LogisticRegression(C=1 / alpha, tol=1e-8, max_iter=500)
    linear.fit(task.X, task.y)
    # The optimum is flat, so the minimiser is known to half the digits only.
    assert_allclose(ours.predict_proba(task.X), linear.predict_proba(task.X), atol=1e-3)


@pytest.mark.parametrize("name", ["regression", "multioutput", "poisson"])
def test_regressor_without_hidden_layers_is_a_linear_model(name):
    task, alpha = TASKS[name], 0.5
    ours = task.ours(
        hidden_layer_sizes=(), solver="lbfgs", alpha=alpha, tol=1e-8, max_iter=500
    ).fit(task.X, task.y)
    if name == "poisson":
        linear = PoissonRegressor(alpha=alpha / len(task.X), tol=1e-8, max_iter=500)
    else:
        linear = Ridge(alpha=alpha)
    linear.fit(task.X, task.y)
    assert_allclose(ours.predict(task.X), linear.predict(task.X), atol=1e-3)
