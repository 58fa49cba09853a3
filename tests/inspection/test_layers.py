"""Reports of layers: what is told of each."""

import numpy as np
import pandas as pd
import pytest
from joblib import parallel_config
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skbackprop import (
    MLPClassifier,
    MLPRegressor,
)
from skbackprop.capacity import manifold_capacity
from skbackprop.inspection import cka, layer_report, nc1, participation_ratio
from skbackprop.inspection.layer_measures import MEASURES, draw_of_each
from skbackprop.inspection.representations import read_layers
from skbackprop.manifold import intrinsic_dimension

pytestmark = pytest.mark.filterwarnings(
    "ignore::sklearn.exceptions.ConvergenceWarning", "ignore:Layer .*upper bound"
)

RNG = np.random.default_rng(0)
y = np.repeat(np.arange(3), 20)
X = RNG.normal(size=(60, 4)) + 2 * RNG.normal(size=(3, 4))[y]
ALL = list(MEASURES)
BOUNDS = ("lower", "upper")
# What random_state=0 gives to all measures.
SEED = np.random.RandomState(0).randint(np.iinfo(np.int32).max)
MLP = MLPClassifier((6, 5), activation="tanh", max_iter=20, tol=None, random_state=0)
MLP.fit(X, y)


def layers_of(estimator, X=X):
    rows = np.arange(len(X) if X is not None else 60)
    return read_layers(estimator, X, rows)


def test_measures_are_those_of_each_layer():
    layers = layers_of(MLP)
    report = layer_report(MLP, X, y, measures=ALL, random_state=0)
    assert list(report.table) == ["n_units", *ALL]
    assert report.n_samples == 60
    for name, Z in layers.items():
        row = report.table.loc[name]
        capacity = manifold_capacity(Z, y, groups=y, affine=True, random_state=SEED)
        upper = report.intervals.loc[name, ("capacity", "upper")]
        assert_allclose(row["capacity"], capacity.capacity, rtol=1e-6)
        assert_allclose(upper, capacity.interval[1], rtol=1e-6)
        dimension = intrinsic_dimension(Z, method="two_nn")
        assert row["n_units"] == Z.shape[1]
        assert row["dimension"] == dimension.dimension
        assert tuple(report.intervals.loc[name, "dimension"]) == dimension.interval
        assert row["participation_ratio"] == participation_ratio(Z)
        assert row["nc1"] == nc1(Z, y)
        assert_allclose(row["cka"], cka(Z, np.eye(3)[y]))
        for other, values in layers.items():
            assert_allclose(report.similarity.loc[name, other], cka(Z, values))
    bounds = [(name, b) for name in ("capacity", "dimension") for b in BOUNDS]
    assert list(report.intervals) == bounds


def test_capacity_of_two_points_is_four():
    """The cone is the ray between them: N* = 1 / 2."""
    points = np.array([[0.0, 1, 2], [3, 3, 3]])[[0, 0, 1, 1]]
    report = layer_report([points], y=list("aabb"), measures="capacity", random_state=0)
    lower, upper = report.intervals["capacity"].loc["layer 0"]
    assert lower < 4 < upper < 7


def test_capacity_is_of_at_most_fifty_samples_of_each_class():
    codes = np.repeat([0, 1], [400, 60])
    Z = RNG.normal(size=(460, 3)) + 9 * codes[:, np.newaxis]
    rows = draw_of_each(codes, 50, np.random.default_rng(SEED))
    assert_array_equal(np.bincount(codes[rows]), [50, 50])
    few = manifold_capacity(
        Z[rows], codes[rows], groups=codes[rows], affine=True, random_state=SEED
    )
    report = layer_report([Z], y=codes, measures="capacity", random_state=0)
    assert_allclose(report.table.loc["layer 0", "capacity"], few.capacity, rtol=1e-6)


def test_capacity_of_what_is_not_separable_is_an_upper_bound():
    Z = RNG.normal(size=(60, 2))
    with pytest.warns(UserWarning, match=r"Layer 'mix', capacity: 0 of 3.*upper bound"):
        report = layer_report({"mix": Z}, y=y, measures="capacity", random_state=0)
    assert_allclose(report.table.loc["mix", "capacity"], 3 / 2, rtol=0.01)
    assert report.intervals.loc["mix", ("capacity", "lower")] == 0


def test_more_classes_than_draws_are_measured():
    Z = RNG.normal(size=(420, 5))
    codes = np.arange(420) // 2
    report = layer_report([Z], y=codes, measures="capacity", random_state=0)
    assert report.table["capacity"].iloc[0] > 0


