"""Capacity curves: fractions, theory, reproducibility, what is refused."""

import functools

import joblib
import numpy as np
import pandas as pd
import pytest
from jit_marks import needs_jit
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LinearRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    PolynomialFeatures,
    SplineTransformer,
)
from sklearn.random_projection import GaussianRandomProjection
from sklearn.tree import DecisionTreeClassifier

from skbackprop import MLPClassifier
from skbackprop.capacity import capacity_curve, separability_probability

# What is measured, not how long it took.
MEASURED = ["n_features", "n_dimensions", "n_points", "n_trials", "n_successes"]

curve_of_three = functools.partial(
    capacity_curve, n_features=3, n_points=[3, 6, 9], n_trials=40, random_state=0
)


def assert_agrees_with_theory(curve):
    """Require every fraction within four standard errors of Cover's formula."""
    p = curve["theory"]
    standard_error = np.sqrt(p * (1 - p) / curve["n_trials"])
    assert (abs(curve["fraction"] - p) <= 4 * standard_error).all()


# The sphere of one dimension is two points, in general position as seen from the
# origin only.
@pytest.mark.parametrize(
    ("n_features", "n_trials"),
    [([2, 3], 300), pytest.param([5, 10, 25], 1000, marks=needs_jit)],
)
@pytest.mark.parametrize("affine", [False, True])
@pytest.mark.parametrize("data", ["gaussian", "sphere"])
def test_fractions_agree_with_covers_formula(data, affine, n_features, n_trials):
    curve = capacity_curve(
        n_features=n_features,
        n_trials=n_trials,
        data=data,
        affine=affine,
        random_state=0,
    )
    assert (curve["n_dimensions"] == curve["n_features"] + affine).all()
    assert_agrees_with_theory(curve)


def test_theory_is_covers_probability_of_the_dimension():
    curve = curve_of_three(affine=True)
    expected = separability_probability([3, 6, 9], 3, affine=True)
    np.testing.assert_array_equal(curve["theory"], expected)


def test_corners_of_a_cube_are_not_in_general_position():
    curve = capacity_curve(
        n_features=3, n_points=[6], n_trials=1000, data="hypercube", random_state=0
    )
    assert curve.loc[0, "upper"] < curve.loc[0, "theory"]


@pytest.mark.parametrize("as_given", [np.asarray, pd.DataFrame, np.ndarray.tolist])
def test_points_are_chosen_from_an_array(as_given, rng):
    data = rng.standard_normal((300, 4))
    curve = capacity_curve(
        data=as_given(data), n_points=[4, 8, 12], n_trials=300, random_state=0
    )
    assert curve["n_features"].unique() == [4]
    assert_agrees_with_theory(curve)


def test_every_row_of_an_array_is_drawn_at_most_once():
    data = np.eye(6)  # of two equal rows with both labels, none is separable
    curve = capacity_curve(data=data, n_points=[6], n_trials=100, random_state=0)
    assert curve.loc[0, "fraction"] == 1


def test_the_interval_is_wilsons():
    curve = curve_of_three(confidence_level=0.9)
    n, p, z = curve["n_trials"], curve["fraction"], 1.6448536269514722
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    np.testing.assert_allclose(curve["lower"], middle - half, atol=1e-12)
    np.testing.assert_allclose(curve["upper"], middle + half, atol=1e-12)


def test_floats_are_multiples_of_the_dimension():
    curve = curve_of_three(PolynomialFeatures(2), n_points=[0.01, 0.5, 2.0])
    assert curve["n_points"].tolist() == [1, 5, 20]
    by_default = curve_of_three(n_points=None)
    assert by_default["n_points"].tolist() == list(range(1, 13))


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_row_does_not_depend_on_workers_nor_on_other_rows(n_jobs):
    with joblib.parallel_config(backend="threading", n_jobs=n_jobs):
        curve = capacity_curve(
            n_features=[2, 3, 4], n_points=[4, 6, 7, 9], n_trials=40, random_state=0
        )
    chosen = (curve["n_features"] == 3) & (curve["n_points"] != 4)
    alone = curve_of_three(n_points=[6, 7, 9])
    np.testing.assert_array_equal(curve.loc[chosen, MEASURED], alone[MEASURED])


