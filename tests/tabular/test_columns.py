"""Columns are read alike, whichever library holds them and in whichever form."""

import numpy as np
import pandas as pd
import pytest
from table_columns import (
    BOOLEANS,
    FLOATS,
    INTEGERS,
    LABELS,
    forms_of,
    in_float_frame,
    labels_as_columns,
    numbers_as_columns,
    scaled,
)

from skbackprop.tabular.columns import open_table
from skbackprop.tabular.table import TableReader

KINDS = {
    "floats": (FLOATS, np.arange(-7, 9) / 2, numbers_as_columns),
    "integers": (INTEGERS, np.arange(-5, 6), numbers_as_columns),
    "booleans": (BOOLEANS, [True, False], numbers_as_columns),
    "two labels": (LABELS, ["yes", "no"], labels_as_columns),
    "five labels": (LABELS, ["b", "a", "", "nan", "é 9"], labels_as_columns),
    "one label": (LABELS, ["always"], labels_as_columns),
}
MISSING = {"nothing": 0.0, "some": 0.3, "most": 0.95}
CASES = [
    (kind, form, missing)
    for kind, (forms, _, _) in KINDS.items()
    for missing in MISSING
    for form in forms_of(forms, missing == "nothing")
]


def drawn(kind, missing, seed=0, n=60):
    """Return values of a kind, as Python has them, None where one is missing."""
    rng = np.random.default_rng(seed)
    _, pool, _ = KINDS[kind]
    values = np.array(pool)[rng.integers(0, len(pool), n)].tolist()
    is_missing = rng.random(n) < MISSING[missing]
    return [None if gone else v for v, gone in zip(values, is_missing, strict=True)]


def held_in(kind, form, values):
    forms, _, _ = KINDS[kind]
    try:
        return forms_of(forms, None not in values)[form](values)
    except (TypeError, NotImplementedError):
        if pd.__version__ >= "2":
            raise
        pytest.skip("pandas 1.5 cannot make this column of these values")


@pytest.mark.parametrize("kind, form, missing", CASES)
def test_a_column_becomes_the_same_numbers_in_every_form(kind, form, missing):
    values = drawn(kind, missing)
    X = held_in(kind, form, values)
    Z = TableReader.learn(X).read(X)
    _, _, as_columns = KINDS[kind]
    np.testing.assert_array_equal(Z, scaled(as_columns(values)))
    assert Z.dtype == np.float32
    assert Z.flags.c_contiguous


@pytest.mark.parametrize("kind, form, missing", CASES)
def test_edges_and_names_are_the_same_in_every_form(kind, form, missing):
    values = drawn(kind, missing)
    plain = next(iter(KINDS[kind][0]))
    reader, other = (
        TableReader.learn(held_in(kind, name, values)) for name in (form, plain)
    )
    assert reader.edges == other.edges
    assert reader.n_bins == other.n_bins
    first = [name.replace("x0", "x") for name in reader.names]
    assert first == [name.replace("x0", "x") for name in other.names]
    drop = ("name",)
    for ours, theirs in zip(reader.report(), other.report(), strict=True):
        assert all(ours[key] == theirs[key] for key in ours if key not in drop)


@pytest.mark.parametrize("kind, form, missing", CASES)
def test_what_was_learnt_in_one_form_is_read_in_another(kind, form, missing):
    values, later = drawn(kind, "some"), drawn(kind, missing, seed=1)
    reader = TableReader.learn(held_in(kind, "pandas object", values))
    Z = reader.read(held_in(kind, form, later))
    np.testing.assert_array_equal(Z, reader.read(held_in(kind, "pandas object", later)))
    # And each row is read alike, alone or among others.
    for i in (0, 7):
        one = held_in(kind, form, later[i : i + 1]) if form != "chunked" else None
        if one is not None and (missing == "nothing" or later[i] is not None):
            np.testing.assert_array_equal(reader.read(one), Z[i : i + 1])


