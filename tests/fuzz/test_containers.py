"""Whatever holds a matrix, an estimator makes the same of it as of float64."""

import numpy as np
import pytest
from containers import contained, is_sparse, numbers_of, of_kind, snapshot
from fuzzed import (
    ESTIMATORS,
    N_FEATURES,
    N_SAMPLES,
    assert_finite,
    assert_meant,
    fit,
    labels_for,
    new_estimator,
    outputs,
)
from hypothesis import given
from hypothesis import strategies as st

ALL = of_kind("dense", "sparse", "frame")


@st.composite
def held_matrices(draw):
    """Draw the name of a container and a matrix of numbers that it can hold."""
    name = draw(st.sampled_from(ALL))
    numbers, size = numbers_of(name), N_SAMPLES * N_FEATURES
    # One integer for all numbers shrinks slower, but draws a hundred times faster.
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    return name, rng.choice(numbers, size).reshape(N_SAMPLES, N_FEATURES)


def tolerance(name):
    """Return how far results may be: sums of sparse rows round in another order."""
    is_single = any(word in name for word in ("f4", "float32", "float16", "Float32"))
    return 1e-3 if is_single else 1e-9


@pytest.mark.parametrize("estimator", ESTIMATORS)
@given(held=held_matrices())
def test_an_estimator_reads_a_container_as_its_numbers(estimator, held):
    name, X = held
    held_X, X = contained(name, X)
    before, y = snapshot(held_X), labels_for(estimator)
    model = new_estimator(estimator)
    tags = model.__sklearn_tags__().input_tags
    if tags.categorical and "category" in name:
        return  # categories are names there, whatever they look like
    # Who reads names reads a table column by column, sparse columns among them.
    is_read = tags.sparse or (tags.string and "frame" in name)
    if is_sparse(name) and not is_read:
        with pytest.raises(TypeError, match="[Ss]parse"):
            fit(model, held_X, y)
        return
    found = outcome(model, held_X, y)
    assert snapshot(held_X) == before
    expected = outcome(new_estimator(estimator), X, y)
    assert found.keys() == expected.keys()
    for method, result in expected.items():
        np.testing.assert_allclose(
            np.asarray(found[method]),
            result,
            rtol=tolerance(name),
            atol=tolerance(name),
            err_msg=method,
        )


def outcome(model, X, y):
    """Return the outputs of an estimator fitted to X, or nothing by its refusal."""
    try:
        fit(model, X, y)
    except ValueError as error:
        assert_meant(error)
        return {str(error): 0}
    results = outputs(model, X)
    assert_finite(results)
    return results
