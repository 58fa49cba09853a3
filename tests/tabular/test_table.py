"""What becomes of a table: rules, levels, scales, what is stored and what is read."""

import copy
import json
import pickle
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from table_columns import scaled

from skbackprop.fitting.storage.encoding import Decoder, Encoder, registry
from skbackprop.tabular.nominal import MOST_LEVELS, NominalColumn
from skbackprop.tabular.numeric import NumericColumn
from skbackprop.tabular.scaling import BOUND, RobustScale, scale_of, scale_of_counts
from skbackprop.tabular.table import TableReader
from skbackprop.transformers.piecewise import bin_edges


@pytest.fixture
def mixed(rng):
    n = 200
    return pd.DataFrame(
        {
            "age": rng.normal(40, 10, n).round(1),
            "income": np.where(rng.random(n) < 0.2, np.nan, rng.exponential(size=n)),
            "sex": rng.choice(["Female", "Male"], n),
            "city": pd.Categorical(rng.choice(list("abcd"), n)),
            "member": rng.random(n) < 0.4,
            "nothing": [None] * n,
        }
    )


def labels(*values):
    return pd.DataFrame({"x": pd.Series(values, dtype=object)})


# Layout


def test_columns_of_the_matrix_have_names(mixed):
    assert TableReader.learn(mixed).names.tolist() == [
        *("age", "income", "income_missing", "sex_Male"),
        *("city_a", "city_b", "city_c", "city_d", "member", "nothing"),
    ]


def test_the_report_says_what_was_made_of_each_column(mixed):
    report = pd.DataFrame(TableReader.learn(mixed).report()).set_index("name")
    kinds = ["numeric", "numeric", "nominal", "nominal", "numeric", "numeric"]
    assert report["kind"].tolist() == kinds
    assert report["missing"].tolist() == [0, mixed["income"].isna().sum(), 0, 0, 0, 200]
    assert report["bins"].tolist() == [32, 32, 0, 0, 0, 0]
    assert report.loc["sex", "rule"] == "two levels: -1 and 1"
    assert report.loc["nothing", "rule"] == "all missing: 0"


@pytest.mark.parametrize(
    "n_many, n_bins", [(0, 0), (1, 32), (16, 32), (17, 30), (60, 8), (64, 8), (65, 0)]
)
def test_bins_share_512_features(rng, n_many, n_bins):
    many, two = rng.normal(size=(50, n_many)), rng.integers(0, 2, (50, 2))
    reader = TableReader.learn(np.hstack([many, two]))
    assert reader.n_bins == n_bins
    assert [len(e) > 0 for e in reader.edges] == [n_bins > 0] * n_many + [False] * 2


def test_edges_lie_among_the_numbers_of_the_matrix(rng):
    X = rng.exponential(size=(500, 2))
    reader = TableReader.learn(X, n_bins=5)
    for z, edges in zip(reader.read(X).T, reader.edges, strict=True):
        np.testing.assert_array_equal(edges, bin_edges(z, 5).astype(np.float32))
        assert edges[0] == z.min()
        assert edges[-1] == z.max()


def test_numbers_that_coincide_in_float32_make_no_edges():
    X = np.array([[0.0], [1e-300], [2e-300], [1.0], [1.0], [1.0]])
    (edges,) = TableReader.learn(X).edges
    assert (np.diff(edges) > 0).all()


# Numbers


def test_a_number_missing_later_is_the_median_and_nothing_else(rng):
    X = rng.normal(size=(51, 2))
    reader = TableReader.learn(X)
    later = np.array([[np.nan, 1.0], [np.median(X[:, 0]), 1.0]])
    Z = reader.read(later)
    assert reader.n_columns == 2
    np.testing.assert_array_equal(Z[0], Z[1])


@pytest.mark.parametrize("dtype", [float, np.float32, int, object, bool])
def test_a_masked_entry_is_a_missing_one(dtype):
    X = np.array([[1, 0], [1, 1], [0, 1], [0, 0], [1, 0]], dtype)
    masked = np.ma.masked_array(X, np.arange(10).reshape(5, 2) % 4 == 0)
    missing = np.where(masked.mask, None, X.astype(object))
    reader = TableReader.learn(masked)
    expected = TableReader.learn(missing).read(missing)
    np.testing.assert_array_equal(reader.read(masked), expected)
    assert not np.array_equal(reader.read(X), expected)


