"""Sequences as users pass them: arrays, lists, rows; and what is refused."""

import numpy as np
import pandas as pd
import pytest
from sklearn.utils import check_array

from skbackprop import RecurrentClassifier, RecurrentRegressor
from skbackprop.estimators.sequences import (
    are_sequences,
    read_sequences,
    split_rows,
)
from skbackprop.estimators.steps import read_steps

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
FLOATS = (np.float64, np.float32)
X = np.random.default_rng(0).normal(size=(4, 3, 2))
RAGGED = [X[0], X[1][:1], X[2][:2], X[3]]
OBJECTS = np.empty(4, object)
OBJECTS[:] = RAGGED
Y = np.array([0, 1, 1, 0])


def classifier(**settings):
    settings = {"max_iter": 2, "batch_size": 2, "random_state": 0, **settings}
    return RecurrentClassifier(4, **settings)


# What is taken for what


@pytest.mark.parametrize(
    "sequences",
    [
        X,
        X.astype(object),
        list(X),
        tuple(X),
        X.tolist(),
        RAGGED,
        [x.tolist() for x in RAGGED],
        [pd.DataFrame(x) for x in RAGGED],
        OBJECTS,
        pd.Series(RAGGED, index=[7, 7, 0, 1]),
        pd.Series(list(X)),
        [],
        [np.ones(2), np.ones(3)],
    ],
    ids=lambda x: type(x).__name__,
)
def test_a_matrix_for_each_sample_makes_sequences(sequences):
    assert are_sequences(sequences)


@pytest.mark.parametrize(
    "rows",
    [
        X[0],
        X[0].astype(object),
        X[0].tolist(),
        list(X[0]),
        pd.DataFrame(X[0]),
        pd.Series([1.0, 2.0]),
        pd.Series(["a", "b"]),
        [1.0, 2.0],
        X[0, 0],
        X[None],
        np.empty((0, 3)),
        np.array(["a", "b"]),
        "text",
        None,
    ],
    ids=lambda x: type(x).__name__,
)
def test_a_row_for_each_sample_makes_none(rows):
    assert not are_sequences(rows)


# Reading


@pytest.mark.parametrize("layout", ["NTF", "NFT"])
@pytest.mark.parametrize(
    "form",
    [
        lambda x: x,
        lambda x: np.asfortranarray(x),
        lambda x: x.astype(object),
        lambda x: x.tolist(),
        list,
        lambda x: [pd.DataFrame(matrix) for matrix in x],
        lambda x: pd.Series(list(x), index=range(4, 0, -1)),
    ],
    ids=["array", "fortran", "objects", "lists", "list", "frames", "series"],
)
def test_all_forms_of_an_array_say_the_same(form, layout):
    held = X if layout == "NTF" else X.transpose(0, 2, 1)
    sequences = read_sequences(form(held), FLOATS, layout)
    np.testing.assert_array_equal(sequences.values, X)
    np.testing.assert_array_equal(sequences.lengths, [3] * 4)
    assert not sequences.is_ragged
    assert sequences.exists.all()


@pytest.mark.parametrize("layout", ["NTF", "NFT"])
@pytest.mark.parametrize(
    "form", [list, tuple, lambda x: OBJECTS], ids=["list", "tuple", "objects"]
)
def test_short_sequences_are_padded_with_zeros(form, layout):
    held = form(RAGGED)
    if layout == "NFT":
        held = [x.T for x in held]
    sequences = read_sequences(held, FLOATS, layout)
    assert sequences.is_ragged
    np.testing.assert_array_equal(sequences.lengths, [3, 1, 2, 3])
    np.testing.assert_array_equal(sequences.exists.sum(axis=1), [3, 1, 2, 3])
    for values, sequence in zip(sequences.values, RAGGED, strict=True):
        np.testing.assert_array_equal(values[: len(sequence)], sequence)
        assert not values[len(sequence) :].any()


@pytest.mark.parametrize("has_length", [False, True])
@pytest.mark.parametrize("held", [X, RAGGED], ids=["array", "ragged"])
def test_rows_hold_steps_then_masks_then_the_inverse_length(held, has_length):
    sequences = read_sequences(held, FLOATS, "NTF")
    layout = sequences.layout(has_length)
    rows = sequences.rows(layout)
    assert rows.flags.c_contiguous
    assert rows.shape == (4, layout.n_columns)
    np.testing.assert_array_equal(rows[:, :6].reshape(4, 3, 2), sequences.values)
    if sequences.is_ragged:
        np.testing.assert_array_equal(rows[:, 6:9], sequences.exists)
    if has_length:
        np.testing.assert_array_equal(rows[:, -1] * sequences.lengths, 1)


