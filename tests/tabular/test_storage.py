"""Ensembles that are stored, copied and come back."""

import copy
import functools
import json
import pickle
import zipfile

import numpy as np
import pandas as pd
import pytest
from mixed_table import (
    FRAME,
    LABELS,
    NUMBERS,
    assert_same_bits,
    many,
    outputs,
    small_classifier,
    small_regressor,
)
from pandas.testing import assert_frame_equal
from roads import each_road, through_save
from scipy import sparse

from skbackprop import MLPClassifier, TabularClassifier, TabularRegressor
from skbackprop.engine.losses import Huber

MATRIX = np.column_stack([FRAME["size"] > 0, FRAME["member"]]).astype(int)
LEVELS = {"loss": "quantile", "quantile": (0.1, 0.9)}
KINDS = {
    "classes": lambda: small_classifier().fit(FRAME, LABELS),
    "two classes": lambda: small_classifier().fit(FRAME, LABELS == "low"),
    "one class": lambda: small_classifier().fit(FRAME, LABELS == "none"),
    "labels": lambda: small_classifier().fit(FRAME, sparse.csr_matrix(MATRIX)),
    "weights": lambda: small_classifier(class_weight={"low": 2.0}).fit(FRAME, LABELS),
    "numbers": lambda: small_regressor().fit(FRAME, NUMBERS),
    "columns": lambda: small_regressor().fit(FRAME, np.c_[NUMBERS, -NUMBERS]),
    "quantiles": lambda: small_regressor(**LEVELS).fit(FRAME, NUMBERS),
    "huber": lambda: small_regressor(loss=Huber(delta=2.0)).fit(FRAME, NUMBERS),
    "many rows": lambda: small_classifier().fit(*many()[:2]),
}


@functools.cache
def made(kind):
    return KINDS[kind]()


def history_of(ensemble):
    """Return the history, without the seconds, which are not stored."""
    return pd.DataFrame(ensemble.history_).drop(columns="seconds")


def dense(y):
    return y.toarray() if sparse.issparse(y) else y


@each_road
@pytest.mark.parametrize("kind", KINDS)
def test_what_comes_back_is_the_same(kind, road, tmp_path):
    ensemble = made(kind)
    back = road(ensemble, tmp_path)
    assert type(back) is type(ensemble)
    assert_same_bits(back, ensemble)
    found, expected = back.predict(FRAME), ensemble.predict(FRAME)
    assert sparse.issparse(found) == sparse.issparse(expected)
    np.testing.assert_array_equal(dense(found), dense(expected))
    assert back.report() == ensemble.report()
    assert_frame_equal(history_of(back), history_of(ensemble))
    assert repr(back) == repr(ensemble)


@each_road
def test_what_comes_back_is_fitted_again_to_the_same_bits(road, tmp_path):
    back = road(made("classes"), tmp_path)
    assert_same_bits(back.fit(FRAME, LABELS), made("classes"))


@each_road
def test_what_is_not_fitted_comes_back_so(road, tmp_path):
    back = road(small_regressor(loss="huber"), tmp_path)
    assert not back.__sklearn_is_fitted__()
    assert back.get_params() == small_regressor(loss="huber").get_params()


def test_a_copy_shares_nothing_with_its_original():
    before = outputs(made("numbers"))
    copy.deepcopy(made("numbers")).estimators_[0]._parameters[:] = 7
    np.testing.assert_array_equal(outputs(made("numbers")), before)


def test_a_file_does_not_grow_with_the_data(tmp_path):
    sizes = []
    for n_rows in (2100, 8400):
        X, y, _ = many(n_rows)
        settings = {"max_iter": 2, "encoding": "raw"}
        ensemble = small_classifier(**settings).fit(X[["member", "size"]], y)
        ensemble.save(tmp_path / "kept.npz")
        sizes.append((tmp_path / "kept.npz").stat().st_size)
    assert sizes[1] < 1.1 * sizes[0]


@pytest.mark.parametrize("other", [TabularRegressor, MLPClassifier])
def test_a_file_is_that_of_one_class(other, tmp_path):
    made("classes").save(tmp_path / "kept.npz")
    with pytest.raises(ValueError, match="is the file of a TabularClassifier, not of"):
        other.load(tmp_path / "kept.npz")


def through_state(ensemble, folder):
    small_classifier().__setstate__(dict(vars(ensemble)))


def through_pickle(ensemble, folder):
    pickle.loads(pickle.dumps(ensemble))


@pytest.mark.parametrize("road", [through_state, through_pickle, through_save])
def test_networks_that_do_not_read_the_table_are_refused(road, tmp_path):
    narrow = small_classifier(max_iter=1).fit(FRAME[["size", "income"]], LABELS)
    mixed = copy.deepcopy(made("classes"))
    mixed.estimators_ = narrow.estimators_
    with pytest.raises(ValueError, match="must read the columns of table_|is damaged"):
        road(mixed, tmp_path)


def tampered(path, change):
    """Rewrite a file with its list of attributes changed."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    header = json.loads(members["skbackprop.json"])
    attributes = header["content"]["attributes"]
    attributes["dict"] = change(attributes["dict"])
    members["skbackprop.json"] = json.dumps(header).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


@pytest.mark.parametrize("name", ["table_", "weights_"])
def test_a_file_that_lacks_a_part_is_refused(name, tmp_path):
    made("classes").save(tmp_path / "kept.npz")
    tampered(tmp_path / "kept.npz", lambda pairs: [p for p in pairs if p[0] != name])
    with pytest.raises(ValueError, match="is damaged"):
        TabularClassifier.load(tmp_path / "kept.npz")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("table_", 3), ("table_", None), ("estimators_", None)),
        *(("estimators_", [1, 2]), ("weights_", [1.0]), ("weights_", "ab")),
    ],
)
def test_a_file_with_a_wrong_part_is_refused(name, value, tmp_path):
    made("classes").save(tmp_path / "kept.npz")
    tampered(
        tmp_path / "kept.npz",
        lambda pairs: [[k, value if k == name else v] for k, v in pairs],
    )
    with pytest.raises(ValueError, match="is damaged"):
        TabularClassifier.load(tmp_path / "kept.npz")


@pytest.mark.parametrize("part", [0.05, 0.5, 0.99])
def test_a_file_that_is_cut_off_is_refused(part, tmp_path):
    path = tmp_path / "kept.npz"
    made("numbers").save(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(part * len(content))])
    with pytest.raises(ValueError, match="is damaged"):
        TabularRegressor.load(path)
