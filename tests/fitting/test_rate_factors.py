"""``learning_rate_factors``: learning rates of blocks of parameters."""

import pickle
import warnings

import numpy as np
import pytest
import recurrent_tasks
from jit_marks import needs_jit
from resumed_fits import assert_same_fit
from sklearn.base import clone
from tasks import TASKS

from skbackprop import DrLIM, MLPRanker, MLPRegressor, NetworkClassifier
from skbackprop.engine import Executor, ReferenceExecutor
from skbackprop.fitting import session
from skbackprop.fitting.rate_factors import rate_factors
from skbackprop.fitting.settings import SOLVERS
from skbackprop.network import (
    BatchNorm,
    Graph,
    Input,
    LayerNorm,
    Linear,
    ReLU,
    Scale,
    Tanh,
)
from skbackprop.network.compiler import compile_graph

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
TASK = TASKS["multiclass"]
DTYPES = ["float32", "float64"]


def named(value):
    """Return a name of a case; functions have an address in theirs."""
    return "function" if callable(value) else str(value)


every_solver = pytest.mark.parametrize("solver", sorted(SOLVERS))
MIXED = {"weight": "fan_in", "Linear.bias": 0.1, "Scale.scale": 6.0}


def build(n_features, n_outputs):
    h = Scale()(Input(n_features))
    h = ReLU()(Linear(9)(h))
    return Graph(Linear(n_outputs)(Tanh()(Linear(6)(h))))


def net(factors=None, **settings):
    defaults = {
        "graph": build,
        "batch_size": 32,
        "max_iter": 4,
        "random_state": 0,
        "warm_start": True,
    }
    settings = {**defaults, "learning_rate_factors": factors, **settings}
    return NetworkClassifier(**settings)


def fit(factors=None, **settings):
    return net(factors, **settings).fit(TASK.X, TASK.y)


def factors_of(graph, given):
    """Return the factors by full names of blocks."""
    program = compile_graph(graph)
    found = rate_factors(net(given), program)
    modules = {i: step.module for step in program.instructions for i in step.blocks}
    return [
        (f"{type(modules[i]).__name__}.{block.name}", found[i])
        for i, block in enumerate(program.blocks)
    ]


def twice_for(kind, shape):
    return lambda module, name, own: 2 if (name, own) == (kind, shape) else 1


def blocks_of(model):
    views = model._program.views(model._parameters)
    return {
        (block.module, block.name): view.copy()
        for block, view in zip(model._program.blocks, views, strict=True)
    }


# What is named


def test_blocks_are_named_alone_or_with_their_module_which_counts_for_more():
    x = Input(4)
    graph = Graph(
        Linear(2)(LayerNorm()(Linear(3, connections=[(0,), (1, 2), (3,)])(x)))
    )
    given = {"Linear.weight": "fan_in", "bias": 0.5, "LayerNorm.bias": 7, "weight": 0}
    assert factors_of(graph, given) == [
        ("Linear.weight", pytest.approx((4 / 3) ** -0.5)),
        ("Linear.weight", pytest.approx(3**-0.5)),
        ("Linear.bias", 0.5),
        ("LayerNorm.weight", 0.0),
        ("LayerNorm.bias", 7.0),
        ("Linear.bias", 0.5),
    ]


