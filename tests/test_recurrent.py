"""Recurrent estimators: tasks, layouts, lengths, and going on from where they are."""

import pickle

import numpy as np
import pandas as pd
import pytest
from jit_marks import EXECUTORS, needs_jit
from joblib import parallel_backend
from sklearn.base import clone
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from unrolled import CELLS, READOUTS

from skbackprop import (
    RecurrentClassifier,
    RecurrentRegressor,
    _estimator,
    _prediction,
)
from skbackprop.engine import Executor, ReferenceExecutor, make_executor
from skbackprop.exceptions import DivergenceError
from skbackprop.kernels import jit

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

LENGTHS = np.random.default_rng(1).integers(2, 7, size=40)
LENGTHS[0] = 6
RAGGED = [np.random.default_rng(i).normal(size=(n, 2)) for i, n in enumerate(LENGTHS)]
X = np.random.default_rng(0).normal(size=(40, 6, 2))
SETTINGS = {"max_iter": 3, "batch_size": 16, "random_state": 0}


def sums(sequences):
    """Return, for each step, the sum of what came before."""
    return [x.sum(axis=1).cumsum() for x in sequences]


def labels_of(sequences, labels):
    """Return, for each step, a label that the sum stands for."""
    edges = [0.0] if len(labels) == 2 else [-1.0, 1.0]
    return [np.array(labels)[np.digitize(s, edges)] for s in sums(sequences)]


def two_targets(sequences):
    return [np.column_stack([s, s**2]) for s in sums(sequences)]


def counts(sequences):
    return [np.floor(s**2) for s in sums(sequences)]


def indicators(sequences):
    return [np.column_stack([s > 0, s > 1]).astype(int) for s in sums(sequences)]


TASKS = {
    "binary": (RecurrentClassifier, lambda x: labels_of(x, ["no", "yes"]), {}),
    "multiclass": (
        RecurrentClassifier,
        lambda x: labels_of(x, ["lo", "mid", "up"]),
        {},
    ),
    "multilabel": (RecurrentClassifier, indicators, {}),
    "regression": (RecurrentRegressor, sums, {}),
    "multioutput": (RecurrentRegressor, two_targets, {}),
    "poisson": (RecurrentRegressor, counts, {"loss": "poisson"}),
}
each_task = pytest.mark.parametrize("task", TASKS)
each_form = pytest.mark.parametrize("sequences", [X, RAGGED], ids=["array", "ragged"])
each_cell = pytest.mark.parametrize("cell", CELLS)


def estimator_for(task, n_units=5, **settings):
    kind, _, own = TASKS[task]
    return kind(n_units, **{**SETTINGS, **own, **settings})


def targets_for(task, sequences, by_steps):
    y = TASKS[task][1](sequences)
    if not by_steps:
        return np.array([steps[-1] for steps in y])
    return np.array(y) if isinstance(sequences, np.ndarray) else y


def outputs_of(estimator, sequences):
    """Return all that the estimator says of the sequences."""
    names = ["predict", "predict_proba", "predict_log_proba"]
    found = [getattr(estimator, n)(sequences) for n in names if hasattr(estimator, n)]
    return [np.concatenate(f) if isinstance(f, list) else f for f in found]


def assert_same_outputs(one, other, sequences, **close):
    for a, b in zip(
        outputs_of(one, sequences), outputs_of(other, sequences), strict=True
    ):
        if close and a.dtype.kind == "f":
            np.testing.assert_allclose(a, b, **close)
        else:
            np.testing.assert_array_equal(a, b)


# What they predict


@each_task
@each_form
def test_one_output_per_sequence(task, sequences):
    y = targets_for(task, sequences, by_steps=False)
    ours = estimator_for(task).fit(sequences, y)
    predicted = ours.predict(sequences)
    assert predicted.shape == y.shape
    assert ours.n_features_per_step_ == ours.n_features_in_ == 2
    metric = accuracy_score if hasattr(ours, "classes_") else r2_score
    assert ours.score(sequences, y) == metric(y, predicted)
    if hasattr(ours, "classes_"):
        n_classes = 2 if task == "multilabel" else len(ours.classes_)
        assert ours.predict_proba(sequences).shape == (40, n_classes)


