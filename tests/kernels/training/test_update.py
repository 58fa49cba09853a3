"""The kernels of the optimizers' steps against their formulas in NumPy."""

import numpy as np
import pytest
from kernel_helpers import (
    DTYPES,
    SKIP_REASON,
    Call,
    aligned,
    bits_of,
    compiled,
    tolerance,
)

from skbackprop.engine.optimizers import SDLM, SGD, Adagrad, Adam, Lion, Nadam, RMSprop
from skbackprop.engine.penalties import Penalties
from skbackprop.kernels import jit
from skbackprop.kernels.abi import LimitColumns, Scalar, Update
from skbackprop.kernels.table import as_integer

pytestmark = pytest.mark.skipif(not jit.available(), reason=SKIP_REASON)

OPTIMIZERS = [
    SGD(momentum=0.9, nesterov=False),
    SGD(momentum=0.8, nesterov=True),
    SDLM(momentum=0.8, nesterov=False, damping=0.1),
    SDLM(momentum=0.9, nesterov=True, damping=0.1),
    Nadam(beta_1=0.9, beta_2=0.999, epsilon=1e-8),
    RMSprop(beta_2=0.99, epsilon=1e-8),
    Adagrad(epsilon=1e-10),
    Lion(beta_1=0.9, beta_2=0.99),
    Adam(beta_1=0.9, beta_2=0.999, epsilon=1e-8),
]


def address_of(optimizer, dtype):
    from skbackprop.kernels.training.update import make_update

    bits = bits_of(dtype)
    name = f"{type(optimizer).__name__}_{getattr(optimizer, 'nesterov', '')}_{bits}"
    return compiled(lambda: make_update(optimizer, bits), name)


class Step:
    """A step of an optimizer over random parameters, ready to run."""

    def __init__(self, optimizer, dtype, n_elements, decays, l2=0.0, factor=1.0):
        rng = np.random.default_rng(n_elements)
        self.optimizer, self.decays, self.l2 = optimizer, decays, l2
        self.factor = factor
        rates = np.array([0.01])
        self.coefficients = optimizer.coefficients(np.array([3]), rates)[0]
        self.told = np.append(
            Penalties().coefficients(np.zeros(1), rates), self.coefficients
        )
        n_slots, stride = optimizer.n_slots, n_elements + 32
        self.w, self.dw = aligned(n_elements, dtype), aligned(n_elements, dtype)
        self.slots = aligned(n_slots * stride, dtype).reshape(n_slots, stride)
        self.w[:] = rng.normal(size=n_elements)
        self.dw[:] = rng.normal(size=n_elements)
        self.slots[:, :n_elements] = rng.uniform(size=(n_slots, n_elements))
        self.slots[:, n_elements:] = 77.0
        self.call = Call(
            Update,
            parameters=self.w,
            gradient=self.dw,
            slots=self.slots,
            ld_slots=stride,
            n_elements=n_elements,
            decays=decays,
            factor=as_integer(factor),
        ).set_context(coefficients=self.told)
        self.call.scalars[Scalar.l2] = l2

    def expected(self):
        """New parameters and slots, in float64."""
        w, dw = self.w.astype(np.float64), self.dw.astype(np.float64)
        slots = list(self.slots[:, : len(w)].astype(np.float64))
        gradient = dw + self.l2 * w if self.decays else dw
        told = self.optimizer.at_factor(self.coefficients, self.factor)
        return self.optimizer.update(w, gradient, slots, told, np)

    def run(self):
        return self.call.run(address_of(self.optimizer, self.w.dtype))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("decays", [0, 1])
