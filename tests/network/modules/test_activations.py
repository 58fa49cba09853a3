"""Elementwise modules: what their names say, and the same as in torch."""

import numpy as np
import pytest
from jit_marks import EXECUTORS
from module_cases import ELEMENTWISE

from skbackprop.engine.reference.executor import xp
from skbackprop.network import (
    ELU,
    GELU,
    SELU,
    Abs,
    Graph,
    HardTanh,
    Identity,
    Input,
    LeakyReLU,
    Mish,
    ReLU,
    ScaledTanh,
    Sigmoid,
    SiLU,
    SmoothClip,
    Softplus,
    Softsign,
    Square,
    Tanh,
)
from skbackprop.network.compiler import compile_graph

UNBOUNDED_GATES = (SiLU, GELU, Mish)  # infinity times nothing


@pytest.mark.parametrize("module", ELEMENTWISE, ids=repr)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_and_nan_are_kept_and_nothing_overflows(module, dtype):
    x = np.array([[-1e4, -0.0, 0.0, 1e4, np.nan]], dtype)
    with np.errstate(over="raise", divide="raise"):
        y = module.value(x, xp)
        dx = module.derivative(x, y, np.ones_like(x), xp)
    assert y.dtype == dx.dtype == dtype
    assert np.isnan(y).tolist() == np.isnan(x).tolist()
    assert np.isfinite(dx[~np.isnan(x)]).all()


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        (Identity(), [-2.0, 0.0, 2.0]),
        (ReLU(), [0.0, 0.0, 2.0]),
        (LeakyReLU(), [-0.02, 0.0, 2.0]),
        (ELU(), [-0.8646647167633873, 0.0, 2.0]),
        (SELU(), [-1.520166468595695, 0.0, 2.101401974710961]),
        (Softplus(), [0.1269280110429726, 0.6931471805599453, 2.1269280110429727]),
        (SiLU(), [-0.2384058440442351, 0.0, 1.761594155955765]),
        (GELU(), [-0.04550026389635842, 0.0, 1.9544997361036416]),
        (Mish(), [-0.2525014826957089, 0.0, 1.9439589595339946]),
        (Sigmoid(), [0.11920292202211755, 0.5, 0.8807970779778825]),
        (Tanh(), [-0.9640275800758169, 0.0, 0.9640275800758169]),
        (ScaledTanh(), [-1.4929388053842507, 0.0, 1.4929388053842507]),
        (HardTanh(), [-1.0, 0.0, 1.0]),
        (Softsign(), [-2 / 3, 0.0, 2 / 3]),
        (SmoothClip(), [-6 / 13**0.5, 0.0, 6 / 13**0.5]),
        (Square(), [4.0, 0.0, 4.0]),
        (Abs(), [2.0, 0.0, 2.0]),
    ],
    ids=repr,
)
def test_modules_compute_what_their_names_say(module, expected):
    found = module.value(np.array([-2.0, 0.0, 2.0]), xp)
    np.testing.assert_allclose(found, expected, rtol=1e-14)


@pytest.mark.parametrize("module", ELEMENTWISE, ids=repr)
def test_derivatives_are_those_of_torch(module):
    torch = pytest.importorskip("torch")
    functional = torch.nn.functional
    name = type(module).__name__.lower()
    x = torch.linspace(-9, 9, 181, dtype=torch.float64)
    x[torch.isclose(x.abs(), torch.ones(()).double())] = 1.05  # kinks of HardTanh
    x.requires_grad_()
    function = {
        "identity": lambda x: 1.0 * x,
        "abs": torch.abs,
        "square": torch.square,
        "leakyrelu": lambda x: functional.leaky_relu(x, module.negative_slope),
        "elu": lambda x: functional.elu(x, module.alpha),
        "scaledtanh": lambda x: 1.7159 * torch.tanh(2 / 3 * x),
        "smoothclip": lambda x: x / torch.sqrt(1 + (x / module.limit) ** 2),
    }.get(name) or getattr(functional, name)
    y = function(x)
    y.sum().backward()
    values = x.detach().numpy()
    ours = module.value(values, xp)
    dx = module.derivative(values, ours, np.ones_like(values), xp)
    np.testing.assert_allclose(ours, y.detach().numpy(), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(dx, x.grad.numpy(), rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("module", ELEMENTWISE, ids=repr)
def test_far_out_each_has_its_limit(module):
    if isinstance(module, (*UNBOUNDED_GATES, Softsign)):
        return  # which meet infinity times 0, as in torch
    with np.errstate(over="raise", divide="raise"):
        y = module.value(np.array([-np.inf, np.inf]), xp)
    assert not np.isnan(y).any()


@pytest.mark.parametrize("make", [LeakyReLU, ELU])
@pytest.mark.parametrize("setting", [-0.1, float("nan")])
def test_settings_that_make_no_sense_are_refused(make, setting):
    with pytest.raises(ValueError, match="must be at least 0, got"):
        make(setting)


@pytest.mark.parametrize("limit", [0, -3.0, float("inf"), float("nan")])
def test_limits_that_are_none_are_refused(limit):
    with pytest.raises(ValueError, match="limit must be positive and finite, got"):
        SmoothClip(limit)


@pytest.mark.parametrize("executor", EXECUTORS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_smoothly_clipped_numbers_tend_to_the_limit(executor, dtype):
    program = compile_graph(Graph(SmoothClip(3.0)(Input(5))), keeps_all=True)
    largest = np.finfo(dtype).max
    x = np.array([[-largest, -1e30, 1e-30, 1e30, largest]], dtype)
    run = executor(program, program.allocate(dtype))
    (_, y), (dx, _), _ = run.vjp(x, np.ones_like(x))
    expected = np.array([[-3, -3, 1e-30, 3, 3]])
    np.testing.assert_allclose(y, expected, rtol=4 * np.finfo(dtype).eps)
    # Of what is left of 1 - 1, rounding leaves a few units, to the power of 3/2.
    small = (8 * np.finfo(dtype).eps) ** 1.5
    np.testing.assert_allclose(dx, [[0, 0, 1, 0, 0]], atol=small, rtol=1e-6)


def test_smooth_clipping_keeps_the_order_and_what_is_small():
    x = np.linspace(-30, 30, 601)
    y = SmoothClip(2.0).value(x, xp)
    assert (np.diff(y) > 0).all()
    assert (abs(y) < 2).all()
    # The first term left out is x^3 / (2 limit^2).
    is_small = abs(x) < 0.2
    assert (abs(y - x)[is_small] <= abs(x[is_small]) ** 3 / 8 + 1e-16).all()
