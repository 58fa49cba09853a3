"""The gate: corrupt sparse matrices are refused, odd dtypes are converted."""

import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin

from skbackprop import (
    DrLIM,
    FeaturePooling,
    LinearSeparator,
    MLPClassifier,
    MLPRanker,
    MLPRegressor,
    MonomialFeatures,
    NetworkClassifier,
    NetworkRegressor,
    PiecewiseLinearFeatures,
    RecurrentRegressor,
    SmoothClippingScaler,
    SparseRandomExpansion,
    linear_separability,
)
from skbackprop.capacity import capacity_curve, manifold_capacity
from skbackprop.inspection import jacobian
from skbackprop.manifold import (
    disentanglement,
    intrinsic_dimension,
    off_manifold_distance,
)
from skbackprop.network import Graph, Input, Tanh
from skbackprop.utils.gate import check_masked, check_sparse

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
N_ROWS, N_COLUMNS = 20, 6
DENSE = np.random.RandomState(0).standard_normal((N_ROWS, N_COLUMNS))
DENSE[DENSE < 0.3] = 0
DENSE[:, 0] = np.arange(N_ROWS)
Y = np.arange(N_ROWS) % 2
SETTINGS = {"max_iter": 2, "random_state": 0}
ESTIMATORS = [
    MLPClassifier((5,), **SETTINGS),
    MLPClassifier((5,), solver="lbfgs", **SETTINGS),
    MLPRegressor(hidden_layer_sizes=(5,), weight_init="unit_variance", **SETTINGS),
    NetworkClassifier(early_stopping=True, validation_fraction=0.3, **SETTINGS),
    NetworkRegressor(**SETTINGS),
    MLPRanker(hidden_layer_sizes=(5,), **SETTINGS),
    DrLIM(hidden_layer_sizes=(5,), n_neighbors=2, **SETTINGS),
    FeaturePooling(group_size=2),
    FeaturePooling(group_size=2, pooling="mean"),
    FeaturePooling(groups="class_profiles", n_groups=3),
    SparseRandomExpansion(8, n_inputs=2, random_state=0),
    SparseRandomExpansion(8, n_inputs=2, top_k=2, random_state=0),
    MonomialFeatures(2),
    MonomialFeatures(3),
]
each_estimator = pytest.mark.parametrize("estimator", ESTIMATORS, ids=str)


def with_part(part, change, form="csr"):
    """Return a function that makes a matrix one of whose parts is changed."""

    def make():
        X = sparse.csr_matrix(DENSE).asformat(form)
        setattr(X, part, change(getattr(X, part).copy()))
        return X

    return make


def at(position, value):
    def change(array):
        array[position] = value
        return array

    return change


CORRUPT = {
    "an index beyond the columns": with_part("indices", at(3, N_COLUMNS)),
    "an index far beyond": with_part("indices", at(-1, 2**31 - 1)),
    "a negative index": with_part("indices", at(0, -1)),
    "an index of 64 bits": with_part("indices", lambda i: at(2, 2**32)(i.astype("i8"))),
    "a row that ends beyond the data": with_part("indptr", at(-1, 10**6)),
    "rows that decrease": with_part("indptr", at(5, 0)),
    "a negative row": with_part("indptr", at(1, -7)),
    "a first row that begins late": with_part("indptr", at(0, 2)),
    "too few rows": with_part("indptr", lambda p: p[:-3]),
    "too few indices": with_part("indices", lambda i: i[:-2]),
    "too few data": with_part("data", lambda d: d[:-2]),
    "a row of CSC beyond": with_part("indices", at(3, N_ROWS), "csc"),
    "a column of CSC beyond": with_part("indptr", at(-1, 10**6), "csc"),
    "a row of COO beyond": with_part("row", at(3, N_ROWS), "coo"),
    "a negative column of COO": with_part("col", at(3, -1), "coo"),
    "a block of BSR beyond": with_part("indices", at(3, N_COLUMNS), "bsr"),
}
each_corruption = pytest.mark.parametrize("make", CORRUPT.values(), ids=CORRUPT)


