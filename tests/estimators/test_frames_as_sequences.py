"""Data frames as sequences, of pandas and polars, and the names of their columns."""

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import StandardScaler

from skbackprop import RecurrentClassifier
from skbackprop.estimators.sequences import are_sequences, read_sequences

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
FLOATS = (np.float64, np.float32)
X = np.random.default_rng(0).normal(size=(4, 3, 2))
RAGGED = [X[0], X[1][:1], X[2][:2], X[3]]
Y = np.array([0, 1, 1, 0])


def classifier(**settings):
    return RecurrentClassifier(4, max_iter=2, batch_size=2, random_state=0, **settings)


def test_what_polars_holds_is_read_like_what_pandas_holds():
    pl = pytest.importorskip("polars")
    for held in (
        [pl.DataFrame(x) for x in RAGGED],
        pl.Series(map(np.ndarray.tolist, RAGGED)),
    ):
        assert are_sequences(held)
        sequences = read_sequences(held, FLOATS, "NTF")
        np.testing.assert_array_equal(sequences.lengths, [3, 1, 2, 3])
        np.testing.assert_array_equal(sequences.steps, np.concatenate(RAGGED))
    turned = [pl.DataFrame(x.T) for x in RAGGED]
    sequences = read_sequences(turned, FLOATS, "NFT")
    np.testing.assert_array_equal(sequences.steps, np.concatenate(RAGGED))
    assert not are_sequences(pl.DataFrame(X[0]))
    assert not are_sequences(pl.Series([1.0, 2.0]))


def frames_of(sequences, *names, of=pd.DataFrame):
    return [of(dict(zip(names, x.T, strict=True))) for x in sequences]


def frames_of_polars(*args):
    return frames_of(*args, of=pytest.importorskip("polars").DataFrame)


def skip_where_scikit_learn_reads_no_names_of(frame):
    """scikit-learn < 1.8 asks for a protocol that polars 2 no longer has."""
    if not hasattr(StandardScaler().fit(frame), "feature_names_in_"):
        pytest.skip(
            "scikit-learn < 1.8 reads no column names of polars 2, of its own "
            "estimators either"
        )


@pytest.mark.parametrize("form", [frames_of, frames_of_polars])
def test_columns_of_frames_are_those_of_fit(form):
    skip_where_scikit_learn_reads_no_names_of(form(RAGGED, "a", "b")[0])
    clf = classifier().fit(form(RAGGED, "a", "b"), Y)
    assert list(clf.feature_names_in_) == ["a", "b"]
    expected = classifier().fit(RAGGED, Y).predict_proba(RAGGED)
    found = clf.predict_proba(form(RAGGED, "a", "b"))
    np.testing.assert_array_equal(found, expected)
    mixed = [*form(RAGGED[:2], "a", "b"), *form(RAGGED[2:], "b", "a")]
    for swapped, message in (
        (form(RAGGED, "b", "a"), "Sequence 0 of X: .*\n.*same order"),
        (mixed, "Sequence 2 of X: .*\n.*same order"),
        (form(RAGGED, "a", "c"), "Sequence 0 of X: .*\n.*unseen at fit time:\n- c"),
    ):
        with pytest.raises(ValueError, match=message):
            clf.predict(swapped)
    with pytest.raises(ValueError, match="Sequence 2 of X: .*\n.*same order"):
        classifier().fit(mixed, Y)


def test_names_of_features_that_come_or_go_are_a_warning():
    frames = frames_of(RAGGED, "a", "b")
    for held, other, message in (
        (frames, RAGGED, "X does not have valid feature names"),
        (frames, X, "X does not have valid feature names"),
        (X, frames, "X has feature names"),
    ):
        clf = classifier().fit(held, Y)
        with pytest.warns(UserWarning, match=message):
            clf.predict(other)
    assert not hasattr(clf, "feature_names_in_")


def test_names_of_steps_and_of_rows_are_no_names_of_features():
    turned = [pd.DataFrame(x.T).add_prefix("step") for x in RAGGED]
    assert not hasattr(classifier(layout="NFT").fit(turned, Y), "feature_names_in_")
    rows = pd.DataFrame(X.reshape(4, 6)).add_prefix("column")
    clf = classifier(n_timesteps=3).fit(rows, Y)
    np.testing.assert_array_equal(
        clf.predict_proba(frames_of(X, "a", "b")), clf.predict_proba(rows)
    )
