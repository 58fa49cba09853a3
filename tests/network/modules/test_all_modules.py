"""What holds for every module: its kernels, its derivatives, its documentation."""

import dataclasses
import pickle
import re
from pathlib import Path

import numpy as np
import pytest
from gradcheck import check_vjp
from jit_marks import needs_jit
from kernel_helpers import DTYPES, tolerance
from module_cases import (
    CASES,
    ELEMENTWISE,
    name_of_case,
    random_data,
    run_kernels,
)
from sklearn.exceptions import ConvergenceWarning

from skbackprop import NetworkRegressor, network
from skbackprop.engine.reference import executor as reference
from skbackprop.engine.reference.executor import Pass
from skbackprop.engine.reference.modules import rules
from skbackprop.kernels import jit, table
from skbackprop.kernels import modules as kernels
from skbackprop.network import ALL_MODULES

every_case = pytest.mark.parametrize("case", CASES, ids=name_of_case)
SEED, N_STEPS, STREAM = 2**33 + 5, 7, 3  # as kernels get them


def run_reference(module, data, adds=False, is_training=True):
    """Return the output, adjoints, gradients and buffers of the reference."""
    run = Pass(is_training, SEED, N_STEPS, STREAM)
    blocks = [array.copy() for array in data.blocks.values()]
    output = reference.forward(module, data.inputs, blocks, run)
    adjoints = [None] * len(data.inputs)
    if set(range(len(data.inputs))) - set(module.stops_gradient):
        adjoints = reference.backward(
            module, data.inputs, output, data.adjoint, blocks, run
        )
    gradients = reference.parameter_gradients(
        module, data.inputs, data.adjoint, blocks, run
    )
    if adds:
        adjoints = [
            None if dx is None else dx + x
            for dx, x in zip(adjoints, data.present, strict=True)
        ]
        present = data.present_gradients.values()
        gradients = [dw + x for dw, x in zip(gradients, present, strict=True)]
    buffers = blocks[len(data.present_gradients) :]
    return output, adjoints, gradients, buffers


def assert_close(found, expected, dtype):
    np.testing.assert_allclose(
        found, expected, rtol=tolerance(dtype), atol=tolerance(dtype)
    )


@needs_jit
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("adds", [False, True], ids=["write", "add"])
@every_case
def test_kernels_compute_what_the_reference_does(case, adds, dtype):
    module, widths = case
    data = random_data(module, widths)
    for is_training in (True, False):
        found = run_kernels(
            module, data.astype(dtype), adds, is_training, seed=SEED, n_steps=N_STEPS
        )
        assert_same(found, run_reference(module, data, adds, is_training), dtype)


def assert_same(found, expected, dtype):
    output, adjoints, gradients, buffers = expected
    assert_close(found.output, output, dtype)
    for ours, theirs in zip(found.adjoints, adjoints, strict=True):
        assert (ours is None) == (theirs is None)
        if ours is not None:
            assert_close(ours, theirs, dtype)
    for ours, theirs in zip(found.gradients.values(), gradients, strict=True):
        assert_close(ours, theirs, dtype)
    for ours, theirs in zip(found.buffers.values(), buffers, strict=True):
        assert_close(ours, theirs, dtype)


@every_case
def test_backward_is_the_transpose_of_the_derivative(case):
    module, widths = case
    data = random_data(module, widths)
    moving = [i for i in range(len(widths)) if i not in module.stops_gradient]
    n, names = len(moving), list(module.parameter_shapes(*widths))
    if not moving:
        return
    run = Pass(is_training=True)

    def unpack(parts):
        inputs, blocks = list(data.inputs), dict(data.blocks)
        for i, x in zip(moving, parts[:n], strict=True):
            inputs[i] = x
        blocks.update(zip(names, parts[n:], strict=True))
        return inputs, [array.copy() for array in blocks.values()]

    def forward(parts):
        return reference.forward(module, *unpack(parts), run)

    def backward(parts, output, adjoint):
        inputs, blocks = unpack(parts)
        adjoints = reference.backward(module, inputs, output, adjoint, blocks, run)
        gradients = reference.parameter_gradients(module, inputs, adjoint, blocks, run)
        return [adjoints[i] for i in moving] + gradients

    if getattr(module, "connections", None):
        return  # weights that stay 0: see test_linear.py
    parts = [data.inputs[i] for i in moving] + [data.blocks[name] for name in names]
    check_vjp(forward, backward, parts, np.random.default_rng(1), rtol=1e-6)


@every_case
@pytest.mark.parametrize("dtype", DTYPES)
def test_the_reference_keeps_the_dtype(case, dtype):
    module, widths = case
    output, adjoints, gradients, buffers = run_reference(
        module, random_data(module, widths).astype(dtype)
    )
    for array in (output, *adjoints, *gradients, *buffers):
        assert array is None or array.dtype == dtype


def forward_in_training(module, inputs, blocks):
    run = Pass(is_training=True)
    return reference.forward(module, inputs, [b.copy() for b in blocks.values()], run)


@every_case
def test_an_elementwise_module_does_the_same_to_an_element_wherever_it_stands(case):
    module, widths = case
    if not module.is_elementwise:
        return
    (x,) = random_data(module, widths).inputs
    output = forward_in_training(module, [x], {})
    one_by_one = forward_in_training(module, [x.reshape(-1, 1)], {})
    np.testing.assert_array_equal(one_by_one.reshape(x.shape), output)