@each_task
@each_form
def test_one_output_per_step(task, sequences):
    y = targets_for(task, sequences, by_steps=True)
    ours = estimator_for(task, return_sequences=True).fit(sequences, y)
    predicted = ours.predict(sequences)
    assert isinstance(predicted, list) == (sequences is RAGGED)
    for values, steps in zip(predicted, y, strict=True):
        assert values.shape == steps.shape
        assert values.dtype.kind == np.asarray(steps).dtype.kind
    metric = accuracy_score if hasattr(ours, "classes_") else r2_score
    flat = [np.concatenate(list(values)) for values in (y, predicted)]
    assert ours.score(sequences, y) == metric(*flat)
    weights = np.arange(40) % 3.0
    by_step = np.repeat(weights, [len(x) for x in sequences])
    assert ours.score(sequences, y, weights) == metric(*flat, sample_weight=by_step)
    if hasattr(ours, "classes_"):
        probabilities = ours.predict_proba(sequences)
        logarithms = ours.predict_log_proba(sequences)
        for p, log_p, steps in zip(probabilities, logarithms, y, strict=True):
            assert p.shape == (len(steps), ours.predict_proba(X).shape[-1])
            np.testing.assert_allclose(np.exp(log_p), p)
            if task != "multilabel":
                np.testing.assert_allclose(p.sum(axis=1), 1)


@each_cell
def test_each_cell_learns_to_remember(cell):
    """Was the first step of six positive? No later step tells."""
    rng = np.random.default_rng(0)
    sequences = rng.normal(size=(200, 6, 1))
    y = np.where(sequences[:, 0, 0] > 0, "up", "down")
    ours = RecurrentClassifier(
        8,
        cell=cell,
        learning_rate_init=0.02,
        max_iter=40,
        batch_size=20,
        random_state=0,
    )
    assert ours.fit(sequences, y).score(sequences, y) > 0.95


@pytest.mark.parametrize("readout", READOUTS[:3])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_each_readout_learns(readout, bidirectional):
    y = np.array([x[0, 0] > 0 for x in RAGGED])
    ours = RecurrentClassifier(
        (6, 6),
        readout=readout,
        bidirectional=bidirectional,
        solver="lbfgs",
        random_state=0,
    )
    assert ours.fit(RAGGED, y).score(RAGGED, y) == 1


# Ways to say the same


@each_task
@pytest.mark.parametrize("by_steps", [False, True])
def test_arrays_lists_rows_and_layouts_say_the_same(task, by_steps):
    y = targets_for(task, X, by_steps)
    settings = {"return_sequences": by_steps}
    expected = outputs_of(estimator_for(task, **settings).fit(X, y), X)
    turned = X.transpose(0, 2, 1)
    frame = pd.DataFrame(X.reshape(40, 12)).add_prefix("column")
    for held, options in (
        (list(X), {}),
        (X.tolist(), {}),
        (X.reshape(40, 12), {"n_timesteps": 6}),
        (frame, {"n_timesteps": 6}),
        (turned, {"layout": "NFT"}),
        (list(turned), {"layout": "NFT"}),
        (turned.reshape(40, 12), {"layout": "NFT", "n_timesteps": 6}),
    ):
        ours = estimator_for(task, **settings, **options).fit(held, y)
        found = outputs_of(ours, held)
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_array_equal(a, b)
    assert ours.n_features_in_ == 12
    assert ours.n_features_per_step_ == 2


def test_names_of_columns_are_kept():
    frame = pd.DataFrame(X.reshape(40, 12)).add_prefix("column")
    y = targets_for("regression", X, False)
    ours = estimator_for("regression", n_timesteps=6).fit(frame, y)
    np.testing.assert_array_equal(ours.feature_names_in_, frame.columns)
    assert not hasattr(ours.fit(X, y), "feature_names_in_")


def test_without_a_number_of_steps_each_column_is_one():
    univariate, y = X[:, :, 0], targets_for("regression", X, False)
    ours = estimator_for("regression").fit(univariate, y)
    other = estimator_for("regression").fit(univariate[:, :, np.newaxis], y)
    assert ours.n_features_per_step_ == 1
    np.testing.assert_array_equal(
        ours.predict(univariate), other.predict(univariate[:, :, np.newaxis])
    )


