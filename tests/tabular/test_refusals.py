"""What no net can learn from is refused, by name and with advice."""

import datetime
from types import SimpleNamespace

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from mixed_table import small_classifier, small_regressor
from scipy import sparse

from skbackprop.tabular.table import TableReader


def in_frame(values, dtype=object):
    return pd.DataFrame({"fine": 1.0, "odd": pd.Series(values, dtype=dtype)})


DAY = datetime.date(2026, 1, 2)
MOMENT = datetime.datetime(2026, 1, 2)
TIMES = {
    "pandas": in_frame([MOMENT], "datetime64[ns]"),
    "zone": in_frame([MOMENT], "datetime64[ns, UTC]"),
    "duration": in_frame([1], "timedelta64[ns]"),
    "period": in_frame(pd.PeriodIndex([MOMENT], freq="D"), "period[D]"),
    "objects": in_frame([DAY]),
    "timestamps": in_frame([pd.Timestamp(MOMENT), None]),
    "polars": pl.DataFrame({"odd": [DAY]}),
    "polars moments": pl.DataFrame({"odd": [MOMENT]}),
    "polars duration": pl.DataFrame({"odd": [MOMENT - MOMENT]}),
    "arrow": pa.table({"odd": [DAY]}),
    "arrow moments": pa.table({"odd": [MOMENT]}),
}


@pytest.mark.parametrize("name", TIMES)
def test_times_are_refused_with_advice(name):
    with pytest.raises(TypeError, match="'odd' holds times .* days since a date"):
        TableReader.learn(TIMES[name])


ODD = {
    "lists": in_frame([[1, 2]]),
    "dicts": in_frame([{"a": 1}]),
    "arrays": in_frame([np.ones(2)]),
    "objects": in_frame([object()]),
    "bytes": in_frame([b"ab"]),
    "polars list": pl.DataFrame({"odd": [[1, 2]]}),
    "polars struct": pl.DataFrame({"odd": [{"a": 1}]}),
    "polars bytes": pl.DataFrame({"odd": [b"ab"]}),
    "arrow list": pa.table({"odd": [[1, 2]]}),
    "arrow struct": pa.table({"odd": [{"a": 1}]}),
    "arrow bytes": pa.table({"odd": [b"ab"]}),
}


@pytest.mark.parametrize("name", ODD)
def test_what_is_neither_number_nor_label_is_refused(name):
    with pytest.raises(TypeError, match="'odd' holds"):
        TableReader.learn(ODD[name])


@pytest.mark.parametrize("values", [np.array([1j]), np.array([1j], object)])
def test_complex_numbers_are_refused_as_scikit_learn_does(values):
    with pytest.raises(ValueError, match="Complex data not supported: 'odd'"):
        TableReader.learn(in_frame(values, values.dtype))


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("make", [in_frame, lambda v: in_frame(v, float), pl.DataFrame])
def test_the_column_with_an_infinity_is_named(make, sign):
    good, bad = [1.0, 2.0, np.nan], [1.0, sign * np.inf, np.nan]
    if make is pl.DataFrame:
        good, bad = {"odd": good}, {"odd": bad}
    with pytest.raises(ValueError, match="infinity.*\n.*'odd'"):
        TableReader.learn(make(bad))
    reader = TableReader.learn(make(good))
    with pytest.raises(ValueError, match="infinity.*\n.*'odd'"):
        reader.read(make(bad))


def test_the_column_of_an_array_with_an_infinity_is_named(rng):
    X = rng.normal(size=(70_000, 3))  # more than one block
    reader = TableReader.learn(X)
    X[65_000, 1] = np.inf
    with pytest.raises(ValueError, match="infinity.*\n.*'x1'"):
        reader.read(X)


def test_integers_beyond_floats_are_refused():
    with pytest.raises(ValueError, match="'odd' holds an integer too large"):
        TableReader.learn(in_frame([10**400]))


def test_text_in_a_column_of_numbers_is_refused_later():
    reader = TableReader.learn(in_frame([1.5, 2.5], float))
    np.testing.assert_array_equal(
        reader.read(in_frame(["1.5", None])), reader.read(in_frame([1.5, np.nan]))
    )
    with pytest.raises(ValueError, match="'odd' held numbers .* but now 'abc'"):
        reader.read(in_frame(["1.5", "abc"]))


def test_prose_is_refused_with_advice():
    texts = [f"the sentence of number {i}, which has a few words" for i in range(101)]
    with pytest.raises(ValueError, match="'odd' holds prose.*TfidfVectorizer"):
        TableReader.learn(in_frame(texts))
    TableReader.learn(in_frame(texts[:100]))
    TableReader.learn(in_frame(texts[:50] * 2 + texts[:2]))


