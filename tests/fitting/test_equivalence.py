"""Identities between estimators, executors and ways to say the same thing."""

import numpy as np
import pytest
from jit_marks import EXECUTORS, needs_jit
from random_graphs import mlp_graph, random_samples
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_iris, make_classification, make_regression
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, PoissonRegressor, Ridge
from sklearn.neural_network import MLPClassifier as TheirMLPClassifier

from skbackprop import MLPClassifier, MLPRegressor
from skbackprop.engine import Executor, ReferenceExecutor
from skbackprop.engine.lbfgs import train_lbfgs
from skbackprop.engine.losses import BinaryLogLoss, SoftmaxLogLoss
from skbackprop.engine.samples import Samples
from skbackprop.fitting import session
from skbackprop.network import Graph, Identity, Input, Linear, Tanh
from skbackprop.network.compiler import compile_graph

not_converged = pytest.mark.filterwarnings(
    "ignore::sklearn.exceptions.ConvergenceWarning"
)
TO_THE_OPTIMUM = {
    "hidden_layer_sizes": (),
    "solver": "lbfgs",
    "max_iter": 2000,
    "tol": 1e-9,
    "random_state": 0,
}


@pytest.fixture
def use(monkeypatch):
    """Return a function that chooses the executor of the estimators."""
    return lambda kind: monkeypatch.setattr(session, "make_executor", kind)


def classes(n_classes, seed=0, n_samples=90):
    return make_classification(
        n_samples,
        n_features=6,
        n_informative=5,
        n_redundant=0,
        n_classes=n_classes,
        random_state=seed,
    )


def weights_for(y):
    return np.random.default_rng(1).uniform(0, 2, len(y))


# A network without hidden layers is a generalised linear model. Tolerances are
# those of scipy's L-BFGS, which ends where the loss falls by less than 2e-9.


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("alpha", [0.1, 10.0])
@pytest.mark.parametrize("n_classes", [2, 3, 5])
def test_without_hidden_layers_a_classifier_is_logistic_regression(
    n_classes, alpha, weighted
):
    X, y = classes(n_classes)
    weights = weights_for(y) if weighted else None
    ours = MLPClassifier(**TO_THE_OPTIMUM, alpha=alpha).fit(X, y, weights)
    theirs = LogisticRegression(C=1 / alpha, tol=1e-9, max_iter=2000)
    theirs.fit(X, y, weights)
    np.testing.assert_allclose(
        ours.predict_log_proba(X), theirs.predict_log_proba(X), rtol=1e-3, atol=1e-3
    )
    if n_classes == 2:
        np.testing.assert_allclose(ours.coefs_[0].T, theirs.coef_, rtol=2e-3, atol=1e-4)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("n_outputs", [1, 3])
@pytest.mark.parametrize("alpha", [0.1, 10.0])
def test_without_hidden_layers_a_regressor_is_ridge_regression(
    alpha, n_outputs, weighted
):
    X, y = make_regression(80, 6, n_targets=n_outputs, noise=5.0, random_state=0)
    y = y / y.std()
    weights = weights_for(y) if weighted else None
    ours = MLPRegressor(**TO_THE_OPTIMUM, alpha=alpha).fit(X, y, weights)
    theirs = Ridge(alpha=alpha).fit(X, y, weights)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-3, atol=1e-3)
    coef = np.atleast_2d(theirs.coef_).T
    np.testing.assert_allclose(ours.coefs_[0], coef, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("weighted", [False, True])
def test_without_hidden_layers_and_with_counts_it_is_poisson_regression(weighted):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(100, 4))
    y = rng.poisson(np.exp(X @ [0.5, -0.3, 0.1, 0.0] + 0.5)).astype(float)
    weights = weights_for(y) if weighted else np.ones(100)
    ours = MLPRegressor("poisson", **TO_THE_OPTIMUM, alpha=2.0).fit(X, y, weights)
    theirs = PoissonRegressor(alpha=2.0 / weights.sum(), tol=1e-9, max_iter=2000)
    theirs.fit(X, y, weights)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-3)


