"""Any values of any parameters give a finite result, or an error that says why not."""

import numpy as np
import pytest
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
from sklearn.utils._param_validation import Interval, StrOptions

X = np.random.default_rng(0).integers(-3, 4, (N_SAMPLES, N_FEATURES)) / 2
# What `_parameter_constraints` cannot tell, and what must not be drawn from them.
_BY_NAME = {
    "hidden_layer_sizes": [(), (1,), (3, 2), 2, [4], (0,), (-1,), (1.5,), "a"],
    "dropout": [None, 0.0, 0.5, 0.99, [0.1, 0.2], (0.1,), 1.0],
    "activation": ["relu", "gelu", "tanh", ["relu"], [], "sine"],
    "group_size": [1, 2, 3, 5, (2, 2), (1, 2), 0],
    "stride": [None, 1, 2, 3, (1, 1), 0],
    "image_shape": [None, (2, 2), (2, 2, 1), (4, 1), (3, 3)],
    "groups": ["contiguous", "random", "coactivation", [[0, 1], [3]], [[0], []], [[9]]],
    "degree": [0, 1, 2, 3, (1, 2), (2, 1), -1],
    "max_degrees": [None, [1, 1, 1, 1], [0, 2, 1, 3], [1], [-1] * 4],
    "combinations": [None, [[0, 1]], [[0], [1, 2]], [], [[9]]],
    "quantile": [None, 0.5, 0.0, 1.0, [0.1, 0.9], [], "a"],
    "class_weight": [None, "balanced", {-1: 2.0}, {-1: 0.0, 1: 1.0}, {5: 1.0}],
    "random_state": [0, 1, np.random.RandomState(0), -1, "a"],
    "n_timesteps": [None, 1, 2, 3, 4, 9],
    "learning_rate": ["constant", "cosine", "onecycle", "plateau", "invscaling"],
    "max_iter": [1, 2, 3, 0],
    "max_fun": [1, 2, 15],
}
_LEFT_OUT = {"checkpoint", "verbose", "scoring", "graph"}
_INTEGERS = [0, 1, 2, 3, 5, 11, 12, 13, 1000, -1]
_FLOATS = [0.0, 1e-300, 1e-12, 1e-3, 0.5, 1 - 1e-12, 1.0, 10.0, 1e8, 1e300, -1.0]
_FLOATS += [np.inf, np.nan]


def values(name, constraints):
    """Return values of a parameter, good ones and a few that are not."""
    if name in _BY_NAME:
        return _BY_NAME[name]
    found = ["nonsense"]
    for constraint in constraints:
        if isinstance(constraint, StrOptions):
            found += sorted(constraint.options)
        elif isinstance(constraint, Interval):
            found += _FLOATS if "float" in str(constraint) else _INTEGERS
        elif constraint is None:
            found += [None]
        elif constraint == "boolean":
            found += [True, False]
    return found


@st.composite
def settings_of(draw, name):
    """Draw one to four parameters of an estimator, and a value of each."""
    table = type(ESTIMATORS[name])._parameter_constraints
    names = st.sampled_from(sorted(set(table) - _LEFT_OUT))
    drawn = draw(st.lists(names, min_size=1, max_size=4, unique=True))
    return {one: draw(st.sampled_from(values(one, table[one]))) for one in drawn}


@pytest.mark.parametrize("estimator", ESTIMATORS)
@given(data=st.data())
def test_settings_give_finite_results_or_an_error(estimator, data):
    settings = data.draw(settings_of(estimator))
    model = new_estimator(estimator, **settings)
    y = labels_for(estimator)
    if settings.get("loss") in ("poisson", "gamma"):
        y = np.abs(y) + 1
    try:
        fit(model, X, y)
        # Use may be refused too: without hidden layers there is nothing to transform
        # to, and memory_budget is about results.
        results = outputs(model, X)
    except (ValueError, TypeError) as error:
        assert_meant(error)
        return
    assert_finite(results)