def test_separability_is_the_share_of_classes_that_a_hyperplane_sets_apart():
    # Of three groups on a line, the one in the middle has others on both sides.
    on_a_line = np.column_stack([y + np.tile([0.0, 0.1], 30), np.zeros(60)])
    on_a_curve = np.column_stack([on_a_line[:, 0], on_a_line[:, 0] ** 2])
    layers = {"line": on_a_line, "curve": on_a_curve}
    found = layer_report(layers, y=y, measures="separability").table
    assert_allclose(found["separability"], [2 / 3, 1])
    found = layer_report(layers, y=y == 1, measures="separability").table
    assert_array_equal(found["separability"], [0, 1])


def test_cka_compares_with_the_reference():
    report = layer_report(MLP, X, y, measures="cka", reference="output")
    assert_array_equal(report.table["cka"], report.similarity["output"])
    numbers = layer_report(
        MLPRegressor(max_iter=2).fit(X, X[:, 0]), X, X[:, 0], measures="cka"
    )
    assert_allclose(numbers.table.loc["input", "cka"], cka(X, X[:, :1]))


def test_training_untangles_classes():
    before = MLPClassifier((20,), max_iter=1, learning_rate_init=1e-9, random_state=0)
    after = MLPClassifier((20,), learning_rate_init=0.02, random_state=0)
    before, after = (
        layer_report(clf.fit(X, y), X, y, measures=["cka", "nc1"]).table.loc["output"]
        for clf in (before, after)
    )
    assert after["nc1"] < before["nc1"] / 2
    assert after["cka"] > before["cka"] + 0.1


def test_of_many_samples_as_many_of_each_class_are_drawn_and_always_the_same():
    sizes = [100, 30, 3]
    codes = np.repeat(np.arange(3), sizes)
    Z = np.column_stack([codes, np.arange(133) / 1000, RNG.normal(size=133)])
    report = layer_report([Z], y=codes, measures=ALL, max_samples=30, random_state=0)
    assert report.n_samples == 10 + 10 + 3
    again = layer_report([Z], y=codes, measures=ALL, max_samples=30, random_state=0)
    assert_array_equal(report.table, again.table)
    other = layer_report([Z], y=codes, measures=ALL, max_samples=30, random_state=1)
    assert (report.table != other.table)["dimension"].all()
    assert layer_report([Z], measures="dimension", max_samples=30).n_samples == 30


def test_what_is_constant_has_documented_values():
    layers = {"dead": np.zeros((60, 3)), "constant": np.full((60, 2), 0.1), "X": X}
    report = layer_report(layers, y=y, measures=ALL)
    for name in ("dead", "constant"):
        row = report.table.loc[name, ALL]
        assert row.to_dict() == {
            "capacity": 0,
            "dimension": 0,
            "separability": 0,
            "cka": 0,
            "participation_ratio": 0,
            "nc1": np.inf,
        }
    assert not report.table.isna().any(axis=None)
    assert not report.similarity.isna().any(axis=None)
    assert not report.intervals.isna().any(axis=None)


def test_equal_rows_and_dead_units_give_no_nan():
    doubled = np.column_stack([np.maximum(X, 0.5), np.zeros(60)])
    doubled[::2] = doubled[1::2]
    two_values = np.sign(X[:, :1])
    report = layer_report([doubled, two_values], y=y, measures=ALL)
    for table in (report.table, report.intervals, report.similarity):
        assert not table.isna().any(axis=None)
    assert report.table.loc["layer 1", "dimension"] == 0


@pytest.mark.parametrize("size", [1e300, 1e-300, 1e-310])
def test_sizes_of_numbers_make_no_difference(size):
    expected = layer_report([X], y=y, measures=ALL, random_state=0).table
    found = layer_report([X * size], y=y, measures=ALL, random_state=0).table
    assert_allclose(found, expected, rtol=1e-6)


def test_few_digits_of_large_numbers_are_enough():
    expected = layer_report([X], y=y, measures=ALL, random_state=0).table
    found = layer_report([X * 1e-7 + 1e3], y=y, measures=ALL, random_state=0).table
    assert_allclose(found, expected, rtol=1e-3)


def test_doubts_name_the_layer():
    grid = np.stack(np.meshgrid(range(6), range(10)), -1).reshape(60, 2)
    with pytest.warns(UserWarning, match=r"Layer 'grid', dimension: .*lattice"):
        layer_report({"grid": grid}, measures="dimension")


def test_a_report_prints_its_table():
    report = layer_report(MLP, X, y, measures="nc1")
    assert "layer 1" in str(report)
    assert "nc1" in repr(report)
    assert "<table" in report._repr_html_()
    assert report.similarity is None
    assert report.intervals.shape == (4, 0)


def test_n_jobs_makes_no_difference():
    with parallel_config(backend="threading"):
        one, two = (
            layer_report([X], y=y, measures=ALL, n_jobs=n_jobs, random_state=0).table
            for n_jobs in (1, 2)
        )
    assert_array_equal(one, two)