@pytest.mark.parametrize("dtypes", [FLOATS, np.float32, "float64"], ids=str)
@pytest.mark.parametrize("dtype", ["f4", "f8", ">f8", "i8"])
@pytest.mark.parametrize("scale", [1, 1e38])  # finite, of an infinite sum in float32
def test_arrays_that_are_recognized_are_read_as_scikit_learn_reads_them(
    scale, dtype, dtypes
):
    array = np.abs(X * (scale if dtype == "f4" else 1)).astype(dtype)
    reads = list(dtypes) if isinstance(dtypes, tuple) else dtypes
    expected = check_array(array, dtype=reads, allow_nd=True)
    found = read_sequences(array, dtypes, "NTF").values
    np.testing.assert_array_equal(found, expected, strict=True)


def test_rows_are_not_the_memory_of_the_user():
    sequences = read_sequences(X, FLOATS, "NTF")
    assert not np.shares_memory(sequences.rows(sequences.layout(False)), X)


@pytest.mark.parametrize(
    ("dtypes", "expected"),
    [
        ([np.float32] * 4, np.float32),
        ([np.float64] * 4, np.float64),
        ([np.float32, np.float64, np.float32, np.float32], np.float64),
        ([np.int64] * 4, np.float64),
    ],
    ids=["float32", "float64", "both", "integers"],
)
def test_float32_is_kept_where_all_is_float32(dtypes, expected):
    held = [x.astype(d) for x, d in zip(RAGGED, dtypes, strict=True)]
    assert read_sequences(held, FLOATS, "NTF").values.dtype == expected
    if len(set(dtypes)) == 1:
        array = X.astype(dtypes[0])
        assert read_sequences(array, FLOATS, "NTF").values.dtype == expected


@pytest.mark.parametrize("layout", ["NTF", "NFT"])
def test_rows_are_cut_into_steps(layout):
    held = X if layout == "NTF" else X.transpose(0, 2, 1)
    sequences = split_rows(held.reshape(4, -1), 3, layout)
    np.testing.assert_array_equal(sequences.values, X)


def test_without_a_number_of_steps_each_column_is_one():
    for layout in ("NTF", "NFT"):
        sequences = split_rows(X[:, :, 0], None, layout)
        np.testing.assert_array_equal(sequences.values, X[:, :, :1])


# Values of steps


@pytest.mark.parametrize(
    "y",
    [
        np.arange(12).reshape(4, 3),
        np.arange(12).reshape(4, 3, 1),
        np.arange(12).reshape(4, 3).tolist(),
        list(np.arange(12).reshape(4, 3)),
        pd.DataFrame(np.arange(12).reshape(4, 3)),
        [pd.Series(row) for row in np.arange(12).reshape(4, 3)],
        pd.Series(list(np.arange(12).reshape(4, 3)), index=[3, 1, 1, 0]),
    ],
    ids=["array", "one column", "lists", "list", "frame", "series", "of lists"],
)
def test_all_forms_of_step_values_say_the_same(y):
    values = read_steps(y, read_sequences(X, FLOATS, "NTF"))
    np.testing.assert_array_equal(values.flat, np.arange(12))
    assert len(values) == 4


def test_step_values_of_unequal_length_stand_in_a_row():
    y = [["a", "b", "a"], ["c"], ["b", "b"], ["a", "a", "c"]]
    values = read_steps(y, read_sequences(RAGGED, FLOATS, "NTF"))
    assert "".join(values.flat) == "abacbbaac"
    np.testing.assert_array_equal(values.exists.sum(axis=1), [3, 1, 2, 3])


# Bad input


def with_bad_value(bad):
    sequences = [x.copy() for x in RAGGED]
    sequences[2][1, 1] = bad
    return sequences


