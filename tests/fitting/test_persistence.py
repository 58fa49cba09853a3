"""A fitted estimator can be stored, copied and changed by hand."""

import copy
import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from roads import (
    each_road,
    through_deepcopy,
    through_pickle,
    through_save,
    through_skops,
)
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from tasks import ALL, BOTH, SHARED, TASKS, parameters_of

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
SETTINGS = {
    "adam": {},
    "sgd": {"solver": "sgd"},
    "lbfgs": {"solver": "lbfgs"},
    "early stopping": {"early_stopping": True},
    "float32": {"dtype": "float32"},
    "warm start": {"warm_start": True},
    "warm start with early stopping": {"warm_start": True, "early_stopping": True},
}


def outputs(estimator, X):
    """What the network puts out, as finely as the estimator tells it."""
    method = "predict_log_proba" if hasattr(estimator, "classes_") else "predict"
    return getattr(estimator, method)(X)


@each_road
@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
@pytest.mark.parametrize("task", ALL, ids=str)
def test_a_stored_estimator_is_the_same_estimator(task, settings, road, tmp_path):
    ours = task.ours(**settings).fit(task.X, task.y)
    loaded = road(ours, tmp_path)
    assert_array_equal(outputs(loaded, task.X), outputs(ours, task.X))
    assert loaded.get_params() == ours.get_params()
    assert loaded.graph_ == ours.graph_
    public = [name for name in dir(ours) if name[-1] == "_" and name[0] != "_"]
    assert public == [n for n in dir(loaded) if n[-1] == "_" and n[0] != "_"]
    for name in public:
        mine, other = getattr(ours, name), getattr(loaded, name)
        assert isinstance(other, type(mine)), name  # or a memory map instead
        if isinstance(mine, (np.ndarray, list)):
            assert len(mine) == len(other), name
            assert all(map(np.array_equal, mine, other)), name
        elif isinstance(mine, dict):  # the history, but for its time
            seconds = [np.nan] * len(mine["seconds"])
            np.testing.assert_equal(other, {**mine, "seconds": seconds})
        else:
            assert mine == other, name


@each_road
@pytest.mark.parametrize("task", BOTH, ids=str)
def test_an_estimator_can_be_stored_before_it_is_fitted(task, road, tmp_path):
    loaded = road(task.ours(), tmp_path).fit(task.X, task.y)
    expected = task.ours().fit(task.X, task.y)
    assert_array_equal(outputs(loaded, task.X), outputs(expected, task.X))


@each_road
@pytest.mark.parametrize(
    "settings",
    [
        {"solver": "adam"},
        {"solver": "sgd", "learning_rate": "adaptive", "tol": 0.1},
        {"solver": "sgd", "learning_rate": "invscaling"},
        {"early_stopping": True},
    ],
    ids=str,
)
@pytest.mark.parametrize("task", BOTH, ids=str)
def test_warm_start_goes_on_from_storage_as_if_nothing_had_happened(
    task, settings, road, tmp_path
):
    ours = task.ours(warm_start=True, n_iter_no_change=2, **settings)
    loaded = road(ours.fit(task.X, task.y), tmp_path)
    ours.fit(task.X, task.y)
    loaded.fit(task.X, task.y)
    assert loaded.loss_curve_ == ours.loss_curve_
    assert loaded.validation_scores_ == ours.validation_scores_
    assert_array_equal(outputs(loaded, task.X), outputs(ours, task.X))


@each_road
@pytest.mark.parametrize("solver", ["adam", "sgd"])
@pytest.mark.parametrize("task", BOTH, ids=str)
def test_partial_fit_goes_on_from_storage_as_if_nothing_had_happened(
    task, solver, road, tmp_path
):
    classes = {} if task.kind == "Regressor" else {"classes": np.unique(task.y)}
    ours = task.ours(solver=solver).partial_fit(task.X, task.y, **classes)
    loaded = road(ours, tmp_path)
    for estimator in (ours, loaded):
        for _ in range(3):
            estimator.partial_fit(task.X, task.y)
    assert loaded.loss_curve_ == ours.loss_curve_
    assert_array_equal(outputs(loaded, task.X), outputs(ours, task.X))


