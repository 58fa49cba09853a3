"""Weights in files of safetensors: by name, bit for bit, or not at all."""

import copy
import json
import sys

import numpy as np
import pytest
from fitted_estimators import BRIEF, NETWORKS, SEQUENCES, Y, fitted, outputs
from module_cases import CASES
from sklearn.exceptions import NotFittedError

from skbackprop import MLPClassifier, NetworkRegressor, RecurrentClassifier
from skbackprop.network import ALL_MODULES, Graph, Input, Linear, Slice

safetensors = pytest.importorskip("safetensors.numpy")

RNG = np.random.default_rng(0)
DTYPES = ["float32", "float64"]
every_dtype = pytest.mark.parametrize("dtype", DTYPES)
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "weights.safetensors"


def assert_comes_back(estimator, path):
    """Let a network of other weights read those of an estimator, bit for bit."""
    other = copy.deepcopy(estimator)
    other._parameters[...] = other._program.expand(
        RNG.normal(size=other._program.compact(other._parameters).shape)
    )
    estimator.save(path)
    assert other.load_weights(path) is other
    assert other._parameters.dtype == estimator._parameters.dtype
    assert other._parameters.tobytes() == estimator._parameters.tobytes()
    return other


@every_dtype
@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_gets_the_weights_of_another(name, dtype, path):
    estimator = fitted(name, dtype)
    before = outputs(fitted(name, dtype, random_state=1))
    other = assert_comes_back(estimator, path)
    np.testing.assert_array_equal(outputs(other), outputs(estimator))
    assert not np.array_equal(before, outputs(estimator))


def graph_with(cls):
    """Return a graph in which there is a module of a class, and its input's width."""
    module, widths = next((m, w) for m, w in CASES if type(m) is cls)
    ends = np.cumsum([0, *widths])
    x = Input(int(ends[-1]))
    parts = [Slice(int(a), int(b))(x) for a, b in zip(ends, ends[1:], strict=False)]
    return Graph(Linear(1)(module(*parts))), int(ends[-1])


@every_dtype
@pytest.mark.parametrize("cls", ALL_MODULES, ids=lambda cls: cls.__name__)
def test_each_module_gets_its_parameters_and_buffers(cls, dtype, path):
    graph, width = graph_with(cls)
    X = RNG.normal(size=(12, width)).astype(dtype)
    assert_comes_back(NetworkRegressor(graph, **BRIEF).fit(X, X[:, 0]), path)


@every_dtype
def test_the_file_is_one_of_safetensors_with_readable_names(dtype, path):
    clf = fitted("MLPClassifier", dtype, hidden_layer_sizes=(5,))
    clf.save(path)
    found = safetensors.load_file(path)
    assert sorted(found) == [
        *("linear_1.bias", "linear_1.weight", "linear_2.bias", "linear_2.weight")
    ]
    for name, weight, bias in zip(
        ("linear_1", "linear_2"), clf.coefs_, clf.intercepts_, strict=True
    ):
        assert found[f"{name}.weight"].dtype == dtype
        np.testing.assert_array_equal(found[f"{name}.weight"].T, weight)
        np.testing.assert_array_equal(found[f"{name}.bias"], bias)


def test_the_file_says_what_wrote_it(path):
    fitted("DrLIM").save(path)
    content = path.read_bytes()
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    assert header["__metadata__"] == {"skbackprop": "DrLIM", "schema": "1"}


def test_a_prediction_that_was_made_before_is_made_anew(path):
    one, other = fitted("MLPClassifier"), fitted("MLPClassifier", random_state=1)
    one.save(path)
    outputs(other)  # whose executor is kept
    np.testing.assert_array_equal(outputs(other.load_weights(path)), outputs(one))


def test_it_goes_on_learning_from_the_weights(path):
    fitted("MLPClassifier").save(path)
    clf = fitted("MLPClassifier", warm_start=True, random_state=1)
    clf.load_weights(path).set_params(learning_rate_init=1e-12)
    before = clf.coefs_[0].copy()
    clf.fit(*_data())
    np.testing.assert_allclose(clf.coefs_[0], before, rtol=0, atol=1e-9)
    assert len(clf.loss_curve_) == 4
    clf.set_params(solver="sgd").partial_fit(*_data())


def _data():
    return SEQUENCES.reshape(40, 4), Y


