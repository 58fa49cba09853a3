"""MLPRanker: queries in, scores out, and scikit-learn around it."""

import pickle
import time
import warnings

import numpy as np
import pandas as pd
import pytest
import sklearn
from jit_marks import needs_jit
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.metrics import make_scorer, ndcg_score
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    cross_val_score,
    cross_validate,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from tasks import pipelines_route_to_score

from skbackprop import MLPRanker

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

LOSSES = ["lambdarank", "ranknet", "hinge", "listnet"]
every_loss = pytest.mark.parametrize("loss", LOSSES)


def search_log(n_queries=60, seed=0):
    """Return documents of queries of 1 to 12, graded by a product of features."""
    rng = np.random.default_rng(seed)
    qid = np.repeat(np.arange(n_queries), rng.integers(1, 13, size=n_queries))
    qid = rng.permutation(qid)
    X = rng.normal(size=(len(qid), 4))
    X += rng.normal(scale=3, size=(n_queries, 1))[qid]  # no matter within a query
    utility = X[:, 0] - X[:, 1] + 0.5 * (X[:, 2] - X[:, 3]) ** 2
    return X, np.digitize(utility, [0.5, 1.5, 2.5]), qid


X, Y, QID = search_log()


N_QUERIES = len(np.unique(QID))


def ranker(**settings):
    """Return a ranker that is quickly fitted."""
    settings = {"hidden_layer_sizes": (8,), "max_iter": 5, "random_state": 0} | settings
    return MLPRanker(**settings)


def mean_of_ndcg_scores(gains, scores, qid, k=None):
    values = [
        ndcg_score([gains[qid == q]], [scores[qid == q]], k=k)
        for q in np.unique(qid)
        if (qid == q).sum() > 1 and gains[qid == q].any()
    ]
    return np.mean(values)


# Learning


@every_loss
def test_what_is_learnt_ranks_other_queries(loss):
    X_new, y_new, qid_new = search_log(seed=1)
    learnt = MLPRanker(loss, learning_rate_init=0.01, random_state=0, max_iter=60)
    learnt.fit(X, Y, qid=QID)
    untrained = MLPRanker(loss, learning_rate_init=1e-9, random_state=0, max_iter=1)
    before = untrained.fit(X, Y, qid=QID).score(X_new, y_new, qid=qid_new)
    assert learnt.score(X_new, y_new, qid=qid_new) > 0.93 > before
    assert learnt.loss_curve_[-1] < learnt.loss_curve_[0]


@every_loss
def test_rows_may_come_in_any_order(loss):
    order = np.random.default_rng(0).permutation(len(X))
    expected = ranker(loss=loss, batch_size=7).fit(X, Y, qid=QID)
    found = ranker(loss=loss, batch_size=7).fit(X[order], Y[order], qid=QID[order])
    np.testing.assert_allclose(found.predict(X), expected.predict(X), rtol=1e-9)
    assert found.loss_ == pytest.approx(expected.loss_, rel=1e-10)


@pytest.mark.parametrize(
    "rename",
    [
        lambda qid: 3 * qid - 50,
        lambda qid: [f"query {number:03}" for number in qid],
        lambda qid: pd.Series(qid, index=qid[::-1]),
        lambda qid: pd.Categorical(qid),
        lambda qid: qid / 7,
    ],
    ids=["numbers", "strings", "series", "categories", "floats"],
)
def test_queries_may_have_any_names(rename):
    expected = ranker(batch_size=7).fit(X, Y, qid=QID)
    found = ranker(batch_size=7).fit(X, Y, qid=rename(QID))
    np.testing.assert_array_equal(found.predict(X), expected.predict(X))
    assert found.score(X, Y, qid=rename(QID)) == expected.score(X, Y, qid=QID)