@pytest.mark.parametrize("seed", range(12))
def test_a_frame_of_all_forms_is_its_columns_side_by_side(seed):
    rng = np.random.default_rng(seed)
    n = [1, 2, 5, 60, 300][seed % 5]
    frame, truth = {}, []
    forms = [(k, f, m) for k, f, m in CASES if k != "one label"]
    for j, i in enumerate(rng.choice(len(forms), 20, replace=False)):
        kind, form, missing = forms[i]
        values = drawn(kind, missing, seed=i, n=n)
        held = held_in(kind, form, values) if n > 1 else None
        if isinstance(held, pd.DataFrame):
            frame[f"c{j}"] = held["x"]
        else:
            frame[f"c{j}"] = pd.Series(values, dtype=object)
        truth += KINDS[kind][2](values)
    X = pd.DataFrame(frame)
    Z = TableReader.learn(X).read(X)
    np.testing.assert_array_equal(Z, scaled(truth))


@pytest.mark.parametrize("kind", ["floats", "integers"])
def test_edges_are_those_of_the_numbers_that_are_not_missing(kind):
    values = drawn(kind, "some")
    present = [value for value in values if value is not None]
    reader = TableReader.learn(in_float_frame(values))
    other = TableReader.learn(in_float_frame(present))
    assert reader.edges[0] == other.edges[0]
    assert len(reader.edges[0]) > 2
    assert reader.edges[1] == ()


@pytest.mark.parametrize("kind", ["booleans", "two labels"])
def test_two_values_are_the_same_whether_numbers_or_labels(kind):
    values = drawn(kind, "nothing")
    first = sorted(set(values))[0]
    forms = {
        "0 and 1": [float(value != first) for value in values],
        "-1 and 1": [2.0 * (value != first) - 1 for value in values],
        "labels": ["b" if value != first else "a" for value in values],
        "True and False": [value != first for value in values],
    }
    read = {}
    for name, column in forms.items():
        X = pd.DataFrame({"x": column})
        reader = TableReader.learn(X)
        assert reader.edges == ((),)
        read[name] = reader.read(X)
    for Z in read.values():
        np.testing.assert_allclose(Z, read["0 and 1"], rtol=1e-6)


@pytest.mark.parametrize("kind, form, missing", CASES)
def test_a_table_is_as_it_was_after_it_was_read(kind, form, missing):
    values = drawn(kind, missing)
    X, untouched = (held_in(kind, form, values) for _ in range(2))
    TableReader.learn(X).read(X)
    assert repr(X) == repr(untouched)
    if isinstance(X, pd.DataFrame):
        pd.testing.assert_frame_equal(X, untouched)


def test_read_only_arrays_are_read(rng):
    X = rng.normal(size=(20, 3))
    X.flags.writeable = False
    Z = TableReader.learn(X).read(X)
    np.testing.assert_array_equal(Z, scaled(X.T))
    frame = pd.DataFrame(X, columns=list("abc"))
    np.testing.assert_array_equal(TableReader.learn(frame).read(frame), Z)


def test_arrays_of_pandas_are_the_same_by_the_public_way(monkeypatch):
    X = pd.DataFrame(
        {
            "number": [1.0, np.nan, 3],
            "integer": [1, 2, 3],
            "nullable": pd.array([1, None, 3], dtype="Int64"),
            "label": ["a", "b", None],
            "category": pd.Categorical(["a", None, "c"]),
        }
    )
    Z = TableReader.learn(X).read(X)
    monkeypatch.delattr(pd.DataFrame, "_get_column_array")
    np.testing.assert_array_equal(TableReader.learn(X).read(X), Z)


def test_columns_of_whatever_has_columns_are_read():
    class Frame:  # as of a library that nobody here knows
        columns = ("a", "b")
        shape = (3, 2)

        def __getitem__(self, name):
            return {"a": np.arange(3.0), "b": np.array(["u", "v", "w"])}[name]

    assert open_table(Frame()).names == ["a", "b"]
    assert TableReader.learn(Frame()).read(Frame()).shape == (3, 4)


@pytest.mark.parametrize("names", [[0, 1], [("a", 1), ("a", 2)], [None, 1.5]])
def test_names_may_be_of_any_type(names):
    X = pd.DataFrame([[1.0, "a"], [2.0, "b"]])
    X.columns = (
        pd.Index(names)
        if not isinstance(names[0], tuple)
        else (pd.MultiIndex.from_tuples(names))
    )
    reader = TableReader.learn(X)
    assert reader.read(X).shape == (2, 2)
    assert all(isinstance(name, str) for name in reader.names)
