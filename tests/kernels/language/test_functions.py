"""The functions of the vector language: accuracy, limits, what is not a number."""

import math

import numpy as np
import pytest
from kernel_helpers import DTYPES, SKIP_REASON, Call, aligned, bits_of, compiled
from scipy import special

from skbackprop.kernels import jit
from skbackprop.kernels.abi import Module
from skbackprop.network import Elementwise

pytestmark = pytest.mark.skipif(not jit.available(), reason=SKIP_REASON)

LARGEST_EXPONENT = {np.float32: 88.72, np.float64: 709.78}
SMALLEST_EXPONENT = {np.float32: -87.33, np.float64: -708.39}


class Formula(Elementwise):
    """An elementwise module that tests make of any formula f(x, xp)."""

    def __init__(self, formula):
        object.__setattr__(self, "formula", formula)

    def value(self, x, xp):
        return self.formula(x, xp)


def apply(name, formula, x):
    """Return formula(x, xp) as the kernel computes it."""
    from skbackprop.kernels.modules.activations import make_forward_elementwise

    dtype, bits = x.dtype.type, bits_of(x.dtype)
    n = -(-len(x) // 16) * 16
    source, target = aligned(n, dtype, 0.5), aligned(n, dtype)
    source[: len(x)] = x
    address = compiled(
        lambda: make_forward_elementwise(Formula(formula), bits), f"{name}_{bits}"
    )
    call = Call(Module, n // 16, x=source, y=target, ldy=16, fills_rows=1)
    call.run(address)
    return target[: len(x)]


def apply_named(name, x):
    return apply(name, lambda x, xp: getattr(xp, name)(x), x)


def spread(low, high, dtype, n=4000):
    """Points of an interval, dense at its ends and around zero."""
    rng = np.random.default_rng(0)
    points = rng.uniform(low, high, n)
    scales = 10.0 ** rng.uniform(-8, 0, n)
    points = np.concatenate([points, points * scales, [low, high]])
    return points[(points >= low) & (points <= high)].astype(dtype)


def assert_accurate(result, x, truth, dtype):
    with np.errstate(all="ignore"):
        expected = truth(x.astype(np.longdouble))
        error = np.abs(result - expected) / np.abs(expected)
    error[expected == result] = 0
    assert error.max() < (2e-7 if dtype == np.float32 else 1e-15)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("exp", None, None),
        ("expm1", -50.0, None),
        ("expm1", -1e-3, 1e-3),
        ("log", 1e-30, 1e30),
        ("log", 0.5, 2.0),
        ("log1p", -0.999, 1e5),
        ("log1p", -1e-3, 1e-3),
        ("sqrt", 0.0, 1e10),
        ("tanh", -30.0, 30.0),
        ("tanh", -1e-3, 1e-3),
    ],
)
def test_functions_are_accurate_to_about_one_unit(name, low, high, dtype):
    low = SMALLEST_EXPONENT[dtype] if low is None else low
    high = LARGEST_EXPONENT[dtype] if high is None else high
    x = spread(low, high, dtype)
    assert_accurate(apply_named(name, x), x, getattr(np, name), dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("limits", [(-7.0, 7.0), (-1e-3, 1e-3), (0.9, 1.1)], ids=str)
def test_the_error_function_is_accurate_to_a_few_units(limits, dtype):
    x = spread(*limits, dtype)
    result = apply_named("erf", x)
    assert_accurate(result, x, lambda x: special.erf(x.astype(np.float64)), dtype)
    np.testing.assert_array_equal(apply_named("erf", -x), -result)


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_error_function_has_its_limits(dtype):
    x = np.array([math.inf, -math.inf, math.nan, 0.0, 1e30, -1e30], dtype)
    np.testing.assert_array_equal(apply_named("erf", x), special.erf(x))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["exp", "expm1", "log", "log1p", "sqrt", "tanh"])
def test_limits_are_those_of_numpy(name, dtype):
    inf, nan = math.inf, math.nan
    x = np.array([inf, -inf, nan, 0.0, -0.0, 1.0, -1.0, 1e4, -1e4, 1e30, -1e30], dtype)
    with np.errstate(all="ignore"):
        expected = getattr(np, name)(x)
    result = apply_named(name, x)
    np.testing.assert_allclose(result, expected, rtol=1e-6)


@pytest.mark.parametrize("dtype", DTYPES)
def test_exp_grows_until_it_overflows(dtype):
    x = np.array([LARGEST_EXPONENT[dtype], LARGEST_EXPONENT[dtype] + 0.01], dtype)
    result = apply_named("exp", x)
    assert np.isfinite(result[0])
    assert result[1] == math.inf


@pytest.mark.parametrize("dtype", DTYPES)
def test_log_knows_subnormal_numbers(dtype):
    x = np.array([np.finfo(dtype).smallest_subnormal, np.finfo(dtype).tiny / 3], dtype)
    assert_accurate(apply_named("log", x), x, np.log, dtype)


@pytest.mark.parametrize("name", ["maximum", "minimum"])
def test_extrema_are_not_a_number_where_either_is(name):
    x = np.array([-1.0, 2.0, math.nan, math.inf])
    results = [
        apply(f"{name}_0", lambda x, xp: getattr(xp, name)(x, 0.5), x),
        apply(f"{name}_1", lambda x, xp: getattr(xp, name)(0.5, x), x),
        apply(f"{name}_2", lambda x, xp: getattr(xp, name)(x * 0.0 + 0.5, x), x[:3]),
    ]
    expected = getattr(np, name)(x, 0.5)
    for result in results:
        np.testing.assert_array_equal(result, expected[: len(result)])


@pytest.mark.parametrize("dtype", DTYPES)
def test_formulas_mix_with_python_numbers(dtype):
    def formula(x, xp):
        inside = xp.where(x >= 1, 2 * x - 1, 1 / (3 - x))
        return xp.where(x == 0.0, 7.0, -inside + abs(x) / 2)

    x = np.array([-2.0, 0.0, 0.5, 1.0, 4.0], dtype)
    np.testing.assert_allclose(apply("mixed", formula, x), formula(x, np), rtol=1e-6)


def test_the_truth_of_a_value_cannot_be_asked():
    from skbackprop.kernels.language.values import Value

    with pytest.raises(TypeError, match="where"):
        bool(Value(code=None, llvm=None))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("numerator", [1.0, -3.0, 1e-20, 1e15])
def test_quotients_are_accurate_to_about_one_unit(numerator, dtype):
    x = np.concatenate([spread(1e-15, 1e15, dtype), spread(-1e15, -1e-15, dtype)])
    result = apply(f"divide_{numerator}", lambda x, xp: xp.divide(numerator, x), x)
    truth = np.longdouble(np.float64(dtype(numerator)))
    assert_accurate(result, x, lambda x: truth / x, dtype)


@pytest.mark.parametrize("dtype", DTYPES)
def test_quotients_of_what_is_not_finite_are_not_finite(dtype):
    x = np.array([math.inf, -math.inf, math.nan], dtype)
    result = apply("divide_2", lambda x, xp: xp.divide(x, 2.0 + 0.0 * abs(x - x)), x)
    assert not np.isfinite(result).any()


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_square_root_has_its_limits(dtype):
    x = np.array([0.0, math.inf, -1.0, math.nan, 4.0, np.finfo(dtype).tiny], dtype)
    with np.errstate(invalid="ignore"):
        np.testing.assert_array_equal(apply_named("sqrt", x), np.sqrt(x))
