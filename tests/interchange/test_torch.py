"""Networks as modules of torch: the same outputs, gradients and names; and back."""

import copy
import pickle

import numpy as np
import pytest
from fitted_estimators import NETWORKS, fitted, outputs, rows_of
from module_cases import CASES, ELEMENTWISE, name_of_case, random_data
from random_graphs import random_dag, random_parameters
from torch_graphs import is_close

from skbackprop import (
    DrLIM,
    MLPClassifier,
    MLPRegressor,
    NetworkClassifier,
    NetworkRegressor,
    RecurrentClassifier,
)
from skbackprop.engine import ReferenceExecutor
from skbackprop.interchange import from_torch, to_torch
from skbackprop.network import (
    ALL_MODULES,
    Add,
    BatchNorm,
    Dropout,
    Graph,
    Input,
    Linear,
    PiecewiseLinear,
    Slice,
)
from skbackprop.network.compiler import compile_graph

torch = pytest.importorskip("torch")
torch.set_num_threads(1)  # its threads only wait for each other here

N_ROWS = 6


def graph_of_case(module, widths):
    """Return the graph of a module whose inputs are slices of one."""
    ends = np.cumsum([0, *widths])
    x = Input(int(ends[-1]))
    inputs = [
        Slice(int(a), int(b))(x) for a, b in zip(ends[:-1], ends[1:], strict=True)
    ]
    return Graph(module(*inputs))


def compare(graph, parameters, x, adjoint, is_training=False):
    """Hold output and all gradients of torch against the reference."""
    program = compile_graph(graph, keeps_all=True)
    signals, adjoints, gradient = ReferenceExecutor(program, parameters.copy()).vjp(
        x, adjoint, is_training=is_training
    )
    module = to_torch(graph, program.compact(parameters)).train(is_training)
    inputs = torch.tensor(x, requires_grad=True)
    output = module(inputs)
    assert is_close(output.detach().numpy(), signals[-1], 1e-11)
    if not output.requires_grad:
        return
    output.backward(torch.tensor(adjoint))
    if adjoints[0] is not None:
        found = inputs.grad
        found = np.zeros_like(x) if found is None else found.numpy()
        assert is_close(found, adjoints[0], 1e-9)
    for parameter in module.parameters():
        if parameter.grad is None:
            continue
        parameter.data = parameter.grad
    with torch.no_grad():
        for parameter in module.parameters():
            if parameter.grad is None:
                parameter.zero_()
    _, found = from_torch(module)
    for block, ours, theirs in zip(
        program.blocks, program.views(gradient), found, strict=True
    ):
        if block.offset < program.n_learned:
            assert is_close(theirs, ours, 1e-9), block


@pytest.mark.parametrize("case", CASES, ids=name_of_case)
def test_a_module_has_the_outputs_and_gradients_that_it_has_here(case):
    module, widths = case
    graph, data = graph_of_case(module, widths), random_data(module, widths)
    program = compile_graph(graph)
    parameters = program.allocate(np.float64)
    for block in program.blocks:
        block.view(parameters)[...] = data.blocks[block.name]
    compare(graph, parameters, np.hstack(data.inputs), data.adjoint)


def test_each_module_is_among_the_cases():
    assert {type(module) for module, _ in CASES} == set(ALL_MODULES)


@pytest.mark.parametrize("seed", range(40))
def test_a_random_graph_has_the_outputs_and_gradients_that_it_has_here(seed):
    graph = random_dag(seed)
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(N_ROWS, graph.n_features))
    adjoint = rng.normal(size=(N_ROWS, graph.widths()[-1]))
    parameters = random_parameters(graph, seed)
    program = compile_graph(graph)
    for block in program.blocks:
        if block.name == "running_var":
            block.view(parameters)[...] = abs(block.view(parameters))
    compare(graph, parameters, x, adjoint)


