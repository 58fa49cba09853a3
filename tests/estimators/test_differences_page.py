"""The page on differences from scikit-learn's MLP names all that is added."""

import re
from pathlib import Path

import pytest
from sklearn import neural_network
from sklearn.datasets import load_iris

import skbackprop

PAGE = (Path(__file__).parents[2] / "docs" / "differences.rst").read_text()
X, y = load_iris(return_X_y=True)


def names(module, class_name, **settings):
    """Return the public parameters, attributes and methods of a fitted network."""
    network = getattr(module, class_name)(tol=1e9, random_state=0, **settings)
    return {name for name in dir(network.fit(X, y)) if not name.startswith("_")}


@pytest.mark.parametrize("is_stopped_early", [False, True], ids=["all", "early"])
@pytest.mark.parametrize("class_name", ["MLPClassifier", "MLPRegressor"])
def test_the_page_names_all_that_is_added(class_name, is_stopped_early):
    ours, theirs = (
        names(module, class_name, early_stopping=is_stopped_early)
        for module in (skbackprop, neural_network)
    )
    assert theirs <= ours
    assert ours - theirs <= set(re.findall(r"``(\w+)``", PAGE))
