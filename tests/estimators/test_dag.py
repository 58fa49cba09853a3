"""Networks that the user wires, as estimators."""

import functools
import pickle

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_iris, make_multilabel_classification, make_regression
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skbackprop import MLPClassifier, MLPRegressor, NetworkClassifier, NetworkRegressor
from skbackprop.network import (
    Add,
    BatchNorm,
    Dropout,
    Graph,
    Input,
    Linear,
    ReLU,
    Sigmoid,
    Tanh,
)
from skbackprop.network.chain import mlp_graph

pytestmark = pytest.mark.filterwarnings(
    f"ignore::{ConvergenceWarning.__module__}.ConvergenceWarning"
)

X, Y = load_iris(return_X_y=True)
ACTIVATIONS = {"relu": ReLU(), "tanh": Tanh(), "logistic": Sigmoid()}


def residual(n_features, n_outputs, n_units=10):
    h = Linear(n_units)(Input(n_features))
    h = Add()(Linear(n_units)(ReLU()(h)), h)
    return Graph(Linear(n_outputs)(h))


# The chain is the MLP


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_mlp_is_the_chain_bit_for_bit(solver, activation, dtype):
    settings = {"solver": solver, "max_iter": 5, "random_state": 3, "dtype": dtype}
    builder = functools.partial(
        mlp_graph, hidden_layer_sizes=(8, 5), activation=ACTIVATIONS[activation]
    )
    chain = NetworkClassifier(builder, **settings).fit(X, Y)
    mlp = MLPClassifier((8, 5), activation, **settings).fit(X, Y)
    np.testing.assert_array_equal(chain._parameters, mlp._parameters)
    np.testing.assert_array_equal(chain.predict_proba(X), mlp.predict_proba(X))
    assert chain.loss_ == mlp.loss_


def test_the_regressor_is_the_chain_bit_for_bit():
    features, y = make_regression(60, 4, n_targets=2, random_state=0)
    settings = {"max_iter": 5, "random_state": 3, "early_stopping": True}
    chain = NetworkRegressor(**settings).fit(features, y)
    mlp = MLPRegressor(**settings).fit(features, y)
    np.testing.assert_array_equal(chain.predict(features), mlp.predict(features))


# What an MLP can, any graph can


def test_labels_in_any_combination_are_learned():
    features, y = make_multilabel_classification(random_state=0)
    clf = NetworkClassifier(residual, solver="lbfgs", max_iter=300, random_state=0)
    assert clf.fit(features, y).score(features, y) > 0.9
    assert clf.predict_proba(features).shape == y.shape


def test_sparse_input_gives_what_dense_input_gives():
    dense = np.where(X > 1, X, 0)
    settings = {"max_iter": 5, "random_state": 0}
    of_dense = NetworkClassifier(residual, **settings).fit(dense, Y)
    of_sparse = NetworkClassifier(residual, **settings).fit(sparse.csr_matrix(dense), Y)
    np.testing.assert_allclose(
        of_dense.predict_proba(dense), of_sparse.predict_proba(sparse.csr_array(dense))
    )


def test_sparse_input_is_refused_where_another_module_reads_it():
    x = Input(4)
    graph = Graph(Linear(3)(Tanh()(x)))
    with pytest.raises(ValueError, match=r"Tanh\(\).*cannot read sparse input"):
        NetworkClassifier(graph).fit(sparse.csr_matrix(X), Y)


def test_partial_fit_goes_on_epoch_by_epoch():
    settings = {"random_state": 0, "shuffle": False}
    whole = NetworkClassifier(residual, max_iter=3, **settings).fit(X, Y)
    parts = NetworkClassifier(residual, **settings)
    for _ in range(3):
        parts.partial_fit(X, Y, classes=[0, 1, 2])
    np.testing.assert_array_equal(whole._parameters, parts._parameters)


def test_a_warm_start_with_another_graph_is_refused():
    clf = NetworkClassifier(residual, warm_start=True, max_iter=2).fit(X, Y)
    clf.set_params(graph=mlp_graph)
    with pytest.raises(ValueError, match="describe another network"):
        clf.fit(X, Y)


@pytest.mark.parametrize(
    "backend", ["threading", pytest.param("loky", marks=pytest.mark.slow)]
)
def test_a_search_over_graphs_works_in_pipelines(backend):
    from joblib import parallel_backend

    graphs = [residual, residual(4, 3, 5)]
    pipeline = make_pipeline(
        StandardScaler(), NetworkClassifier(solver="lbfgs", random_state=0)
    )
    grid = {"networkclassifier__graph": graphs}
    with parallel_backend(backend, n_jobs=2):
        search = GridSearchCV(pipeline, grid, cv=2).fit(X, Y)
    assert search.best_score_ > 0.8
    assert search.best_params_["networkclassifier__graph"] in graphs


