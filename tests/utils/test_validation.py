"""Input of fitted estimators: what is recognized is what scikit-learn would accept."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context

from skbackprop import MLPClassifier
from skbackprop.utils import validation
from skbackprop.utils.validation import (
    FLOATS,
    is_missing,
    validate_finite,
    validate_input,
)

X = np.random.default_rng(0).normal(size=(40, 3))
Y = np.arange(40) % 2
FRAME = pd.DataFrame(X, columns=["a", "b", "c"])


def unaligned(X):
    memory = np.zeros(X.nbytes + 1, np.uint8)[1:]
    result = memory.view(X.dtype).reshape(X.shape)
    result[...] = X
    return result


def read_only(X):
    X = X.copy()
    X.flags.writeable = False
    return X


def holding(value):
    result = X.copy()
    result[7, 1] = value
    return result


PLAIN = {
    "rows": X,
    "columns": np.asfortranarray(X),
    "singles": X.astype(np.float32),
    "one": X[:1],
    "every other": X[::2],
    "read only": read_only(X),
}
OTHERS = {
    "swapped": X.astype(X.dtype.newbyteorder()),
    "unaligned": unaligned(X),
    "halves": X.astype(np.float16),
    "longs": X.astype(np.longdouble),
    "integers": X.astype(int),
    "complex": X + 1j,
    "objects": X.astype(object),
    "list": X.tolist(),
    "another subclass": X.view(type("Other", (np.ndarray,), {})),
    "masked": np.ma.array(X, mask=X > 2),
    "not masked": np.ma.array(X),
    "frame": FRAME,
    "nan": holding(np.nan),
    "infinity": holding(np.inf),
    "both infinities": np.where(X > 0, np.inf, -np.inf),
    "a sum that overflows": np.full((40, 3), 1e308),
    "narrow": X[:, :2],
    "wide": np.hstack([X, X]),
    "a vector": X[0],
    "three dimensions": X[np.newaxis],
    "no rows": X[:0],
}


def outcome(validate, estimator, X):
    """Return the result or the error, and the warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = validate(estimator, X)
        except Exception as error:
            result = type(error), str(error)
    return result, [(w.category, str(w.message)) for w in caught]


def as_scikit_learn(estimator, X):
    return validate_finite(estimator, X, dtype=FLOATS, reset=False)


@pytest.fixture(scope="module")
def fitted():
    return MLPClassifier(solver="lbfgs").fit(X, np.arange(40) % 2)


@pytest.fixture(scope="module")
def fitted_to_names():
    return MLPClassifier(solver="lbfgs").fit(FRAME, np.arange(40) % 2)


@pytest.mark.parametrize("name", PLAIN | OTHERS)
@pytest.mark.parametrize("network", ["fitted", "fitted_to_names"])
@pytest.mark.parametrize("assume_finite", [False, True])
def test_results_errors_and_warnings_are_those_of_scikit_learn(
    name, network, assume_finite, request
):
    estimator, samples = request.getfixturevalue(network), (PLAIN | OTHERS)[name]
    with config_context(assume_finite=assume_finite):
        expected, expected_warnings = outcome(as_scikit_learn, estimator, samples)
        found, found_warnings = outcome(validate_input, estimator, samples)
    assert found_warnings == expected_warnings
    if isinstance(expected, tuple):
        assert found == expected
    else:
        assert found.flags.aligned
        assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("name", PLAIN)
def test_plain_matrices_are_recognized(name, fitted, monkeypatch):
    monkeypatch.setattr(validation, "validate_finite", None)
    assert validate_input(fitted, PLAIN[name]) is PLAIN[name]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (pd.period_range("2026", periods=40, freq="D"), TypeError),
        (pd.Series([*X[:39, 1], pd.Timestamp("2026")], dtype=object), TypeError),
        (np.repeat("one", 40), ValueError),
    ],
    ids=["periods", "a moment", "words"],
)
def test_the_column_that_holds_no_numbers_is_named(values, kind):
    with pytest.raises(kind, match="first such column is 'b'"):
        MLPClassifier().fit(FRAME.assign(b=values), Y)


@pytest.mark.parametrize(
    "values",
    [
        np.array([1.0, np.nan, np.inf]),
        np.array([1, 2]),
        np.array([True, False]),
        np.array(["nan", "", "None"]),
        np.array(["2020-01-01", "NaT"], "datetime64[D]"),
        np.array(["nan", None, np.nan, pd.NA, pd.NaT, 0, 1.5], object),
    ],
    ids=lambda values: values.dtype.kind,
)
def test_what_is_missing_is_what_pandas_says(values):
    np.testing.assert_array_equal(is_missing(values), pd.isna(values))
