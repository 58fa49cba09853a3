"""L-BFGS: what it finds, and what it keeps when it does not."""

import signal

import numpy as np
import pytest
from random_graphs import LOSSES, mlp_graph, random_parameters, random_samples
from scipy import optimize
from training_sessions import LOSS, both_executors

from skbackprop.engine.lbfgs import train_lbfgs
from skbackprop.engine.samples import Samples
from skbackprop.engine.training import Outcome
from skbackprop.network.compiler import compile_graph


def lbfgs_problem(kind, loss=LOSS, dtype=np.float64, graph=None):
    graph = graph or mlp_graph(4, [], 2)
    samples = random_samples(graph, loss, 30, dtype=dtype, weighted=True)
    parameters = random_parameters(graph, dtype=dtype)
    executor = kind(compile_graph(graph), parameters, loss, batch_size=8)
    return executor, samples


@both_executors
def test_lbfgs_finds_the_solution_of_ridge_regression(kind):
    alpha, (executor, samples) = 3.0, lbfgs_problem(kind)
    outcome, n_iter, loss, message = train_lbfgs(
        executor, samples, alpha, 500, 1000, 1e-10
    )
    X, y, w = samples[:3]
    # The bias is not penalised: centre, then solve (X'WX + alpha) B = X'W y.
    X_mean, y_mean = np.average(X, 0, w), np.average(y, 0, w)
    Xc, yc = X - X_mean, y - y_mean
    gram = (Xc.T * w) @ Xc + alpha * np.eye(X.shape[1])
    expected = np.linalg.solve(gram, (Xc.T * w) @ yc)
    weight, bias = executor.program.views(executor.parameters)
    np.testing.assert_allclose(weight, expected, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(bias, y_mean - X_mean @ expected, rtol=1e-5)
    residuals = X @ expected + bias - y
    mean = np.average((residuals**2).mean(axis=1) / 2, weights=w)
    penalty = alpha / 2 * (expected**2).sum() / w.sum()
    np.testing.assert_allclose(loss, mean + penalty, rtol=1e-6)
    assert outcome is Outcome.CONVERGED
    assert 0 < n_iter < 500
    assert message


@both_executors
@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: type(loss).__name__)
def test_lbfgs_ends_where_the_gradient_vanishes(kind, loss):
    alpha, (executor, samples) = 2.0, lbfgs_problem(kind, loss)
    train_lbfgs(executor, samples, alpha, 500, 1000, 1e-9)
    executor.objective(samples)
    gradient, n = executor.gradient.copy(), executor.program.n_decaying
    gradient[:n] += alpha / samples.weight_sum * executor.parameters[:n]
    # scipy also ends where the loss falls by less than 2e-9 of itself.
    np.testing.assert_allclose(gradient, 0, atol=1e-4)


@both_executors
@pytest.mark.parametrize(("max_iter", "max_fun"), [(2, 1000), (1000, 2)])
def test_lbfgs_says_when_it_ran_out_of_iterations(kind, max_iter, max_fun):
    executor, samples = lbfgs_problem(kind)
    outcome, n_iter, *_ = train_lbfgs(executor, samples, 0.1, max_iter, max_fun, 1e-12)
    assert outcome is Outcome.OUT_OF_EPOCHS
    assert n_iter <= 2


@both_executors
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_lbfgs_keeps_dtype_and_zero_padding(kind, dtype):
    executor, samples = lbfgs_problem(kind, dtype=dtype)
    parameters, program = executor.parameters, executor.program
    train_lbfgs(executor, samples, 0.1, 20, 100, 1e-4)
    assert executor.parameters is parameters
    assert parameters.dtype == dtype
    padded = program.expand(program.compact(parameters))
    np.testing.assert_array_equal(padded, parameters)


@both_executors
def test_lbfgs_interrupted_keeps_the_best_parameters(kind):
    executor, samples = lbfgs_problem(kind)
    _, _, before, _ = train_lbfgs(executor, samples, 0.1, 1, 100, 0.0)
    said = []

    def report(words):
        said.append(words)
        if len(said) == 3:
            raise KeyboardInterrupt

    outcome, n_iter, loss, _ = train_lbfgs(
        executor, samples, 0.1, 100, 1000, 0.0, report
    )
    assert outcome is Outcome.INTERRUPTED
    assert n_iter == 3
    assert said[-1] == f"Iteration 3, loss = {loss:.8f}"
    assert loss < before


@both_executors
def test_ctrl_c_during_lbfgs_is_noticed(kind, default_handler):
    executor, samples = lbfgs_problem(kind)

    def report(words):
        signal.raise_signal(signal.SIGINT)

    outcome, n_iter, *_ = train_lbfgs(executor, samples, 0.1, 100, 1000, 0.0, report)
    assert outcome is Outcome.INTERRUPTED
    assert n_iter <= 2


@both_executors
def test_ctrl_c_is_noticed_within_an_iteration(kind, default_handler):
    executor, samples = lbfgs_problem(kind)
    objective, values = executor.objective, []

    def interrupted(samples):
        values.append(objective(samples) / samples.weight_sum)
        signal.raise_signal(signal.SIGINT)
        return values[-1] * samples.weight_sum

    executor.objective = interrupted
    outcome, n_iter, loss, _ = train_lbfgs(executor, samples, 0.0, 100, 1000, 0.0)
    assert outcome is Outcome.INTERRUPTED
    assert len(values) == 1
    assert n_iter == 0
    assert loss == pytest.approx(values[0] / executor.program.output.width)


@both_executors
def test_lbfgs_on_samples_that_are_not_finite_keeps_the_start(kind):
    executor, samples = lbfgs_problem(kind)
    start = executor.parameters.copy()
    X = samples.X.copy()
    X[0, 0] = np.inf
    outcome, *_ = train_lbfgs(executor, samples._replace(X=X), 0.1, 9, 99, 1e-9)
    assert outcome is Outcome.DIVERGED
    np.testing.assert_array_equal(executor.parameters, start)


@both_executors
def test_lbfgs_takes_samples_of_any_kind(kind):
    graph = mlp_graph(9, [4], 3)
    loss = LOSSES[3]
    executor, _ = lbfgs_problem(kind, loss, graph=graph)
    sparse_samples = random_samples(graph, loss, 30, is_sparse=True)
    start = executor.parameters.copy()
    train_lbfgs(executor, sparse_samples, 1.0, 15, 99, 1e-9)
    found = executor.parameters.copy()
    dense = sparse_samples.rows(np.arange(30)).toarray()
    executor.parameters[:] = start
    train_lbfgs(executor, Samples(dense, sparse_samples.targets), 1.0, 15, 99, 1e-9)
    np.testing.assert_allclose(found, executor.parameters, rtol=1e-6, atol=1e-8)


@both_executors
def test_the_loss_reported_is_that_of_the_parameters_it_ends_with(kind, monkeypatch):
    executor, samples = lbfgs_problem(kind)

    def stop_beyond_the_best(objective, start, **options):
        """Try a better point, then end at the start, as a line search may."""
        value, gradient = objective(start)
        assert objective(start - 1e-4 * gradient)[0] < value
        return optimize.OptimizeResult(x=start, fun=value, status=0, message="")

    before = executor.parameters.copy()
    expected = executor.objective(samples) / samples.weight_sum
    monkeypatch.setattr(optimize, "minimize", stop_beyond_the_best)
    _, _, loss, _ = train_lbfgs(executor, samples, 0.0, 10, 10, 1e-4)
    np.testing.assert_array_equal(executor.parameters, before)
    factor = 1 / executor.program.output.width
    assert loss == pytest.approx(factor * expected, rel=1e-12)