@every_loss
def test_without_qid_all_rows_are_one_query(loss):
    expected = ranker(loss=loss).fit(X, Y, qid=np.full(len(X), 3))
    found = ranker(loss=loss).fit(X, Y)
    np.testing.assert_array_equal(found.predict(X), expected.predict(X))
    assert found.score(X, Y) == pytest.approx(ndcg_score([Y], [found.predict(X)]))


@every_loss
@pytest.mark.parametrize("settings", [{}, {"solver": "lbfgs"}], ids=["adam", "lbfgs"])
def test_weights_of_queries_are_repetitions(loss, settings):
    if loss == "lambdarank" and settings:
        pytest.skip("LambdaRank states no function that L-BFGS could minimise")
    counts = np.random.default_rng(0).integers(3, size=N_QUERIES)
    settings = settings | {"loss": loss, "alpha": 0.0, "shuffle": False}
    weighted = ranker(**settings, batch_size=N_QUERIES)
    weighted.fit(X, Y, qid=QID, query_weight=counts[QID])
    rows, qid = [], []
    for query in range(N_QUERIES):
        for copy in range(counts[query]):
            rows.append(np.flatnonzero(query == QID))
            qid.append(np.full(len(rows[-1]), 10 * query + copy))
    rows, qid = np.concatenate(rows), np.concatenate(qid)
    repeated = ranker(**settings, batch_size=counts.sum())
    repeated.fit(X[rows], Y[rows], qid=qid)
    np.testing.assert_allclose(repeated.predict(X), weighted.predict(X), rtol=1e-6)


def test_minibatches_count_queries():
    fitted = ranker(batch_size=7, max_iter=3).fit(X, Y, qid=QID)
    assert fitted.t_ == 3 * N_QUERIES
    assert "queries per minibatch" in MLPRanker.__doc__
    by_hand = 200 * N_QUERIES // len(X)
    auto = ranker().fit(X, Y, qid=QID)
    same = ranker(batch_size=by_hand).fit(X, Y, qid=QID)
    np.testing.assert_array_equal(auto.predict(X), same.predict(X))


@every_loss
def test_sparse_documents_are_those_dense_ones(loss):
    thin = np.where(np.abs(X) > 1, X, 0.0)
    expected = ranker(loss=loss, batch_size=9).fit(thin, Y, qid=QID)
    for kind in (sparse.csr_matrix, sparse.csc_array):
        found = ranker(loss=loss, batch_size=9).fit(kind(thin), Y, qid=QID)
        np.testing.assert_allclose(
            found.predict(kind(thin)), expected.predict(thin), rtol=1e-8, atol=1e-12
        )


@every_loss
def test_float32_stays_float32(loss):
    fitted = ranker(loss=loss).fit(X.astype(np.float32), Y, qid=QID)
    scores = fitted.predict(X)
    assert scores.dtype == fitted.coefs_[0].dtype == np.float32
    expected = ranker(loss=loss).fit(X, Y, qid=QID).predict(X)
    np.testing.assert_allclose(scores, expected, atol=1e-3)


def test_five_epochs_and_five_more_are_ten():
    settings = {"batch_size": 9, "warm_start": True}
    twice = ranker(**settings).fit(X, Y, qid=QID).fit(X, Y, qid=QID)
    once = ranker(batch_size=9, max_iter=10).fit(X, Y, qid=QID)
    np.testing.assert_array_equal(twice.predict(X), once.predict(X))
    by_parts = ranker(batch_size=9)
    for _ in range(10):
        by_parts.partial_fit(X, Y, qid=QID)
    np.testing.assert_array_equal(by_parts.predict(X), once.predict(X))


def test_partial_fit_puts_up_with_queries_that_teach_nothing():
    fitted = ranker().partial_fit(X, Y, qid=QID)
    before = fitted.predict(X)
    fitted.set_params(alpha=0.0)
    fitted.partial_fit(X[:3], [1, 1, 1], qid=[1, 2, 3])
    assert fitted.loss_curve_[-1] == 0
    assert np.isfinite(fitted.predict(X)).all()
    assert before.shape == (len(X),)