def test_a_callable_sees_module_name_and_shape():
    seen = []

    def factor(module, name, shape):
        seen.append((type(module).__name__, name, shape))
        return len(seen)

    graph = Graph(Linear(2)(BatchNorm()(Linear(3)(Input(4)))))
    found = factors_of(graph, factor)
    assert seen == [
        ("Linear", "weight", (4, 3)),
        ("Linear", "weight", (3, 2)),
        ("Linear", "bias", (3,)),
        ("BatchNorm", "weight", (3,)),
        ("BatchNorm", "bias", (3,)),
        ("Linear", "bias", (2,)),
    ]
    assert [f for _, f in found] == [1, 2, 3, 4, 5, 6, 1, 1]  # buffers have none


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"gain": 1}, "the key 'gain'.*'bias', 'scale', 'weight'.*'Linear.weight'"),
        ({"running_mean": 1}, "the key 'running_mean'"),
        ({"Conv.weight": 1}, "the key 'Conv.weight'"),
        ({3: 1}, "the key 3"),
        ({"bias": -0.1}, "-0.1 for 'bias'.*'Linear.weight'"),
        ({"bias": np.nan}, "nan for 'bias'"),
        ({"weight": np.inf}, "inf for 'weight'"),
        ({"weight": "fan_out"}, "'fan_out' for 'weight'"),
        ({"weight": None}, "None for 'weight'"),
        ({"bias": "fan_in"}, "'fan_in' for 'Linear.bias'.*not a weight matrix"),
        ({"scale": "fan_in"}, "'fan_in' for 'Scale.scale'"),
        (lambda module, name, shape: -1, "-1 for 'Linear.weight' of shape"),
        (lambda module, name, shape: np.ones(2), "for 'Linear.weight' of shape"),
        ("fan_in", "must be"),
    ],
    ids=named,
)
def test_what_names_no_block_or_is_no_factor_is_refused(given, message):
    with pytest.raises(ValueError, match=f"learning_rate_factors.*{message}"):
        net(given).fit(TASK.X, TASK.y)
    with pytest.raises(ValueError, match=f"learning_rate_factors.*{message}"):
        net(given).partial_fit(TASK.X, TASK.y, classes=[0, 1, 2])


def test_lbfgs_refuses_them():
    with pytest.raises(ValueError, match=r"learning_rate_factors=.*solver='lbfgs'"):
        MLPRegressor(solver="lbfgs", learning_rate_factors={"bias": 0.1}).fit(
            TASK.X, TASK.y
        )


# What they do


@every_solver
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "ones", [{}, {"weight": 1, "Scale.scale": 1.0}, lambda *block: 1.0], ids=named
)
def test_a_factor_of_1_changes_no_bit(solver, ones, dtype):
    settings = {"solver": solver, "dtype": dtype, "weight_decay": 0.1, "l1_alpha": 0.01}
    hidden = {"learning_rate_factors"}
    assert_same_fit(fit(ones, **settings), fit(**settings), but=hidden)


@every_solver
@pytest.mark.parametrize("factor", [0.25, 0.3, 3.0])
def test_the_same_factor_everywhere_is_another_learning_rate(solver, factor):
    settings = {"solver": solver, "clip_grad_norm": 1.0, "l1_alpha": 0.01}
    settings |= {"weight_decay": 0.0, "learning_rate": "cosine", "max_iter": 2}
    ours = fit(lambda *block: factor, **settings, learning_rate_init=0.01)
    theirs = fit(**settings, learning_rate_init=0.01 * factor)
    np.testing.assert_allclose(
        ours._parameters, theirs._parameters, rtol=1e-8, atol=1e-9
    )


@every_solver
@pytest.mark.parametrize("dtype", DTYPES)
def test_a_factor_of_0_freezes_a_block(solver, dtype):
    """Whatever else would change it: decay, shrinkage, a limit of norms."""
    settings = {"solver": solver, "dtype": dtype, "max_norm": 0.5, "l1_alpha": 0.1}
    settings |= {"weight_decay": 0.1, "momentum": 0.5}
    before = blocks_of(fit({"weight": 0, "Linear.bias": 0}, max_iter=1, **settings))
    after = blocks_of(fit({"weight": 0, "Linear.bias": 0}, max_iter=5, **settings))
    linear = [name for name in before if before[name].ndim == 2]
    assert len(linear) == 3
    for module, _ in linear:
        for name in ("weight", "bias"):
            one, other = before[module, name], after[module, name]
            np.testing.assert_array_equal(one, other)
    moved = [name for name in before if (before[name] != after[name]).any()]
    assert [name for _, name in moved] == ["scale"]