def test_running_statistics_of_batches_go_on_as_in_training():
    x = Input(3)
    graph = Graph(BatchNorm(momentum=0.3)(Linear(4)(x)))
    rng = np.random.default_rng(0)
    parameters = random_parameters(graph, 0)
    program = compile_graph(graph)
    module = to_torch(graph, program.compact(parameters)).train()
    executor = ReferenceExecutor(program, parameters)
    rows = rng.normal(size=(9, 3))
    signals, _, _ = executor.vjp(rows, np.ones((9, 4)), is_training=True)
    assert is_close(module(torch.tensor(rows)).detach().numpy(), signals[-1], 1e-11)
    _, found = from_torch(module)
    for ours, theirs in zip(program.views(parameters), found, strict=True):
        np.testing.assert_allclose(theirs, ours, rtol=1e-12, atol=1e-14)


def test_parameters_are_named_by_class_and_which_one_of_it():
    x = Input(4)
    tied = Linear(4)
    graph = Graph(Add()(BatchNorm()(tied(tied(x))), x))
    module = to_torch(graph, np.zeros(graph.summary().n_parameters))
    assert list(module.state_dict()) == [
        *("linear_1.weight", "linear_1.bias"),
        *("batch_norm_1.weight", "batch_norm_1.bias"),
        *("batch_norm_1.running_mean", "batch_norm_1.running_var"),
        "batch_norm_1.num_batches_tracked",
    ]
    assert len([m for m in module.modules() if type(m) is torch.nn.Linear]) == 1


def test_gradients_of_numbers_that_are_equal_are_those_here():
    values = np.array([[0.0, 0.0, 1.0, 1.0], [-1.0, 1.0, 0.0, 2.0]])
    for module in ELEMENTWISE:
        compare(Graph(module(Input(4))), np.zeros(0), values, np.ones((2, 4)))


def test_dropout_leaves_out_its_share_in_training_only():
    module = to_torch(Graph(Dropout(0.25)(Input(2000))))
    ones = torch.ones(5, 2000, dtype=torch.float64)
    assert torch.equal(module(ones), ones)
    torch.manual_seed(0)
    found = module.train()(ones)
    assert set(found.unique().tolist()) == {0.0, 1 / 0.75}
    assert abs(float((found == 0).double().mean()) - 0.25) < 0.02


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_logits_make_the_probabilities_of_a_classifier(dtype):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 4)), np.arange(60) % 3
    clf = MLPClassifier((7, 5), solver="lbfgs", max_iter=5, tol=None, dtype=dtype)
    clf = clf.set_params(tol=1e-4, random_state=0)
    with pytest.warns(Warning, match="converge"):
        clf.fit(X, y)
    module = to_torch(clf)
    logits = module(torch.tensor(X.astype(dtype)))
    assert str(logits.dtype) == f"torch.{dtype}"
    np.testing.assert_allclose(
        torch.softmax(logits, 1).detach().numpy(),
        clf.predict_proba(X),
        rtol=1e-5 if dtype == "float32" else 1e-12,
    )


