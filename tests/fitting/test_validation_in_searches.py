"""Validation sets handed on by scikit-learn: what is divided, and what is not."""

import numpy as np
from sklearn.datasets import load_iris
from sklearn.model_selection import KFold, cross_validate
from sklearn.preprocessing import scale

from skbackprop import MLPClassifier

X, Y = load_iris(return_X_y=True)
X = scale(X)
FOLDS = KFold(3, shuffle=True, random_state=0)


def classifier():
    return MLPClassifier((4,), max_iter=3, tol=None, random_state=0)


def curves(X_val, y_val=None):
    """Return the validation losses of each fit of a cross-validation."""
    given = {"X_val": X_val, "y_val": y_val}
    found = cross_validate(
        classifier(), X, Y, cv=FOLDS, params=given, return_estimator=True
    )
    return [clf.validation_loss_curve_ for clf in found["estimator"]]


def expected(X_val, y_val):
    """Return the same where each fit is given all of the set."""
    trained = [train for train, _ in FOLDS.split(X)]
    fits = [
        classifier().fit(X[train], Y[train], X_val=X_val, y_val=y_val)
        for train in trained
    ]
    return [clf.validation_loss_curve_ for clf in fits]


def test_a_set_as_long_as_X_is_divided_like_X():
    divided = [
        classifier().fit(X[train], Y[train], X_val=X[train], y_val=Y[train])
        for train, _ in FOLDS.split(X)
    ]
    assert curves(X, Y) == [clf.validation_loss_curve_ for clf in divided]


def test_a_set_of_another_length_is_handed_on_whole():
    assert curves(X[1:], Y[1:]) == expected(X[1:], Y[1:])


def test_a_set_as_long_as_X_is_handed_on_whole_as_a_chunk():
    np.testing.assert_allclose(curves([(X, Y)]), expected(X, Y), rtol=1e-12)
    assert not np.allclose(curves([(X, Y)]), curves(X, Y), rtol=1e-3)
