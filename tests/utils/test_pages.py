"""The HTML of an estimator leads to its page, where there is one."""

from importlib.metadata import PackageNotFoundError

import pytest
from sklearn.base import BaseEstimator
from sklearn.pipeline import make_pipeline

import skbackprop
from skbackprop import MLPClassifier
from skbackprop.utils import pages

EXPORTS = [getattr(skbackprop, name) for name in skbackprop.__all__]
ESTIMATORS = [
    cls for cls in EXPORTS if isinstance(cls, type) and issubclass(cls, BaseEstimator)
]


@pytest.fixture
def installed(monkeypatch):
    """Set the version that is installed, None where there is none."""

    def install(version):
        def answer(name):
            if version is None:
                raise PackageNotFoundError(name)
            return version

        pages._is_released.cache_clear()
        monkeypatch.setattr(pages, "version", answer)

    yield install
    pages._is_released.cache_clear()


@pytest.mark.parametrize("cls", ESTIMATORS)
def test_a_released_estimator_links_to_its_page_in_the_documentation(cls, installed):
    installed("0.1.0")
    page = "https://skbackprop.readthedocs.io/en/stable/generated/skbackprop."
    html = make_pipeline("passthrough", cls())._repr_html_()
    assert f'href="{page}{cls.__name__}.html"' in html


@pytest.mark.parametrize("version", ["0.2.0.dev0", None])
def test_what_is_not_released_has_no_link(installed, version):
    installed(version)
    assert "readthedocs" not in MLPClassifier()._repr_html_()


def test_a_class_of_somebody_else_has_no_link(installed):
    class Mine(MLPClassifier):
        """Of another package."""

    installed("0.1.0")
    assert "readthedocs" not in Mine()._repr_html_()
