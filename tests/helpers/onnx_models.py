"""ONNX models, run by onnxruntime and compared with what they were exported from."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

onnxruntime = pytest.importorskip("onnxruntime")

TOLERANCE = {np.dtype(np.float32): 1e-6, np.dtype(np.float64): 1e-12}


def run_onnx(model, **inputs):
    """Return what a model puts out, a dict of arrays."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # of duplicate constants, which it mends itself
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(None, inputs), strict=True))


def assert_as_good_as_equal(found, expected, tolerance=None):
    """Compare arrays by the largest of what is expected, or by 1 if that is less.

    Parameters
    ----------
    found, expected : ndarray
        ``expected`` may lack an axis of length 1.
    tolerance : float, default=None
        By default that of the dtype found.
    """
    if hasattr(expected, "toarray"):
        expected = expected.toarray()
    assert found.size == expected.size
    assert len(found) == len(expected)
    expected = expected.reshape(found.shape)
    error = np.abs(found - expected).max() / max(1, np.abs(expected).max())
    assert error <= (tolerance or TOLERANCE[found.dtype])


def assert_predicts_the_same(model, estimator, rows, tolerance=None, **inputs):
    """Compare all outputs of a model with the methods of an estimator."""
    found = run_onnx(model, **(inputs or {"X": rows}))
    if "label" in found:
        labels = estimator.predict(rows)
        labels = labels.toarray() if hasattr(labels, "toarray") else labels
        assert_array_equal(found["label"], labels)
    methods = {
        "probabilities": ["predict_proba"],
        "scores": ["decision_function"],
        "variable": ["predict", "transform"],
    }
    (name,) = set(found) - {"label"}
    method = next(m for m in methods[name] if hasattr(estimator, m))
    expected = getattr(estimator, method)(rows)
    assert_as_good_as_equal(found[name], expected, tolerance)