def test_seeds_make_curves():
    first, again, other = (curve_of_three(random_state=seed) for seed in (0, 0, 1))
    pd.testing.assert_frame_equal(first[MEASURED], again[MEASURED])
    assert not first[MEASURED].equals(other[MEASURED])


# Transformers


def to_nine_dimensions(X):
    return X @ np.random.default_rng(0).standard_normal((X.shape[1], 9))


@pytest.mark.parametrize(
    ("transformer", "n_features", "affine", "n_dimensions"),
    [
        (PolynomialFeatures(2), 2, False, 6),
        (PolynomialFeatures(2), 2, True, 6),  # the constant is there already
        (PolynomialFeatures(2, include_bias=False), 2, True, 6),
        (PolynomialFeatures(2, interaction_only=True), 3, False, 7),
        (PolynomialFeatures(3), 1, False, 4),
        (FunctionTransformer(to_nine_dimensions), 3, False, 3),
        (FunctionTransformer(to_nine_dimensions), 3, True, 4),
        (
            make_pipeline(PolynomialFeatures(2), GaussianRandomProjection(4)),
            2,
            False,
            4,
        ),
    ],
)
def test_a_representation_has_the_capacity_of_its_dimension(
    transformer, n_features, affine, n_dimensions
):
    curve = capacity_curve(
        transformer,
        n_features=n_features,
        n_points=[1.0, 1.5, 2.0, 2.5],
        n_trials=300,
        affine=affine,
        random_state=1,
    )
    assert (curve["n_dimensions"] == n_dimensions).all()
    assert_agrees_with_theory(curve)


def test_theory_is_an_upper_bound_where_positions_are_not_general():
    curve = capacity_curve(
        SplineTransformer(n_knots=8, degree=1),  # few points under each hat
        n_features=1,
        n_points=[8, 12],
        n_trials=1000,
        random_state=0,
    )
    assert (curve["n_dimensions"] == 8).all()
    assert (curve["upper"] < curve["theory"]).all()


@pytest.mark.parametrize("kind", ["sparse", "pandas"])
def test_transformers_may_return_sparse_matrices_and_frames(kind):
    if kind == "sparse":
        transformer = SplineTransformer(n_knots=4, sparse_output=True)
        dense = SplineTransformer(n_knots=4)
    else:
        transformer = PolynomialFeatures(2).set_output(transform="pandas")
        dense = PolynomialFeatures(2)
    curve, expected = curve_of_three(transformer), curve_of_three(dense)
    pd.testing.assert_frame_equal(curve[MEASURED], expected[MEASURED])


def test_the_users_estimator_is_left_alone():
    transformer = GaussianRandomProjection(2)
    curve_of_three(transformer)
    assert transformer.random_state is None
    assert not hasattr(transformer, "components_")


def test_a_seed_of_the_users_own_is_respected():
    by_seed = [
        curve_of_three(GaussianRandomProjection(2, random_state=seed), n_trials=200)
        for seed in (0, 0, 1)
    ]
    pd.testing.assert_frame_equal(by_seed[0][MEASURED], by_seed[1][MEASURED])
    assert not by_seed[0][MEASURED].equals(by_seed[2][MEASURED])


# Classifiers


def test_of_a_classifier_the_labelings_it_fits_are_counted():
    curve = curve_of_three(KNeighborsClassifier(1))
    assert (curve["fraction"] == 1).all()
    assert curve[["n_dimensions", "theory"]].isna().all(axis=None)


def test_a_single_class_counts_as_told_apart():
    curve = curve_of_three(DummyClassifier(), n_points=[1, 3], n_trials=400)
    assert curve.loc[0, "fraction"] == 1
    assert curve.loc[1, "fraction"] == pytest.approx(2 / 8, abs=4 * 0.0217)