def test_hidden_layers_that_pass_on_their_input_add_nothing():
    X, y = make_regression(80, 4, noise=3.0, random_state=0)
    y = y / y.std()
    shallow, deep = (
        MLPRegressor(
            **{**TO_THE_OPTIMUM, "hidden_layer_sizes": hidden},
            activation="identity",
            alpha=0.0,
        ).fit(X, y)
        for hidden in [(), (6,)]
    )
    np.testing.assert_allclose(deep.predict(X), shallow.predict(X), atol=2e-3)


@pytest.mark.parametrize("kind", EXECUTORS)
def test_softmax_of_a_pair_of_classes_is_one_logistic_output(kind):
    """With w = w_1 - w_0 and w_0 = -w_1 the penalty of the pair is half as much."""
    alpha = 1.0
    single, pair = mlp_graph(5, [], 1), mlp_graph(5, [], 2)
    samples = random_samples(single, BinaryLogLoss(), 60, weighted=True)
    logits = []
    for graph, loss, strength in (
        (single, BinaryLogLoss(), alpha),
        (pair, SoftmaxLogLoss(), 2 * alpha),
    ):
        program = compile_graph(graph)
        executor = kind(program, program.allocate(np.float64), loss, batch_size=16)
        train_lbfgs(executor, samples, strength, 1000, 2000, 1e-10)
        logits.append(np.concatenate([z.copy() for _, z in executor.forward(samples)]))
    of_single, of_pair = logits
    difference = of_pair[:, [1]] - of_pair[:, [0]]
    np.testing.assert_allclose(difference, of_single, rtol=1e-3, atol=1e-4)


# The compiled executor is the reference executor, up to rounding


def multilabel(rng):
    X = rng.normal(size=(90, 6))
    return X, (X @ rng.normal(size=(6, 3)) > 0).astype(int)


def regression(rng, n_targets=2):
    X = rng.normal(size=(90, 6))
    y = X @ rng.normal(size=(6, n_targets)) + rng.normal(size=(90, n_targets))
    return X, y if n_targets > 1 else y[:, 0]


def counts(rng):
    X = rng.normal(size=(90, 6))
    return X, rng.poisson(np.exp(X[:, 0])).astype(float)


CASES = {
    "two classes": (MLPClassifier(), lambda rng: classes(2)),
    "five classes": (MLPClassifier(), lambda rng: classes(5)),
    "labels": (MLPClassifier(activation="tanh"), multilabel),
    "one target": (MLPRegressor(), lambda rng: regression(rng, 1)),
    "two targets": (MLPRegressor(activation="logistic"), regression),
    "counts": (MLPRegressor("poisson"), counts),
    "sgd": (MLPClassifier(solver="sgd", momentum=0.5), lambda rng: classes(3)),
    "nesterov": (MLPRegressor(solver="sgd"), regression),
    "invscaling": (
        MLPClassifier(solver="sgd", learning_rate="invscaling"),
        lambda rng: classes(3),
    ),
    "adaptive": (
        MLPClassifier(solver="sgd", learning_rate="adaptive", n_iter_no_change=1),
        lambda rng: classes(3),
    ),
    "lbfgs": (MLPClassifier(solver="lbfgs"), lambda rng: classes(3)),
    "early stopping": (
        MLPClassifier(early_stopping=True, n_iter_no_change=5),
        lambda rng: classes(3),
    ),
    "in order": (MLPRegressor(shuffle=False), regression),
    "no hidden layer": (MLPClassifier(hidden_layer_sizes=()), lambda rng: classes(3)),
    "three hidden layers": (
        MLPClassifier(hidden_layer_sizes=(5, 17, 3)),
        lambda rng: classes(3),
    ),
}