@every_loss
def test_early_stopping_holds_out_whole_queries(loss):
    fitted = ranker(loss=loss, early_stopping=True, max_iter=30, k=3, batch_size=9)
    fitted.set_params(validation_fraction=0.3, warm_start=True)
    fitted.fit(X, Y, qid=QID)
    held_out = np.isin(QID, fitted._training_state.validation)
    assert 0 < held_out.sum() < len(X)
    score = fitted.score(X[held_out], Y[held_out], qid=QID[held_out])
    assert fitted.best_validation_score_ == pytest.approx(score, rel=1e-12)
    assert max(fitted.validation_scores_) == fitted.best_validation_score_


@every_loss
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("fraction", [0.1, 0.9])
def test_early_stopping_has_a_query_to_rank_in_both_parts(loss, seed, fraction):
    """Of twenty queries all but two teach nothing, and one of these weighs nothing."""
    qid, y = np.repeat(np.arange(20), 5), np.zeros(100, int)
    y[[0, 50, 98]] = 1
    weight = np.where(qid == 10, 0.0, 1.0)
    fitted = ranker(loss=loss, early_stopping=True, validation_fraction=fraction)
    fitted.set_params(random_state=seed, warm_start=True)
    fitted.fit(X[:100], y, qid=qid, query_weight=weight)
    assert np.isin([0, 19], fitted._training_state.order).sum() == 1
    assert np.isin([0, 19], fitted._training_state.validation).sum() == 1
    held_out = np.isin(qid, fitted._training_state.validation)
    data = {"qid": qid[held_out], "query_weight": weight[held_out]}
    score = fitted.score(X[:100][held_out], y[held_out], **data)
    assert fitted.best_validation_score_ == pytest.approx(score, rel=1e-12)


@pytest.mark.parametrize("settings", [{}, {"scoring": "loss"}])
def test_early_stopping_needs_two_queries_to_rank(settings):
    largest = np.bincount(QID).argmax()
    y = np.where(largest == QID, np.arange(len(X)), 1)
    with pytest.raises(ValueError, match="needs two queries .* has 1 among 60"):
        ranker(early_stopping=True, **settings).fit(X, y, qid=QID)


@pytest.mark.parametrize("scoring", [None, "loss"])
@pytest.mark.parametrize(
    "given",
    [
        {"y_val": np.zeros_like(Y)},
        {"y_val": np.ones_like(Y)},
        {"qid_val": np.arange(len(Y))},
        {"y_val": QID == 3, "query_weight_val": (QID != 3).astype(float)},
    ],
    ids=["irrelevant", "alike", "alone", "without weight"],
)
def test_a_validation_set_without_a_query_to_rank_is_named(given, scoring):
    given = {"X_val": X, "y_val": Y, "qid_val": QID} | given
    with pytest.raises(ValueError, match="X_val and y_val cannot be scored: no query"):
        ranker(scoring=scoring).fit(X, Y, qid=QID, **given)


# How large queries may be


def one_query(n_documents):
    rng = np.random.default_rng(0)
    return rng.normal(size=(n_documents, 2)), rng.integers(5, size=n_documents)


@pytest.mark.parametrize("loss", LOSSES[:3])
def test_a_query_of_more_pairs_than_anyone_waits_for_is_refused(loss):
    X, y = one_query(60_000)
    message = rf"60000 documents, for which loss='{loss}'.*1.8e\+09 pairs.*qid is None"
    with pytest.raises(ValueError, match=message):
        ranker(loss=loss).fit(X, y)
    fitted = ranker(loss=loss, max_iter=1).fit(X[:50], y[:50])
    with pytest.raises(ValueError, match="60000 documents"):
        fitted.partial_fit(X, y, qid=np.zeros(len(X)))
    with pytest.raises(ValueError, match="60000 documents"):
        fitted.fit(X[:50], y[:50], X_val=X, y_val=y)