def test_classifiers_that_draw_numbers_are_seeded():
    tree = make_pipeline(DecisionTreeClassifier(splitter="random", max_depth=2))
    curve, again = curve_of_three(tree), curve_of_three(tree)
    pd.testing.assert_frame_equal(curve[MEASURED], again[MEASURED])
    assert 0 < curve.loc[2, "fraction"] < 1


def test_a_network_that_has_not_converged_is_no_reason_to_warn():
    mlp = MLPClassifier((3,), max_iter=2)
    curve = curve_of_three(mlp, n_points=[8], n_trials=10)
    assert curve.loc[0, "fraction"] < 1


# Progress


class Progress:
    """What is asked of a progress bar, written down."""

    def __init__(self, total):
        self.total, self.updates, self.closed = total, [], False
        Progress.made = self

    def update(self, n):
        self.updates.append(n)

    def close(self):
        self.closed = True


def test_progress_counts_trials():
    curve_of_three(progress=Progress)
    bar = Progress.made
    assert bar.closed
    assert sum(bar.updates) == bar.total == 3 * 40


# What is refused


def refuses(estimator, X):
    raise ZeroDivisionError("there is nothing to divide")


class Fails(FunctionTransformer):
    """A transformer that fails on sets of some size, or at once."""

    def __init__(self, n_rows=None):
        super().__init__()
        self.n_rows = n_rows

    def transform(self, X):
        if self.n_rows is None or len(X) == self.n_rows:
            raise ZeroDivisionError("there is nothing to divide")
        return X


@pytest.mark.parametrize("n_jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_transformer_that_fails_on_the_grid_is_named(n_jobs):
    with pytest.raises(ValueError, match=r"Fails\(.*failed on 6 points") as caught:
        curve_of_three(Fails(n_rows=6 * 40), n_jobs=n_jobs)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_a_transformer_that_fails_at_once_is_named():
    with pytest.raises(ValueError, match=r"Fails\(\) failed on points with 3 features"):
        curve_of_three(Fails())


def test_features_that_are_all_zero_are_refused():
    with pytest.raises(ValueError, match="All features .* are 0"):
        curve_of_three(FunctionTransformer(np.zeros_like))


def test_features_that_are_not_finite_are_refused():
    with pytest.raises(ValueError, match="transformed X contains NaN"):
        curve_of_three(FunctionTransformer(lambda X: X * np.nan))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"n_features": None}, "n_features must be given"),
        ({"n_features": 0}, "n_features"),
        ({"n_features": [3, 0]}, "n_features must be a positive int"),
        ({"n_features": [[3]]}, "n_features must be a positive int"),
        ({"n_features": 2.5}, "n_features"),
        ({"n_points": []}, "n_points must be a list of ints or floats"),
        ({"n_points": [0, 3]}, "n_points must be at least 1, got 0"),
        ({"n_points": [-1.0]}, "Ratios in n_points must be positive"),
        ({"n_points": [np.nan]}, "Ratios in n_points must be positive"),
        ({"n_points": ["many"]}, "n_points must be a list of ints or floats"),
        ({"n_points": 5}, "n_points"),
        ({"n_trials": 0}, "n_trials"),
        ({"data": "normal"}, "data"),
        ({"data": np.ones((5, 2))}, "n_features must be None or 2"),
        ({"data": np.eye(3), "n_features": [3, 4]}, "n_features must be None or 3"),
        ({"data": np.full((5, 3), np.nan)}, "data contains NaN"),
        ({"data": np.eye(3)}, "n_points must not exceed the 3 rows of data, got 9"),
        ({"affine": "perhaps"}, "affine"),
        ({"confidence_level": 1}, "confidence_level"),
        ({"estimator": "mlp"}, "estimator"),
        ({"estimator": LinearRegression()}, "estimator must be a transformer"),
        ({"progress": 3}, "progress"),
        ({"random_state": "seed"}, "random_state"),
    ],
)
def test_bad_parameters_are_refused_by_name(changed, words):
    with pytest.raises(ValueError, match=words):
        curve_of_three(**changed)