def test_rows_pass_through_a_scaler():
    rows, y = X.reshape(40, 12) * 1e3 + 5, targets_for("binary", X, False)
    pipeline = make_pipeline(StandardScaler(), estimator_for("binary", n_timesteps=6))
    pipeline.fit(rows, y)
    scaled = StandardScaler().fit_transform(rows).reshape(40, 6, 2)
    alone = estimator_for("binary").fit(scaled, y)
    np.testing.assert_array_equal(
        pipeline.predict_proba(rows), alone.predict_proba(scaled)
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("form", [lambda x: x, list, lambda x: x.reshape(40, 12)])
def test_the_dtype_is_kept(form, dtype):
    held, y = form(X.astype(dtype)), targets_for("regression", X, False)
    ours = estimator_for("regression", n_timesteps=6).fit(held, y)
    assert ours.predict(held).dtype == dtype
    assert ours._parameters.dtype == dtype


def test_a_dtype_can_be_chosen():
    y = targets_for("regression", X, True)
    ours = estimator_for("regression", dtype="float32", return_sequences=True)
    assert ours.fit(X, y).predict(X).dtype == np.float32
    exact = estimator_for("regression", return_sequences=True).fit(X, y).predict(X)
    np.testing.assert_allclose(ours.predict(X), exact, atol=1e-4)


# Sequences of other lengths


@each_cell
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("readout", READOUTS)
def test_sequences_of_any_length_can_be_predicted(cell, bidirectional, readout):
    by_steps = readout == "steps"
    ours = estimator_for(
        "regression",
        (4, 3),
        cell=cell,
        bidirectional=bidirectional,
        return_sequences=by_steps,
        **({} if by_steps else {"readout": readout}),
    )
    rng = np.random.default_rng(0)
    eight = rng.normal(size=(20, 8, 2))
    ours.fit(eight, targets_for("regression", eight, by_steps))
    longest = rng.normal(size=(3, 13, 2))
    mixed = [longest[0], longest[1][:5], longest[2][:1]]
    together = ours.predict(mixed)
    for sequence, found in zip(mixed, together, strict=True):
        np.testing.assert_allclose(ours.predict(sequence[np.newaxis])[0], found)
    assert len(ours.predict(longest[:, :5])) == len(ours.predict(longest)) == 3


@pytest.fixture
def workspaces(monkeypatch):
    """The sizes, in bytes, of the workspaces that executors are given."""
    sizes = []

    def recording(program, parameters, loss=None, batch_size=512, *rest):
        sizes.append(program.workspace_width * batch_size * parameters.itemsize)
        return make_executor(program, parameters, loss, batch_size, *rest)

    for module in (_prediction, _estimator):
        monkeypatch.setattr(module, "make_executor", recording)
    return sizes


def test_a_thousand_steps_are_predicted_in_little_memory(workspaces):
    y = targets_for("binary", X, False)
    ours = estimator_for("binary", 64, max_iter=1).fit(X, y)
    long = np.random.default_rng(0).normal(size=(70, 1000, 2))
    predicted = ours.predict_proba(long)
    assert workspaces[-1] <= 2**27
    np.testing.assert_allclose(ours.predict_proba(long[-3:]), predicted[-3:])


def test_lbfgs_goes_through_long_sequences_in_little_memory(workspaces):
    long = np.random.default_rng(0).normal(size=(150, 300, 2))
    y = targets_for("binary", long, False)
    estimator_for("binary", 64, solver="lbfgs", max_iter=1, max_fun=1).fit(long, y)
    assert workspaces[-1] <= 2**27


# Training goes on


@each_task
@pytest.mark.parametrize("by_steps", [False, True])
def test_ten_and_ten_epochs_are_twenty(task, by_steps):
    y = targets_for(task, RAGGED, by_steps)
    settings = {"return_sequences": by_steps, "tol": 0.0}
    twice = estimator_for(task, warm_start=True, **settings, max_iter=10)
    twice.fit(RAGGED, y).fit(RAGGED, y)
    once = estimator_for(task, **settings, max_iter=20).fit(RAGGED, y)
    assert twice.loss_curve_ == once.loss_curve_
    assert_same_outputs(twice, once, RAGGED)


@each_task
@pytest.mark.parametrize("by_steps", [False, True])
def test_partial_fit_goes_on_with_sequences_of_other_lengths(task, by_steps):
    ours = estimator_for(task, return_sequences=by_steps)
    known = {}
    if ours.__class__ is RecurrentClassifier and task != "multilabel":
        flat = np.concatenate(targets_for(task, RAGGED, True))
        known = {"classes": np.unique(flat)}
    parts = (X, X[:, :3], RAGGED, RAGGED[:20], np.tile(X, (1, 3, 1)))
    for i, part in enumerate(parts, start=1):
        ours.partial_fit(part, targets_for(task, part, by_steps), **known)
        assert len(ours.loss_curve_) == i
    assert ours.predict(X).shape[:1] == (40,)
    whole = clone(ours).set_params(shuffle=False, max_iter=2, tol=0.0)
    parts = clone(whole)
    y = targets_for(task, X, by_steps)
    whole.fit(X, y)
    parts.partial_fit(X, y, **known).partial_fit(X, y)
    if not known or len(known["classes"]) == len(whole.classes_):
        assert_same_outputs(parts, whole, X)


@pytest.mark.parametrize(
    "change",
    [
        {"cell": "relu"},
        {"readout": "max"},
        {"bidirectional": True},
        {"hidden_layer_sizes": (5, 5)},
        {"return_sequences": True},
    ],
    ids=str,
)
def test_a_warm_start_as_another_net_is_refused_in_few_words(change):
    y = targets_for("regression", X, False)
    ours = estimator_for("regression", cell="tanh", warm_start=True).fit(X, y)
    expected = ours.predict(X)
    ours.set_params(**change)
    y = targets_for("regression", X, "return_sequences" in change)
    with pytest.raises(ValueError, match=r"another network.*\n.*cell='tanh'") as error:
        ours.fit(X, y)
    assert len(str(error.value)) < 500
    np.testing.assert_array_equal(ours.predict(X), expected)


def test_a_warm_start_may_truncate_backprop_elsewhere():
    y = targets_for("regression", X, False)
    ours = estimator_for("regression", warm_start=True).fit(X, y)
    assert len(ours.set_params(bptt_steps=2).fit(X, y).loss_curve_) == 6


@pytest.mark.parametrize(
    "change",
    [
        {"cell": "lstm"},
        {"readout": "mean"},
        {"bidirectional": True},
        {"hidden_layer_sizes": 50},
        {"return_sequences": True},
        {"bptt_steps": 1},
    ],
    ids=str,
)
def test_parameters_set_after_a_fit_do_not_change_predictions(change):
    y = targets_for("binary", X, False)
    ours = estimator_for("binary").fit(X, y)
    expected = outputs_of(ours, X)
    score = ours.score(X, y)
    ours.set_params(**change)
    for a, b in zip(outputs_of(ours, X), expected, strict=True):
        np.testing.assert_array_equal(a, b)
    assert ours.score(X, y) == score


# Training that looks at held-out sequences, weights, limits


@each_task
@each_form
@pytest.mark.parametrize("by_steps", [False, True])
def test_early_stopping_scores_as_score_does(task, sequences, by_steps):
    """With all weights as good as fixed, the score is that of the rows held out."""
    y = targets_for(task, sequences, by_steps)
    settings = {"return_sequences": by_steps, "early_stopping": True, "max_iter": 1}
    settings |= {"validation_fraction": 0.5, "learning_rate_init": 1e-30}
    ours = estimator_for(task, batch_size=4, **settings).fit(sequences, y)
    held_out = ours._training_state.validation
    score = ours.score([sequences[i] for i in held_out], [y[i] for i in held_out])
    np.testing.assert_allclose(ours.validation_scores_, score)
    assert len(held_out) == 20


@each_task
@pytest.mark.parametrize("by_steps", [False, True])
def test_integer_weights_are_repetitions(task, by_steps):
    y = targets_for(task, RAGGED, by_steps)
    weights = np.arange(40) % 3
    which = np.repeat(np.arange(40), weights)
    settings = {"return_sequences": by_steps, "solver": "lbfgs", "max_iter": 5}
    weighted = estimator_for(task, **settings).fit(RAGGED, y, weights)
    repeated = estimator_for(task, **settings)
    repeated.fit([RAGGED[i] for i in which], [y[i] for i in which])
    np.testing.assert_allclose(weighted.loss_, repeated.loss_, rtol=1e-6)
    assert_same_outputs(weighted, repeated, RAGGED[1:3], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", EXECUTORS)
def test_gradients_that_explode_are_clipped(kind, dtype, monkeypatch):
    monkeypatch.setattr(_estimator, "make_executor", kind)
    long = np.random.default_rng(0).normal(size=(20, 30, 2))
    y = targets_for("regression", long, False)
    settings = {"solver": "sgd", "momentum": 0.0, "alpha": 0.0, "batch_size": 20}
    settings |= {"max_iter": 1, "learning_rate_init": 1.0, "dtype": dtype}
    settings |= {"cell": "relu"}
    begin = estimator_for("regression", **{**settings, "learning_rate_init": 1e-30})
    begin = begin.fit(long, y)._parameters
    free = estimator_for("regression", **settings).fit(long, y)._parameters - begin
    norm = np.linalg.norm(free)
    for limit, factor in ((norm / 50, 0.02), (norm * 2, 1.0)):
        ours = estimator_for("regression", clip_grad_norm=float(limit), **settings)
        step = ours.fit(long, y)._parameters - begin
        np.testing.assert_allclose(step, factor * free, rtol=2e-3, atol=2e-4 * norm)
        assert np.linalg.norm(step) <= limit * 1.0001


def test_clipping_lets_a_net_learn_that_would_diverge():
    long = np.random.default_rng(0).normal(size=(30, 60, 1)) * 3
    y = long[:, :, 0].sum(axis=1)
    settings = {"cell": "relu", "solver": "sgd", "learning_rate_init": 0.1}
    with pytest.raises(DivergenceError):
        estimator_for("regression", **settings, max_iter=20).fit(long, y)
    ours = estimator_for("regression", **settings, max_iter=20, clip_grad_norm=0.1)
    assert np.isfinite(ours.fit(long, y).loss_)


# Both executors


@needs_jit
@each_task
@pytest.mark.parametrize("by_steps", [False, True])
@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
def test_estimators_learn_the_same_on_both_executors(
    task, by_steps, solver, monkeypatch
):
    y = targets_for(task, RAGGED, by_steps)
    settings = {"return_sequences": by_steps, "solver": solver, "readout": "mean"}
    fits = []
    for kind in (ReferenceExecutor, Executor):
        monkeypatch.setattr(_estimator, "make_executor", kind)
        fits.append(estimator_for(task, **settings).fit(RAGGED, y))
    np.testing.assert_allclose(fits[0].loss_, fits[1].loss_, rtol=1e-7)
    assert_same_outputs(*fits, RAGGED, rtol=1e-5, atol=1e-6)


@needs_jit
@each_cell
def test_a_new_architecture_compiles_nothing(cell):
    """All sizes, depths, directions, lengths and readouts run the same kernels."""
    y, values = targets_for("binary", X, False), targets_for("binary", X, True)
    known = {"cell": cell, "max_iter": 1}
    for readout in READOUTS[:3]:
        estimator_for("binary", readout=readout, **known).fit(RAGGED, y)
    estimator_for("binary", (4, 3), bidirectional=True, bptt_steps=2, **known).fit(X, y)
    estimator_for("binary", return_sequences=True, **known).fit(X, values)
    before = set(jit._addresses)
    n_before = jit.n_compiled
    for readout in READOUTS[:3]:
        estimator_for(
            "binary",
            (17, 6, 33),
            bidirectional=True,
            readout=readout,
            bptt_steps=3,
            **known,
        ).fit(np.tile(X, (1, 2, 2)), y)
    estimator_for("binary", (9, 2), return_sequences=True, **known).fit(
        np.tile(X[:, :4], (1, 1, 3)), values[:, :4]
    ).predict(X[:, :5].repeat(3, axis=2))
    assert jit.n_compiled == n_before
    assert set(jit._addresses) == before


# Storage and searches


@each_task
@pytest.mark.parametrize("by_steps", [False, True])
@pytest.mark.parametrize("way", ["pickle", "skops"])
def test_stored_estimators_predict_and_go_on_as_before(task, by_steps, way):
    y = targets_for(task, RAGGED, by_steps)
    ours = estimator_for(task, return_sequences=by_steps, warm_start=True)
    ours.fit(RAGGED, y)
    if way == "pickle":
        loaded = pickle.loads(pickle.dumps(ours))
    else:
        io = pytest.importorskip("skops.io")
        stored = io.dumps(ours)
        untrusted = io.get_untrusted_types(data=stored)
        assert all(name.startswith("skbackprop.") for name in untrusted), untrusted
        loaded = io.loads(stored, trusted=untrusted)
    assert_same_outputs(loaded, ours, RAGGED)
    assert_same_outputs(loaded.fit(RAGGED, y), ours.fit(RAGGED, y), RAGGED)


def test_clones_have_the_parameters_and_nothing_else():
    ours = estimator_for("binary", cell="lstm", bidirectional=True, n_timesteps=6)
    ours.fit(X, targets_for("binary", X, False))
    assert clone(ours).get_params() == ours.get_params()
    assert not hasattr(clone(ours), "graph_")


@pytest.mark.parametrize("backend", ["threading", "loky"])
@each_form
def test_a_search_over_cells(backend, sequences):
    y = targets_for("binary", sequences, False)
    grid = {"cell": CELLS}
    ours = estimator_for("binary", max_iter=20, learning_rate_init=0.02)
    with parallel_backend(backend, n_jobs=2):
        search = GridSearchCV(ours, grid, cv=2).fit(sequences, y)
    alone = GridSearchCV(ours, grid, cv=2).fit(sequences, y)
    assert search.best_params_ == alone.best_params_
    np.testing.assert_array_equal(
        search.cv_results_["mean_test_score"], alone.cv_results_["mean_test_score"]
    )
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