def test_decay_keeps_the_rate_without_factor():
    """Without gradients nothing but the decay is left of a step."""
    X, y = np.zeros((40, 3)), np.zeros(40)
    settings = {"solver": "adamw", "weight_decay": 0.5, "learning_rate_init": 0.1}
    settings |= {"max_iter": 3, "batch_size": 40, "alpha": 0.0, "random_state": 0}
    begin = MLPRegressor(
        hidden_layer_sizes=(4,), **settings, learning_rate_factors={"weight": 0}
    ).fit(X, y)
    decayed = MLPRegressor(
        hidden_layer_sizes=(4,), **settings, learning_rate_factors={"weight": 1e-9}
    )
    decayed.fit(X, y)
    np.testing.assert_allclose(
        decayed.coefs_[0], begin.coefs_[0] * (1 - 0.05) ** 3, rtol=1e-6
    )


@needs_jit
@every_solver
@pytest.mark.parametrize("dtype", DTYPES)
def test_both_executors_go_the_same_way(solver, dtype, monkeypatch):
    settings = {"solver": solver, "dtype": dtype, "learning_rate_init": 0.01}
    settings |= {"l1_alpha": 0.01, "weight_decay": 0.1, "max_norm": 1.0, "max_iter": 2}
    ways = []
    for executor in (Executor, ReferenceExecutor):
        monkeypatch.setattr(session, "make_executor", executor)
        ways.append(fit(MIXED, **settings)._parameters)
    scale = 1e-4 if dtype == "float32" else 1e-9
    np.testing.assert_allclose(*ways, rtol=scale, atol=scale)


@every_solver
@pytest.mark.parametrize("dtype", DTYPES)
def test_bits_of_a_block_do_not_depend_on_how_others_divide_the_vector(solver, dtype):
    settings = {"solver": solver, "dtype": dtype, "batch_size": 150, "max_iter": 1}
    settings |= {"l1_alpha": 0.01, "weight_decay": 0.1}
    plain = blocks_of(fit(**settings))  # after one step
    for kind in ("weight", "bias", "scale"):
        for shape in {block.shape for block in plain.values()}:
            others = blocks_of(fit(twice_for(kind, shape), **settings))
            for (module, name), block in plain.items():
                if (name, block.shape) != (kind, shape):
                    np.testing.assert_array_equal(others[module, name], block)


# The life of an estimator


def test_ten_epochs_twice_are_twenty_and_factors_may_change_between():
    parts = fit(MIXED).fit(TASK.X, TASK.y)
    assert_same_fit(parts, fit(MIXED, max_iter=8), but={"max_iter", "n_iter_"})
    before = blocks_of(parts)
    parts.set_params(learning_rate_factors={"weight": 0}).fit(TASK.X, TASK.y)
    after = blocks_of(parts)
    for name in before:
        assert (before[name] == after[name]).all() == (name[1] == "weight")


def test_they_are_kept_by_clones_pickles_and_files(tmp_path):
    graph = build(TASK.X.shape[1], 3)
    model = fit(MIXED, graph=graph)
    assert clone(model).learning_rate_factors == MIXED
    model.save(tmp_path / "net")
    for copy in (
        pickle.loads(pickle.dumps(model)),
        NetworkClassifier.load(tmp_path / "net"),
    ):
        assert copy.learning_rate_factors == MIXED
        copy.set_params(max_iter=3).fit(TASK.X, TASK.y)
        other = fit(MIXED, graph=graph, max_iter=7)
        np.testing.assert_array_equal(copy._parameters, other._parameters)


def test_code_is_not_stored(tmp_path):
    model = fit(lambda *block: 1.0, graph=build(TASK.X.shape[1], 3))
    with pytest.raises(TypeError, match="learning_rate_factors.*Use a dict"):
        model.save(tmp_path / "net")


