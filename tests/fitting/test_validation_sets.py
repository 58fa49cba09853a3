"""Validation sets: given or held out, scored after each epoch, best weights kept."""

import numpy as np
import pandas as pd
import pytest
import sklearn
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_iris
from sklearn.metrics import log_loss, make_scorer, mean_squared_error
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from tasks import ALL, BOTH, TASKS, assert_bitwise_same_network

import skbackprop
from skbackprop import MLPClassifier, MLPRegressor, RecurrentClassifier

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def halves(task):
    """Return samples to train on, and as many to validate on."""
    return task.X[::2], task.y[::2], task.X[1::2], task.y[1::2]


def fit_validated(estimator, task, **fit_params):
    X, y, X_val, y_val = halves(task)
    return estimator.fit(X, y, X_val=X_val, y_val=y_val, **fit_params)


each_task = pytest.mark.parametrize("task", ALL, ids=str)
one_of_each = pytest.mark.parametrize("task", BOTH, ids=str)


# What is trained, and what is kept


@each_task
def test_a_validation_set_changes_no_step_of_training(task):
    X, y, *_ = halves(task)
    validated = fit_validated(task.ours(), task)
    alone = task.ours().fit(X, y)
    assert validated.loss_curve_ == alone.loss_curve_
    assert validated.best_loss_ == alone.best_loss_
    assert validated.n_iter_ == alone.n_iter_


@each_task
@pytest.mark.parametrize("early_stopping", [False, True])
def test_the_parameters_of_the_best_score_are_kept(task, early_stopping):
    settings = {"max_iter": 40, "learning_rate_init": 0.03}
    ours = fit_validated(task.ours(early_stopping=early_stopping, **settings), task)
    scores = ours.validation_scores_
    assert ours.best_validation_score_ == max(scores)
    X, y, X_val, y_val = halves(task)
    assert ours.score(X_val, y_val) == pytest.approx(max(scores), rel=1e-6)
    n_epochs = 1 + int(np.argmax(scores))
    settings["max_iter"] = n_epochs
    assert_bitwise_same_network(ours, task.ours(**settings).fit(X, y))


@one_of_each
def test_without_early_stopping_the_loss_says_when_to_stop(task):
    X, y, *_ = halves(task)
    settings = {"tol": 0.05, "n_iter_no_change": 2, "max_iter": 200}
    ours = fit_validated(task.ours(**settings), task)
    alone = task.ours(**settings).fit(X, y)
    assert ours.n_iter_ == alone.n_iter_ < 200
    assert len(ours.validation_scores_) == ours.n_iter_


@one_of_each
def test_with_early_stopping_the_score_says_when_to_stop_and_all_of_X_is_learnt(task):
    ours = task.ours(early_stopping=True, tol=1.0, n_iter_no_change=3, max_iter=50)
    fit_validated(ours, task)
    assert ours.n_iter_ == 1 + 3 + 1
    assert ours.t_ == ours.n_iter_ * len(task.X[::2])
    assert ours.best_loss_ is None


@one_of_each
def test_the_rows_that_early_stopping_holds_out_might_as_well_be_given(task):
    settings = {"early_stopping": True, "shuffle": False, "max_iter": 15}
    own = task.ours(warm_start=True, **settings)  # which keeps what was held out
    own.fit(task.X, task.y)
    state = own._training_state
    given = task.ours(**settings)
    given.fit(
        task.X[state.order],
        task.y[state.order],
        X_val=task.X[state.validation],
        y_val=task.y[state.validation],
    )
    assert_allclose(given.validation_scores_, own.validation_scores_, rtol=1e-12)
    assert_allclose(given.validation_loss_curve_, own.validation_loss_curve_)


def test_nothing_is_said_of_validation_where_there_is_none():
    ours = TASKS["regression"].ours().fit(TASKS["regression"].X, TASKS["regression"].y)
    assert ours.validation_scores_ is None
    assert ours.validation_loss_curve_ is None
    assert ours.best_validation_score_ is None
    assert np.isnan(ours.history_["validation_score"]).all()


@each_task
@pytest.mark.parametrize("early_stopping", [False, True])
def test_ten_epochs_and_ten_more_are_twenty(task, early_stopping):
    settings = {"early_stopping": early_stopping, "warm_start": True, "tol": 0}
    twice, once = task.ours(**settings), task.ours(max_iter=20, **settings)
    fit_validated(fit_validated(twice, task), task)
    fit_validated(once, task)
    assert_bitwise_same_network(twice, once)
    for name in ("loss_curve_", "validation_scores_", "validation_loss_curve_"):
        assert getattr(twice, name) == getattr(once, name)
    assert twice.best_validation_score_ == once.best_validation_score_
    for name in set(once.history_) - {"seconds"}:
        assert_array_equal(twice.history_[name], once.history_[name])


