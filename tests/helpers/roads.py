"""Ways in which a fitted estimator is stored and comes back."""

import copy
import pickle

import joblib
import pytest


def through_pickle(estimator, folder):
    return pickle.loads(pickle.dumps(estimator))


def through_old_pickle(estimator, folder):
    return pickle.loads(pickle.dumps(estimator, protocol=2))


def through_joblib(estimator, folder):
    joblib.dump(estimator, folder / "estimator.joblib")
    return joblib.load(folder / "estimator.joblib")


def through_memory_map(estimator, folder):
    joblib.dump(estimator, folder / "estimator.joblib")
    return joblib.load(folder / "estimator.joblib", mmap_mode="r")


def through_skops(estimator, folder):
    """Store and load, trusting nothing beyond the classes of this package."""
    io = pytest.importorskip("skops.io")
    stored = io.dumps(estimator)
    untrusted = io.get_untrusted_types(data=stored)
    assert all(name.startswith("skbackprop.") for name in untrusted), untrusted
    return io.loads(stored, trusted=untrusted)


def through_save(estimator, folder):
    estimator.save(folder / "estimator.npz")
    return type(estimator).load(folder / "estimator.npz")


def through_deepcopy(estimator, folder):
    return copy.deepcopy(estimator)


ROADS = [
    through_pickle,
    through_old_pickle,
    through_joblib,
    through_memory_map,
    through_skops,
    through_deepcopy,
]


def on_roads(roads):
    return pytest.mark.parametrize("road", roads, ids=lambda road: road.__name__)


each_road = on_roads([*ROADS, through_save])
each_road_of_any_estimator = on_roads(ROADS)  # save is that of networks
