"""The diagonal of Gauss and Newton, against derivatives taken one by one."""

import numpy as np
import pytest
from gradcheck import numerical_derivative
from module_cases import CASES, name_of_case, random_data
from numpy.testing import assert_allclose, assert_array_equal
from random_graphs import LOSSES, mlp_graph, random_parameters, random_samples

from skbackprop.engine.losses import (
    ElementwiseLoss,
    Huber,
    IgnoringMissing,
    Loss,
    SmoothedSoftmaxLogLoss,
    StepwiseLogLoss,
)
from skbackprop.engine.reference.curvature import (
    _CurvatureExecutor,
    backward_curvature,
    check_curvature,
    gauss_newton_diagonal,
    loss_curvature,
    parameter_curvatures,
)
from skbackprop.engine.reference.executor import ReferenceExecutor
from skbackprop.engine.reference.losses import value_and_gradient
from skbackprop.engine.reference.modules import (
    Pass,
    backward,
    forward,
    parameter_gradients,
)
from skbackprop.network import (
    Add,
    BatchNorm,
    Dropout,
    Graph,
    Input,
    LayerNorm,
    Linear,
    MeanPool,
    Multiply,
    ScaledDotProductAttention,
    Square,
    Tanh,
)
from skbackprop.network.compiler import compile_graph

RUN = Pass(is_training=True, seed=3, n_steps=5, stream=2)


def has_curvature(module):
    rule = backward_curvature.dispatch(type(module))
    return rule is not backward_curvature.dispatch(object)


DEFINED = [case for case in CASES if has_curvature(case[0])]


def everything(graph, loss, n_samples=23, **kinds):
    program = compile_graph(graph)
    samples = random_samples(graph, loss, n_samples, **kinds)
    return program, random_parameters(graph), loss, samples


def diagonal(program, parameters, loss, samples, **options):
    rows = np.arange(samples.n_samples)
    return gauss_newton_diagonal(program, parameters, loss, samples, rows, **options)


def second_derivative_of_objective(program, parameters, loss, samples):
    """Return d2E/dw2 for each parameter, by differences of the gradient."""

    def slope(index, step):
        moved = parameters.copy()
        moved[index] += step
        executor = ReferenceExecutor(program, moved, loss)
        executor.objective(samples)
        return executor.gradient[index]

    return np.array(
        [
            numerical_derivative(lambda step, i=i: slope(i, step), 0.0, 1.0)
            for i in range(len(parameters))
        ]
    )


def gauss_newton_of_one_output(program, parameters, loss, samples):
    """Return the mean of (dz/dw)^2 l''(z) over the samples, for one output z."""
    executor = ReferenceExecutor(program, parameters)
    total = 0
    for x, target in zip(samples.X, samples.targets, strict=True):
        signals, _, slope = executor.vjp(x[np.newaxis], np.ones((1, 1)), True)
        bend = loss_curvature(loss, signals[-1], target[np.newaxis])
        total += slope**2 * bend[0, 0]
    return total / samples.n_samples


# Modules