@one_of_each
def test_another_validation_set_is_no_rival_of_the_last_one(task):
    X, y, X_val, y_val = halves(task)
    ours = task.ours(warm_start=True)
    ours.fit(X, y, X_val=X, y_val=y).fit(X, y, X_val=X_val, y_val=y_val)
    assert ours.best_validation_score_ == pytest.approx(ours.score(X_val, y_val))


def test_divergence_leaves_the_best_parameters_and_a_warning():
    task = TASKS["regression"]
    settings = {"solver": "sgd", "activation": "identity", "max_iter": 300}
    settings["learning_rate_init"] = 0.2
    with pytest.warns(UserWarning, match="best validation score are kept"):
        ours = fit_validated(task.ours(**settings), task)
    X_val, y_val = halves(task)[2:]
    assert ours.score(X_val, y_val) == pytest.approx(ours.best_validation_score_)


# What is computed


@each_task
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_loss_is_the_mean_over_the_set_without_penalty(task, dtype):
    ours = task.ours(scoring="loss", max_iter=5, alpha=1.0, dtype=dtype)
    fit_validated(ours, task)
    loss = min(ours.validation_loss_curve_)
    assert ours.best_validation_score_ == -loss
    X_val, y_val = halves(task)[2:]
    if task.kind == "Classifier":
        p = ours.predict_proba(X_val)
        if task.name == "multilabel":
            expected = -np.log(np.where(y_val, p, 1 - p)).sum(axis=1).mean()
        else:
            expected = log_loss(y_val, p)
    elif task.name == "poisson":
        from sklearn.metrics import mean_poisson_deviance

        expected = mean_poisson_deviance(y_val, ours.predict(X_val)) / 2
    else:
        expected = mean_squared_error(y_val, ours.predict(X_val)) / 2
    assert loss == pytest.approx(expected, rel=1e-4 if dtype == "float32" else 1e-9)


@one_of_each
@pytest.mark.parametrize("scoring", [None, "loss", "named"])
def test_integer_weights_of_the_set_are_repeated_rows(task, scoring):
    X, y, X_val, y_val = halves(task)
    if scoring == "named":
        scoring = (
            "neg_log_loss"
            if task.kind == "Classifier"
            else "neg_root_mean_squared_error"
        )
    weights = np.arange(len(X_val)) % 3
    weighted, repeated = task.ours(scoring=scoring), task.ours(scoring=scoring)
    weighted.fit(X, y, X_val=X_val, y_val=y_val, sample_weight_val=weights)
    repeated.fit(X, y, X_val=X_val.repeat(weights, 0), y_val=y_val.repeat(weights))
    for name in ("validation_scores_", "validation_loss_curve_"):
        assert_allclose(getattr(weighted, name), getattr(repeated, name), rtol=1e-9)


@pytest.mark.parametrize("given", [True, False], ids=["given", "held out"])
@pytest.mark.parametrize(
    ("task", "scoring"),
    [
        (TASKS["binary"], "roc_auc"),
        (TASKS["multiclass"], "neg_log_loss"),
        (TASKS["multilabel"], "f1_macro"),
        (TASKS["regression"], "neg_mean_absolute_error"),
        (TASKS["regression"], make_scorer(mean_squared_error, greater_is_better=False)),
        (TASKS["multiclass"], lambda est, X, y: -np.mean(est.predict(X) != y)),
    ],
)
def test_any_scorer_scores(task, scoring, given):
    ours = task.ours(scoring=scoring, early_stopping=True, warm_start=True)
    if given:
        fit_validated(ours, task)
        X_val, y_val = halves(task)[2:]
    else:
        ours.fit(task.X, task.y)
        rows = ours._training_state.validation
        X_val, y_val = task.X[rows], task.y[rows]
    scorer = sklearn.metrics.check_scoring(ours, scoring)
    assert scorer(ours, X_val, y_val) == ours.best_validation_score_
    assert ours.best_validation_score_ == max(ours.validation_scores_)


def test_scorers_see_the_samples_as_the_user_has_them():
    seen = []

    def scoring(estimator, X, y):
        seen.append((X, y))
        return 0.0

    X, y = load_iris(return_X_y=True, as_frame=True)
    MLPClassifier(scoring=scoring, early_stopping=True, max_iter=2).fit(X, y)
    assert len(seen) == 2
    assert list(seen[0][0].columns) == list(X.columns)
    assert isinstance(seen[0][1], pd.Series)
    X_val, y_val = X[::3], y[::3]
    MLPClassifier(scoring=scoring, max_iter=1).fit(X, y, X_val=X_val, y_val=y_val)
    assert seen[-1][0] is X_val
    assert seen[-1][1] is y_val


# Kinds of data