@needs_jit
@pytest.mark.parametrize("settings", [{"k": 10}, {"loss": "listnet"}])
def test_a_query_of_any_size_is_ranked_in_little_time(settings):
    """Quadratic it would take half a minute."""
    X, y = one_query(60_000)
    fitted = ranker(max_iter=1, hidden_layer_sizes=(2,), **settings)
    fitted.fit(X[:50], y[:50])  # compiles
    begin = time.process_time()
    fitted.fit(X, y, qid=np.zeros(len(X)))
    assert time.process_time() - begin < 5


# What users who forget the queries are told


def test_many_rows_without_queries_are_warned_of():
    X, y = one_query(1001)
    message = "qid is None: all 1001 .*set_fit_request"
    with pytest.warns(UserWarning, match=message) as caught:
        ranker().fit(X, y)
    assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", ConvergenceWarning)
        ranker().fit(X[:1000], y[:1000])
        ranker().fit(X, y, qid=np.zeros(len(X)))


def test_a_search_that_hands_queries_to_fit_only_is_warned_of():
    search = GridSearchCV(ranker(), {"k": [1, None]}, cv=GroupKFold(2))
    with pytest.warns(UserWarning, match="score received no qid.*set_score_request"):
        search.fit(X, Y, qid=QID, groups=QID)


@pytest.mark.usefixtures("routing")
def test_a_scorer_receives_the_queries_behind_any_pipeline():
    def mean_of(y, scores, qid):
        queries = [qid == i for i in np.unique(qid)]
        ranked = [i for i in queries if i.sum() > 1 and y[i].any()]
        return np.mean([ndcg_score(y[i][None], scores[i][None]) for i in ranked])

    model = requesting(max_iter=2)
    scores, expected = (
        cross_val_score(
            estimator,
            X,
            Y,
            cv=GroupKFold(2),
            scoring=scoring,
            params={"qid": QID, "groups": QID},
        )
        for estimator, scoring in (
            (make_pipeline(model), make_scorer(mean_of).set_score_request(qid=True)),
            (model, None),
        )
    )
    np.testing.assert_allclose(scores, expected, rtol=1e-12)


@every_loss
def test_a_validation_set_has_queries_of_its_own(loss):
    X_val, y_val, qid_val = search_log(n_queries=20, seed=3)
    fitted = ranker(loss=loss, max_iter=8, learning_rate_init=0.1, k=3)
    fitted.fit(X, Y, qid=QID, X_val=X_val, y_val=y_val, qid_val=qid_val)
    assert len(fitted.validation_scores_) == 8
    assert fitted.best_validation_score_ == max(fitted.validation_scores_)
    score = fitted.score(X_val, y_val, qid=qid_val)
    assert fitted.best_validation_score_ == pytest.approx(score, rel=1e-12)


def test_validation_weighs_queries():
    is_first = QID < 30
    given = {"X_val": X, "y_val": Y, "qid_val": QID}
    weighted = ranker().fit(
        X, Y, qid=QID, **given, query_weight_val=np.where(is_first, 2.0, 0.0)
    )
    given = {name: part[is_first] for name, part in given.items()}
    chosen = ranker().fit(X, Y, qid=QID, **given)
    np.testing.assert_allclose(weighted.validation_scores_, chosen.validation_scores_)
    np.testing.assert_allclose(
        weighted.validation_loss_curve_, chosen.validation_loss_curve_
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"qid_val": QID}, "qid_val requires X_val"),
        ({"query_weight_val": QID}, "query_weight_val requires X_val"),
        ({"X_val": X}, "y_val is None"),
        ({"X_val": X, "y_val": -Y, "qid_val": QID}, "y must not be negative"),
        ({"X_val": X, "y_val": Y, "qid_val": QID[1:]}, "qid must have one entry"),
    ],
)
def test_bad_validation_sets_are_named(given, message):
    with pytest.raises(ValueError, match=message):
        ranker().fit(X, Y, qid=QID, **given)


