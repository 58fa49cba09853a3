"""Estimators of rows: labels, probabilities and numbers, as predict has them."""

import numpy as np
import pytest
from onnx_models import assert_predicts_the_same, run_onnx
from sklearn.datasets import make_classification

import skbackprop
from skbackprop import (
    DrLIM,
    LinearSeparator,
    MLPClassifier,
    MLPRanker,
    MLPRegressor,
    NetworkClassifier,
    NetworkRegressor,
)
from skbackprop.engine.losses import Focal
from skbackprop.network import (
    Add,
    BatchNorm,
    Concatenate,
    Dropout,
    Graph,
    Input,
    Linear,
    ReLU,
)
from skbackprop.onnx import to_onnx

onnx = pytest.importorskip("onnx")
X, Y = make_classification(90, 8, n_informative=6, n_classes=3, random_state=0)
LETTERS = np.array(["a", "bc", "d"])
LABELS = np.c_[Y > 0, Y == 1].astype(int)
SHORT = {"hidden_layer_sizes": (9,), "solver": "lbfgs", "max_iter": 4}
SHORT["random_state"] = 0
NET = {"solver": "lbfgs", "max_iter": 4, "random_state": 0}
every_dtype = pytest.mark.parametrize(
    "dtype", [np.float32, np.float64], ids=lambda dtype: dtype.__name__
)
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def skipping(n_features, n_outputs):
    """Return a graph with ways around layers, normalization and dropout."""
    x = Input(n_features)
    h = ReLU()(BatchNorm()(Linear(n_features)(x)))
    h = Dropout(0.3)(Add()(h, x))
    return Graph(Linear(n_outputs)(Concatenate()(h, x)))


DAG = {"max_iter": 2, "batch_size": 30, "random_state": 0}
CLASSIFIERS = {
    "several classes": (MLPClassifier(**SHORT), Y),
    "two classes": (MLPClassifier(**SHORT), Y > 0),
    "one class": (MLPClassifier(**SHORT), np.full(90, 4)),
    "strings": (MLPClassifier(**SHORT), LETTERS[Y]),
    "objects": (MLPClassifier(**SHORT), LETTERS[Y].astype(object)),
    "floats": (MLPClassifier(**SHORT), 2.0 * Y),
    "labels": (MLPClassifier(**SHORT), LABELS),
    "focal, several": (MLPClassifier(loss=Focal(1.5), **SHORT), Y),
    "focal, two": (MLPClassifier(loss="focal", **SHORT), Y > 0),
    "focal, labels": (MLPClassifier(loss="focal", **SHORT), LABELS),
    "hinge, several": (MLPClassifier(loss="squared_hinge", **SHORT), Y),
    "hinge, two": (MLPClassifier(loss="squared_hinge", **SHORT), Y > 0),
    "hinge, labels": (MLPClassifier(loss="squared_hinge", **SHORT), LABELS),
    "gelu": (MLPClassifier(activation="gelu", **SHORT), Y),
    "graph": (NetworkClassifier(skipping, **DAG), Y),
    "hyperplane": (LinearSeparator(on_inseparable="soft"), Y > 0),
    "hyperplanes": (LinearSeparator(on_inseparable="soft"), LETTERS[Y]),
}
REGRESSORS = {
    "one target": (MLPRegressor(**SHORT), X[:, 0]),
    "several targets": (MLPRegressor(**SHORT), X[:, :3]),
    "log link": (MLPRegressor(loss="poisson", **SHORT), abs(X[:, :2])),
    "a quantile": (MLPRegressor(loss="quantile", quantile=0.8, **SHORT), X[:, 0]),
    "graph": (NetworkRegressor(skipping, **DAG), X[:, 0]),
}


def fitted(model, y, dtype):
    return model.fit(X.astype(dtype), y), X.astype(dtype)