@pytest.mark.parametrize("task", [TASKS["binary"], TASKS["multilabel"]], ids=str)
@pytest.mark.parametrize("kind", [sparse.csr_matrix, sparse.csc_array])
@pytest.mark.parametrize("scoring", [None, "accuracy"])
def test_sparse_sets_are_validated_like_dense_ones(task, kind, scoring):
    X, y, X_val, y_val = halves(task)
    dense = task.ours(scoring=scoring).fit(X, y, X_val=X_val, y_val=y_val)
    ours = task.ours(scoring=scoring).fit(X, y, X_val=kind(X_val), y_val=y_val)
    assert_allclose(ours.validation_scores_, dense.validation_scores_)
    assert_allclose(ours.validation_loss_curve_, dense.validation_loss_curve_)
    held_out = task.ours(early_stopping=True, scoring=scoring)
    assert len(held_out.fit(kind(X), y).validation_scores_) == held_out.n_iter_


def test_a_sparse_indicator_matrix_is_validated_on():
    task = TASKS["multilabel"]
    X, y, X_val, y_val = halves(task)
    ours = task.ours().fit(X, y, X_val=X_val, y_val=sparse.csr_matrix(y_val))
    assert (
        ours.validation_scores_ == fit_validated(task.ours(), task).validation_scores_
    )


def test_float32_networks_validate_on_float64_and_the_other_way_round():
    task = TASKS["multiclass"]
    X, y, X_val, y_val = halves(task)
    single, double = X.astype(np.float32), X_val.astype(np.float32)
    ours = task.ours().fit(single, y, X_val=X_val, y_val=y_val)
    same = task.ours().fit(single, y, X_val=double, y_val=y_val)
    assert ours.coefs_[0].dtype == np.float32
    assert ours.validation_loss_curve_ == same.validation_loss_curve_


def test_classes_may_be_missing_from_the_set():
    task = TASKS["multiclass"]
    X, y, X_val, y_val = halves(task)
    known = y_val != 1
    ours = task.ours().fit(X, y, X_val=X_val[known], y_val=y_val[known])
    assert ours.best_validation_score_ == ours.score(X_val[known], y_val[known])


@pytest.mark.parametrize("kind", ["Classifier", "Regressor"])
@pytest.mark.parametrize("return_sequences", [False, True])
@pytest.mark.parametrize("readout", ["last", "mean"])
def test_sequences_of_another_length_are_validated_on(kind, return_sequences, readout):
    X, y = ragged_sequences(kind, return_sequences, 40, 3, 9)
    X_val, y_val = ragged_sequences(kind, return_sequences, 15, 8, 14)
    ours = getattr(skbackprop, f"Recurrent{kind}")(
        (6,),
        max_iter=6,
        return_sequences=return_sequences,
        readout=readout,
        random_state=0,
    )
    alone = clone(ours).fit(X, y)
    ours.fit(X, y, X_val=X_val, y_val=y_val)
    assert ours.loss_curve_ == alone.loss_curve_
    assert ours.score(X_val, y_val) == pytest.approx(ours.best_validation_score_)
    assert ours.best_validation_score_ == max(ours.validation_scores_)
    assert ours.fit(X, y, X_val=X, y_val=y).predict(X) is not None


def ragged_sequences(kind, return_sequences, n_samples, shortest, longest):
    rng = np.random.default_rng(n_samples)
    lengths = rng.integers(shortest, longest, size=n_samples)
    X = [rng.normal(size=(length, 2)) for length in lengths]
    y = [x[:, 0].cumsum() for x in X]
    if kind == "Classifier":
        y = [(steps > 0).astype(int) for steps in y]
    return X, y if return_sequences else np.array([steps[-1] for steps in y])


def test_a_callable_scores_sequences_by_steps():
    X, y = ragged_sequences("Classifier", True, 40, 3, 9)

    def scoring(estimator, X, y):
        return estimator.score(X, y)

    settings = {"return_sequences": True, "max_iter": 5, "random_state": 0}
    settings["early_stopping"] = True
    ours = RecurrentClassifier((6,), scoring=scoring, **settings).fit(X, y)
    same = RecurrentClassifier((6,), **settings).fit(X, y)
    assert_allclose(ours.validation_scores_, same.validation_scores_)


# Around it


def test_sets_are_routed_through_pipelines_and_searches():
    X, y = load_iris(return_X_y=True)
    X, X_val, y, y_val = train_test_split(1000 * X, y, stratify=y, random_state=0)
    net = MLPClassifier((10,), max_iter=20, early_stopping=True, random_state=0)
    with sklearn.config_context(enable_metadata_routing=True):
        net.set_fit_request(X_val=True, y_val=True, sample_weight_val=False)
        pipe = make_pipeline(StandardScaler(), net, transform_input=["X_val"])
        pipe.fit(X, y, X_val=X_val, y_val=y_val)
        scores = pipe[-1].validation_scores_
        assert (
            pipe.score(X_val, y_val) == pipe[-1].best_validation_score_ == max(scores)
        )
        search = GridSearchCV(pipe, {"mlpclassifier__alpha": [1e-4, 1e-2]}, cv=3)
        search.fit(X, y, X_val=X_val, y_val=y_val)
    best = search.best_estimator_[-1]
    assert len(best.validation_scores_) == best.n_iter_