# Scores


@pytest.mark.parametrize("k", [None, 1, 5])
def test_the_score_is_the_mean_of_those_of_scikit_learn(k):
    fitted = ranker(k=k).fit(X, Y, qid=QID)
    scores = fitted.predict(X)
    expected = mean_of_ndcg_scores(Y, scores, QID, k)
    assert fitted.score(X, Y, qid=QID) == pytest.approx(expected, rel=1e-12)
    fitted.set_params(gain="exponential")
    expected = mean_of_ndcg_scores(2**Y - 1, scores, QID, k)
    assert fitted.score(X, Y, qid=QID) == pytest.approx(expected, rel=1e-12)


def test_queries_that_nobody_can_rank_are_left_out_of_the_score():
    fitted = ranker().fit(X, Y, qid=QID)
    expected = fitted.score(X, Y, qid=QID)
    more = np.concatenate([X, X[:4]])
    y = np.concatenate([Y, [0, 0, 0, 3]])  # three not relevant, one by itself
    qid = np.concatenate([QID, [900, 900, 900, 901]])
    assert fitted.score(more, y, qid=qid) == pytest.approx(expected, rel=1e-12)


def test_weights_of_queries_weigh_in_the_score():
    fitted = ranker().fit(X, Y, qid=QID)
    is_first = QID < 30
    expected = fitted.score(X[is_first], Y[is_first], qid=QID[is_first])
    found = fitted.score(X, Y, qid=QID, query_weight=np.where(is_first, 2.0, 0.0))
    assert found == pytest.approx(expected, rel=1e-12)


def test_tied_scores_count_as_scikit_learn_counts_them():
    fitted = ranker().fit(X, Y, qid=QID)
    fitted.coefs_ = [np.zeros_like(w) for w in fitted.coefs_]
    expected = mean_of_ndcg_scores(Y, np.zeros(len(X)), QID)
    assert fitted.score(X, Y, qid=QID) == pytest.approx(expected, rel=1e-12)


# Bad input


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"qid": QID[:-1]}, r"qid must have one entry for each of the \d+ rows"),
        ({"qid": QID[:, np.newaxis]}, "qid must have one entry for each"),
        ({"qid": np.where(QID == 3, np.nan, QID)}, "qid contains NaN"),
        ({"qid": [None, *QID[1:]]}, "qid contains NaN"),
        ({"qid": [{"a"}, *QID[1:]]}, "qid must be numbers or strings"),
        ({"y": np.where(QID == 3, -1, Y)}, "y must not be negative.* minimum of -1"),
        ({"y": np.where(QID == 3, np.nan, Y)}, "Input y contains NaN"),
        ({"y": np.stack([Y, Y], axis=1)}, "y should be a 1d array"),
        ({"y": None}, "requires y to be passed"),
        ({"qid": np.arange(len(X))}, "no query has documents of different relevance"),
        ({"y": np.ones(len(X))}, "no query has documents of different relevance"),
        ({"query_weight": np.arange(len(X))}, "same for all rows of a query"),
        ({"query_weight": [1.0]}, "query_weight must have one entry for each"),
        ({"query_weight": np.zeros(len(X))}, "query_weight must be finite"),
        ({"query_weight": np.full(len(X), -1)}, "query_weight must be finite"),
        ({"query_weight": np.full(len(X), np.nan)}, "query_weight must be finite"),
    ],
)
def test_bad_input_is_named(changed, message):
    arguments = {"y": Y, "qid": QID} | changed
    fitted = ranker().fit(X, Y, qid=QID)
    before = fitted.predict(X)
    with pytest.raises(ValueError, match=message):
        fitted.fit(X, **arguments)
    np.testing.assert_array_equal(fitted.predict(X), before)


