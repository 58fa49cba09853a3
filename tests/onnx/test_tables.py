"""Ensembles for tables: preprocessing and mean, one input for each column."""

import numpy as np
import pandas as pd
import pytest
from mixed_table import FRAME, LABELS, NUMBERS, small_classifier, small_regressor
from onnx_models import assert_predicts_the_same, run_onnx

from skbackprop.onnx import to_onnx

onnx = pytest.importorskip("onnx")
SINGLE = 2e-6  # members compute in single precision, and probabilities are sharpened
COLUMNS = FRAME.assign(
    kind=pd.Categorical(np.arange(len(FRAME)) % 3 + 5),
    pair=np.where(np.arange(len(FRAME)) % 2, "left", "right"),
)
INDICATORS = np.c_[NUMBERS > 0, NUMBERS > 1].astype(int)
CLASSIFICATIONS = {
    "strings": (LABELS, {}),
    "two": (NUMBERS > 0, {}),
    "labels": (INDICATORS, {}),
    "raw": (LABELS, {"encoding": "raw"}),
    "bins": (LABELS, {"encoding": "piecewise_linear"}),
}
REGRESSIONS = {
    "one": (NUMBERS, {}),
    "two": (np.c_[NUMBERS, -NUMBERS], {}),
    "log link": (np.exp(NUMBERS), {"loss": "gamma"}),
    "quantiles": (NUMBERS, {"loss": "quantile", "quantile": (0.1, 0.9)}),
}


def as_inputs(frame, dtype=np.float64):
    """Return a matrix of one column for each column, as the model reads it."""
    inputs = {}
    for name, column in frame.items():
        if name == "kind":
            values = column.astype(np.int64).to_numpy()
        elif name in ("colour", "pair"):
            values = column.astype(object).where(column.notna(), "").to_numpy()
        else:
            values = column.to_numpy(dtype, na_value=np.nan)
        inputs[name] = values[:, np.newaxis]
    return inputs


@pytest.mark.parametrize("name", CLASSIFICATIONS)
def test_a_classifier_puts_out_the_same(name):
    y, settings = CLASSIFICATIONS[name]
    model = small_classifier(**settings).fit(COLUMNS, y)
    inputs = as_inputs(COLUMNS)
    assert_predicts_the_same(to_onnx(model), model, COLUMNS, SINGLE, **inputs)


@pytest.mark.parametrize("name", REGRESSIONS)
def test_a_regressor_puts_out_the_same(name):
    y, settings = REGRESSIONS[name]
    model = small_regressor(**settings).fit(COLUMNS, y)
    inputs = as_inputs(COLUMNS)
    assert_predicts_the_same(to_onnx(model), model, COLUMNS, SINGLE, **inputs)


def test_each_column_is_an_input_of_its_name_and_kind():
    model = small_regressor().fit(COLUMNS, NUMBERS)
    types = {
        value.name: onnx.TensorProto.DataType.Name(value.type.tensor_type.elem_type)
        for value in to_onnx(model).graph.input
    }
    numbers = dict.fromkeys(["size", "income", "member", "rating"], "DOUBLE")
    texts = dict.fromkeys(["colour", "pair"], "STRING")
    assert types == {**numbers, **texts, "kind": "INT64"}


def test_names_that_were_not_seen_are_none_of_the_levels():
    model = small_classifier().fit(COLUMNS, LABELS)
    strange = COLUMNS.iloc[:9].copy()
    strange["colour"] = ["pink", "red", None] * 3
    strange["kind"] = pd.Categorical([99, 5, 6] * 3)
    strange["size"] = [1e30, -1e30, np.nan] * 3
    inputs = as_inputs(strange)
    assert_predicts_the_same(to_onnx(model), model, strange, SINGLE, **inputs)


def test_of_many_levels_others_and_missing_ones_differ():
    rng = np.random.default_rng(0)
    codes = np.concatenate([np.arange(300), rng.integers(300, size=700)])
    frame = pd.DataFrame({"code": [f"c{i}" for i in codes], "x": rng.normal(size=1000)})
    frame.loc[::9, "code"] = None
    model = small_regressor().fit(frame, frame["x"])
    assert model.table_.columns[0].has_others
    few = frame.iloc[:200].copy()
    few.loc[1, "code"] = "never seen"
    code = few[["code"]].astype(object).where(few[["code"]].notna(), "").to_numpy()
    inputs = {"code": code, "x": few[["x"]].to_numpy()}
    assert_predicts_the_same(to_onnx(model), model, few, SINGLE, **inputs)


def test_levels_of_several_types_are_read_as_they_are_spelled():
    labels = pd.Series(["1", 2, 3.5, True, "x", None] * 20, dtype=object)
    frame = pd.DataFrame({"mixed": labels, "x": np.arange(120.0)})
    model = small_regressor().fit(frame, frame["x"])
    texts = ["1", "2", "2.0", "3.5", "True", "x", "", "y"]
    spelled = pd.DataFrame({"mixed": [*texts[:-2], None, "y"], "x": np.arange(8.0)})
    inputs = {
        "mixed": np.array(texts, object)[:, np.newaxis],
        "x": spelled[["x"]].to_numpy(),
    }
    assert_predicts_the_same(to_onnx(model), model, spelled, SINGLE, **inputs)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_array_of_numbers_is_one_input(dtype):
    X = np.random.default_rng(0).normal(size=(120, 4)).astype(dtype)
    X[::5, 2] = np.nan
    model = small_classifier().fit(X, X[:, 0] > 0)
    exported = to_onnx(model, X)
    assert_predicts_the_same(exported, model, X, SINGLE)
    assert run_onnx(exported, X=X)["probabilities"].dtype == dtype


def test_members_count_by_their_weights():
    model = small_regressor().fit(COLUMNS, NUMBERS)
    model.weights_ = np.array([0.9, 0.1])
    inputs = as_inputs(COLUMNS)
    assert_predicts_the_same(to_onnx(model), model, COLUMNS, SINGLE, **inputs)