BAD = [
    ({"X_val": 1}, "y_val is None"),
    ({"y_val": 1}, "X_val is None"),
    ({"sample_weight_val": 1}, "sample_weight_val .* X_val and y_val"),
    ({"X_val": lambda X: X[:, 1:], "y_val": 1}, "X_val and y_val must .* 3 features"),
    ({"X_val": lambda X: X[1:], "y_val": 1}, "X_val and y_val must .* inconsistent"),
    ({"X_val": lambda X: X * np.nan, "y_val": 1}, "X_val and y_val must .* NaN"),
    ({"X_val": 1, "y_val": lambda y: y + 1}, "X_val and y_val must .* classes not in"),
    ({"X_val": 1, "y_val": lambda y: np.eye(3)[y]}, "X_val and y_val must .* columns"),
    (
        {"X_val": 1, "y_val": 1, "sample_weight_val": lambda y: 0 * y},
        "sample_weight_val .* X_val",
    ),
    (
        {"X_val": 1, "y_val": 1, "sample_weight_val": lambda y: -1.0 * y},
        "sample_weight_val .* [Nn]egative",
    ),
]


@pytest.mark.parametrize(("given", "message"), BAD, ids=[m for _, m in BAD])
def test_sets_that_do_not_fit_are_refused_by_name(given, message):
    X, y = load_iris(return_X_y=True)
    whole = {"X_val": X, "y_val": y, "sample_weight_val": y}
    given = {k: v(whole[k]) if callable(v) else whole[k] for k, v in given.items()}
    clf = MLPClassifier(max_iter=5, random_state=0).fit(X, y)
    before = vars(clf).copy()
    with pytest.raises(ValueError, match=f"(?s){message}"):
        clf.fit(X, y, **given)
    assert vars(clf) == before


@pytest.mark.parametrize(
    ("estimator", "given", "message"),
    [
        (MLPClassifier(solver="lbfgs"), True, "X_val and y_val .* solver='lbfgs'"),
        (MLPClassifier(scoring="accuracy"), False, "scoring='accuracy' .* early_stop"),
        (MLPClassifier(scoring="acuracy"), True, "scoring='acuracy' is not"),
        (
            MLPClassifier(scoring="loss", solver="lbfgs", early_stopping=True),
            False,
            "scoring='loss' .* early_stopping=True",
        ),
        (MLPClassifier(scoring=3), True, "'scoring' parameter"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(estimator, given, message):
    X, y = load_iris(return_X_y=True)
    given = {"X_val": X, "y_val": y} if given else {}
    with pytest.raises(ValueError, match=message):
        estimator.fit(X, y, **given)


def test_names_of_scorers_are_refused_where_steps_are_predicted():
    X, y = ragged_sequences("Classifier", True, 40, 3, 9)
    clf = RecurrentClassifier((4,), return_sequences=True, scoring="accuracy")
    with pytest.raises(ValueError, match=r"scoring='accuracy' .*return_sequences"):
        clf.fit(X, y, X_val=X, y_val=y)


def test_sets_of_other_targets_are_refused_in_regression():
    X, y = load_diabetes(return_X_y=True)
    with pytest.raises(ValueError, match=r"X_val and y_val must .*1 column"):
        MLPRegressor().fit(X, y, X_val=X, y_val=np.column_stack([y, y]))


def test_partial_fit_knows_nothing_of_validation():
    X, y = load_iris(return_X_y=True)
    clf = MLPClassifier(scoring="accuracy", random_state=0)
    clf.partial_fit(X, y, classes=[0, 1, 2])
    assert clf.validation_scores_ is None


def test_a_checkpoint_goes_on_with_the_same_set_only(tmp_path):
    task = TASKS["multiclass"]
    X, y, X_val, y_val = halves(task)
    checkpoint = tmp_path / "fit.npz"
    ours, whole = task.ours(checkpoint=checkpoint), task.ours(max_iter=20)
    ours.fit(X, y, X_val=X_val, y_val=y_val)
    longer = clone(ours).set_params(max_iter=20)
    longer.fit(X, y, X_val=X_val, y_val=y_val)
    whole.fit(X, y, X_val=X_val, y_val=y_val)
    assert_bitwise_same_network(longer, whole)
    assert longer.validation_scores_ == whole.validation_scores_
    with pytest.raises(ValueError, match="the validation set"):
        clone(longer).fit(X, y, X_val=X_val[1:], y_val=y_val[1:])