@pytest.mark.parametrize("n_elements", [0, 16, 48, 1040])
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
def test_a_step_is_that_of_the_formula(optimizer, n_elements, decays, dtype):
    step = Step(optimizer, dtype, n_elements, decays, l2=0.1)
    w, slots = step.expected()
    step.run()
    np.testing.assert_allclose(step.w, w, rtol=tolerance(dtype), atol=tolerance(dtype))
    np.testing.assert_allclose(
        step.slots[:, :n_elements], slots, rtol=tolerance(dtype), atol=tolerance(dtype)
    )
    assert np.all(step.slots[:, n_elements:] == 77.0)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("factor", [0.25, 6.0])
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
def test_a_step_at_a_factor_is_that_of_the_formula(optimizer, factor, dtype):
    step = Step(optimizer, dtype, 48, decays=1, l2=0.1, factor=factor)
    w, slots = step.expected()
    step.run()
    atol = tolerance(dtype, 1 + factor)
    np.testing.assert_allclose(step.w, w, rtol=tolerance(dtype), atol=atol)
    np.testing.assert_allclose(step.slots[:, :48], slots, rtol=atol, atol=atol)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=str)
@pytest.mark.parametrize("decays", [0, 1])
def test_a_factor_of_0_keeps_every_bit_and_only_measures(optimizer, decays, dtype):
    step = Step(optimizer, dtype, 48, decays, l2=0.1, factor=0.0)
    step.dw[3] = np.inf
    before, slots = step.w.copy(), step.slots.copy()
    step.told[Penalties.DECAY], step.told[Penalties.L1_ALPHA] = 0.1, 1.0
    step.call.scalars[Scalar.shrinkage] = 0.1
    step.run()
    np.testing.assert_array_equal(step.w, before)
    np.testing.assert_array_equal(step.slots, slots)
    scalars, w = step.call.scalars, before.astype(np.float64)
    assert scalars[Scalar.gradient_squares] == np.inf
    np.testing.assert_allclose(scalars[Scalar.squared_norm], decays * w @ w)
    np.testing.assert_allclose(scalars[Scalar.absolute_norm], decays * abs(w).sum())


@pytest.mark.parametrize("decays", [0, 1])
def test_only_decaying_parameters_count_in_the_norm(decays):
    step = Step(OPTIMIZERS[0], np.float64, 160, decays)
    norm = step.w @ step.w
    step.call.scalars[Scalar.squared_norm] = 2.0
    step.run()
    expected = 2.0 + decays * norm
    np.testing.assert_allclose(step.call.scalars[Scalar.squared_norm], expected)


def test_the_norm_of_many_small_parameters_is_exact():
    step = Step(OPTIMIZERS[0], np.float32, 1 << 20, decays=1)
    norm = np.sum(step.w.astype(np.float64) ** 2)
    step.run()
    np.testing.assert_allclose(step.call.scalars[Scalar.squared_norm], norm, rtol=1e-12)


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_gradient_that_is_not_a_number_shows_in_the_parameter(dtype):
    step = Step(OPTIMIZERS[-1], dtype, 32, decays=0)
    step.dw[5] = np.nan
    step.run()
    assert np.flatnonzero(np.isnan(step.w)).tolist() == [5]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("width", [1, 17, 64, 100, 256])
def test_columns_longer_than_the_limit_are_scaled_down_to_it(width, dtype):
    from skbackprop.kernels.training.update import make_limit_columns

    n_rows, stride, rng = 7, -(-width // 16) * 16, np.random.default_rng(width)
    w = aligned(n_rows * stride, dtype).reshape(n_rows, stride)
    w[:, :width] = rng.normal(size=(n_rows, width)) * rng.uniform(0.1, 2, width)
    before, limit = w.astype(np.float64), 2.0
    norms = np.linalg.norm(before, axis=0)
    told = Penalties(max_norm=limit).coefficients(np.zeros(1), np.ones(1))[0]
    call = Call(LimitColumns, matrix=w, n_rows=n_rows, n_columns=width, ld=stride)
    call.set_context(coefficients=told)
    bits = bits_of(dtype)
    call.run(compiled(lambda: make_limit_columns(bits), f"limit_columns_{bits}"))
    expected = before * np.where(norms > limit, limit / np.maximum(norms, limit), 1)
    np.testing.assert_allclose(w, expected, rtol=tolerance(dtype))
    is_short = norms < limit * (1 - 1e-6)
    np.testing.assert_array_equal(w[:, is_short], before[:, is_short])
