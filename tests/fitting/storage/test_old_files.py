"""Files of an earlier version load, predict the same and go on the same way.

They were written before modules moved to other files: a file names classes, never
the modules of Python that these stand in. See ``data/README.md`` for how they were
made.
"""

import shutil
from pathlib import Path

import numpy as np
import pytest

from skbackprop import (
    DrLIM,
    MLPClassifier,
    MLPRanker,
    MLPRegressor,
    NetworkClassifier,
    NetworkRegressor,
    RecurrentClassifier,
    RecurrentRegressor,
)

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
DATA = Path(__file__).parent / "data"
with np.load(DATA / "expected.npz") as file:
    EXPECTED = dict(file)
X, y, S, STEPS = (EXPECTED[name] for name in ("X", "y", "S", "steps"))

SAVED = {  # name of the file: class, data of the fit, what tells of it
    "drlim": (DrLIM, (X,), "transform"),
    "mlp_classifier": (MLPClassifier, (X, y), "predict_proba"),
    "mlp_ranker": (MLPRanker, (X, np.arange(20) % 3), "predict"),
    "mlp_regressor": (MLPRegressor, (X, X[:, 0]), "predict"),
    "network_classifier": (NetworkClassifier, (X, y), "predict_proba"),
    "network_regressor": (NetworkRegressor, (X, X[:, 0]), "predict"),
    "recurrent_classifier": (RecurrentClassifier, (S, STEPS), "predict_proba"),
    "recurrent_regressor": (RecurrentRegressor, (S, S[:, 0, 0]), "predict"),
}


def assert_as_expected(found, name):
    """Compare up to the rounding of sums that another processor groups differently."""
    expected = EXPECTED[name]
    assert found.dtype == expected.dtype
    tolerance = 1e-6 if expected.dtype == np.float32 else 1e-10
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", SAVED)
def test_a_file_of_an_earlier_version_predicts_what_it_predicted_then(name):
    cls, data, method = SAVED[name]
    estimator = cls.load(DATA / f"{name}.npz")
    assert_as_expected(getattr(estimator, method)(data[0]), name)


@pytest.mark.parametrize("name", SAVED)
def test_a_file_of_an_earlier_version_goes_on_learning_as_it_did_then(name):
    cls, data, method = SAVED[name]
    estimator = cls.load(DATA / f"{name}.npz")
    estimator.set_params(warm_start=True, learning_rate="constant")
    n_before = estimator.t_
    estimator.fit(*data)
    assert estimator.t_ == 2 * n_before
    assert_as_expected(getattr(estimator, method)(data[0]), f"{name}_further")


def test_a_checkpoint_of_an_earlier_version_goes_on_to_the_fit_left_in_peace(tmp_path):
    path = shutil.copy(DATA / "checkpoint.npz", tmp_path)
    classifier = MLPClassifier((4,), max_iter=6, random_state=0, checkpoint=path)
    classifier.fit(X, y)
    assert len(classifier.loss_curve_) == 6
    assert_as_expected(classifier.predict_proba(X), "checkpoint")


def test_a_checkpoint_of_an_earlier_version_knows_which_fit_it_is_of(tmp_path):
    path = shutil.copy(DATA / "checkpoint.npz", tmp_path)
    classifier = MLPClassifier((4,), max_iter=6, random_state=0, checkpoint=path)
    with pytest.raises(ValueError, match="differs in X"):
        classifier.fit(X + 1, y)


def test_every_saved_file_is_tried():
    files = {path.stem for path in DATA.glob("*.npz")}
    assert files == {*SAVED, "checkpoint", "expected"}