@pytest.mark.parametrize("loss", ["lambdarank", "listnet"])
@pytest.mark.parametrize(("dtype", "largest"), [("float32", 128), ("float64", 1024)])
def test_grades_whose_gains_are_infinite_are_named(loss, dtype, largest):
    settings = {"loss": loss, "dtype": dtype, "gain": "exponential"}
    y = np.where(Y == 3, largest, Y)
    with pytest.raises(ValueError, match=f"relevance of {largest}, too large for gain"):
        ranker(**settings).fit(X, y, qid=QID)
    fitted = ranker(**settings).fit(X, np.minimum(y, largest - 10), qid=QID)
    assert np.isfinite(fitted.predict(X)).all()
    with pytest.raises(ValueError, match="y has a relevance of 2000, too large"):
        fitted.score(X, np.where(Y == 3, 2000, Y), qid=QID)


@every_loss
def test_huge_relevance_is_learnt_from_with_linear_gain(loss):
    fitted = ranker(loss=loss).fit(X, 1e12 * Y, qid=QID)
    assert np.isfinite(fitted.loss_)
    assert np.isfinite(fitted.predict(X)).all()


@pytest.mark.parametrize(
    ("y", "qid"), [([0, 0, 0], [1, 1, 1]), ([1, 2, 3], [1, 2, 3])], ids=["none", "one"]
)
def test_a_score_that_is_not_defined_is_an_error(y, qid):
    fitted = ranker().fit(X, Y, qid=QID)
    with pytest.raises(ValueError, match="NDCG is not defined"):
        fitted.score(X[:3], y, qid=qid)


def test_the_score_wants_the_queries_of_all_rows():
    fitted = ranker().fit(X, Y, qid=QID)
    with pytest.raises(ValueError, match="qid must have one entry"):
        fitted.score(X, Y, qid=QID[:-2])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        fitted.score(X, Y[:-1])
    with pytest.raises(ValueError, match="y contains NaN"):
        fitted.score(X, np.where(Y == 3, np.nan, Y), qid=QID)
    with pytest.raises(NotFittedError):
        ranker().score(X, Y, qid=QID)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"solver": "lbfgs"}, "loss='lambdarank'.*solver='lbfgs'"),
        ({"k": 0}, "'k' parameter"),
        ({"loss": "squared_error"}, "'loss' parameter"),
        ({"gain": "cubic"}, "'gain' parameter"),
        ({"scoring": "r2", "early_stopping": True}, "'scoring' parameter"),
        ({"early_stopping": True, "validation_fraction": 0.01}, "validation set"),
    ],
)
def test_settings_that_cannot_be_are_errors(settings, message):
    with pytest.raises(ValueError, match=message):
        ranker(**settings).fit(X, Y, qid=QID)


@pytest.mark.parametrize("change", [{"loss": "hinge"}, {"k": 3}])
def test_training_does_not_go_on_with_another_loss(change):
    fitted = ranker(warm_start=True).fit(X, Y, qid=QID).set_params(**change)
    with pytest.raises(ValueError, match="differ from those of the previous fit"):
        fitted.fit(X, Y, qid=QID)


def test_lbfgs_does_not_learn_part_by_part():
    assert not hasattr(ranker(solver="lbfgs"), "partial_fit")


# scikit-learn around it


@pytest.fixture
def routing():
    with sklearn.config_context(enable_metadata_routing=True):
        yield


def requesting(**settings):
    return ranker(**settings).set_fit_request(qid=True).set_score_request(qid=True)


@pytest.mark.usefixtures("routing")
@pytest.mark.parametrize("n_jobs", [None, pytest.param(2, marks=pytest.mark.slow)])
def test_a_grid_search_sends_each_row_its_query(n_jobs):
    grid = {"loss": LOSSES[:2], "k": [1, None]}
    model = requesting(batch_size=9)
    search = GridSearchCV(model, grid, cv=GroupKFold(3), n_jobs=n_jobs)
    search.fit(X, Y, qid=QID, groups=QID)
    by_hand = []
    for train, test in GroupKFold(3).split(X, Y, QID):
        assert not set(QID[train]) & set(QID[test])
        fitted = clone(model).set_params(**search.best_params_)
        fitted.fit(X[train], Y[train], qid=QID[train])
        by_hand.append(fitted.score(X[test], Y[test], qid=QID[test]))
    assert search.best_score_ == pytest.approx(np.mean(by_hand), rel=1e-12)
    expected = search.best_estimator_.score(X, Y, qid=QID)
    assert search.score(X, Y, qid=QID) == expected