@pytest.mark.parametrize("case", DEFINED, ids=name_of_case)
def test_curvatures_go_back_by_the_squares_of_the_jacobian(case):
    module, widths = case
    data = random_data(module, widths)
    inputs, blocks = data.inputs, list(data.blocks.values())
    output = forward(module, inputs, blocks, RUN)
    curvature = abs(data.adjoint)
    if set(range(len(widths))) == set(module.stops_gradient):
        return
    found = backward_curvature(module, inputs, output, curvature, blocks, RUN)
    expected = [0.0] * len(inputs)
    for column in range(output.shape[1]):
        one = np.zeros_like(output)
        one[:, column] = 1
        slopes = backward(module, inputs, output, one, blocks, RUN)
        for i, slope in enumerate(slopes):
            if slope is not None:
                expected[i] = expected[i] + slope**2 * curvature[:, column, np.newaxis]
    for i, value in enumerate(found):
        if i not in module.stops_gradient:
            assert_allclose(value, expected[i], rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("case", DEFINED, ids=name_of_case)
def test_curvatures_of_parameters_are_sums_of_squares_over_samples(case):
    module, widths = case
    data = random_data(module, widths)
    inputs, blocks = data.inputs, list(data.blocks.values())
    curvature = abs(data.adjoint)
    found = parameter_curvatures(module, inputs, curvature, blocks, RUN)
    assert len(found) == len(module.parameter_shapes(*widths))
    expected = [np.zeros_like(block) for block in found]
    for row, column in np.ndindex(curvature.shape):
        one = np.zeros_like(curvature)
        one[row, column] = 1
        slopes = parameter_gradients(module, inputs, one, blocks, RUN)
        for total, slope in zip(expected, slopes, strict=True):
            total += slope**2 * curvature[row, column]
    for value, total in zip(found, expected, strict=True):
        assert_allclose(value, total, rtol=1e-9, atol=1e-14)


def test_a_module_through_which_curvatures_do_not_go_is_named():
    x = Input(6)
    for node, name in [
        (BatchNorm()(x), "BatchNorm"),
        (LayerNorm()(x), "LayerNorm"),
        (ScaledDotProductAttention(2)(x, x, x), "ScaledDotProductAttention"),
    ]:
        program = compile_graph(Graph(Linear(1)(node)))
        with pytest.raises(ValueError, match=rf"solver='sdlm' .* {name}\("):
            check_curvature(program, LOSSES[0])


# Losses


@pytest.mark.parametrize(
    "loss",
    [
        *(*LOSSES, SmoothedSoftmaxLogLoss(0.2), StepwiseLogLoss(2)),
        *map(
            IgnoringMissing,
            (*LOSSES[:3], Huber().with_settings([np.array([0.5, 1.0])])),
        ),
    ],
    ids=str,
)
def test_the_curvature_of_a_loss_is_the_derivative_of_its_gradient(loss, rng):
    logits = 2 * rng.normal(size=(9, 4))
    one_hot = isinstance(loss, StepwiseLogLoss)
    targets = rng.integers(2, size=(9, 2 if one_hot else 4)).astype(float)
    if isinstance(loss, (IgnoringMissing, StepwiseLogLoss)):
        targets[2:5, 1] = np.nan
    for column in range(4):
        direction = np.eye(4)[column]
        expected = numerical_derivative(
            lambda z: value_and_gradient(loss, z, targets)[1], logits, direction
        )
        found = loss_curvature(loss, logits, targets)
        assert found.shape == logits.shape
        assert_allclose(found[:, column], expected[:, column], rtol=1e-7, atol=1e-9)
    check_curvature(compile_graph(mlp_graph(3, [2], 4)), loss)


@pytest.mark.parametrize("base", [Loss, ElementwiseLoss])
def test_a_loss_without_curvature_is_named(base):
    class Mystery(base):
        link = "identity"

    for loss in (Mystery(), IgnoringMissing(Mystery()))[: 1 + (base is not Loss)]:
        with pytest.raises(ValueError, match=r"solver='sdlm' .*Mystery"):
            check_curvature(compile_graph(mlp_graph(3, [2], 1)), loss)


# The whole


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_one_linear_layer_has_the_diagonal_of_its_hessian(loss, weighted):
    case = everything(Graph(Linear(3)(Input(4))), loss, weighted=weighted)
    expected = second_derivative_of_objective(*case)
    assert_allclose(diagonal(*case), expected, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("loss", LOSSES[:3], ids=str)
def test_one_output_and_one_hidden_layer_have_that_of_gauss_and_newton(loss):
    """There is one path from each weight to the output."""
    x = Input(4)
    graph = Graph(Linear(1)(Tanh()(Linear(5)(x))))
    case = everything(graph, loss)
    assert_allclose(diagonal(*case), gauss_newton_of_one_output(*case), rtol=1e-9)


def test_so_has_a_chain_of_single_units():
    signal = Input(3)
    for module in (Square(), Tanh(), Tanh()):
        signal = module(Linear(1)(signal))
    case = everything(Graph(Linear(1)(signal)), LOSSES[0])
    assert_allclose(diagonal(*case), gauss_newton_of_one_output(*case), rtol=1e-9)


def test_dropout_is_that_of_the_step():
    graph = Graph(Linear(1)(Dropout(0.4)(Tanh()(Linear(30)(Input(4))))))
    program, parameters, loss, samples = everything(graph, LOSSES[0], n_samples=1)
    whole = diagonal(program, parameters, loss, samples)
    run = Pass(is_training=True, seed=0, n_steps=0)
    some = diagonal(program, parameters, loss, samples, run=run)
    expected = gauss_newton_of_one_output(program, parameters, loss, samples)
    assert_allclose(some, expected, rtol=1e-9)
    assert (some == 0).sum() > (whole == 0).sum() + 20


def test_what_modules_share_adds_up():
    """A step of a loop is one use of the weights; mixed terms are left out."""
    shared = Linear(4, bias=False)
    apart = [Linear(4, bias=False), Linear(4, bias=False)]

    def graph(first, second):
        x = Input(4)
        h = Tanh()(first(x))
        return Graph(Linear(1)(Add()(Tanh()(second(h)), x)))

    program, parameters, loss, samples = everything(graph(shared, shared), LOSSES[0])
    weight, last, bias = program.views(diagonal(program, parameters, loss, samples))
    other = compile_graph(graph(*apart))
    copy = other.allocate(np.float64)
    values = program.views(parameters)
    for view, value in zip(other.views(copy), [values[0], *values], strict=True):
        view[...] = value
    one, two, *rest = other.views(diagonal(other, copy, loss, samples))
    assert_allclose(weight, one + two, rtol=1e-12)
    assert_array_equal(last, rest[0])
    assert_array_equal(bias, rest[1])


def test_gates_and_pools_are_passed():
    x = Input(6)
    h = Tanh()(Linear(6)(x))
    graph = Graph(Linear(1)(MeanPool(2)(Multiply()(h, x))))
    case = everything(graph, LOSSES[0])
    assert_allclose(diagonal(*case), gauss_newton_of_one_output(*case), rtol=1e-9)


def test_sparse_samples_count_like_dense_ones():
    graph = mlp_graph(6, [5], 3)
    *network, samples = everything(graph, LOSSES[-1], is_sparse=True)
    dense = samples._replace(X=samples.rows(np.arange(23)).toarray())
    assert_allclose(diagonal(*network, samples), diagonal(*network, dense), rtol=1e-12)


def test_samples_may_be_cut_into_any_minibatches(monkeypatch):
    case = everything(mlp_graph(6, [5], 3), LOSSES[-1], weighted=True)
    whole = diagonal(*case)
    monkeypatch.setattr(
        "skbackprop.engine.reference.curvature._ELEMENTS_AT_A_TIME", 200
    )
    assert_allclose(diagonal(*case), whole, rtol=1e-12)


def test_integer_weights_are_repeated_rows():
    *network, samples = everything(mlp_graph(6, [5], 3), LOSSES[-1])
    weights = np.arange(23) % 3
    repeated = np.repeat(np.arange(23), weights)
    weighed = samples._replace(weights=weights.astype(float))
    expected = gauss_newton_diagonal(*network, samples, repeated)
    assert_allclose(diagonal(*network, weighed), expected, rtol=1e-12)


def test_nothing_is_negative_where_the_loss_is_not_convex():
    class Wave(ElementwiseLoss):
        link = "identity"

        def curvature(self, z, t, xp):
            return np.sin(9 * z)

    case = everything(mlp_graph(6, [5], 3), LOSSES[0])
    program, parameters, _, samples = case
    found = diagonal(program, parameters, Wave(), samples)
    assert (found >= 0).all()
    assert found.any()


def test_single_precision_is_computed_in_double():
    program, parameters, loss, samples = everything(mlp_graph(6, [5], 3), LOSSES[-1])
    single = parameters.astype(np.float32)
    samples = samples._replace(X=samples.X.astype(np.float32))
    found = diagonal(program, single, loss, samples)
    expected = diagonal(program, single.astype(float), loss, samples)
    assert found.dtype == np.float64
    assert_array_equal(found, expected)


def test_the_pass_is_that_of_the_reference():
    assert issubclass(_CurvatureExecutor, ReferenceExecutor)
    assert ReferenceExecutor.backward is backward