@every_dtype
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_a_classifier_puts_out_the_same_labels_and_probabilities(name, dtype):
    model, rows = fitted(*CLASSIFIERS[name], dtype)
    exported = to_onnx(model, rows)
    assert_predicts_the_same(exported, model, rows)
    found = run_onnx(exported, X=rows)
    expected = {"i": np.int64, "b": np.int64, "f": np.float64}
    kind = expected.get(model.classes_.dtype.kind, object)
    assert found["label"].dtype == kind
    assert {found[name].dtype for name in set(found) - {"label"}} == {np.dtype(dtype)}


def test_a_loss_that_an_opset_lacks_is_named():
    model, _ = fitted(*CLASSIFIERS["focal, several"], np.float64)
    with pytest.raises(ValueError, match=r"Focal\(gamma=1.5\) needs the operator"):
        to_onnx(model, target_opset=15)


@every_dtype
@pytest.mark.parametrize("name", REGRESSORS)
def test_a_regressor_puts_out_the_same_numbers(name, dtype):
    model, rows = fitted(*REGRESSORS[name], dtype)
    assert_predicts_the_same(to_onnx(model, rows), model, rows)


@every_dtype
def test_quantiles_are_put_in_the_order_of_their_levels(dtype):
    levels = (0.9, 0.1, 0.5)
    model = MLPRegressor(loss="quantile", quantile=levels, **SHORT)
    model.set_params(max_iter=1)  # so that they cross
    model, rows = fitted(model, X[:, 0], dtype)
    exported = to_onnx(model, rows)
    assert_predicts_the_same(exported, model, rows)
    found = run_onnx(exported, X=rows)["variable"]
    assert (np.diff(found[:, [1, 2, 0]]) >= 0).all()


@every_dtype
@pytest.mark.parametrize("expander", [None, (6,)], ids=["map", "map and expander"])
def test_a_map_is_exported_without_what_is_behind_it(expander, dtype):
    model = DrLIM(
        loss="vicreg",
        expander=expander,
        batch_size=30,
        max_iter=1,
        hidden_layer_sizes=(7,),
        random_state=0,
    )
    model, rows = fitted(model, Y, dtype)
    assert_predicts_the_same(to_onnx(model, rows), model, rows)


@every_dtype
def test_a_ranker_puts_out_its_scores(dtype):
    rows = X.astype(dtype)
    model = MLPRanker(hidden_layer_sizes=(7,), max_iter=1, random_state=0)
    model.fit(rows, Y, qid=np.arange(90) // 10)
    assert_predicts_the_same(to_onnx(model, rows), model, rows)


def test_the_dtype_is_that_of_the_network_or_of_the_sample():
    model, rows = fitted(MLPRegressor(**SHORT), X[:, 0], np.float32)
    assert run_onnx(to_onnx(model), X=rows)["variable"].dtype == np.float32
    exported = to_onnx(model, rows.astype(np.float64))
    found = run_onnx(exported, X=rows.astype(np.float64))["variable"]
    assert found.dtype == np.float64


@pytest.mark.parametrize("n_rows", [1, 2, 33])
def test_any_number_of_rows_is_read(n_rows):
    model, rows = fitted(MLPClassifier(**SHORT), Y, np.float32)
    assert_predicts_the_same(to_onnx(model), model, rows[:n_rows])


def test_types_and_shapes_of_inputs_and_outputs_are_declared():
    model, _ = fitted(MLPClassifier(**SHORT), Y, np.float32)
    graph = to_onnx(model).graph
    shapes = {
        value.name: [
            d.dim_value or d.dim_param for d in value.type.tensor_type.shape.dim
        ]
        for value in (*graph.input, *graph.output)
    }
    assert shapes == {"X": ["n", 8], "label": ["n"], "probabilities": ["n", 3]}


def test_the_network_is_left_as_it_was():
    model, rows = fitted(MLPClassifier(**SHORT), Y, np.float64)
    before = model.predict_proba(rows)
    to_onnx(model, rows.astype(np.float32))
    np.testing.assert_array_equal(model.predict_proba(rows), before)


def test_all_estimators_and_transformers_are_known():
    from skbackprop.onnx.pipelines import KINDS

    estimators = {
        kind
        for kind in map(vars(skbackprop).get, skbackprop.__all__)
        if hasattr(kind, "fit")
    }
    assert estimators <= set(KINDS)