def test_it_learns_in_torch_and_comes_back():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(80, 3))
    reg = MLPRegressor(hidden_layer_sizes=(6,), activation="tanh", max_iter=5)
    reg.set_params(tol=None, random_state=0).fit(X, X[:, 0] * X[:, 1])
    module = to_torch(reg).train()
    optimizer = torch.optim.SGD(module.parameters(), 0.01)
    target = torch.tensor(X[:, :1])
    before = reg.coefs_[0].copy()
    torch.nn.functional.mse_loss(module(torch.tensor(X)), target).backward()
    optimizer.step()
    graph, parameters = from_torch(module)
    assert graph == reg.graph_
    assert np.array_equal(reg.coefs_[0], before)
    reg.coefs_, reg.intercepts_ = parameters[:2], parameters[2:]
    found = module(torch.tensor(X))[:, 0].detach().numpy()
    np.testing.assert_allclose(reg.predict(X), found, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", NETWORKS)
def test_each_network_has_the_same_outputs_there_and_comes_back(name, dtype):
    estimator = fitted(name, dtype)
    rows, _ = estimator._read_input(rows_of(estimator).astype(dtype))
    expected = estimator._predict_read(rows, np.copy)
    module = to_torch(estimator)
    found = module(torch.tensor(rows)).detach().numpy()
    assert found.dtype == dtype
    assert is_close(found, expected, 1e-5 if dtype == np.float32 else 1e-12)
    graph, parameters = from_torch(module)
    assert graph == estimator.graph_
    views = compile_graph(graph).views(estimator._parameters)
    for ours, back in zip(views, parameters, strict=True):
        assert back.dtype == dtype
        np.testing.assert_array_equal(back, ours)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", NETWORKS)
def test_torch_reads_files_of_weights_and_writes_them(name, dtype, tmp_path):
    files = pytest.importorskip("safetensors.torch")
    estimator, other = fitted(name, dtype), fitted(name, dtype, random_state=1)
    estimator.save(tmp_path / "ours.safetensors")
    module = to_torch(other)
    module.load_state_dict(files.load_file(tmp_path / "ours.safetensors"))
    for ours, theirs in zip(
        to_torch(estimator).parameters(), module.parameters(), strict=True
    ):
        assert torch.equal(ours, theirs)
    files.save_file(module.state_dict(), tmp_path / "theirs.safetensors")
    other.load_weights(tmp_path / "theirs.safetensors")
    np.testing.assert_array_equal(outputs(other), outputs(estimator))


def test_a_state_dict_has_parameters_and_buffers_only(tmp_path):
    files = pytest.importorskip("safetensors.torch")
    x = Input(3)
    bins = PiecewiseLinear([(0.0, 1.0), (-1.0, 0.0, 1.0), ()])(x)
    some = Linear(2, connections=((0,), (0, 1)))(BatchNorm()(bins))
    reg = NetworkRegressor(Graph(Linear(1)(some)), max_iter=1, tol=None)
    X = np.random.default_rng(0).normal(size=(20, 3))
    state = to_torch(reg.fit(X, X[:, 0])).state_dict()
    assert list(state) == [
        *("batch_norm_1.weight", "batch_norm_1.bias", "batch_norm_1.running_mean"),
        *("batch_norm_1.running_var", "batch_norm_1.num_batches_tracked"),
        *("linear_1.weight", "linear_1.bias", "linear_2.weight", "linear_2.bias"),
    ]
    path, before = tmp_path / "weights.safetensors", reg._parameters.tobytes()
    # A copy by torch.fx counts the constants of the graph among the buffers.
    for module in (to_torch(reg), copy.deepcopy(to_torch(reg))):
        files.save_file(module.state_dict(), path)
        assert reg.load_weights(path)._parameters.tobytes() == before


def test_layers_of_torch_become_an_estimator(tmp_path):
    files = pytest.importorskip("safetensors.torch")
    torch.manual_seed(0)
    nn = torch.nn
    layers = nn.Sequential(nn.Linear(4, 6), nn.Tanh(), nn.Linear(6, 3)).double()
    X, y = np.random.default_rng(0).normal(size=(30, 4)), np.arange(30) % 3
    graph, parameters = from_torch(layers)
    clf = NetworkClassifier(graph, max_iter=1, tol=None).fit(X, y)
    state = to_torch(graph, parameters).state_dict()
    files.save_file(state, tmp_path / "weights.safetensors")
    clf.load_weights(tmp_path / "weights.safetensors")
    expected = torch.softmax(layers(torch.tensor(X)), 1).detach().numpy()
    np.testing.assert_allclose(clf.predict_proba(X), expected, rtol=1e-12)


def test_an_embedding_is_the_part_that_predicts():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 5)), np.arange(40) % 2
    drlim = DrLIM(2, max_iter=2, tol=None, random_state=0).fit(X, y)
    found = to_torch(drlim)(torch.tensor(X)).detach().numpy()
    np.testing.assert_allclose(found, drlim.transform(X), rtol=1e-10, atol=1e-12)


def test_an_unrolled_network_shares_its_parameters_over_time():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(30, 5, 2)), np.arange(30) % 2
    clf = RecurrentClassifier(4, cell="gru", max_iter=2, tol=None, random_state=0)
    clf.fit(X, y)
    module = to_torch(clf)
    rows, _ = clf._read_input(X)
    logits = module(torch.tensor(rows)).detach().numpy()
    np.testing.assert_allclose(logits[:, 0], clf.decision_function(X), rtol=1e-10)
    n_ours = clf.graph_.summary().n_parameters
    assert sum(p.numel() for p in module.parameters()) == n_ours