@pytest.mark.parametrize("cell", ["tanh", "gru", "lstm"])
def test_weights_fit_sequences_of_any_length(cell, path):
    settings = {"cell": cell, "hidden_layer_sizes": 3, **BRIEF}
    one = RecurrentClassifier(**settings).fit(SEQUENCES, Y)
    other = RecurrentClassifier(**settings).fit(np.tile(SEQUENCES, (1, 4, 1)), Y)
    one.save(path)
    other.load_weights(path)
    np.testing.assert_array_equal(outputs(other), outputs(one))


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda w: w.pop("linear_1.bias"), "linear_1.bias is missing"),
        (lambda w: w.update(more=w["linear_1.bias"]), "more is unknown"),
        (
            lambda w: w.update({"linear_1.weight": w["linear_1.weight"].T.copy()}),
            r"linear_1.weight has shape \(4, 5\) instead of \(5, 4\)",
        ),
        (
            lambda w: w.update({"linear_2.bias": w["linear_2.bias"].astype("f4")}),
            "linear_2.bias has dtype F32 instead of F64",
        ),
        (
            lambda w: w.update({"linear_2.bias": w["linear_2.bias"].astype("i8")}),
            "linear_2.bias has dtype I64 instead of F64",
        ),
    ],
    ids=["missing", "unknown", "shape", "precision", "integers"],
)
def test_what_does_not_fit_is_named_and_nothing_is_changed(change, match, path):
    clf = fitted("MLPClassifier", hidden_layer_sizes=(5,), warm_start=True)
    clf.save(path)
    arrays = {name: array + 1 for name, array in safetensors.load_file(path).items()}
    change(arrays)
    safetensors.save_file(arrays, path)
    before, state = clf._parameters.copy(), clf._training_state
    with pytest.raises(ValueError, match=f"does not fit this MLPClassifier: {match}"):
        clf.load_weights(path)
    np.testing.assert_array_equal(clf._parameters, before)
    assert clf._training_state is state


def test_weights_of_no_connection_must_be_zero(path):
    graph = Graph(Linear(2, connections=((0,), (1,)))(Input(2))).then(Linear(1))
    X = RNG.normal(size=(12, 2))
    reg = NetworkRegressor(graph, **BRIEF).fit(X, X[:, 0])
    reg.save(path)
    arrays = safetensors.load_file(path)
    arrays["linear_1.weight"][0, 1] = 1.0
    safetensors.save_file(arrays, path)
    with pytest.raises(ValueError, match=r"linear_1\.weight .* must be 0"):
        reg.load_weights(path)


@pytest.mark.parametrize("n_bytes", [0, 5, 60, -3])
def test_a_file_that_was_cut_off_is_told(n_bytes, path):
    clf = fitted("MLPClassifier")
    clf.save(path)
    before = clf._parameters.copy()
    path.write_bytes(path.read_bytes()[:n_bytes])
    with pytest.raises(
        ValueError, match=r"weights\.safetensors' is not a safetensors file"
    ):
        clf.load_weights(path)
    np.testing.assert_array_equal(clf._parameters, before)


def test_files_of_another_format_are_told(tmp_path, path):
    clf = fitted("MLPClassifier")
    clf.save(tmp_path / "whole.npz")
    with pytest.raises(ValueError, match="is not a safetensors file"):
        clf.load_weights(tmp_path / "whole.npz")
    with pytest.raises(FileNotFoundError):
        clf.load_weights(path)
    clf.save(path)
    with pytest.raises(ValueError, match="holds weights, not an estimator"):
        MLPClassifier.load(path)


def test_without_the_package_it_is_said_what_to_install(path, monkeypatch):
    clf = fitted("MLPClassifier")
    for module, call in (
        ("safetensors.numpy", clf.save),
        ("safetensors", clf.load_weights),
    ):
        monkeypatch.setitem(sys.modules, module, None)
        with pytest.raises(ImportError, match=r"pip install skbackprop\[safetensors\]"):
            call(path)
    assert not path.exists()


def test_there_must_be_one_network(path):
    for call in (MLPClassifier().save, MLPClassifier().load_weights):
        with pytest.raises(NotFittedError):
            call(path)
    with pytest.raises(ValueError, match="TabularRegressor is more than that"):
        fitted("TabularRegressor").save(path)
    assert not path.exists()