def test_what_was_all_missing_is_zero_for_ever():
    reader = TableReader.learn(pd.DataFrame({"a": [None, None], "b": [1.0, 2]}))
    for later in (3.0, "text", None, True):
        Z = reader.read(pd.DataFrame({"a": [later], "b": [1.0]}))
        assert Z.tolist() == [[0.0, -1.0]]


def test_objects_may_be_numbers_of_many_types():
    values = [1, 2.5, True, Decimal("3.5"), np.float32(4), np.int8(5), None, np.nan]
    expected = [1, 2.5, 1, 3.5, 4, 5, np.nan, np.nan]
    Z = TableReader.learn(labels(*values)).read(labels(*values))
    np.testing.assert_array_equal(Z, scaled([expected, np.isnan(expected)]))


@pytest.mark.parametrize("scale", [1e-320, 1e-300, 1e-10, 1.0, 1e200, 1e307])
def test_units_make_no_difference_as_far_as_floats_go(rng, scale):
    X = rng.normal(size=(100, 1))
    Z = TableReader.learn(X * scale).read(X * scale)
    assert np.isfinite(Z).all()
    if scale >= 1e-300:
        np.testing.assert_allclose(Z, scaled(X.T), rtol=1e-5, atol=1e-6)


def test_outliers_stay_finite_and_in_order():
    column = [0.0, 1, 2, 3, 1e10, 1e300, -1.7e308, 1.7e308]
    X = np.array([column]).T
    Z = TableReader.learn(X[:4]).read(X)[:, 0]
    assert np.abs(Z).max() == np.float32(BOUND)
    assert (np.diff(Z[np.argsort(column)]) >= 0).all()
    assert np.isfinite(np.square(Z)).all()
    assert np.isfinite(TableReader.learn(X).read(X)).all()


@pytest.mark.parametrize("counts", [[1, 0], [3, 1], [1, 3], [2, 2], [50, 7], [1, 1]])
def test_quantiles_of_counts_are_those_of_the_entries(counts):
    entries = np.repeat([0.0, 1.0], counts)
    ours, theirs = scale_of_counts([0, 1], counts), scale_of(entries)
    assert ours.median == pytest.approx(theirs.median)
    assert ours.factor == pytest.approx(theirs.factor)


# Levels


def test_levels_are_those_found_in_training():
    column = pd.Categorical(["b", "a", None], ["never", "b", "a"])
    (found,) = TableReader.learn(pd.DataFrame({"x": column})).columns
    assert found.levels == ("a", "b")


def test_labels_unknown_or_missing_are_none_of_the_levels():
    two = TableReader.learn(labels("a", "b"))
    three = TableReader.learn(labels("a", "b", "c"))
    later = labels("a", "b", "?", None)
    raw_two = [-1.0, 1.0, 0.0, 0.0]
    np.testing.assert_array_equal(two.read(later)[:, 0], raw_two)
    Z = three.read(later)
    np.testing.assert_array_equal(Z[2], Z[3])
    assert (Z[2] == [scale.of(0) for scale in three.columns[0].scales]).all()


def test_one_level_is_told_from_missing_and_constant_else():
    reader = TableReader.learn(labels("a", None, "a", None))
    assert reader.read(labels("a", None)).tolist() == [[0.5], [-0.5]]
    assert TableReader.learn(labels("a", "a")).read(labels("a", None)).any() == False  # noqa: E712


def test_the_rarest_of_many_levels_share_a_column():
    names = [f"level {i}" for i in range(MOST_LEVELS + 10)]
    column = names + names[5:200] + names[5:]
    reader = TableReader.learn(labels(*column))
    (found,) = reader.columns
    assert len(found.levels) == MOST_LEVELS - 1
    assert reader.n_columns == MOST_LEVELS
    assert reader.names[-1] == "x_infrequent"
    assert set(names[5:200]) <= set(found.levels)
    assert list(found.levels) == sorted(found.levels)
    rare, unknown, none, common = reader.read(
        labels(*sorted(set(names) - set(found.levels))[:1], "?", None, names[10])
    )
    np.testing.assert_array_equal(rare, unknown)
    assert rare[-1] > none[-1] == common[-1]
    as_many = TableReader.learn(labels(*names[:MOST_LEVELS], names[0]))
    assert not as_many.columns[0].has_others
    assert as_many.n_columns == MOST_LEVELS


