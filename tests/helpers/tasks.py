"""Small learning tasks, the estimators of both packages, and how to compare them."""

from dataclasses import dataclass, field

import numpy as np
import pytest
import sklearn
import sklearn.neural_network
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.datasets import make_classification, make_multilabel_classification
from sklearn.utils.fixes import parse_version

import skbackprop

SKLEARN = parse_version(sklearn.__version__)
SETTINGS = {
    "hidden_layer_sizes": (12, 7),
    "batch_size": 32,
    "max_iter": 10,
    "random_state": 0,
}


@dataclass(frozen=True)
class Task:
    """Data, and what kind of estimator learns it."""

    name: str
    kind: str
    X: np.ndarray
    y: np.ndarray
    settings: dict = field(default_factory=dict)

    def ours(self, **settings):
        """An estimator of skbackprop that learns for ten epochs."""
        return self._make(skbackprop, settings)

    def theirs(self, **settings):
        """The estimator of scikit-learn with the same settings."""
        return self._make(sklearn.neural_network, settings)

    def _make(self, package, settings):
        estimator = getattr(package, f"MLP{self.kind}")
        return estimator(**{**SETTINGS, **self.settings, **settings})

    def __str__(self):
        return self.name


def _make_tasks():
    rng = np.random.default_rng(0)
    X, three = make_classification(150, 8, n_informative=5, n_classes=3, random_state=0)
    X.setflags(write=False)
    _, labels = make_multilabel_classification(150, 8, n_classes=4, random_state=0)
    signal = np.sin(X[:, 0]) + 0.3 * X[:, 1] * X[:, 2]
    counts = rng.poisson(np.exp(np.clip(signal, -2, 2)))
    tasks = [
        Task("binary", "Classifier", X, (three > 0).astype(int)),
        Task("multiclass", "Classifier", X, three),
        Task("multilabel", "Classifier", X, labels),
        Task("regression", "Regressor", X, signal),
        Task("multioutput", "Regressor", X, np.column_stack([signal, X[:, 3] ** 2])),
        Task("poisson", "Regressor", X, counts.astype(float), {"loss": "poisson"}),
    ]
    return {task.name: task for task in tasks}


TASKS = _make_tasks()
# scikit-learn 1.6 knows neither the Poisson loss nor sample weights.
ALL = list(TASKS.values())
SHARED = [task for task in ALL if not task.settings or parse_version("1.7") <= SKLEARN]
BOTH = [TASKS["multiclass"], TASKS["regression"]]  # one of each kind
SOLVERS = ["adam", "sgd", "lbfgs"]
# With several outputs scikit-learn hands L-BFGS the mean over outputs and the
# gradient of their sum; what we do is tested against Ridge instead.
PATHS = [
    pytest.param(task, solver, id=f"{task}-{solver}")
    for task in SHARED
    for solver in SOLVERS
    if (task.name, solver) != ("multioutput", "lbfgs")
]
needs_sklearn_1_7 = pytest.mark.skipif(
    parse_version("1.7") > SKLEARN, reason="scikit-learn 1.6 lacks or breaks this"
)
pipelines_route_to_score = pytest.mark.skipif(
    parse_version("1.8") > SKLEARN,
    reason="a Pipeline of scikit-learn < 1.8 hands no metadata to score in a search",
)

SPARSE_FORMATS = {
    f"{kind.__name__}-{index.__name__}": (kind, index)
    for kind in (
        sparse.csr_matrix,
        sparse.csc_matrix,
        sparse.csr_array,
        sparse.csc_array,
    )
    for index in (np.int32, np.int64)
}


def as_sparse(X, format_name):
    """X in one of SPARSE_FORMATS."""
    kind, index = SPARSE_FORMATS[format_name]
    X = kind(X)
    X.indices, X.indptr = X.indices.astype(index), X.indptr.astype(index)
    return X


def some_zeros(X):
    """X with two of three elements zero, for sparse matrices."""
    rng = np.random.default_rng(1)
    return np.where(rng.random(X.shape) < 0.33, X, 0.0)


def parameters_of(estimator):
    return [*estimator.coefs_, *estimator.intercepts_]


def loss_curve_of(estimator):
    """Loss of each epoch, the final one for L-BFGS."""
    if estimator.solver == "lbfgs":
        return [estimator.loss_]
    return estimator.loss_curve_


def predictions_of(estimator, X):
    """What all prediction methods return for X."""
    methods = ["predict", "predict_proba", "predict_log_proba"]
    return [getattr(estimator, m)(X) for m in methods if hasattr(estimator, m)]


def assert_bitwise_same_network(first, second):
    for one, other in zip(parameters_of(first), parameters_of(second), strict=True):
        assert_array_equal(one, other)


def assert_same_network(first, second, rtol=1e-6):
    """Ten epochs (iterations) have led both to the same place, up to rounding."""
    assert_allclose(loss_curve_of(first), loss_curve_of(second), rtol=rtol)
    assert first.n_iter_ == second.n_iter_
    for one, other in zip(parameters_of(first), parameters_of(second), strict=True):
        assert_allclose(one, other, rtol=rtol, atol=rtol)


def assert_fits_alike(task, X=None, y=None, fit_params=None, **settings):
    """Fit both packages' estimators alike and compare the networks."""
    X, y = task.X if X is None else X, task.y if y is None else y
    ours = task.ours(**settings).fit(X, y, **(fit_params or {}))
    theirs = task.theirs(**settings).fit(X, y, **(fit_params or {}))
    assert_same_network(ours, theirs)
    return ours, theirs