BAD_X = {
    "no sequences": ([], "X has no sequences"),
    "array without sequences": (X[:0], "X has no sequences"),
    "no steps": (X[:, :0], r"Sequence 0 of X is empty, of shape \(0, 2\)"),
    "no features": (X[:, :, :0], r"Sequence 0 of X is empty, of shape \(3, 0\)"),
    "an empty one": ([*RAGGED[:3], X[3][:0]], "Sequence 3 of X is empty"),
    "empty lists": ([[[1.0]], []] * 2, r"Sequence 1 of X has 1 dimension\(s\)"),
    "NaN": (with_bad_value(np.nan), r"Sequence 2 of X contains NaN.*\n.*number 1"),
    "infinity": (with_bad_value(np.inf), r"Sequence 2 of X contains infinity"),
    "vectors": (
        [np.ones(3), np.ones(2)] * 2,
        r"Sequence 0 of X has 1 dim.*matrix of shape \(time, features\)",
    ),
    "a vector among matrices": ([*RAGGED[:3], X[3][0]], "Sequence 3 of X has 1 dim"),
    "ragged rows": (
        [[[1.0, 2.0], [3.0]], *RAGGED[1:]],
        r"Sequence 0 of X (has 1 dim|.*inhomogeneous)",
    ),
    "unequal features": (
        [*RAGGED[:3], X[3][:, :1]],
        r"Sequence 3 of X has 1 feature\(s\), but sequence 0 has 2",
    ),
    "text": ([*RAGGED[:3], np.array([["a", "b"]])], "could not convert string"),
    "a mask": (
        [*RAGGED[:3], np.ma.array(X[3], mask=X[3] > 1)],
        "Sequence 3 of X is a masked array with 2 masked entries",
    ),
    "a mask over all": (np.ma.array(X, mask=X > 1), "X is a masked array"),
    "three dimensions each": ([X] * 4, "dim 4"),
    "four dimensions": (X[None], "dim 4"),
}


@pytest.mark.parametrize(("held", "message"), BAD_X.values(), ids=BAD_X)
def test_bad_sequences_are_refused_by_name(held, message):
    with pytest.raises(ValueError, match=message):
        classifier().fit(held, Y)
    fitted = classifier().fit(X, Y)
    with pytest.raises(ValueError, match=message):
        fitted.predict(held)


def test_nan_in_an_array_names_sequence_and_feature():
    for layout, axes in (("NTF", (0, 1, 2)), ("NFT", (0, 2, 1))):
        bad = X.copy()
        bad[3, 0, 1] = np.nan
        clf = classifier(layout=layout)
        message = r"Sequence 3 of X contains NaN.*\n.*column is number 1"
        with pytest.raises(ValueError, match=message):
            clf.fit(bad.transpose(axes), Y)


def test_nan_in_rows_names_the_column():
    frame = pd.DataFrame(X.reshape(4, 6), columns=list("abcdef"), copy=True)
    frame.loc[2, "e"] = np.nan
    with pytest.raises(ValueError, match=r"NaN.*\n(.*\n)*.*column is 'e'"):
        classifier(n_timesteps=3).fit(frame, Y)


def test_values_too_large_for_the_network_are_refused():
    clf = classifier(dtype="float32")
    with pytest.raises(ValueError, match="Sequence 0 of X.*too large for dtype"):
        clf.fit(X * 1e200, Y)
    clf.fit(X, Y)
    with pytest.raises(ValueError, match=r"too large for the network's float32"):
        clf.predict(X * 1e200)


def test_steps_that_do_not_fit_the_columns_are_refused():
    with pytest.raises(ValueError, match="n_timesteps=4 does not divide the 6 columns"):
        classifier(n_timesteps=4).fit(X.reshape(4, 6), Y)


@pytest.mark.parametrize("layout", ["NTF", "NFT"])
@pytest.mark.parametrize("as_list", [False, True])
def test_other_features_at_prediction_are_refused(layout, as_list):
    axes = (0, 1, 2) if layout == "NTF" else (0, 2, 1)
    clf = classifier(layout=layout).fit(X.transpose(axes), Y)
    other = X[:, :, :1].transpose(axes)
    with pytest.raises(ValueError, match=r"has 1 features.*expecting 2.*layout="):
        clf.predict(list(other) if as_list else other)


def test_other_columns_at_prediction_are_refused():
    clf = classifier(n_timesteps=3).fit(X.reshape(4, 6), Y)
    with pytest.raises(ValueError, match="X has 3 features, but .* expecting 6"):
        clf.predict(X[:, :, 0])


