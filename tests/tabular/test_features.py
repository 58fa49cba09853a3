"""Names and numbers of features are checked as scikit-learn checks them."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.base import BaseEstimator

from skbackprop.tabular.features import check_features

FRAMES = {
    "pandas": pd.DataFrame,
    "polars": pl.DataFrame,
    "arrow": pa.table,
    "record batch": pa.RecordBatch.from_pydict,
}
DATA = {"a": [1.0, 2.0], "b": ["x", None]}


@pytest.mark.parametrize("later", FRAMES)
@pytest.mark.parametrize("first", FRAMES)
def test_names_are_checked_whichever_library_has_them(first, later):
    estimator = BaseEstimator()
    check_features(estimator, FRAMES[first](DATA), reset=True)
    assert estimator.n_features_in_ == 2
    assert estimator.feature_names_in_.tolist() == ["a", "b"]
    check_features(estimator, FRAMES[later](DATA), reset=False)
    for wrong, message in [
        ({"b": ["x"], "a": [1.0]}, "must be in the same order"),
        ({"a": [1.0]}, "seen at fit time, yet now missing"),
        ({**DATA, "c": [1, 2]}, "unseen at fit time"),
    ]:
        with pytest.raises(ValueError, match=message):
            check_features(estimator, FRAMES[later](wrong), reset=False)


def test_arrays_have_numbers_only():
    estimator = BaseEstimator()
    check_features(estimator, pd.DataFrame(DATA), reset=True)
    check_features(estimator, np.ones((2, 3)), reset=True)
    assert estimator.n_features_in_ == 3
    assert not hasattr(estimator, "feature_names_in_")
    check_features(estimator, [[1, 2, 3]], reset=False)
    with pytest.raises(ValueError, match="X has 2 features, but BaseEstimator"):
        check_features(estimator, np.ones((2, 2)), reset=False)
    with pytest.warns(UserWarning, match="X has feature names, but"):
        check_features(
            estimator, pd.DataFrame(np.ones((2, 3)), None, [*"abc"]), reset=False
        )


def test_frames_do_not_become_arrays_unnoticed():
    estimator = BaseEstimator()
    check_features(estimator, pd.DataFrame(DATA), reset=True)
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        check_features(estimator, np.ones((2, 2)), reset=False)


def test_names_of_two_types_are_refused():
    X = pd.DataFrame(np.ones((2, 2)), columns=[0, "a"])
    with pytest.raises(TypeError, match="Feature names are only supported"):
        check_features(BaseEstimator(), X, reset=True)