def use(estimator, X):
    """Run a fitted estimator on samples in every way that it has."""
    for method in ("predict", "predict_proba", "transform"):
        if hasattr(estimator, method):
            yield method, getattr(estimator, method)(X)


@each_corruption
@each_estimator
def test_a_corrupt_matrix_is_refused_at_fit_and_changes_nothing(estimator, make):
    estimator = estimator.__class__(**estimator.get_params(deep=False))
    with pytest.raises(ValueError, match="corrupt"):
        estimator.fit(make(), Y)
    assert vars(estimator).keys() == estimator.get_params(deep=False).keys()


@each_corruption
@each_estimator
def test_a_corrupt_matrix_is_refused_at_use(estimator, make):
    estimator = estimator.__class__(**estimator.get_params(deep=False)).fit(DENSE, Y)
    for method in ("predict", "predict_proba", "transform", "partial_fit"):
        if hasattr(estimator, method):
            if method == "partial_fit":
                estimator.set_params(early_stopping=False)
            more = (Y,) if method == "partial_fit" else ()
            with pytest.raises(ValueError, match="corrupt"):
                getattr(estimator, method)(make(), *more)


@each_corruption
def test_corrupt_validation_sets_targets_and_pairs_are_refused(make):
    with pytest.raises(ValueError, match="corrupt"):
        MLPClassifier(**SETTINGS).fit(DENSE, Y, X_val=make(), y_val=Y)
    with pytest.raises(ValueError, match="corrupt"):
        MLPClassifier(**SETTINGS).fit(DENSE, make())
    with pytest.raises(ValueError, match="corrupt"):
        DrLIM(**SETTINGS).fit(DENSE, pairs=make())


@pytest.mark.parametrize("form", ["csr", "csc", "coo", "bsr", "lil", "dok", "dia"])
@pytest.mark.parametrize("make", [sparse.csr_matrix, sparse.csr_array])
def test_sound_matrices_pass(form, make):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sparse.SparseEfficiencyWarning)
        check_sparse(make(DENSE).asformat(form))
    check_sparse(make((3, 0)).asformat(form))


def test_spare_memory_behind_the_entries_is_no_fault():
    X = sparse.csr_matrix(DENSE)
    X.data, X.indices = np.append(X.data, 1.0), np.append(X.indices, 10**6)
    check_sparse(X)


FRAMES = {
    "boolean": lambda: pd.get_dummies(pd.Series(list("abcd") * 5), sparse=True),
    "int8": lambda: pd.get_dummies(
        pd.Series(list("abcd") * 5), sparse=True, dtype=np.int8
    ),
    "float32": lambda: pd.get_dummies(
        pd.Series(list("abcd") * 5), sparse=True, dtype=np.float32
    ),
}


@pytest.mark.parametrize("kind", FRAMES)
@each_estimator
def test_a_sparse_frame_gives_what_its_numbers_give(estimator, kind):
    frame = FRAMES[kind]()
    # scikit-learn makes float64 of all of them.
    plain = sparse.csr_matrix(frame.to_numpy().astype(np.float64))
    parameters = estimator.get_params(deep=False)
    of_frame = estimator.__class__(**parameters).fit(frame, Y)
    of_plain = estimator.__class__(**parameters).fit(plain, Y)
    results = zip(use(of_frame, frame), use(of_plain, plain), strict=True)
    for (method, found), (_, expected) in results:
        assert found.dtype == expected.dtype
        if sparse.issparse(found):
            found, expected = found.toarray(), expected.toarray()
        assert_array_equal(found, expected, err_msg=method)


