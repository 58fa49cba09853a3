"""Clients of scikit-learn's estimators, given ours."""

import pytest
from sklearn.datasets import load_diabetes, load_iris
from sklearn.preprocessing import scale


def pytest_collection_modifyitems(items):
    """Let clients warn, of each other's releases mostly: what they find counts."""
    for item in items:
        if item.path.parent.name == "with_other_libraries":
            item.add_marker(pytest.mark.filterwarnings("ignore"))


@pytest.fixture(scope="session")
def flowers():
    """Return X and y of three classes."""
    X, y = load_iris(return_X_y=True)
    return scale(X), y


@pytest.fixture(scope="session")
def patients():
    """Return X and y of numbers."""
    X, y = load_diabetes(return_X_y=True)
    return scale(X), scale(y)