@pipelines_route_to_score
@pytest.mark.usefixtures("routing")
def test_cross_validation_of_a_pipeline_sends_each_row_its_query():
    pipeline = make_pipeline(StandardScaler(), requesting(batch_size=9))
    scores = cross_val_score(
        pipeline, X, Y, cv=GroupKFold(3), params={"qid": QID, "groups": QID}
    )
    results = cross_validate(
        pipeline, X, Y, cv=GroupKFold(3), params={"qid": QID, "groups": QID}
    )
    np.testing.assert_array_equal(results["test_score"], scores)
    for (train, test), score in zip(
        GroupKFold(3).split(X, Y, QID), scores, strict=True
    ):
        scaler = StandardScaler().fit(X[train])
        fitted = ranker(batch_size=9)
        fitted.fit(scaler.transform(X[train]), Y[train], qid=QID[train])
        expected = fitted.score(scaler.transform(X[test]), Y[test], qid=QID[test])
        assert score == pytest.approx(expected, rel=1e-12)


def test_a_pipeline_takes_the_queries_by_the_name_of_the_step_without_routing():
    pipeline = make_pipeline(StandardScaler(), ranker())
    pipeline.fit(X, Y, mlpranker__qid=QID)
    expected = ranker().fit(StandardScaler().fit_transform(X), Y, qid=QID)
    np.testing.assert_array_equal(
        pipeline.predict(X), expected.predict(StandardScaler().fit_transform(X))
    )


def through_skops(estimator, folder):
    io = pytest.importorskip("skops.io")
    stored = io.dumps(estimator)
    untrusted = io.get_untrusted_types(data=stored)
    assert all(name.startswith("skbackprop.") for name in untrusted)
    return io.loads(stored, trusted=untrusted)


def through_pickle(estimator, folder):
    return pickle.loads(pickle.dumps(estimator))


def through_a_file(estimator, folder):
    estimator.save(folder / "ranker.npz")
    return MLPRanker.load(folder / "ranker.npz")


@pytest.mark.parametrize("road", [through_pickle, through_skops, through_a_file])
@pytest.mark.parametrize("settings", [{}, {"early_stopping": True, "k": 3}])
def test_a_stored_ranker_is_the_same_ranker(settings, road, tmp_path):
    fitted = ranker(warm_start=True, **settings).fit(X, Y, qid=QID)
    loaded = road(fitted, tmp_path)
    np.testing.assert_array_equal(loaded.predict(X), fitted.predict(X))
    assert loaded.score(X, Y, qid=QID) == fitted.score(X, Y, qid=QID)
    fitted.fit(X, Y, qid=QID)
    loaded.fit(X, Y, qid=QID)
    np.testing.assert_array_equal(loaded.predict(X), fitted.predict(X))


def test_frames_give_the_features_names():
    frame = pd.DataFrame(X, columns=list("abcd"))
    fitted = ranker().fit(frame, pd.Series(Y), qid=pd.Series(QID))
    assert fitted.feature_names_in_.tolist() == list("abcd")
    np.testing.assert_array_equal(
        fitted.predict(frame), ranker().fit(X, Y, qid=QID).predict(X)
    )


@pytest.mark.filterwarnings("default::sklearn.exceptions.ConvergenceWarning")
def test_warnings_point_at_the_line_that_fits():
    with pytest.warns(ConvergenceWarning) as caught:
        ranker(max_iter=1).fit(X, Y, qid=QID)
    assert [warning.filename for warning in caught] == [__file__]
