"""Factors of the learning rate: what they change, and what they leave to the bit."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skbackprop import MLPClassifier, MLPRegressor, NetworkRegressor
from skbackprop.engine.rate_factors import block_factors, make_segments
from skbackprop.fitting.settings import SOLVERS, make_optimizer
from skbackprop.network import Graph, Input, Linear, ReLU, Scale
from skbackprop.network.compiler import compile_graph

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 5))
Y = X @ RNG.normal(size=5) + np.abs(X[:, 0])
TALL = Graph(Linear(1)(ReLU()(Linear(4)(Scale()(Input(5))))))


def fitted(factors=None, **settings):
    settings = {"solver": "adam", "max_iter": 4, "batch_size": 16} | settings
    net = MLPRegressor(hidden_layer_sizes=(6,), tol=None, random_state=0, **settings)
    return net.set_params(learning_rate_factors=factors).fit(X, Y)


def all_parameters(net):
    return np.concatenate([np.ravel(p) for p in [*net.coefs_, *net.intercepts_]])


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_factor_of_one_changes_no_bit(solver):
    plain = all_parameters(fitted(solver=solver))
    factors = {"weight": 1, "bias": 1.0}
    assert_array_equal(all_parameters(fitted(factors, solver=solver)), plain)


@pytest.mark.parametrize("solver", SOLVERS)
def test_the_same_factor_everywhere_is_another_rate(solver):
    """Weight decay, which keeps its rate, is left out."""
    settings = {"solver": solver, "weight_decay": 0.0, "dtype": "float64"}
    slow = fitted({"weight": 0.5, "bias": 0.5}, learning_rate_init=0.02, **settings)
    expected = all_parameters(fitted(learning_rate_init=0.01, **settings))
    assert_allclose(all_parameters(slow), expected, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("solver", SOLVERS)
def test_optimizers_name_all_coefficients_that_are_rates_and_no_other(solver):
    optimizer = make_optimizer(MLPRegressor(solver=solver))
    steps = np.arange(1, 6)
    once, twice = (optimizer.coefficients(steps, k * np.ones(5)) for k in (1, 2))
    grown = np.flatnonzero((twice != once).any(axis=0))
    assert tuple(grown) == optimizer.rates
    assert_array_equal(twice[:, grown], 2 * once[:, grown])


def test_a_factor_of_zero_freezes_what_it_is_of():
    before = fitted(max_iter=1, learning_rate_init=1e-300)
    after = fitted({"bias": 0})
    for start, end in zip(before.intercepts_, after.intercepts_, strict=True):
        assert_array_equal(start, end)
    assert (before.coefs_[0] != after.coefs_[0]).all()


def test_segments_cover_what_is_learnt_once_and_in_order():
    program = compile_graph(TALL)
    factors = {"weight": "fan_in", "bias": 0.1, "Scale.scale": 6}
    for given in (None, factors):
        segments = make_segments(program, given)
        assert segments[0].start == 0
        assert segments[-1].stop == program.n_learned
        for one, other in zip(segments, segments[1:], strict=False):
            assert one.stop == other.start
        decaying = [s.stop for s in segments if s.decays]
        assert max(decaying) == program.n_decaying
    assert len(make_segments(program, {"weight": 1, "bias": 1, "scale": 1})) == 2


def test_the_longer_name_counts_and_fan_in_is_that_of_the_matrix():
    factors = {"weight": "fan_in", "Linear.bias": 0.1, "bias": 7, "scale": 6}
    named = block_factors(compile_graph(TALL), factors)
    assert sorted(named) == sorted([5**-0.5, 4**-0.5, 0.1, 0.1, 6.0])
    sparse = Graph(Linear(2, connections=((0, 1), (2,)))(Input(3)))
    factor, _ = block_factors(compile_graph(sparse), {"weight": "fan_in"})
    assert factor == pytest.approx(1.5**-0.5)


def test_a_function_gives_the_factor_of_each_parameter():
    def factor(module, name, shape):
        return float(isinstance(module, Scale)) if name == "scale" else len(shape)

    assert sorted(block_factors(compile_graph(TALL), factor)) == [1, 1, 1, 2, 2]


@pytest.mark.parametrize(
    ("factors", "message"),
    [
        ({"wieght": 1}, r"\['wieght'\], but the parameters .*Linear.weight"),
        ({"bias": -1}, "at least 0"),
        ({"bias": np.nan}, "at least 0"),
        ({"bias": "fan_in"}, "'fan_in' for weight"),
        ({"weight": "fan_out"}, "'fan_out' for 'Linear.weight'"),
        (lambda *_: None, "got None"),
    ],
)
def test_what_is_no_factor_is_refused_by_name(factors, message):
    net = NetworkRegressor(TALL, learning_rate_factors=factors)
    with pytest.raises(ValueError, match=f"learning_rate_factors.*{message}"):
        net.fit(X, Y)


def test_lbfgs_has_no_rates():
    net = MLPRegressor(solver="lbfgs", learning_rate_factors={"bias": 1})
    with pytest.raises(ValueError, match="learning_rate_factors.*lbfgs"):
        net.fit(X, Y)


def test_a_fit_goes_on_with_the_same_factors():
    factors = {"weight": "fan_in", "bias": 0.1}
    whole = fitted(factors, max_iter=6)
    half = fitted(factors, max_iter=3, warm_start=True).fit(X, Y)
    assert_array_equal(all_parameters(half), all_parameters(whole))


def test_adam_steps_as_that_of_torch_with_groups_of_parameters():
    torch = pytest.importorskip("torch")
    settings = {"alpha": 0, "batch_size": 60, "shuffle": False}
    clf = fitted(max_iter=1, learning_rate_init=1e-300, **settings)
    layers = []
    for weight, bias in zip(clf.coefs_, clf.intercepts_, strict=True):
        layer = torch.nn.Linear(*weight.shape, dtype=torch.float64)
        layer.weight.data = torch.tensor(weight.T.copy())
        layer.bias.data = torch.tensor(np.array(bias))
        layers.append(layer)
    net = torch.nn.Sequential(layers[0], torch.nn.ReLU(), layers[1])
    groups = [
        {"params": [layer.weight for layer in layers], "lr": 0.02},
        {"params": [layer.bias for layer in layers], "lr": 0.002},
    ]
    adam = torch.optim.Adam(groups, eps=1e-12)
    x, y = torch.tensor(X), torch.tensor(Y)
    for _ in range(10):
        adam.zero_grad()
        (0.5 * ((net(x)[:, 0] - y) ** 2).mean()).backward()
        adam.step()
    rates = {"learning_rate_init": 0.02, "epsilon": 1e-12}
    ours = fitted({"bias": 0.1}, max_iter=10, **rates, **settings)
    expected = [p.detach().numpy().T for layer in layers for p in layer.parameters()]
    for found, of_torch in zip(ours.coefs_, expected[::2], strict=True):
        assert_allclose(found, of_torch, rtol=1e-6, atol=1e-8)


def test_training_by_plan_ends_without_a_warning(recwarn):
    net = fitted(max_iter=7)
    assert net.n_iter_ == 7
    assert not recwarn.list
    flat = MLPRegressor(tol=None, max_iter=30, n_iter_no_change=2).fit(X, 0 * Y)
    assert flat.n_iter_ == 30  # whatever the loss does


def test_training_by_plan_keeps_the_best_epoch_of_a_validation_set():
    net = MLPRegressor(tol=None, max_iter=20, learning_rate_init=0.5, random_state=0)
    net.fit(X, Y, X_val=X[:10], y_val=Y[:10])
    assert net.n_iter_ == 20
    assert net.score(X[:10], Y[:10]) == pytest.approx(max(net.validation_scores_))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"solver": "lbfgs"}, "tol=None .*lbfgs"),
        ({"early_stopping": True}, "tol=None .*early_stopping"),
    ],
)
def test_a_plan_has_no_rule_to_stop(settings, message):
    with pytest.raises(ValueError, match=message):
        MLPClassifier(tol=None, **settings).fit(X, Y > 0)