def test_identifiers_are_left_out_with_a_warning():
    X = in_frame([f"id {i}" for i in range(257)])
    with pytest.warns(UserWarning, match="'odd'.*identify rows"):
        reader = TableReader.learn(X)
    assert reader.names.tolist() == ["fine", "odd"]
    assert not reader.read(X).any()
    assert reader.report()[1]["rule"] == "identifier: left out"


@pytest.mark.parametrize(
    "X",
    [
        pd.DataFrame([[1, 2, 3]], columns=["b", "a", "a"]),
        pa.table([[1], [2], [3]], names=["b", "a", "a"]),
    ],
)
def test_names_that_occur_twice_are_refused(X):
    with pytest.raises(ValueError, match="2 columns are named 'a'"):
        TableReader.learn(X)


@pytest.mark.parametrize(
    "X, message",
    [
        (np.ones((0, 3)), r"0 sample\(s\) \(shape=\(0, 3\)\)"),
        (np.ones((3, 0)), r"0 feature\(s\) \(shape=\(3, 0\)\)"),
        (pd.DataFrame({"a": []}), r"0 sample\(s\)"),
        (pd.DataFrame(index=[0, 1]), r"0 feature\(s\)"),
        (pl.DataFrame({"a": []}), r"0 sample\(s\)"),
        (pa.table({"a": pa.array([], pa.int8())}), r"0 sample\(s\)"),
        (np.ones(3), "Reshape your data"),
        ([1, 2, 3], "Reshape your data"),
        (["a", "b"], "Reshape your data"),
        ([[1, 2], [3]], "Reshape your data|inhomogeneous"),
        ([], "Reshape your data"),
        (3.0, "Reshape your data"),
        (np.ones((2, 2, 2)), "dim 3"),
        (pd.Series([1.0, 2]), "2-dimensional container|Reshape your data"),
        (pl.Series([1.0, 2]), "2-dimensional container|Reshape your data"),
    ],
    ids=str,
)
def test_what_is_no_table_is_refused_as_scikit_learn_does(X, message):
    with pytest.raises(ValueError, match=message):
        TableReader.learn(X)


@pytest.mark.parametrize("make", [sparse.csr_matrix, sparse.coo_array])
def test_sparse_matrices_are_refused_with_advice(make):
    with pytest.raises(TypeError, match="Sparse data.*MLPClassifier.*toarray"):
        TableReader.learn(make(np.eye(3)))


@pytest.mark.parametrize("make", [small_classifier, small_regressor])
def test_masked_targets_are_refused(make):
    y = np.arange(12) % 2
    with pytest.raises(ValueError, match="y is a masked array"):
        make().fit(np.arange(24.0).reshape(12, 2), np.ma.masked_array(y, y == 1))


@pytest.mark.parametrize("make", [small_classifier, small_regressor])
def test_corrupt_label_matrices_are_refused(make):
    y = sparse.csr_matrix(np.eye(12, 3, dtype=int))
    y.indices[1] = 77
    with pytest.raises(ValueError, match="y is a corrupt CSR matrix"):
        make().fit(np.arange(24.0).reshape(12, 2), y)


def test_lazy_frames_are_refused_with_advice():
    with pytest.raises(TypeError, match="collect"):
        TableReader.learn(pl.DataFrame({"a": [1]}).lazy())


def test_tables_of_another_width_are_refused():
    reader = TableReader.learn(np.ones((3, 2)))
    with pytest.raises(ValueError, match="X has 3 features, but TableReader is"):
        reader.read(np.ones((3, 3)))


@pytest.mark.parametrize(
    "given, message",
    [
        (["c"], "item value 'c' which is not a valid feature name"),
        ([2], r"must be in \[0, n_features - 1\]"),
        ([-1], r"must be in \[0, n_features - 1\]"),
        ([True], r"boolean mask must have shape \(n_features,\), got: \(1,\)"),
        ([1.5], "array-like of bool, int or str, got: float64"),
        ([0, "a", None], "array-like of bool, int or str, got: NoneType, int, str"),
    ],
)
def test_nominal_columns_are_asked_for_as_in_scikit_learn(given, message):
    X = pd.DataFrame({"a": [1, 2], "b": [3, 4]})
    given = np.array(given, object) if None in given else given
    with pytest.raises(ValueError, match=message):
        TableReader.learn(X, categorical_features=given)


def test_arrays_have_no_names_to_ask_for():
    with pytest.raises(ValueError, match="on data without feature names"):
        TableReader.learn(np.ones((2, 2)), categorical_features=["a"])


def test_arrays_of_whatever_has_an_array_are_read():
    X = np.arange(6.0).reshape(3, 2)
    held = SimpleNamespace()
    held = type("Held", (), {"__array__": lambda self, *a, **k: X})()
    np.testing.assert_array_equal(
        TableReader.learn(held).read(held), TableReader.learn(X).read(X)
    )
