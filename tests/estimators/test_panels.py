"""Panels of sktime, made without it: what is said, and that it helps."""

import numpy as np
import pandas as pd
import pytest

from skbackprop import RecurrentClassifier

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
X = np.random.default_rng(0).normal(size=(6, 4, 2))
Y = np.array([0, 1, 1, 0, 0, 1])


def classifier(**settings):
    return RecurrentClassifier(4, max_iter=2, random_state=0, **settings)


def nested_univ(sequences):
    return pd.DataFrame(
        {f"dim_{k}": [pd.Series(x[:, k]) for x in sequences] for k in range(2)}
    )


def pd_multiindex(sequences):
    names = [f"dim_{k}" for k in range(sequences[0].shape[1])]
    return pd.concat(
        {i: pd.DataFrame(x, columns=names) for i, x in enumerate(sequences)}
    )


def listed(panel):
    """Return what the message says to pass; of unequal lengths too."""
    if panel.index.nlevels > 1:
        return [table for _, table in panel.groupby(level=0, sort=False)]
    return [pd.DataFrame(dict(row)) for _, row in panel.iterrows()]


@pytest.mark.parametrize(
    ("panel", "advice"),
    [
        (nested_univ, r"'nested_univ'.*\[pd.DataFrame\(dict\(row\)\) for _, row"),
        (pd_multiindex, r"'pd-multiindex'.*X.groupby\(level=0, sort=False\)\]"),
    ],
)
def test_a_panel_is_refused_and_what_is_advised_is_read(panel, advice):
    held = panel([*X[:3], *X[3:, :2]])
    for unread in (held, panel(X)):
        with pytest.raises(ValueError, match=advice):
            classifier().fit(unread, Y)
        with pytest.raises(ValueError, match=advice):
            classifier().partial_fit(unread, Y, classes=[0, 1])
    clf = classifier().fit(listed(held), Y)
    assert list(clf.feature_names_in_) == ["dim_0", "dim_1"]
    with pytest.raises(ValueError, match=advice):
        clf.predict(held)
    expected = classifier().fit([*X[:3], *X[3:, :2]], Y)
    np.testing.assert_array_equal(
        clf.predict_proba(listed(held)), expected.predict_proba([*X[:3], *X[3:, :2]])
    )


def test_a_panel_of_one_feature_is_not_taken_for_sequences_of_one_step():
    clf = classifier().fit(X[:, :, :1], Y)
    with pytest.raises(ValueError, match="'pd-multiindex'"):
        clf.predict(pd_multiindex(X[:, :, :1]))


def test_a_panel_of_values_of_steps_is_refused():
    with pytest.raises(ValueError, match="'pd-multiindex'"):
        classifier(return_sequences=True).fit(pd_multiindex(X), [[0, 1, 1, 0]] * 6)


def test_rows_of_a_table_may_have_two_names_each():
    index = pd.MultiIndex.from_product([["a", "b"], [1, 2, 3]])
    rows = pd.DataFrame(X.reshape(6, 8), index).add_prefix("column")
    clf = classifier(n_timesteps=4).fit(rows, Y)
    np.testing.assert_array_equal(
        clf.predict_proba(rows), classifier().fit(X, Y).predict_proba(X)
    )


def test_rows_of_objects_that_are_numbers_are_read():
    rows = pd.DataFrame(X.reshape(6, 8)).add_prefix("column").astype(object)
    expected = classifier(n_timesteps=4).fit(X.reshape(6, 8), Y)
    found = classifier(n_timesteps=4).fit(rows, Y)
    np.testing.assert_array_equal(found._parameters, expected._parameters)
