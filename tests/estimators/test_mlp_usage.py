"""Training that goes on, and estimators as parts of scikit-learn."""

import numpy as np
import pytest
import sklearn
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import get_tags
from tasks import (
    ALL,
    BOTH,
    SHARED,
    SOLVERS,
    TASKS,
    assert_bitwise_same_network,
    assert_same_network,
    loss_curve_of,
    needs_sklearn_1_7,
    pipelines_route_to_score,
)

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


# Going on: warm start and partial_fit


@pytest.mark.parametrize("task", SHARED, ids=str)
def test_partial_fit_follows_scikit_learn_where_nothing_is_shuffled(task):
    ours, theirs = task.ours(shuffle=False), task.theirs(shuffle=False)
    arguments = {}
    if task.kind == "Classifier":
        arguments["classes"] = (
            np.arange(task.y.shape[1]) if task.y.ndim == 2 else np.unique(task.y)
        )
    for part in (slice(100), slice(100, 150), slice(100)):
        for estimator in (ours, theirs):
            estimator.partial_fit(task.X[part], task.y[part], **arguments)
    assert_same_network(ours, theirs)
    assert ours.t_ == theirs.t_ == 250


@pytest.mark.parametrize("solver", ["adam", "sgd"])
@pytest.mark.parametrize("task", ALL, ids=str)
def test_calls_of_partial_fit_equal_epochs_of_fit(task, solver):
    fitted = task.ours(solver=solver, max_iter=4).fit(task.X, task.y)
    steps = task.ours(solver=solver)
    classes = (
        {"classes": np.unique(task.y)} if task.name in ("binary", "multiclass") else {}
    )
    for _ in range(4):
        steps.partial_fit(task.X, task.y, **classes)
    assert steps.loss_curve_ == fitted.loss_curve_
    assert_bitwise_same_network(steps, fitted)
    assert steps.n_iter_ == 1
    assert steps.t_ == fitted.t_


def test_partial_fit_knows_classes_it_has_not_seen():
    task = TASKS["multiclass"]
    seen = task.y < 2
    ours = task.ours()
    ours.partial_fit(task.X[seen], task.y[seen], classes=[2, 1, 0])
    ours.partial_fit(task.X, task.y)
    assert_array_equal(ours.classes_, [0, 1, 2])
    assert ours.predict_proba(task.X).shape == (150, 3)


@pytest.mark.parametrize("task", ALL, ids=str)
def test_partial_fit_goes_on_from_fit(task):
    ours = task.ours().fit(task.X, task.y)
    loss = ours.loss_
    ours.partial_fit(task.X, task.y)
    assert len(ours.loss_curve_) == 11
    assert ours.loss_ < loss


@pytest.mark.parametrize("task", BOTH, ids=str)
def test_partial_fit_is_hidden_where_the_solver_needs_all_samples(task):
    assert hasattr(task.ours(solver="sgd"), "partial_fit")
    assert not hasattr(task.ours(solver="lbfgs"), "partial_fit")
    with pytest.raises(AttributeError, match="partial_fit"):
        task.ours(solver="lbfgs").partial_fit(task.X, task.y)


@pytest.mark.parametrize("solver", SOLVERS)
def test_fit_begins_anew_without_warm_start(solver):
    task = TASKS["multiclass"]
    ours = task.ours(solver=solver).fit(task.X, task.y)
    first = clone(ours).fit(task.X, task.y)
    ours.fit(task.X, task.y)
    assert_bitwise_same_network(ours, first)
    assert loss_curve_of(ours) == loss_curve_of(first)
    ours.fit(task.X[:, :3], task.y % 2)  # other features, other classes
    assert ours.n_features_in_ == 3
    assert_array_equal(ours.classes_, [0, 1])


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("task", ALL, ids=str)
def test_warm_start_goes_on_from_the_last_fit(task, solver):
    ours = task.ours(solver=solver, warm_start=True).fit(task.X, task.y)
    before = ours.loss_
    ours.fit(task.X, task.y)
    assert ours.loss_ < before
    if solver != "lbfgs":
        assert len(ours.loss_curve_) == 20
        assert ours.n_iter_ == 10
        assert ours.t_ == 20 * 150


