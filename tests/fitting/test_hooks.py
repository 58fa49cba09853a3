"""The protocol between the one fit and the estimators, and who keeps to it."""

import ast
import inspect
import re
from pathlib import Path

import numpy as np
import pytest
from tasks import ALL, TASKS

import skbackprop
from skbackprop import DrLIM, MLPRanker, RecurrentClassifier, RecurrentRegressor
from skbackprop.fitting.hooks import FittingHooks

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
PACKAGE = Path(skbackprop.__file__).parent
# What estimators are called where they are looked at from outside.
OUTSIDE = {"estimator", "self.estimator", "self._estimator", "network"}
OF_SCIKIT_LEARN = {
    "_get_metadata_request",
    "_init_callback_context",
    "_metadata_request",
    "_skl_callbacks",
    "_validate_params",
}


def stated():
    """Return the private names of the protocol: its hooks and the state it lists."""
    state = re.findall(r"^(_\w+) :", inspect.getdoc(FittingHooks), re.MULTILINE)
    return {name for name in vars(FittingHooks) if name[0] == "_"} | set(state)


def private_names_read(path):
    """Return the private names that a file reads of estimators."""
    tree = ast.parse(path.read_text())
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and re.match("_(?!_)", node.attr)
        and ast.unparse(node.value) in OUTSIDE
    }


def test_the_state_that_the_protocol_lists_is_all_that_is_private_in_a_network():
    clf = TASKS["binary"].ours(max_iter=2)
    clf.fit(TASKS["binary"].X, TASKS["binary"].y)
    assert {name for name in vars(clf) if name[0] == "_"} <= stated()


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: str(p.relative_to(PACKAGE))
)
def test_files_beside_the_estimators_read_what_the_protocol_states(path):
    assert private_names_read(path) <= stated() | OF_SCIKIT_LEARN


X = np.random.RandomState(0).standard_normal((30, 6))
STEPS = [x[:3] for x in X]
CASES = [
    *[(task.ours(max_iter=2), task.X, task.y) for task in ALL],
    (MLPRanker(max_iter=2), X, (X[:, 0] > 0, np.arange(30) // 5, None)),
    (DrLIM(max_iter=2), X, (None, None)),
    (RecurrentRegressor(max_iter=2, n_timesteps=3), X, X[:, 0]),
    (
        RecurrentClassifier(max_iter=2, return_sequences=True),
        [np.c_[x[:4], x[:4]] for x in X[:-1]] + [X[-1:, :2]],
        [x[:4] > 0 for x in X[:-1]] + [X[-1:, 0] > 0],
    ),
]


@pytest.mark.parametrize(
    ("estimator", "X", "y"), CASES, ids=lambda part: getattr(part, "loss", "")
)
def test_hooks_that_read_other_data_change_nothing_in_the_estimator(estimator, X, y):
    estimator._fit(X, y)
    before = {name: id(value) for name, value in vars(estimator).items()}
    data = estimator._read_data(X, y, estimator._parameters.dtype, reset=False)
    estimator._check_targets(estimator._targets, data.y, incremental=True)
    estimator._targets.encode(data.y, estimator._parameters.dtype)
    assert estimator._graph_for(data).n_features == data.X.shape[1]
    rows, graph = estimator._read_input(X)
    assert graph.n_features == rows.shape[1]
    estimator._make_graph(data, estimator.n_outputs_)
    assert {name: id(value) for name, value in vars(estimator).items()} == before
