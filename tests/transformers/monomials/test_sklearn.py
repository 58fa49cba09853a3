"""scikit-learn's own tests of PolynomialFeatures, with our class in its place.

They are taken from the scikit-learn that is installed, whatever its version.
"""

import inspect

import pytest

from skbackprop import MonomialFeatures

theirs = pytest.importorskip(
    "sklearn.preprocessing.tests.test_polynomial",
    reason="this scikit-learn is installed without its tests",
)


@pytest.fixture(autouse=True)
def ours_in_its_place(monkeypatch):
    monkeypatch.setattr(theirs, "PolynomialFeatures", MonomialFeatures)


@pytest.fixture
def global_random_seed():
    return 42


def _concerns_monomials(name, member):
    is_test = name.startswith("test_") and inspect.isfunction(member)
    return is_test and "PolynomialFeatures" in inspect.getsource(member)


def _is_fixture(member):
    return type(member).__name__ == "FixtureFunctionDefinition" or hasattr(
        member, "_pytestfixturefunction"
    )


for _name, _member in vars(theirs).items():
    if _concerns_monomials(_name, _member) or _is_fixture(_member):
        globals()[_name] = _member