@needs_jit
@not_converged
@pytest.mark.parametrize("form", ["dense", "sparse", "float32", "weighted"])
@pytest.mark.parametrize("case", CASES)
def test_compiled_and_reference_executor_fit_the_same_network(case, form, use):
    estimator, make_data = CASES[case]
    X, y = make_data(np.random.default_rng(0))
    dtype = np.float32 if form == "float32" else np.float64
    X = X.astype(dtype)
    if form == "sparse":
        X[np.abs(X) < 0.5] = 0
        X = sparse.csr_matrix(X)
    weights = weights_for(y) if form == "weighted" else None
    settings = {"max_iter": 15, "random_state": 0, "batch_size": 16}
    if "hidden" not in case:
        settings["hidden_layer_sizes"] = (9,)
    models = []
    for kind in (Executor, ReferenceExecutor):
        use(kind)
        model = clone(estimator).set_params(**settings).fit(X, y, weights)
        predict = getattr(model, "predict_proba", model.predict)
        models.append((model, predict(X)))
    (ours, of_ours), (theirs, of_theirs) = models
    assert ours.n_iter_ == theirs.n_iter_
    assert of_ours.dtype == of_theirs.dtype == dtype
    # Twenty epochs carry rounding on; Adam turns gradients of about 0 into steps
    # of full size, in single precision that shows.
    rtol = 2e-3 if dtype == np.float32 else 1e-7
    np.testing.assert_allclose(ours.loss_, theirs.loss_, rtol=rtol)
    np.testing.assert_allclose(of_ours, of_theirs, rtol=rtol, atol=rtol)
    for one, other in zip(ours.coefs_, theirs.coefs_, strict=True):
        np.testing.assert_allclose(one, other, rtol=rtol, atol=rtol)


# Ways to say the same thing


@not_converged
@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
@pytest.mark.parametrize(
    "form", [sparse.csr_matrix, sparse.csc_matrix, sparse.csr_array]
)
def test_sparse_data_train_the_network_of_their_dense_form(solver, form):
    X, y = classes(3)
    X[np.abs(X) < 0.7] = 0
    model = MLPClassifier((5,), solver=solver, max_iter=10, random_state=0)
    dense, of_sparse = model.fit(X, y).predict_proba(X), clone(model).fit(form(X), y)
    np.testing.assert_allclose(of_sparse.predict_proba(form(X)), dense, rtol=1e-7)


@not_converged
@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
def test_a_weight_of_k_is_k_rows_where_the_batch_is_full(solver):
    X, y = classes(3)
    repeats = np.random.default_rng(0).integers(1, 4, len(y))
    settings = {
        "hidden_layer_sizes": (5,),
        "solver": solver,
        "max_iter": 20,
        "random_state": 0,
        "shuffle": False,
        "alpha": 0.5,
    }
    weighted = MLPClassifier(**settings, batch_size=len(y)).fit(X, y, repeats)
    repeated = MLPClassifier(**settings, batch_size=repeats.sum())
    repeated.fit(X.repeat(repeats, axis=0), y.repeat(repeats))
    np.testing.assert_allclose(
        weighted.predict_proba(X), repeated.predict_proba(X), rtol=1e-6
    )
    np.testing.assert_allclose(weighted.loss_, repeated.loss_, rtol=1e-8)


@not_converged
@pytest.mark.parametrize("factor", [0.25, 8.0])
def test_the_unit_of_the_weights_does_not_matter_without_a_penalty(factor):
    X, y = regression(np.random.default_rng(0))
    model = MLPRegressor(
        hidden_layer_sizes=(5,), alpha=0.0, max_iter=10, random_state=0
    )
    weights = weights_for(y)
    expected = model.fit(X, y, weights).predict(X)
    # A power of two scales without rounding.
    np.testing.assert_array_equal(
        clone(model).fit(X, y, factor * weights).predict(X), expected
    )


@not_converged
def test_the_order_of_hidden_units_does_not_matter():
    X, y = classes(3)
    model = MLPClassifier((7,), max_iter=5, random_state=0).fit(X, y)
    expected, order = model.predict_proba(X), np.random.default_rng(0).permutation(7)
    first, second = (weight.copy() for weight in model.coefs_)
    model.coefs_ = [first[:, order], second[order]]
    model.intercepts_ = [model.intercepts_[0][order], model.intercepts_[1].copy()]
    np.testing.assert_allclose(model.predict_proba(X), expected, rtol=1e-12)


@not_converged
@pytest.mark.parametrize("n_epochs", [1, 3])
def test_partial_fit_over_and_over_is_fit_for_as_many_epochs(n_epochs):
    X, y = classes(3)
    fitted = MLPClassifier((5,), max_iter=n_epochs, random_state=0).fit(X, y)
    stepwise = MLPClassifier((5,), random_state=0)
    for _ in range(n_epochs):
        stepwise.partial_fit(X, y, classes=np.unique(y))
    np.testing.assert_array_equal(stepwise.predict_proba(X), fitted.predict_proba(X))
    np.testing.assert_array_equal(stepwise.loss_curve_, fitted.loss_curve_)


