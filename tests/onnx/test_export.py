"""What is refused: nothing to export, parameters that do not fit, no onnx."""

import sys

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skbackprop import MLPClassifier, MonomialFeatures, RecurrentClassifier
from skbackprop.network import Graph, Input, Linear
from skbackprop.onnx import register_skl2onnx, to_onnx

GRAPH = Graph(Linear(3)(Input(2)))
needs_onnx = pytest.mark.usefixtures("onnx")


@pytest.fixture
def onnx():
    return pytest.importorskip("onnx")


@pytest.mark.parametrize(
    ("function", "args"), [(to_onnx, (GRAPH,)), (register_skl2onnx, ())]
)
def test_without_the_package_it_is_said_what_to_install(function, args, monkeypatch):
    for name in ("onnx", "skl2onnx"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match=r"pip install skbackprop\[onnx\]"):
        function(*args)


@needs_onnx
@pytest.mark.parametrize(
    "model", [MLPClassifier(), MonomialFeatures(), RecurrentClassifier()]
)
def test_what_is_not_fitted_is_refused(model):
    with pytest.raises(NotFittedError):
        to_onnx(model)


@needs_onnx
@pytest.mark.parametrize(
    "model", [LogisticRegression(), make_pipeline(MLPClassifier())]
)
def test_estimators_of_others_are_sent_to_skl2onnx(model):
    with pytest.raises(TypeError, match="register_skl2onnx"):
        to_onnx(model)


@needs_onnx
def test_what_is_no_model_is_refused():
    with pytest.raises(TypeError, match="a fitted estimator or a graph, got 'net'"):
        to_onnx("net")


@needs_onnx
@pytest.mark.parametrize("target_opset", [12, 1000, "18", 18.0])
def test_opsets_that_do_not_exist_are_refused(target_opset):
    with pytest.raises(ValueError, match="target_opset must be an integer from 13 to"):
        to_onnx(GRAPH, target_opset=target_opset)


@needs_onnx
def test_parameters_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"weight \(2, 3\), bias \(3,\)"):
        to_onnx(GRAPH, parameters=np.zeros(5))


@needs_onnx
def test_an_estimator_has_its_own_parameters():
    model = MLPClassifier((2,), solver="lbfgs", random_state=0)
    model.fit([[0.0], [1.0]], [0, 1])
    with pytest.raises(ValueError, match="parameters must be None"):
        to_onnx(model, parameters=np.zeros(7))


@needs_onnx
def test_a_sample_of_another_width_is_refused():
    model = MonomialFeatures().fit(np.zeros((2, 3)))
    with pytest.raises(ValueError, match="X has 4 features, but MonomialFeatures is"):
        to_onnx(model, np.zeros((1, 4)))
