"""What the estimators read and return: precision, labels, containers, memory."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.preprocessing import StandardScaler
from tasks import (
    ALL,
    BOTH,
    SOLVERS,
    SPARSE_FORMATS,
    TASKS,
    as_sparse,
    assert_bitwise_same_network,
    assert_fits_alike,
    assert_same_network,
    loss_curve_of,
    needs_sklearn_1_7,
    predictions_of,
    some_zeros,
)

from skbackprop.kernels import jit

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
LABELS = {
    "strings": np.array(["no", "perhaps", "yes"]),
    "objects": np.array(["no", "perhaps", "yes"], dtype=object),
    "negative": np.array([-7, 0, 12]),
    "floats": np.array([-1.0, 0.0, 1.0]),
    "bool": np.array([False, True, True]),
}


# Precision


@pytest.mark.parametrize("sparse_input", [False, True])
@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("task", ALL, ids=str)
def test_float32_stays_float32_and_close_to_float64(task, solver, sparse_input):
    X = sparse.csr_matrix(task.X) if sparse_input else task.X
    double = task.ours(solver=solver).fit(X, task.y)
    single = task.ours(solver=solver).fit(X.astype(np.float32), task.y)
    parameters = single.coefs_ + single.intercepts_
    assert {p.dtype for p in parameters} == {np.dtype(np.float32)}
    # Ten steps of L-BFGS multiply rounding errors more than ten epochs do.
    assert_allclose(
        loss_curve_of(single),
        loss_curve_of(double),
        rtol=1e-2 if solver == "lbfgs" else 1e-4,
    )
    exact, rounded = (
        [
            p
            for p in predictions_of(e, X.astype(e.coefs_[0].dtype))
            if p.dtype.kind == "f"
        ]
        for e in (double, single)
    )
    for one, other in zip(exact, rounded, strict=True):
        assert one.dtype == np.float64
        assert other.dtype == np.float32
        atol = 0.1 if solver == "lbfgs" else 1e-3
        assert_allclose(one, other, atol=atol, rtol=atol)


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("task", BOTH, ids=str)
def test_dtype_parameter_overrides_that_of_the_input(task, solver):
    for given, wanted in [("float64", "float32"), ("float32", "float64")]:
        X = task.X.astype(given)
        forced = task.ours(solver=solver, dtype=wanted).fit(X, task.y)
        plain = task.ours(solver=solver).fit(X.astype(wanted), task.y)
        assert forced.coefs_[0].dtype == wanted
        assert_bitwise_same_network(forced, plain)
        output = predictions_of(forced, X)[-1]
        assert output.dtype == wanted
        assert_array_equal(output, predictions_of(forced, X.astype(wanted))[-1])


@pytest.mark.parametrize("dtype", ["int8", "int64", "uint16", "bool", "float16"])
def test_other_numbers_are_read_as_float64(dtype):
    task = TASKS["multiclass"]
    X = (3 * np.abs(task.X)).astype(dtype)
    ours, _ = assert_fits_alike(task, X=X, max_iter=3)
    assert ours.coefs_[0].dtype == np.float64


# Labels


@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS)
def test_labels_of_any_kind_come_back_from_predict(labels):
    task = TASKS["multiclass"]
    y = labels[task.y]
    ours, theirs = assert_fits_alike(task, y=y)
    assert_array_equal(ours.classes_, theirs.classes_)
    assert ours.classes_.dtype == theirs.classes_.dtype
    assert_array_equal(ours.predict(task.X), theirs.predict(task.X))
    assert ours.predict(task.X).dtype == ours.classes_.dtype


@needs_sklearn_1_7
@pytest.mark.parametrize("labels", [LABELS["negative"], LABELS["bool"]], ids=str)
def test_early_stopping_works_as_in_scikit_learn_with_labels_of_any_kind(labels):
    task = TASKS["multiclass"]
    ours, theirs = assert_fits_alike(task, y=labels[task.y], early_stopping=True)
    assert ours.validation_scores_ == theirs.validation_scores_


@pytest.mark.parametrize("kind", ["strings", "objects"])
def test_early_stopping_knows_strings_as_it_knows_numbers(kind):
    task = TASKS["multiclass"]  # scikit-learn 1.7 looks for NaN among the strings
    named = task.ours(early_stopping=True).fit(task.X, LABELS[kind][task.y])
    numbered = task.ours(early_stopping=True).fit(task.X, task.y)
    assert named.validation_scores_ == numbered.validation_scores_
    assert_bitwise_same_network(named, numbered)


@pytest.mark.parametrize("kind", [sparse.csr_matrix, sparse.csc_array])
def test_sparse_label_indicators_equal_dense_ones(kind):
    task = TASKS["multilabel"]
    dense = task.ours().fit(task.X, task.y)
    ours = task.ours().fit(task.X, kind(task.y))
    assert_bitwise_same_network(ours, dense)
    predicted = ours.predict(task.X)
    assert sparse.issparse(predicted)
    assert_array_equal(predicted.toarray(), dense.predict(task.X))


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.DataConversionWarning")
@pytest.mark.parametrize("task", BOTH, ids=str)
def test_a_column_of_targets_is_read_as_a_vector(task):
    column = task.ours().fit(task.X, task.y[:, np.newaxis])
    assert_bitwise_same_network(column, task.ours().fit(task.X, task.y))
    assert column.predict(task.X).shape == task.y.shape


# Containers of input


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@pytest.mark.parametrize("format_name", SPARSE_FORMATS)
def test_sparse_formats_equal_dense_input(format_name, solver):
    task = TASKS["multiclass"]
    X = some_zeros(task.X)
    dense = task.ours(solver=solver).fit(X, task.y)
    ours = task.ours(solver=solver).fit(as_sparse(X, format_name), task.y)
    # The sums run over the same terms in another order.
    assert_same_network(ours, dense, rtol=1e-9 if solver == "adam" else 1e-5)
    for one, other in zip(
        predictions_of(dense, X),
        predictions_of(dense, as_sparse(X, format_name)),
        strict=True,
    ):
        assert_allclose(one, other, rtol=1e-9)


def test_sparse_rows_may_be_unsorted_doubled_or_empty():
    task = TASKS["binary"]
    X = sparse.csr_matrix(
        (
            np.array([2.0, 1.0, 3.0, 0.5, 0.5, 0.0]),
            np.array([5, 0, 1, 3, 3, 2]),
            np.array([0, 2, 2, 5, 6]),
        ),
        shape=(4, 8),
    )
    y = np.array([0, 1, 0, 1])
    ours = task.ours(batch_size=2).fit(X.copy(), y)
    dense = task.ours(batch_size=2).fit(X.toarray(), y)
    assert_same_network(ours, dense, rtol=1e-9)
    assert_allclose(ours.predict_proba(X), dense.predict_proba(X.toarray()), rtol=1e-9)


def _memory_mapped(X, folder):
    np.save(folder / "X.npy", X)
    return np.load(folder / "X.npy", mmap_mode="r")


def _read_only(X, folder):
    X = X.copy()
    X.setflags(write=False)
    return X


def _strided(X, folder):
    wide = np.full((2 * len(X), 3 * X.shape[1]), np.nan)
    wide[::2, 1::3] = X
    return wide[::2, 1::3]


LAYOUTS = {
    "Fortran-ordered": lambda X, folder: np.asfortranarray(X),
    "read-only": _read_only,
    "memory-mapped": _memory_mapped,
    "strided": _strided,
    "backward": lambda X, folder: X[::-1].copy()[::-1],
    "unaligned": lambda X, folder: (
        np.frombuffer(b"x" + X.tobytes(), np.uint8)[1:].view(X.dtype).reshape(X.shape)
    ),
    "other byte order": lambda X, folder: X.astype(X.dtype.newbyteorder()),
    "list": lambda X, folder: X.tolist(),
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_layout_of_the_input_in_memory_changes_nothing(layout, tmp_path):
    task = TASKS["multiclass"]
    X = layout(task.X, tmp_path)
    plain = task.ours().fit(task.X, task.y)
    assert_bitwise_same_network(task.ours().fit(X, task.y), plain)
    for one, other in zip(
        predictions_of(plain, X), predictions_of(plain, task.X), strict=True
    ):
        assert_array_equal(one, other)


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("task", ALL, ids=str)
def test_input_is_never_modified(task, solver, rng):
    for X in (task.X.copy(), sparse.csr_matrix(some_zeros(task.X))):
        y, weights = task.y.copy(), rng.uniform(size=len(task.y))
        before = [X.copy(), y.copy(), weights.copy()]
        predictions_of(task.ours(solver=solver).fit(X, y, weights), X)
        if sparse.issparse(X):
            assert_array_equal(X.data, before[0].data)
            assert_array_equal(X.indices, before[0].indices)
        else:
            assert_array_equal(X, before[0])
        assert_array_equal(y, before[1])
        assert_array_equal(weights, before[2])


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_frames_give_their_column_names(library):
    frames = pytest.importorskip(library)
    task = TASKS["multiclass"]
    names = [f"column {i}" for i in range(8)]
    X = frames.DataFrame({name: task.X[:, i] for i, name in enumerate(names)})
    if not hasattr(StandardScaler().fit(X), "feature_names_in_"):
        pytest.skip(f"this scikit-learn does not know this {library}")
    y = frames.Series(task.y)
    ours = task.ours().fit(X, y)
    assert_array_equal(ours.feature_names_in_, names)
    assert_bitwise_same_network(ours, task.ours().fit(task.X, task.y))
    assert ours.predict(X).shape == (150,)
    with pytest.raises(ValueError, match="feature names should match"):
        ours.predict(X[names[::-1]])
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        ours.predict(task.X)


def test_frames_of_nullable_and_mixed_columns_are_read():
    task = TASKS["multiclass"]
    X = pd.DataFrame(task.X.round(), columns=list("abcdefgh"))
    plain = task.ours(max_iter=2).fit(X, task.y)
    X = X.astype({"a": "Float64", "b": "Int64", "c": "int8", "d": "float32"})
    assert_bitwise_same_network(task.ours(max_iter=2).fit(X, task.y), plain)


# Sample weights


@pytest.mark.parametrize("task", ALL, ids=str)
def test_integer_weights_equal_repeated_rows(task, rng):
    weights = rng.integers(0, 4, len(task.X))
    settings = {"solver": "lbfgs", "max_iter": 5, "alpha": 0.1}
    weighted = task.ours(**settings).fit(task.X, task.y, weights)
    X, y = np.repeat(task.X, weights, axis=0), np.repeat(task.y, weights, axis=0)
    assert_same_network(weighted, task.ours(**settings).fit(X, y), rtol=1e-6)


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("task", ALL, ids=str)
def test_weights_of_one_change_nothing(task, solver):
    weighted = task.ours(solver=solver).fit(task.X, task.y, np.ones(len(task.X)))
    plain = task.ours(solver=solver).fit(task.X, task.y)
    assert_same_network(weighted, plain, rtol=1e-9)


# Prediction


@pytest.mark.parametrize("sparse_input", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("task", ALL, ids=str)
def test_predicting_rows_one_by_one_equals_predicting_all(task, dtype, sparse_input):
    ours = task.ours(dtype=dtype, max_iter=2).fit(task.X, task.y)
    X = np.tile(task.X, (5, 1))  # several minibatches
    X = sparse.csr_matrix(X) if sparse_input else X
    rows = [0, 1, 254, 255, 256, 257, 511, 749]
    for together, *alone in zip(
        predictions_of(ours, X),
        *(predictions_of(ours, X[[row]]) for row in rows),
        strict=True,
    ):
        if jit.available():
            assert_array_equal(together[rows], np.concatenate(alone))
        else:  # BLAS sums one row in another order than many
            assert_allclose(together[rows], np.concatenate(alone), rtol=1e-4)


@pytest.mark.parametrize("task", ALL, ids=str)
def test_rows_of_the_predictions_do_not_depend_on_their_neighbours(task, rng):
    ours = task.ours(max_iter=2).fit(task.X, task.y)
    order = rng.permutation(len(task.X))
    for one, other in zip(
        predictions_of(ours, task.X[order]), predictions_of(ours, task.X), strict=True
    ):
        if jit.available():
            assert_array_equal(one, other[order])
        else:
            assert_allclose(one, other[order], rtol=1e-9)


@pytest.mark.parametrize("name", ["binary", "multiclass"])
def test_probabilities_are_those_of_the_logits(name):
    task = TASKS[name]
    ours = task.ours().fit(task.X, task.y)
    probabilities = ours.predict_proba(task.X)
    assert_allclose(probabilities.sum(axis=1), 1)
    assert_allclose(np.exp(ours.predict_log_proba(task.X)), probabilities)
    assert_array_equal(
        ours.classes_[probabilities.argmax(axis=1)], ours.predict(task.X)
    )


# Memory


def peak_memory_of(function, *arguments):
    """Bytes that NumPy allocates at most while a function runs."""
    tracemalloc.start()
    try:
        function(*arguments)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("early_stopping", [False, True])
@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_fit_does_not_copy_samples_that_are_as_the_network_reads_them(
    dtype, solver, early_stopping
):
    task = TASKS["binary"]
    X, y = np.tile(task.X.astype(dtype), (200, 8)), np.tile(task.y, 200)
    ours = task.ours(solver=solver, max_iter=1, early_stopping=early_stopping)
    ours.fit(X[:300], y[:300])  # whatever is allocated once
    # The targets are encoded, shuffled and predicted, a few columns beside 64.
    # Twice, as a busy machine allocates beside it; a copy would be made in each fit.
    peaks = [peak_memory_of(ours.fit, X, y) for _ in range(2)]
    assert min(peaks) < 0.4 * X.nbytes


@pytest.mark.parametrize("solver", SOLVERS)
def test_fit_copies_other_samples_once(solver):
    task = TASKS["binary"]
    X, y = np.tile(task.X, (200, 8)), np.tile(task.y, 200)
    ours = task.ours(solver=solver, max_iter=1).fit(X[:300], y[:300])
    for other in (np.asfortranarray(X), X.astype(np.float32)):
        ours.set_params(dtype="float64")
        assert peak_memory_of(ours.fit, other, y) < 1.4 * X.nbytes


@pytest.mark.parametrize("solver", SOLVERS)
def test_sparse_samples_are_never_made_dense(solver):
    task = TASKS["binary"]
    X = sparse.random(6000, 2000, density=1e-3, format="csr", random_state=0)
    y = np.arange(6000) % 2
    ours = task.ours(solver=solver, max_iter=1, hidden_layer_sizes=(2,))
    ours.fit(X[:50], y[:50])
    dense = 8 * X.shape[0] * X.shape[1]
    assert peak_memory_of(ours.fit, X, y) < 0.4 * dense
    assert peak_memory_of(ours.predict, X) < 0.05 * dense