def test_copies_and_pickles_are_the_same_module():
    graph = random_dag(3)
    module = to_torch(graph, compile_graph(graph).compact(random_parameters(graph, 3)))
    x = torch.randn(4, graph.n_features, dtype=torch.float64)
    expected = module(x)
    for other in (copy.deepcopy(module), pickle.loads(pickle.dumps(module))):
        assert torch.equal(other(x), expected)
    assert from_torch(copy.deepcopy(module))[0] == graph


def test_layers_of_torch_become_a_graph_that_computes_the_same():
    torch.manual_seed(0)
    nn = torch.nn
    layers = nn.Sequential(
        nn.Flatten(),
        nn.Sequential(nn.Linear(5, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.1)),
        *(nn.LayerNorm(8), nn.Linear(8, 8, bias=False), nn.ELU(0.7), nn.GELU()),
        *(nn.LeakyReLU(0.2), nn.SiLU(), nn.Softplus(), nn.Linear(8, 3)),
        nn.LogSoftmax(dim=1),
    ).double()
    layers(torch.randn(20, 5, dtype=torch.float64))  # statistics of batches
    layers.eval()
    graph, parameters = from_torch(layers)
    x = torch.randn(7, 5, dtype=torch.float64)
    module = to_torch(graph, parameters)
    np.testing.assert_allclose(
        module(x).detach().numpy(), layers(x).detach().numpy(), rtol=1e-7
    )
    program = compile_graph(graph)
    flat = program.expand(np.concatenate([p.ravel() for p in parameters]))
    ours = ReferenceExecutor(program, flat).vjp(x.numpy(), np.ones((7, 3)))[0][-1]
    np.testing.assert_allclose(ours, layers(x).detach().numpy(), rtol=1e-7)


def test_a_layer_that_stands_twice_shares_its_parameters_here_too():
    tied = torch.nn.Linear(4, 4)
    graph, parameters = from_torch(torch.nn.Sequential(tied, torch.nn.Tanh(), tied))
    assert [index for index, _ in graph.wires] == [0, 1, 0]
    assert len(parameters) == 2


def test_a_graph_from_torch_is_trained_by_an_estimator():
    graph, _ = from_torch(torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.Tanh()))
    graph = graph.then(Linear(1))
    X = np.random.default_rng(0).normal(size=(60, 2))
    clf = NetworkClassifier(graph, max_iter=100, learning_rate_init=0.05, tol=None)
    assert (
        clf.set_params(random_state=0).fit(X, X[:, 0] > 0).score(X, X[:, 0] > 0) > 0.9
    )


@pytest.mark.parametrize(
    "make, error, match",
    [
        (lambda nn: nn.Conv1d(1, 1, 1), TypeError, "Conv1d.*no equivalent"),
        (lambda nn: nn.ReLU(), ValueError, "n_features must be given"),
        (lambda nn: nn.GELU("tanh"), ValueError, "approximate='none', got 'tanh'"),
        (lambda nn: nn.Softmax(dim=0), ValueError, "dim=-1, got 0"),
        (lambda nn: nn.BatchNorm1d(3, affine=False), ValueError, "affine=True, got Fa"),
        (lambda nn: nn.BatchNorm1d(3, momentum=None), ValueError, "momentum, got None"),
        (lambda nn: "net", TypeError, "must be a torch.nn.Module"),
    ],
    ids=["conv", "no_width", "gelu", "softmax", "affine", "momentum", "text"],
)
def test_what_has_no_module_here_is_named(make, error, match):
    with pytest.raises(error, match=match):
        from_torch(make(torch.nn))


def test_what_is_no_network_is_refused():
    with pytest.raises(TypeError, match="must be a network of this package"):
        to_torch("net")
    with pytest.raises(ValueError, match="parameters must be None"):
        to_torch(MLPRegressor(max_iter=1, tol=None).fit([[0.0]], [1.0]), [1])