# What is refused


@pytest.mark.parametrize("name", ["capacity", "separability", "nc1"])
def test_measures_of_classes_are_refused_by_name_without_classes(name):
    with pytest.raises(ValueError, match=rf"measures=\['{name}'\].*but y is None"):
        layer_report([X], measures=[name, "dimension"])
    with pytest.raises(
        ValueError, match=rf"measures=\['{name}'\].*but y holds numbers"
    ):
        layer_report([X], y=X[:, 0], measures=[name, "dimension"])
    with pytest.raises(ValueError, match=rf"measures=\['{name}'\].*y has only one"):
        layer_report([X], y=np.zeros(60), measures=[name, "dimension"])


def test_whole_numbers_are_no_classes_to_a_regressor():
    reg = MLPRegressor(hidden_layer_sizes=(3,), max_iter=2).fit(X, y)
    report = layer_report(reg, X, y, measures="cka")
    assert_allclose(report.table.loc["input", "cka"], cka(X, y[:, np.newaxis]))
    with pytest.raises(ValueError, match="but y holds numbers"):
        layer_report(make_pipeline(StandardScaler(), reg).fit(X, y), X, y)
    words = np.array(["a", "b", "c"])[y]
    assert layer_report(reg, X, words, measures="nc1").table.notna().all(axis=None)


@pytest.mark.parametrize(
    "convert",
    [
        np.ndarray.tolist,
        pd.Series,
        lambda y: pd.Series(y.astype(str), dtype="category"),
        lambda y: y.astype(float)[:, np.newaxis],
        lambda y: np.array(["x", "yy", "z"], object)[y],
    ],
    ids=["list", "series", "categories", "column", "objects"],
)
def test_classes_may_be_of_any_kind(convert):
    expected = layer_report([X], y=y, measures=["nc1", "cka"]).table
    found = layer_report([X], y=convert(y), measures=["nc1", "cka"]).table
    pd.testing.assert_frame_equal(found, expected)


def test_several_numbers_for_a_sample_are_no_classes():
    report = layer_report([X], y=X[:, :2], measures="cka")
    assert_allclose(report.table.loc["layer 0", "cka"], cka(X, X[:, :2]))
    with pytest.raises(ValueError, match="but y holds numbers"):
        layer_report([X], y=np.eye(3, dtype=int)[y], measures="nc1")


@pytest.mark.parametrize("measures", [[], "dimensions", ["cka", "cka"], [1]])
def test_measures_must_be_known(measures):
    with pytest.raises(
        ValueError, match="measures must be distinct names of .*'separability'"
    ):
        layer_report(MLP, X, y, measures=measures)


def test_the_reference_must_be_there():
    with pytest.raises(ValueError, match="reference='hidden' must be 'y' or one of"):
        layer_report(MLP, X, y, reference="hidden", measures="cka")
    with pytest.raises(ValueError, match="reference='y' needs y, which is None"):
        layer_report(MLP, X, measures="cka")


def test_what_has_no_layers_is_refused():
    with pytest.raises(NotFittedError):
        layer_report(MLPClassifier(), X, y)
    with pytest.raises(NotFittedError):
        layer_report(make_pipeline(StandardScaler(), MLPClassifier()), X, y)
    for estimator in (LogisticRegression().fit(X, y), BaseEstimator(), X):
        with pytest.raises(TypeError, match="estimator must be a network of this pack"):
            layer_report(estimator, X, y)


def test_samples_must_fit():
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        layer_report(MLP, X, y[:-1])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        layer_report([X, X[:-1]], y=y)
    with pytest.raises(ValueError, match="X must be None"):
        layer_report([X], X, y)
    with pytest.raises(ValueError, match="X must not be None"):
        layer_report(MLP, y=y)
    with pytest.raises(ValueError, match="at least one array"):
        layer_report({}, y=y)
    with pytest.raises(ValueError, match="at least 4 samples, got 3"):
        layer_report(MLP, X[:3], y[:3])
    with pytest.raises(ValueError, match="same name, '1'"):
        layer_report({1: X, "1": X}, y=y)


def test_what_is_not_finite_is_named():
    bad = X.copy()
    bad[0, 0] = np.nan
    with pytest.raises(ValueError, match="Input layer 'second' contains NaN"):
        layer_report({"first": X, "second": bad}, y=y)
    with pytest.raises(ValueError, match="Input X contains NaN"):
        layer_report(MLP, bad, y)
    with pytest.raises(ValueError, match="y contains NaN"):
        layer_report([X], y=bad[:, 0], measures="cka")


def test_a_class_of_one_sample_has_no_variation_within():
    with pytest.raises(ValueError, match="Layer 'layer 0', nc1: y must have at least"):
        layer_report([X], y=np.r_[y[:-1], 3], measures="nc1")
