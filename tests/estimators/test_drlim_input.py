"""What DrLIM is given: labels and pairs that say nothing, fits that were broken off."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_iris

import skbackprop
from skbackprop import DrLIM

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
X, Y = load_iris(return_X_y=True)


def short(**settings):
    return DrLIM(**{"max_iter": 2, "random_state": 0, **settings})


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_pairs_that_make_no_triplet_are_refused(solver):
    with pytest.raises(ValueError, match="similar to one sample and dissimilar to"):
        short(loss="triplet", solver=solver).fit(X, pairs=[(0, 1, 0), (2, 3, 1)])


def test_pairs_in_no_triplet_are_told_of():
    pairs = [(0, 1, 0), (1, 2, 1), (3, 4, 0)]
    with pytest.warns(UserWarning, match="1 of 2 similar pairs are in no triplet"):
        short(loss="triplet").fit(X, pairs=pairs)


@pytest.mark.parametrize("missing", [np.nan, None])
def test_samples_without_a_label_are_refused(missing):
    y = Y.astype(object)
    y[:20] = missing
    with pytest.raises(ValueError, match=r"no label for 20 sample\(s\)"):
        short(similarity="labels").fit(X, y)


@pytest.mark.parametrize(
    ("label", "message"), [(np.inf, "infinity"), ({}, "y cannot be read")]
)
def test_labels_that_are_none_are_refused(label, message):
    y = Y.astype(type(label) if label else object)
    y[3] = label
    with pytest.raises(ValueError, match=message):
        short(similarity="labels").fit(X, y)


def test_the_label_minus_one_is_told_to_be_a_class_where_there_are_more_than_two():
    with pytest.warns(UserWarning, match="label -1"):
        short(similarity="labels").fit(X, np.where(Y == 0, -1, Y))
    short(similarity="labels").fit(X, np.where(Y == 0, -1, 1))


DATA = {
    "neighbors": {},
    "labels": {"y": Y},
    "pairs": {"pairs": [(i, i + 1, i % 2) for i in range(50)]},
}
IN_ANOTHER_PROCESS = """
import sys, warnings
sys.path.insert(0, {here!r})
warnings.simplefilter("ignore")
from {module} import fit
for epochs in (3, 6):
    drlim = fit({kind!r}, {settings}, {path!r}, epochs)
    print(drlim.loss_.hex(), len(drlim.loss_curve_), drlim.n_iter_)
"""


def fit(kind, settings, path, epochs):
    similarity = "labels" if kind == "labels" else "neighbors"
    drlim = DrLIM(similarity=similarity, checkpoint=path, max_iter=epochs, **settings)
    return drlim.fit(X, **DATA[kind])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("neighbors", {"random_state": 0}),
        ("labels", {"random_state": None, "early_stopping": True}),
        ("pairs", {"random_state": None}),
        ("pairs", {"random_state": 0, "loss": "triplet"}),
    ],
)
@pytest.mark.filterwarnings("ignore:.* similar pairs are in no triplet:UserWarning")
def test_another_process_goes_on_from_a_checkpoint(kind, settings, tmp_path):
    path = str(tmp_path / "fit.npz")
    before = fit(kind, settings, path, 3)
    here = Path(__file__)
    code = IN_ANOTHER_PROCESS.format(
        here=str(here.parent),
        module=here.stem,
        kind=kind,
        settings=settings,
        path=path,
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=Path(skbackprop.__file__).parents[1],
        check=False,
    )
    assert run.returncode == 0, run.stderr
    ended, longer = (line.split() for line in run.stdout.splitlines())
    assert ended == [before.loss_.hex(), "3", "3"]  # nothing is done again
    assert longer[1:] == ["6", "6"]
    if settings["random_state"] == 0:
        whole = fit(kind, settings, str(tmp_path / "whole.npz"), 6)
        assert longer[0] == whole.loss_.hex()