@every_case
def test_a_view_is_columns_of_the_input_and_a_sum_is_the_sum_of_its_inputs(case):
    module, widths = case
    data = random_data(module, widths)
    output = forward_in_training(module, data.inputs, data.blocks)
    if module.view is not None:
        np.testing.assert_array_equal(output, data.inputs[0][:, list(module.view)])
    if module.is_sum:
        np.testing.assert_array_equal(output, sum(data.inputs))


@every_case
def test_backward_of_the_adjoint_only_is_the_same_at_all_points(case):
    module, widths = case
    if not module.backward_reads_adjoint_only:
        return
    data, others = random_data(module, widths), random_data(module, widths, seed=1)
    here = run_reference(module, data)
    there = run_reference(module, others._replace(adjoint=data.adjoint))
    for found, expected in zip(here[1] + here[2], there[1] + there[2], strict=True):
        np.testing.assert_array_equal(found, expected)


@every_case
def test_connections_and_a_weight_matrix_are_those_of_its_parameters(case):
    module, widths = case
    shapes = module.parameter_shapes(*widths)
    assert module.has_weight_matrix == (len(shapes.get("weight", ())) == 2)
    is_there = {name: np.ones(shape, bool) for name, shape in shapes.items()}
    if module.connections is not None:
        is_there["weight"] = module.connected(*widths)
    n_parameters = sum(int(there.sum()) for there in is_there.values())
    assert module.count_parameters(*widths) == n_parameters


@every_case
def test_a_full_gradient_is_that_of_the_same_output(case):
    module, widths = case
    data, full = random_data(module, widths), module.with_full_gradient()
    output = forward_in_training(module, data.inputs, data.blocks)
    same = forward_in_training(full, data.inputs, data.blocks)
    np.testing.assert_array_equal(same, output)
    for i in full.stops_gradient:
        # Nothing is withheld of an input that the output does not vary with.
        moved = list(data.inputs)
        moved[i] = moved[i] + 1e-9
        same = forward_in_training(full, moved, data.blocks)
        np.testing.assert_array_equal(same, output)


every_module = pytest.mark.parametrize("module", ALL_MODULES, ids=lambda m: m.__name__)
INSTANCES = {type(module): (module, widths) for module, widths in CASES}


@every_module
def test_every_module_is_tried(module):
    assert module in INSTANCES


@every_module
def test_every_module_is_on_the_page_that_lists_them(module):
    page = Path(__file__).parents[3] / "docs" / "modules.rst"
    assert re.search(rf"^   \* - ``{module.__name__}\(", page.read_text(), re.MULTILINE)


@every_module
def test_every_module_states_its_equation(module):
    assert re.search(r"y(_\w+)? *=|signal of zeros|\[:, start:stop\]", module.__doc__)


@needs_jit
@every_module
def test_every_module_has_kernels_and_a_reference(module):
    module, widths = INSTANCES[module]
    assert all(table.module_kernels(module, 64))
    functions = [reference.forward]
    if len(module.stops_gradient) < len(widths):
        functions.append(reference.backward)
    if module.parameter_shapes(*widths):
        functions.append(reference.parameter_gradients)
    for function in functions:
        assert function.dispatch(type(module)) is not function.dispatch(object)


@every_module
def test_what_computes_a_module_stands_in_files_of_the_same_name(module):
    name = module.__module__.rpartition(".")[2]
    assert (Path(kernels.__file__).parent / f"{name}.py").exists()
    for function in (rules.forward, rules.backward, rules.backward_curvature):
        file = function.dispatch(module).__module__.rpartition(".")[2]
        assert file in (name, "rules")  # in the latter, that there is none


@every_module
def test_every_module_is_a_value(module):
    module, _ = INSTANCES[module]
    assert pickle.loads(pickle.dumps(module)) == module
    assert hash(dataclasses.replace(module)) == hash(module)
    assert repr(module).startswith(f"{type(module).__name__}(")
    with pytest.raises(dataclasses.FrozenInstanceError):
        module.anything = 1


@every_module
def test_every_module_is_trained_and_survives_as_part_of_a_graph(module):
    module, widths = INSTANCES[module]
    x = network.Input(4)
    node = module(*(network.Linear(width)(x) for width in widths))
    graph = network.Graph(network.Linear(2)(node))
    data = np.random.default_rng(0).normal(size=(40, 6))
    model = NetworkRegressor(graph, max_iter=3, tol=0, random_state=0)
    with pytest.warns(ConvergenceWarning):
        model.fit(data[:, :4], data[:, 4:])
    restored = pickle.loads(pickle.dumps(model)).predict(data[:, :4])
    np.testing.assert_array_equal(model.predict(data[:, :4]), restored)
    assert np.isfinite(restored).all()


@needs_jit
def test_other_settings_of_a_known_module_compile_nothing(monkeypatch):
    def settings_of(module):
        return [m for m, _ in CASES if type(m) is module and m != INSTANCES[module][0]]

    for module in set(INSTANCES) - {type(m) for m in ELEMENTWISE}:
        table.module_kernels(INSTANCES[module][0], 64)
        with monkeypatch.context() as patch:
            patch.setattr(jit, "_compile", None)
            for other in settings_of(module):
                table.module_kernels(other, 64)


@pytest.mark.parametrize("module", ELEMENTWISE, ids=repr)
def test_outputs_lie_in_the_range_that_a_module_states(module):
    low, high = module.output_range
    x = np.concatenate([np.linspace(-30, 30, 3001), [-1e6, 1e6]])
    y = module.value(x, rules.xp)
    assert (y >= low - 1e-4).all()
    assert (y <= high + 1e-4).all()
    assert y.min() < low + 1e-2 or low == -np.inf
    assert y.max() > high - 1e-2 or high == np.inf