@pytest.mark.parametrize(
    "first, later",
    [
        ([1, 2, 3], ["1", "2", "3"]),
        (["1", "2", "3"], [1, 2, 3]),
        (["1", "2", "3"], [1.0, 2.0, 3.0]),
        ([1.0, 2.0, 3.0], ["1", "2.0", "3"]),
        (["1.0", "2.0", "2.5"], [1, 2, 2.5]),
        ([True, False, True], ["True", "False", "True"]),
        (["True", "False", "True"], [True, False, True]),
        ([True, False, True], [1, 0, 1]),
        (["True", "False", "True"], [1, 0, 1.0]),
        ([1, 2, 3], [Decimal(1), np.int8(2), np.float32(3)]),
    ],
)
def test_levels_are_found_by_value_where_types_differ(first, later):
    reader = TableReader.learn(labels(*first), categorical_features=["x"])
    Z = reader.read(labels(*first))
    np.testing.assert_array_equal(reader.read(labels(*later)), Z)
    category = pd.DataFrame({"x": pd.Categorical(later)})
    np.testing.assert_array_equal(reader.read(category), Z)


def test_text_is_compared_as_it_is_with_text():
    reader = TableReader.learn(labels("1", "1.0", "01"))
    assert len(np.unique(reader.read(labels("1", "1.0", "01", "1.00")), axis=0)) == 4


def test_a_column_in_which_nothing_is_known_is_named():
    reader = TableReader.learn(labels("a", "b", "c"))
    with pytest.warns(UserWarning, match="'x'.*levels are 'a', 'b', 'c'"):
        reader.read(labels("A", "B", "C"))
    reader.read(labels("A", "a"))  # one is known
    reader.read(labels("A", None))  # a single stranger is no other way to write


@pytest.mark.parametrize("given", [["x"], [0], [True, False], np.array(["x"])])
def test_numbers_are_nominal_where_the_user_says_so(given):
    X = pd.DataFrame({"x": [1, 2, 3, 2], "y": [1.0, 2, 3, 4]})
    reader = TableReader.learn(X, categorical_features=given)
    assert reader.names.tolist() == ["x_1", "x_2", "x_3", "y"]
    as_text = TableReader.learn(X.astype({"x": str}))
    np.testing.assert_array_equal(reader.read(X), as_text.read(X.astype({"x": str})))


def test_large_integers_are_levels_of_their_own():
    X = np.array([[2**60], [2**60 + 1], [2**60 + 2]])
    reader = TableReader.learn(X, categorical_features=[0])
    assert reader.n_columns == 3


def test_intervals_are_levels_by_their_text():
    values = pd.Series([1.0, 5.0, 9.0, 2.0])
    X = pd.DataFrame({"x": pd.cut(values, 3)})
    reader = TableReader.learn(X)
    assert reader.n_columns == 3
    np.testing.assert_array_equal(
        reader.read(X.astype(object)), reader.read(X.astype(str))
    )


# Storage


def stored_and_loaded(reader):
    known = registry([TableReader, NumericColumn, NominalColumn, RobustScale])
    encoder = Encoder(known)
    content = json.loads(json.dumps(encoder.encode(reader, "reader")))
    return Decoder(known, encoder.arrays.__getitem__).decode(content)


def pickled(reader):
    return pickle.loads(pickle.dumps(reader))


@pytest.mark.parametrize("copied", [stored_and_loaded, pickled, copy.deepcopy])
def test_a_copy_reads_the_same(mixed, copied):
    reader = TableReader.learn(mixed, categorical_features=["member"])
    Z = reader.read(mixed)
    other = copied(reader)
    assert other == reader
    assert other.edges == reader.edges
    np.testing.assert_array_equal(other.read(mixed), Z)


def test_a_pickle_does_not_hold_what_is_derived(mixed):
    reader = TableReader.learn(mixed)
    before = len(pickle.dumps(reader))
    reader.read(mixed)
    assert len(pickle.dumps(reader)) == before


@pytest.mark.parametrize(
    "of, field, value",
    [
        (0, "edges", (1.0, 1.0)),
        (3, "scales", ()),
        (3, "levels", ("a", "a", "b", "c")),
    ],
)
def test_contradictions_are_found_when_unpickled(mixed, of, field, value):
    column = TableReader.learn(mixed).columns[of]
    object.__setattr__(column, field, value)
    with pytest.raises(ValueError, match=repr(column.name)):
        pickled(column)


@pytest.mark.parametrize("median, factor", [(np.nan, 1.0), (0.0, -1.0), (0.0, np.inf)])
def test_a_scale_is_finite(median, factor):
    with pytest.raises(ValueError, match="must have a finite median"):
        RobustScale(median, factor)