def test_fitted_networks_survive_pickling_and_cloning():
    graph = residual(4, 3)
    clf = NetworkClassifier(graph, max_iter=3, random_state=0).fit(X, Y)
    again = pickle.loads(pickle.dumps(clf))
    np.testing.assert_array_equal(clf.predict_proba(X), again.predict_proba(X))
    assert again.graph == graph
    assert clone(clf).graph == graph
    assert not hasattr(clone(clf), "graph_")


# Bad graphs


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        (residual(5, 3), r"reads 5 column\(s\), but the data needs 4"),
        (residual(4, 2), r"puts out 2 column\(s\), but the data needs 3"),
        (lambda n_features, n_outputs: residual(n_features, 7), "puts out 7"),
    ],
    ids=["input", "output", "builder"],
)
def test_graphs_that_do_not_fit_the_data_are_refused(graph, message):
    with pytest.raises(ValueError, match=message):
        NetworkClassifier(graph).fit(X, Y)


@pytest.mark.parametrize("builder", [lambda n_features: None, Graph, Input])
def test_a_builder_that_takes_something_else_is_refused(builder):
    message = r"graph=.* must take \(n_features, n_outputs\): too many positional"
    with pytest.raises(TypeError, match=message):
        NetworkRegressor(builder).fit(np.ones((9, 3)), np.ones(9))


def test_builders_that_build_no_graph_are_refused():
    with pytest.raises(TypeError, match="must return a Graph"):
        NetworkClassifier(lambda n_features, n_outputs: None).fit(X, Y)


@pytest.mark.parametrize("graph", [None, "residual", Linear(3)(Input(4))])
def test_what_is_no_graph_is_refused(graph):
    with pytest.raises(ValueError, match="'graph' parameter"):
        NetworkClassifier(graph).fit(X, Y)


# Modules that behave differently while learning


def normalized(n_features, n_outputs):
    h = ReLU()(BatchNorm()(Linear(16)(Input(n_features))))
    return Graph(Linear(n_outputs)(h))


def thinned(n_features, n_outputs):
    h = Dropout(0.3)(ReLU()(Linear(32)(Input(n_features))))
    return Graph(Linear(n_outputs)(h))


@pytest.mark.parametrize("graph", [normalized, thinned])
def test_modules_of_minibatches_are_refused_by_lbfgs(graph):
    with pytest.raises(ValueError, match=r"learns from minibatches.*solver='lbfgs'"):
        NetworkClassifier(graph, solver="lbfgs").fit(X, Y)


@pytest.mark.parametrize("graph", [normalized, thinned])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_ten_epochs_twice_are_twenty_bit_for_bit(graph, dtype):
    settings = {"random_state": 0, "dtype": dtype, "batch_size": 20}
    whole = NetworkClassifier(graph, max_iter=20, **settings).fit(X, Y)
    parts = NetworkClassifier(graph, max_iter=10, warm_start=True, **settings)
    parts = pickle.loads(pickle.dumps(parts.fit(X, Y)))
    parts.fit(X, Y)
    np.testing.assert_array_equal(whole._parameters, parts._parameters)


@pytest.mark.parametrize("graph", [normalized, thinned])
def test_predictions_do_not_depend_on_the_samples_beside(graph):
    settings = {"max_iter": 30, "learning_rate_init": 0.01, "random_state": 0}
    clf = NetworkClassifier(graph, **settings).fit(X, Y)
    alone = np.vstack([clf.predict_proba(x[np.newaxis]) for x in X[::10]])
    np.testing.assert_allclose(clf.predict_proba(X)[::10], alone, rtol=1e-12)
    assert clf.score(X, Y) > 0.8


def test_dropout_draws_anew_for_each_seed():
    fits = [
        NetworkClassifier(thinned, max_iter=1, random_state=seed).fit(X, Y)
        for seed in (0, 0, 1)
    ]
    assert fits[0]._training_state.seed == fits[1]._training_state.seed
    assert fits[0]._training_state.seed != fits[2]._training_state.seed


# Gradient clipping


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_clipped_step_has_the_norm_that_is_allowed(dtype):
    settings = {
        "solver": "sgd",
        "momentum": 0.0,
        "learning_rate_init": 1.0,
        "alpha": 0.0,
        "batch_size": len(X),
        "max_iter": 1,
        "random_state": 0,
        "dtype": dtype,
    }
    begin = MLPClassifier((5,), **{**settings, "learning_rate_init": 1e-30}).fit(X, Y)
    free = MLPClassifier((5,), **settings).fit(X, Y)
    step = free._parameters - begin._parameters
    norm = np.linalg.norm(step)
    for limit, factor in ((norm / 10, 0.1), (norm * 10, 1.0)):
        clipped = MLPClassifier((5,), clip_grad_norm=limit, **settings).fit(X, Y)
        np.testing.assert_allclose(
            clipped._parameters - begin._parameters, factor * step, rtol=1e-3, atol=1e-6
        )


def test_clipping_is_refused_where_it_would_be_ignored():
    clf = MLPClassifier(solver="lbfgs", clip_grad_norm=1.0)
    with pytest.raises(ValueError, match=r"clip_grad_norm.*solver='lbfgs'"):
        clf.fit(X, Y)
