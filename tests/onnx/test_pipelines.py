"""Pipelines: skl2onnx converts models of this package among those of others."""

import warnings

import numpy as np
import pandas as pd
import pytest
from onnx_models import assert_as_good_as_equal, run_onnx
from sklearn.datasets import make_classification
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skbackprop import (
    DrLIM,
    FeaturePooling,
    LinearSeparator,
    MLPClassifier,
    MLPRegressor,
    MonomialFeatures,
    PiecewiseLinearFeatures,
    RecurrentClassifier,
    SmoothClippingScaler,
    SparseRandomExpansion,
    TabularClassifier,
)
from skbackprop.onnx import register_skl2onnx

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of what it imports
    skl2onnx = pytest.importorskip("skl2onnx")

X, Y = make_classification(
    60, 6, n_informative=5, n_redundant=0, n_classes=3, random_state=0
)
SHORT = {"solver": "lbfgs", "max_iter": 3, "random_state": 0}
NET = {**SHORT, "hidden_layer_sizes": (5,)}
SMALL = {"n_estimators": 1, "max_iter": 3, "hidden_layer_sizes": (5,)}
SMALL["random_state"] = 0
PIPELINES = {
    "network": (StandardScaler(), MLPClassifier(**NET)),
    "strings": (StandardScaler(), MLPClassifier(**NET)),
    "hinge": (StandardScaler(), MLPClassifier(loss="squared_hinge", **NET)),
    "regression": (StandardScaler(), MLPRegressor(**NET)),
    "expansion": (
        SparseRandomExpansion(40, n_inputs=2, top_k=6, random_state=0),
        FeaturePooling("max", group_size=4),
        MLPClassifier(**NET),
    ),
    "monomials": (
        SmoothClippingScaler(),
        MonomialFeatures(2),
        LinearSeparator(on_inseparable="soft"),
    ),
    "map": (
        PiecewiseLinearFeatures(4),
        DrLIM(hidden_layer_sizes=(5,), max_iter=1, random_state=0),
    ),
    "sequences": (
        StandardScaler(),
        RecurrentClassifier((3,), n_timesteps=3, max_iter=1, random_state=0),
    ),
    "table": (StandardScaler(), TabularClassifier(**SMALL)),
}
pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def convert(model, rows, **options):
    register_skl2onnx()
    return skl2onnx.to_onnx(model, rows[:1], **options)


@pytest.mark.parametrize(
    "dtype", [np.float32, np.float64], ids=lambda dtype: dtype.__name__
)
@pytest.mark.parametrize("name", PIPELINES)
def test_a_pipeline_puts_out_the_same(name, dtype):
    rows, y = X.astype(dtype), {"strings": np.array(list("abc"))[Y]}.get(name, Y)
    model = make_pipeline(*PIPELINES[name]).fit(rows, y)
    is_classifier = hasattr(model[-1], "classes_")
    options = {"zipmap": False} if is_classifier else None
    first, *others = run_onnx(convert(model, rows, options=options), X=rows).values()
    tolerance = 2e-6 if name == "table" else None
    if not is_classifier:
        predict = model.predict if hasattr(model, "predict") else model.transform
        assert_as_good_as_equal(first, predict(rows))
        return
    np.testing.assert_array_equal(first, model.predict(rows))
    has_probabilities = hasattr(model, "predict_proba")
    score = model.predict_proba if has_probabilities else model.decision_function
    assert_as_good_as_equal(*others, score(rows), tolerance)


def test_a_classifier_has_a_list_of_dicts_by_default_there():
    rows = X.astype(np.float32)
    model = MLPClassifier(**NET).fit(rows, Y)
    _, dicts = run_onnx(convert(model, rows), X=rows).values()
    found = np.array([[row[label] for label in model.classes_] for row in dicts])
    found = found.astype(np.float32)
    assert_as_good_as_equal(found, model.predict_proba(rows))


def test_shapes_of_outputs_are_declared():
    rows = X.astype(np.float32)
    model = make_pipeline(StandardScaler(), MLPRegressor(**NET)).fit(rows, X[:, :2])
    (output,) = convert(model, rows).graph.output
    shape = [d.dim_value for d in output.type.tensor_type.shape.dim]
    assert shape[1:] == [2]


def test_two_networks_of_a_pipeline_do_not_get_in_each_others_way():
    rows = X.astype(np.float64)
    first = SparseRandomExpansion(12, n_inputs=3, random_state=0)
    second = SparseRandomExpansion(9, n_inputs=3, random_state=1)
    model = make_pipeline(first, second, MLPRegressor(**NET)).fit(rows, X[:, 0])
    (found,) = run_onnx(convert(model, rows), X=rows).values()
    assert_as_good_as_equal(found, model.predict(rows))


def test_columns_of_a_frame_are_inputs_of_their_names():
    frame = pd.DataFrame({"x": X[:, 0], "kind": np.array(["u", "v", "w"])[Y]})
    model = TabularClassifier(**SMALL).fit(frame, Y)
    exported = convert(model, frame, options={"zipmap": False})
    inputs = {"x": frame[["x"]].to_numpy(), "kind": frame[["kind"]].to_numpy(object)}
    label, probabilities = run_onnx(exported, **inputs).values()
    np.testing.assert_array_equal(label, model.predict(frame))
    assert_as_good_as_equal(probabilities, model.predict_proba(frame), 2e-6)