def test_a_sparse_frame_may_go_on_and_be_held_out():
    frame = FRAMES["boolean"]()
    plain = sparse.csr_matrix(frame.to_numpy().astype(float))
    found, expected = (
        MLPClassifier((5,), **SETTINGS).fit(X, Y, X_val=X, y_val=Y).partial_fit(X, Y)
        for X in (frame, plain)
    )
    assert found.loss_curve_ == expected.loss_curve_
    assert found.validation_loss_curve_ == expected.validation_loss_curve_


def test_masked_entries_are_refused_and_masks_of_nothing_pass():
    masked = np.ma.array(DENSE, mask=DENSE > 2)
    with pytest.raises(ValueError, match="masked entries"):
        MLPClassifier(**SETTINGS).fit(masked, Y)
    with pytest.raises(ValueError, match="masked entries"):
        MLPClassifier(**SETTINGS).fit(DENSE, np.ma.array(Y, mask=Y > 0))
    check_masked(np.ma.array(DENSE))


class Fixed(TransformerMixin, BaseEstimator):
    """A transformer of which every sample becomes the same."""

    def __init__(self, features=None):
        self.features = features

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return self.features


class Dummies(Fixed):
    """A transformer to sparse dummies, of a kind of frames."""

    def transform(self, X):
        frame = FRAMES[self.features]()
        return frame.iloc[np.arange(len(X)) % len(frame)]


READERS_OF_SAMPLES = {
    "predict": LinearSeparator().fit([[0.0], [1]], [0, 1]).predict,
    "intrinsic dimension": intrinsic_dimension,
    "distance": lambda X: off_manifold_distance(np.arange(30.0)[:, np.newaxis], X),
    "separability": lambda X: linear_separability(X, Y),
    "factors": lambda X: disentanglement(DENSE, X),
    "codes": lambda X: disentanglement(X, DENSE[:, :2]),
    "capacity": lambda X: capacity_curve(data=X, n_trials=2),
    "manifolds": lambda X: manifold_capacity(X, Y),
    "features": lambda X: capacity_curve(Fixed(X), n_features=1, n_trials=2),
    "bins": lambda X: PiecewiseLinearFeatures().fit(X, Y[: X.shape[0]]),
    "a scaler": lambda X: SmoothClippingScaler().fit(X),
    "sequences": lambda X: RecurrentRegressor(max_iter=1).fit([X, X], [0, 1]),
    "a graph": lambda X: jacobian(Graph(Tanh()(Input(1))), X),
}
each_reader = pytest.mark.parametrize("read", READERS_OF_SAMPLES.values())


@each_reader
def test_masked_samples_and_times_are_refused_by_whatever_reads_samples(read):
    masked = np.ma.array(DENSE[:, :1], mask=DENSE[:, :1] > 2)
    with pytest.raises(ValueError, match="masked entries"):
        read(masked)
    with pytest.raises((TypeError, ValueError), match="holds times"):
        read(DENSE[:, :1].astype("M8[s]"))


@each_corruption
@each_reader
def test_corrupt_matrices_are_refused_by_whatever_reads_samples(read, make):
    """Also by what reads no sparse ones: to convert them is to read them."""
    with pytest.raises(ValueError, match="corrupt|or an array-like"):
        read(make())


@pytest.mark.parametrize("kind", FRAMES)
def test_a_sparse_frame_of_features_gives_what_its_numbers_give(kind):
    curve = capacity_curve(Dummies(kind), n_features=1, n_points=[3], n_trials=2)
    assert curve["n_dimensions"][0] == 4


@each_reader
def test_an_integer_that_no_float_can_hold_is_no_finite_number(read):
    with pytest.raises(ValueError, match="holds an integer too large"):
        read(np.array([[10**400], *DENSE[1:, :1].tolist()], object))


def test_what_was_fitted_and_then_changed_is_refused():
    expansion = SparseRandomExpansion(8, n_inputs=2, random_state=0).fit(DENSE)
    expansion.inputs_ = expansion.inputs_ + N_COLUMNS
    with pytest.raises((ValueError, IndexError)):
        expansion.transform(DENSE)