@pytest.mark.parametrize("as_list", [False, True])
def test_times_are_no_features(as_list):
    times = np.full((4, 3, 2), np.datetime64("2020-01-01", "s"))
    with pytest.raises(TypeError, match="X holds times"):
        classifier().fit(list(times) if as_list else times, Y)


BAD_Y = {
    "too few": (Y[:3], {}, "inconsistent numbers of samples"),
    "too few with steps": (np.zeros((3, 3)), {"return_sequences": True}, "y has 3"),
    "too few steps": (
        np.zeros((4, 2)),
        {"return_sequences": True},
        r"Sequence 0 of y must have a value for each of the 3 steps.*shape \(2,\)",
    ),
    "one value each": (Y, {"return_sequences": True}, "Sequence 0 of y must have"),
    "ragged": (
        [[0, 1, 0], [1, 1, 0], [0, 0], [1, 1, 1]],
        {"return_sequences": True},
        "Sequence 2 of y must have",
    ),
    "unequal outputs": (
        [np.zeros((3, 2)), np.ones((3, 3))] * 2,
        {"return_sequences": True},
        r"Sequence 1 of y has values of shape \(3,\), but.* 0 are of shape \(2,\)",
    ),
    "NaN": (
        np.array([[0, 1, 0], [0, np.nan, 1]] * 2),
        {"return_sequences": True},
        "Sequence 1 of y contains NaN",
    ),
    "a mask": (
        [np.zeros(3), np.ma.array(np.ones(3), mask=[0, 1, 0])] * 2,
        {"return_sequences": True},
        "Sequence 1 of y is a masked array",
    ),
    "a mask over all": (
        np.ma.array(np.zeros((4, 3)), mask=np.eye(4, 3)),
        {"return_sequences": True},
        "y is a masked array with 3",
    ),
    "a mask without steps": (np.ma.array(Y, mask=Y), {}, "y is a masked array"),
    "NaN without steps": ([0, np.nan, 1, 1], {}, "Input y contains NaN"),
    "nothing": (None, {}, "target y is None"),
}


@pytest.mark.parametrize("kind", [RecurrentClassifier, RecurrentRegressor])
@pytest.mark.parametrize(("y", "settings", "message"), BAD_Y.values(), ids=BAD_Y)
def test_bad_targets_are_refused(kind, y, settings, message):
    with pytest.raises(ValueError, match=message):
        kind(4, max_iter=2, **settings).fit(X, y)


def test_a_scalar_is_no_target():
    with pytest.raises(TypeError, match="Expected sequence or array-like"):
        RecurrentRegressor(4, return_sequences=True).fit(X, 5)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"hidden_layer_sizes": ()}, "hidden_layer_sizes must be > 0"),
        ({"hidden_layer_sizes": (4, 0)}, "hidden_layer_sizes must be > 0"),
        ({"hidden_layer_sizes": [[4]]}, "hidden_layer_sizes must be > 0"),
        ({"hidden_layer_sizes": 2.5}, "'hidden_layer_sizes' parameter"),
        ({"cell": "rnn"}, "'cell' parameter"),
        ({"readout": "sum"}, "'readout' parameter"),
        ({"layout": "TNF"}, "'layout' parameter"),
        ({"n_timesteps": 0}, "'n_timesteps' parameter"),
        ({"bptt_steps": 0}, "'bptt_steps' parameter"),
        ({"bidirectional": "both"}, "'bidirectional' parameter"),
        ({"return_sequences": "yes"}, "'return_sequences' parameter"),
    ],
    ids=str,
)
def test_bad_parameters_are_refused_by_name(settings, message):
    with pytest.raises(ValueError, match=message):
        classifier().set_params(**settings).fit(X, Y)


def test_sparse_input_is_refused():
    from scipy import sparse

    for held in (sparse.csr_matrix(X[:, :, 0]), [sparse.csr_matrix(x) for x in X]):
        with pytest.raises(TypeError, match=r"Sparse data was passed"):
            classifier().fit(held, Y)


def test_bad_input_leaves_the_estimator_as_it_was():
    clf = classifier(warm_start=True).fit(X, Y)
    expected = clf.predict_proba(X)
    for bad in (with_bad_value(np.nan), X[:, :, :1]):
        with pytest.raises(ValueError, match="Sequence|features"):
            clf.fit(bad, Y)
    np.testing.assert_array_equal(clf.predict_proba(X), expected)