@each_road
@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_a_loaded_estimator_can_be_trained_in_any_way(settings, road, tmp_path):
    task = TASKS["multiclass"]
    loaded = road(task.ours(**settings).fit(task.X, task.y), tmp_path)
    loaded.set_params(early_stopping=False, solver="adam").partial_fit(task.X, task.y)
    loaded.set_params(warm_start=True).fit(task.X, task.y)
    loaded.set_params(solver="lbfgs").fit(task.X, task.y)
    loaded.set_params(warm_start=False, solver="sgd").fit(task.X[:, :3], task.y > 0)
    assert loaded.predict(task.X[:, :3]).dtype == bool


@pytest.mark.parametrize("road", [through_pickle, through_save, through_deepcopy])
def test_a_copy_is_trained_apart_from_the_original(road, tmp_path):
    task = TASKS["multiclass"]
    ours = task.ours(warm_start=True).fit(task.X, task.y)
    twin = task.ours(warm_start=True).fit(task.X, task.y)
    road(ours, tmp_path).fit(task.X, task.y)
    assert ours.loss_curve_ == twin.loss_curve_
    assert_array_equal(outputs(ours, task.X), outputs(twin, task.X))
    ours.fit(task.X, task.y)
    twin.fit(task.X, task.y)
    assert ours.loss_curve_ == twin.loss_curve_


def test_a_pipeline_of_ours_goes_through_skops(tmp_path):
    task = TASKS["multiclass"]
    model = make_pipeline(StandardScaler(), task.ours()).fit(task.X, task.y)
    loaded = through_skops(model, tmp_path)
    assert_array_equal(loaded.predict_proba(task.X), model.predict_proba(task.X))


# Size


def size_ratio(**settings):
    """Bytes of a pickle for each byte of the weights it is about."""
    task = TASKS["multiclass"]
    sizes = {"hidden_layer_sizes": (400, 101), "max_iter": 2, **settings}
    ours = task.ours(**sizes).fit(task.X, task.y)
    weights = sum(p.nbytes for p in parameters_of(ours))
    return len(pickle.dumps(ours)) / weights


