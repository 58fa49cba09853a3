"""Files of skops: their types are on the public list, and stay there."""

import importlib
import io
import sys
import types
import zipfile
from pathlib import Path

import numpy as np
import pytest
from fitted_estimators import ESTIMATORS, X, Y, fitted, outputs
from module_cases import CASES, name_of_case
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skbackprop
from skbackprop.engine import schedules
from skbackprop.interchange import trusted, trusted_types
from skbackprop.network import ALL_MODULES, Module

skops = pytest.importorskip("skops.io")

# As of each version that was released. Append, and take nothing away.
EVER_TRUSTED = Path(__file__).parent / "data" / "trusted_types.txt"
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def through_skops(thing):
    return skops.loads(skops.dumps(thing), trusted=trusted_types())


def imported(name):
    """Return what skops finds under a full name."""
    module, _, attribute = name.rpartition(".")
    return getattr(importlib.import_module(module), attribute)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_an_estimator_comes_back_by_the_public_list(name):
    estimator = fitted(name)
    loaded = through_skops(estimator)
    np.testing.assert_array_equal(outputs(loaded), outputs(estimator))
    assert str(loaded.get_params()) == str(estimator.get_params())


@pytest.mark.parametrize("case", CASES, ids=name_of_case)
def test_a_module_comes_back_by_the_public_list(case):
    module, _ = case
    assert through_skops(module) == module


@pytest.mark.parametrize(
    "settings",
    [
        {"learning_rate": schedules.Warmup(schedules.OneCycle(5), 2)},
        {"learning_rate": "adaptive", "solver": "sgd"},
        {"warm_start": True, "early_stopping": True},
        {"label_smoothing": 0.1},
    ],
    ids=["schedule", "adaptive", "state", "smoothing"],
)
def test_a_fit_comes_back_with_its_settings_and_state(settings):
    clf = skbackprop.MLPClassifier((5,), max_iter=3, random_state=0, **settings)
    model = make_pipeline(StandardScaler(), clf).fit(X, np.arange(40) % 3)
    loaded = through_skops(model)
    np.testing.assert_array_equal(loaded.predict_proba(X), model.predict_proba(X))


def test_each_name_is_that_of_a_public_thing_of_this_package():
    for name in trusted_types():
        found = imported(name)
        assert (found.__module__, found.__name__) == tuple(name.rsplit(".", 1))
        assert name.startswith("skbackprop.")
        assert not any(part.startswith("_") for part in name.split("."))


def test_all_estimators_and_modules_are_on_the_list():
    found = {imported(name) for name in trusted_types()}
    assert found >= {getattr(skbackprop, name) for name in ESTIMATORS}
    assert found >= {*ALL_MODULES}


def test_what_was_ever_trusted_is_trusted_and_can_be_imported():
    ever = EVER_TRUSTED.read_text().split()
    assert len(ever) > 100
    assert set(ever) <= {*trusted_types()}
    for name in ever:
        assert imported(name) is not None


def test_a_class_that_has_moved_is_found_under_its_former_name(monkeypatch):
    clf = fitted("MLPClassifier")
    place, name = "skbackprop.estimators.mlp", "skbackprop.former_place"
    stored = renamed(skops.dumps(clf), place, name)
    with pytest.raises(skops.exceptions.UntrustedTypesFoundException):
        skops.loads(stored, trusted=trusted_types())
    monkeypatch.setattr(trusted, "_FORMER_NAMES", (f"{name}.MLPClassifier",))
    left_behind = types.ModuleType(name)
    left_behind.MLPClassifier = skbackprop.MLPClassifier
    monkeypatch.setitem(sys.modules, name, left_behind)
    loaded = skops.loads(stored, trusted=trusted_types())
    assert type(loaded) is skbackprop.MLPClassifier
    np.testing.assert_array_equal(outputs(loaded), outputs(clf))


def renamed(stored, old, new):
    """Return a file of skops in which a module of Python has another name."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(stored)) as before,
        zipfile.ZipFile(written, "w") as after,
    ):
        for name in before.namelist():
            content = before.read(name)
            if name == "schema.json":
                assert f'"{old}"'.encode() in content
                content = content.replace(f'"{old}"'.encode(), f'"{new}"'.encode())
            after.writestr(name, content)
    return written.getvalue()


class Own(Module):
    """Of a user."""


def test_what_is_of_users_is_not_trusted():
    assert Own in Module.__subclasses__()
    assert not any(name.endswith(".Own") for name in trusted_types())
    stored = skops.dumps(fitted("MLPClassifier").set_params(scoring=make_pipeline))
    with pytest.raises(skops.exceptions.UntrustedTypesFoundException, match="pipeline"):
        skops.loads(stored, trusted=trusted_types())


def test_labels_of_all_kinds_are_trusted():
    for labels in (np.array(["no", "yes"])[Y], Y.astype(bool), np.c_[Y, 1 - Y], Y * 0):
        clf = skbackprop.MLPClassifier((3,), max_iter=2, random_state=0).fit(X, labels)
        loaded = through_skops(clf)
        np.testing.assert_array_equal(loaded.predict(X), clf.predict(X))