@pytest.mark.parametrize("early_stopping", [False, True])
def test_warm_start_may_change_the_solver_the_rate_and_the_samples(early_stopping):
    task = TASKS["multiclass"]
    ours = task.ours(warm_start=True, early_stopping=early_stopping)
    ours.fit(task.X, task.y)
    ours.set_params(solver="sgd", learning_rate_init=0.01, batch_size=10)
    ours.fit(task.X[:100], task.y[:100])
    ours.set_params(solver="lbfgs", alpha=0.1).fit(task.X, task.y)
    ours.set_params(solver="adam", early_stopping=not early_stopping)
    ours.fit(sparse.csr_matrix(task.X), task.y)
    assert ours.score(task.X, task.y) > 0.5


# Part of scikit-learn


@needs_sklearn_1_7
def test_tags_are_those_of_scikit_learn_several_outputs_and_a_transformer():
    classifier, regressor = (get_tags(task.ours()) for task in BOTH)
    for tags in (classifier, regressor):
        assert tags.transformer_tags.preserves_dtype == ["float64", "float32"]
        tags.transformer_tags = None
    assert classifier == get_tags(BOTH[0].theirs())
    expected = get_tags(BOTH[1].theirs())
    expected.target_tags.multi_output = True
    assert regressor == expected


@pytest.mark.parametrize("task", BOTH, ids=str)
def test_grid_search_over_a_pipeline_finds_what_scikit_learn_finds(task):
    def search(mlp):
        name = type(mlp).__name__.lower()
        grid = {f"{name}__alpha": [1e-4, 10.0], f"{name}__solver": ["adam", "lbfgs"]}
        model = make_pipeline(StandardScaler(), mlp.set_params(max_iter=5))
        return GridSearchCV(model, grid, cv=2, error_score="raise").fit(task.X, task.y)

    ours, theirs = search(task.ours()), search(task.theirs())
    assert_allclose(
        ours.cv_results_["mean_test_score"],
        theirs.cv_results_["mean_test_score"],
        rtol=1e-4,
    )
    assert ours.best_params_ == theirs.best_params_


def test_cross_validated_probabilities_are_those_of_scikit_learn():
    task = TASKS["multiclass"]
    ours, theirs = (
        cross_val_predict(mlp, task.X, task.y, cv=2, method="predict_proba")
        for mlp in (task.ours(), task.theirs())
    )
    assert_allclose(ours, theirs, rtol=1e-5)


@pipelines_route_to_score
@pytest.mark.parametrize("task", BOTH, ids=str)
def test_sample_weights_are_routed_through_a_search_to_fit(task, rng):
    weights = rng.uniform(0.1, 3, len(task.X))
    with sklearn.config_context(enable_metadata_routing=True):
        mlp = task.ours().set_fit_request(sample_weight=True)
        mlp.set_score_request(sample_weight=True)
        scaler = StandardScaler().set_fit_request(sample_weight=False)
        search = GridSearchCV(make_pipeline(scaler, mlp), {}, cv=2)
        search.fit(task.X, task.y, sample_weight=weights)
        weighted = search.score(task.X, task.y, sample_weight=weights)
    X = StandardScaler().fit_transform(task.X)
    routed = search.best_estimator_[-1]
    assert_bitwise_same_network(routed, task.ours().fit(X, task.y, weights))
    assert weighted == routed.score(X, task.y, sample_weight=weights)


@pytest.mark.parametrize("method", ["fit", "partial_fit", "score"])
@pytest.mark.parametrize("task", BOTH, ids=str)
def test_every_method_that_takes_weights_has_a_request_for_them(task, method):
    with sklearn.config_context(enable_metadata_routing=True):
        mlp = getattr(task.ours(), f"set_{method}_request")(sample_weight=True)
        requests = getattr(mlp.get_metadata_routing(), method).requests
    assert requests["sample_weight"] is True


def test_a_warm_start_with_other_classes_is_refused_in_scikit_learns_words():
    task = TASKS["multiclass"]
    ours = task.ours(warm_start=True).fit(task.X, task.y)
    for y in (np.where(task.y == 2, 3, task.y), np.where(task.y == 2, 1, task.y)):
        with pytest.raises(ValueError, match="warm_start can only be used where `y`"):
            ours.fit(task.X, y)


def test_divergence_is_told_in_scikit_learns_words_too():
    task = TASKS["regression"]
    message = (
        "Solver produced non-finite parameter weights. The input data may contain "
        "large values and need to be preprocessed."
    )
    with pytest.raises(ValueError, match=message):
        task.ours(solver="sgd", learning_rate_init=1e6).fit(task.X, task.y)