@pytest.mark.parametrize("early_stopping", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
def test_a_pickle_is_little_larger_than_the_weights(solver, dtype, early_stopping):
    settings = {"solver": solver, "dtype": dtype, "early_stopping": early_stopping}
    assert size_ratio(**settings) < 1.05


def test_the_state_of_the_optimizer_is_stored_only_for_those_who_go_on():
    assert 2.9 < size_ratio(solver="adam", warm_start=True) < 3.4
    assert 1.9 < size_ratio(solver="sgd", warm_start=True) < 2.3
    assert size_ratio(solver="lbfgs", warm_start=True) < 1.05


def test_the_state_of_the_optimizer_is_let_go_by_a_fit_that_needs_none():
    task = TASKS["regression"]
    ours = task.ours(warm_start=True).fit(task.X, task.y)
    large = len(pickle.dumps(ours))
    ours.set_params(warm_start=False).fit(task.X, task.y)
    assert len(pickle.dumps(ours)) < 0.7 * large


def test_storing_does_not_change_the_estimator():
    task = TASKS["regression"]
    ours, twin = (task.ours().fit(task.X, task.y) for _ in range(2))
    pickle.dumps(ours)
    ours.partial_fit(task.X, task.y)
    assert ours.loss_curve_ == twin.partial_fit(task.X, task.y).loss_curve_


def test_a_pickle_holds_no_addresses():
    task = TASKS["regression"]
    ours = task.ours().fit(task.X, task.y)
    first = pickle.dumps(ours)
    others = [task.ours().fit(task.X, task.y) for _ in range(3)]
    assert all(len(pickle.dumps(other)) == len(first) for other in others)


# Weights set by hand


@pytest.mark.parametrize("task", SHARED, ids=str)
def test_weights_of_scikit_learn_can_be_assigned(task):
    theirs = task.theirs().fit(task.X, task.y)
    ours = task.ours(random_state=7, max_iter=1).fit(task.X, task.y)
    ours.coefs_, ours.intercepts_ = theirs.coefs_, theirs.intercepts_
    method = "predict_proba" if task.kind == "Classifier" else "predict"
    assert_allclose(
        getattr(ours, method)(task.X), getattr(theirs, method)(task.X), rtol=1e-9
    )


def test_weights_can_be_changed_in_place_item_by_item_and_all_at_once():
    task = TASKS["regression"]
    changed = [task.ours().fit(task.X, task.y) for _ in range(3)]
    changed[0].coefs_[0][:] = 0.25
    changed[1].coefs_[0] = np.full((8, 12), 0.25)
    changed[2].coefs_ = [np.full((8, 12), 0.25), *changed[2].coefs_[1:]]
    first, *others = (estimator.predict(task.X) for estimator in changed)
    assert not np.array_equal(first, clone(changed[0]).fit(task.X, task.y).coefs_[0])
    for other in others:
        assert_array_equal(first, other)


@pytest.mark.parametrize("name", ["coefs_", "intercepts_"])
def test_weights_of_other_shapes_are_refused(name):
    task = TASKS["regression"]
    ours = task.ours().fit(task.X, task.y)
    expected = ours.predict(task.X)
    values = [value.copy() for value in getattr(ours, name)]
    for bad in (values[:-1], [*values[:-1], values[-1][:-1]], [0.0, 0.0, 0.0]):
        with pytest.raises(ValueError, match=name):
            setattr(ours, name, bad)
    assert_array_equal(ours.predict(task.X), expected)


def test_training_goes_on_from_weights_set_by_hand():
    task = TASKS["regression"]
    settings = {"warm_start": True, "solver": "sgd", "learning_rate_init": 1e-12}
    ours = task.ours(**settings).fit(task.X, task.y)
    for weight in parameters_of(ours):
        weight[...] = 0.125
    for early_stopping in (False, True):
        ours.set_params(early_stopping=early_stopping).fit(task.X, task.y)
        for weight in parameters_of(ours):
            assert_allclose(weight, 0.125, atol=1e-6)


def weights_of_another_size(state):
    state["_parameters"] = state["_parameters"][:-1]


def weights_of_half_precision(state):
    state["_parameters"] = state["_parameters"].astype(np.float16)


def rows_that_do_not_exist(state):
    state["_training_state"].order = state["_training_state"].order + 1


def moments_of_another_size(state):
    state["_training_state"].slots = state["_training_state"].slots[:, :-16]


@pytest.mark.parametrize(
    "change",
    [
        weights_of_another_size,
        weights_of_half_precision,
        rows_that_do_not_exist,
        moments_of_another_size,
    ],
    ids=lambda change: change.__name__,
)
def test_a_pickle_that_was_changed_is_refused(change):
    task = TASKS["binary"]
    ours = task.ours(warm_start=True).fit(task.X, task.y)
    state = copy.deepcopy(ours).__getstate__()
    change(state)
    with pytest.raises(ValueError, match=r"has \d+ parameters|weights|rows that"):
        copy.copy(ours).__setstate__(state)


def test_a_pickle_of_a_machine_of_the_other_byte_order_predicts_the_same():
    task = TASKS["binary"]
    ours = task.ours().fit(task.X, task.y)
    state = copy.deepcopy(ours).__getstate__()
    swapped = state["_parameters"].dtype.newbyteorder()
    state["_parameters"] = state["_parameters"].astype(swapped)
    loaded = copy.copy(ours)
    loaded.__setstate__(state)
    assert_array_equal(outputs(loaded, task.X), outputs(ours, task.X))


def test_records_of_epochs_are_stored_as_arrays():
    task = ALL[0]
    ours = task.ours(max_iter=3, early_stopping=True).fit(task.X, task.y)
    state = ours.__getstate__()
    columns = [*state["history_"].values(), state["loss_curve_"]]
    assert all(isinstance(column, np.ndarray) for column in columns)
    loaded = pickle.loads(pickle.dumps(ours))
    assert loaded.loss_curve_ == ours.loss_curve_
    assert loaded.validation_scores_ == ours.validation_scores_
    assert loaded.history_["epoch"] == ours.history_["epoch"]


def test_records_in_lists_are_read_as_files_before_had_them():
    task = ALL[0]
    ours = task.ours(max_iter=3).fit(task.X, task.y)
    state = {**ours.__getstate__(), "history_": ours.history_}
    loaded = type(ours)()
    loaded.__setstate__({**state, "loss_curve_": ours.loss_curve_})
    np.testing.assert_equal(loaded.history_, ours.history_)
    assert loaded.loss_curve_ == ours.loss_curve_