def test_a_checkpoint_is_of_its_factors(tmp_path):
    path = tmp_path / "fit"
    fit(MIXED, checkpoint=path, max_iter=2)
    whole = fit(MIXED, checkpoint=path, max_iter=6)
    assert_same_fit(whole, fit(MIXED, max_iter=6))
    with pytest.raises(ValueError, match="differs in learning_rate_factors"):
        fit({"bias": 2}, checkpoint=path, max_iter=6)


@pytest.mark.parametrize("name", recurrent_tasks.TASKS)
def test_recurrent_networks_have_them(name):
    X = recurrent_tasks.RAGGED
    y = recurrent_tasks.targets_for(name, X, by_steps=False)
    model = recurrent_tasks.estimator_for(name, max_iter=1, warm_start=True).fit(X, y)
    before = blocks_of(model)
    model.set_params(learning_rate_factors={"weight": 0}).fit(X, y)
    after = blocks_of(model)
    for key in before:
        assert (before[key] == after[key]).all() == (key[1] == "weight")


@pytest.mark.parametrize("kind", [DrLIM, MLPRanker])
def test_networks_that_learn_from_groups_have_them(kind):
    model = kind(max_iter=2, random_state=0, learning_rate_factors={"weight": 0})
    more = {"qid": np.arange(150) // 10} if kind is MLPRanker else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        two = model.fit(TASK.X, TASK.y, **more)._parameters.copy()
        one = model.set_params(max_iter=1).fit(TASK.X, TASK.y, **more)._parameters
    split = model._program.n_decaying
    np.testing.assert_array_equal(one[:split], two[:split])
    assert (one[split:] != two[split:]).any()


# Oracle


@pytest.mark.parametrize("solver", ["sgd", "adamw"])
def test_a_fit_is_that_of_torch_with_groups_of_parameters(solver):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 5)), rng.normal(size=(40, 2))
    rate, decay, factors = 0.01, 0.1, {"weight": "fan_in", "bias": 0.1}
    if solver == "sgd":
        decay = 0.0
    ours = MLPRegressor(
        hidden_layer_sizes=(7,),
        activation="tanh",
        solver=solver,
        alpha=0.0,
        epsilon=1e-14,  # which torch adds elsewhere
        weight_decay=decay,
        learning_rate_init=rate,
        learning_rate_factors=factors,
        batch_size=40,
        shuffle=False,
        tol=None,
        warm_start=True,
        random_state=0,
    )
    begin = clone(ours).set_params(
        learning_rate_factors={"weight": 0, "bias": 0}, max_iter=1
    )
    begin.fit(X, y)
    layers = [torch.nn.Linear(5, 7), torch.nn.Linear(7, 2)]
    groups = []
    for layer, w, b in zip(layers, begin.coefs_, begin.intercepts_, strict=True):
        layer.weight = torch.nn.Parameter(torch.tensor(w.T.copy()))
        layer.bias = torch.nn.Parameter(torch.tensor(b.copy()))
        factor = len(w) ** -0.5
        # In torch decay is proportional to the rate of the group; ours is not.
        groups += [
            {
                "params": layer.weight,
                "lr": rate * factor,
                "weight_decay": decay / factor,
            },
            {"params": layer.bias, "lr": rate * 0.1, "weight_decay": 0.0},
        ]
    if solver == "sgd":
        theirs = torch.optim.SGD(groups, momentum=0.9, nesterov=True)
    else:
        theirs = torch.optim.AdamW(groups, eps=1e-14)
    net = torch.nn.Sequential(layers[0], torch.nn.Tanh(), layers[1])
    for _ in range(10):
        theirs.zero_grad()
        loss = ((net(torch.tensor(X)) - torch.tensor(y)) ** 2).sum() / (2 * len(X))
        loss.backward()
        theirs.step()
    ours.set_params(max_iter=10).fit(X, y)
    for layer, w, b in zip(layers, ours.coefs_, ours.intercepts_, strict=True):
        np.testing.assert_allclose(layer.weight.detach().numpy().T, w, rtol=1e-9)
        np.testing.assert_allclose(layer.bias.detach().numpy(), b, rtol=1e-9)
