"""sktime: its containers as recurrent networks read them."""

import numpy as np
import pytest
from twins import import_client

from skbackprop import RecurrentClassifier

datatypes = import_client("sktime.datatypes")


def probabilities(X, y, **settings):
    clf = RecurrentClassifier(4, max_iter=2, random_state=0, **settings)
    return clf.fit(X, y).predict_proba(X)


@pytest.fixture
def panel():
    """Return an array as sktime has it: of shape (n_samples, features, time)."""
    X = np.random.default_rng(0).normal(size=(12, 2, 6))
    return X, np.arange(12) % 2


def test_an_array_of_sktime_is_read_with_its_layout(panel):
    X, y = panel
    np.testing.assert_array_equal(
        probabilities(X, y, layout="NFT"), probabilities(X.transpose(0, 2, 1), y)
    )


@pytest.mark.parametrize("form", ["nested_univ", "pd-multiindex"])
def test_tables_are_refused_and_read_as_lists(form, panel):
    X, y = panel
    table = datatypes.convert(X, "numpy3D", form, as_scitype="Panel")
    with pytest.raises(ValueError, match=form):
        probabilities(table, y)
    tables = datatypes.convert(table, form, "df-list", as_scitype="Panel")
    np.testing.assert_array_equal(
        probabilities(tables, y), probabilities(X, y, layout="NFT")
    )