def test_an_mlp_is_the_chain_of_its_layers():
    X, y = classes(3)
    model = MLPClassifier((4, 5), activation="identity", solver="lbfgs", max_iter=300)
    assert model.fit(X, y).graph_ == mlp_graph(6, [4, 5], 3, Identity())


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
@pytest.mark.parametrize("kind", EXECUTORS)
def test_the_first_epochs_are_those_of_scikit_learn(kind, solver, use):
    use(kind)
    X, y = load_iris(return_X_y=True)
    models = [
        make((11,), solver=solver, max_iter=10, random_state=3, alpha=0.1)
        for make in (MLPClassifier, TheirMLPClassifier)
    ]
    for model in models:
        with pytest.warns(ConvergenceWarning):
            model.fit(X, y)
    ours, theirs = models
    np.testing.assert_allclose(ours.loss_, theirs.loss_, rtol=1e-6)
    np.testing.assert_allclose(
        ours.predict_proba(X), theirs.predict_proba(X), rtol=1e-5
    )
    if solver != "lbfgs":
        np.testing.assert_allclose(ours.loss_curve_, theirs.loss_curve_, rtol=1e-6)


@not_converged
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_fit_takes_the_steps_that_torch_takes(optimizer):
    torch = pytest.importorskip("torch")
    X, y = classes(3, n_samples=50)
    model = MLPClassifier(
        (8,),
        activation="tanh",
        solver=optimizer,
        alpha=0.0,
        batch_size=16,
        learning_rate_init=0.05,
        epsilon=1e-12,  # nothing to rescale between the two conventions
        shuffle=False,
        max_iter=1,
        random_state=0,
        warm_start=True,
    ).fit(X, y)
    layers = []
    for weight, bias in zip(model.coefs_, model.intercepts_, strict=True):
        layer = torch.nn.Linear(*weight.shape, dtype=torch.float64)
        layer.weight.data[:] = torch.tensor(weight.T.copy())
        layer.bias.data[:] = torch.tensor(bias.copy())
        layers += [layer, torch.nn.Tanh()]
    network = torch.nn.Sequential(*layers[:-1])
    theirs = {
        "sgd": lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True),
        "adam": lambda p: torch.optim.Adam(p, lr=0.05, eps=1e-12),
    }[optimizer](network.parameters())
    inputs, labels = torch.tensor(X), torch.tensor(y)
    model._training_state = None  # a fresh optimizer, as torch's is
    for _ in range(3):
        model.fit(X, y)
        for first in range(0, 50, 16):
            rows = slice(first, first + 16)
            theirs.zero_grad()
            loss = torch.nn.functional.cross_entropy(
                network(inputs[rows]), labels[rows]
            )
            loss.backward()
            theirs.step()
        expected = torch.softmax(network(inputs), dim=1).detach().numpy()
        # Without epsilon, Adam turns gradients of about 0 into steps of full size.
        np.testing.assert_allclose(model.predict_proba(X), expected, rtol=1e-7)


@pytest.mark.parametrize("kind", EXECUTORS)
def test_the_gradient_of_a_batch_is_that_of_jax(kind):
    """The whole chain by another implementation of reverse mode, in float32."""
    jax = pytest.importorskip("jax")
    rng = np.random.default_rng(5)
    graph = Graph(Linear(3)(Tanh()(Linear(7)(Input(5)))))
    program = compile_graph(graph)
    compact = rng.normal(size=5 * 7 + 7 * 3 + 7 + 3).astype(np.float32)
    X = rng.normal(size=(20, 5)).astype(np.float32)
    labels = rng.integers(0, 3, 20)

    def objective(w1, w2, b1, b2):
        logits = jax.numpy.tanh(X @ w1 + b1) @ w2 + b2
        return -jax.nn.log_softmax(logits)[np.arange(20), labels].mean()

    executor = kind(program, program.expand(compact), SoftmaxLogLoss(), 8)
    samples = Samples(X, labels[:, np.newaxis].astype(np.float32))
    value = executor.objective(samples) / 20
    expected, gradients = jax.value_and_grad(objective, argnums=(0, 1, 2, 3))(
        *program.views(executor.parameters)
    )
    np.testing.assert_allclose(value, expected, rtol=1e-5)
    for ours, theirs in zip(program.views(executor.gradient), gradients, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)
