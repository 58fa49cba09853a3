"""What holds for every module: its kernels, its derivatives, its documentation."""

import numpy as np
import pytest
from gradcheck import check_vjp
from jit_marks import needs_jit
from kernel_helpers import DTYPES, tolerance
from module_cases import CASES, name_of_case, random_data, run_kernels

from skbackprop import network
from skbackprop.engine import reference
from skbackprop.engine.reference import Pass

every_case = pytest.mark.parametrize("case", CASES, ids=name_of_case)
ABSTRACT = {network.Module, network.Elementwise, network.Combination}
MODULES = [
    thing
    for thing in map(vars(network).get, network.__all__)
    if isinstance(thing, type) and issubclass(thing, network.Module)
    if thing not in ABSTRACT
]


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
            module, data.astype(dtype), adds, is_training, SEED=SEED, N_STEPS=N_STEPS
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


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_module_is_tried(module):
    assert module in {type(case[0]) for case in CASES}
