"""The compiled active-set method: what it must not take for proved."""

import numpy as np
import pytest
from jit_marks import needs_jit
from labeled_sets import gaussian

from skbackprop.kernels.calling import run_kernel
from skbackprop.kernels.separability import workspace as fields
from skbackprop.separability import rational
from skbackprop.separability.active_set import ActiveSet

pytestmark = needs_jit


def run(solver, name):
    """Call one kernel on the solver's memory; return the verdict."""
    solver._context[fields.VERDICT] = fields.NONE
    kernel = solver._kernels[fields.NAMES.index(name)]
    run_kernel(kernel, solver._kernels, solver._context, solver._scalars)
    return int(solver._context[fields.VERDICT])


def test_signs_that_are_rounding_errors_prove_nothing():
    """Rows orthogonal to w up to rounding, which often has the wrong sign."""
    rng = np.random.default_rng(0)
    solver = ActiveSet((3, 8), False)
    solver.decide(rng.standard_normal((3, 8)), np.ones(3))  # fills the padding
    n_deceptive, verdicts = 0, set()
    for size in [0.0] * 200 + [1e-12] * 20:
        w, z = rng.standard_normal(8), rng.standard_normal((3, 8))
        z -= np.outer(z @ w / (w @ w) - size, w)
        solver._memory["W"][:8] = w
        solver._memory["ROWS"].reshape(-1, 8)[:3] = z
        solver._memory["NORMS"][:3] = np.linalg.norm(z, axis=1)
        verdict = run(solver, "active_set.judge")
        rows, normal = (rational.integer_rows(x)[0] for x in (z, w[np.newaxis]))
        is_right = (rows.dot(normal[0]) > 0).all()
        n_deceptive += not is_right and (solver._memory["VALUES"][:3] > 0).all()
        assert verdict != fields.SEPARABLE or is_right
        verdicts.add(verdict)
    assert n_deceptive > 3
    assert fields.SEPARABLE in verdicts


def test_rows_that_scaling_would_round_are_left_to_exact_arithmetic(rng):
    for _ in range(30):
        z, y = gaussian(rng, 8, 4)
        z = np.ldexp(z * y[:, np.newaxis], [[500]] * 2 + [[-573]] * 6)
        assert not ActiveSet(z.shape, False).decide(z, np.ones(8)).is_proved


@pytest.fixture
def contradiction(rng):
    """A solver that has proved a contradiction."""
    X, y = gaussian(rng, 60, 8)
    solver = ActiveSet(X.shape, False)
    assert solver.decide(X, y)[:2] == (False, True)
    assert run(solver, "proof.prove") == fields.INSEPARABLE
    return solver


@pytest.mark.parametrize("factor", [0.0, 0.4, 3.0, -1.0])
def test_a_matrix_that_is_no_inverse_proves_nothing(contradiction, factor):
    contradiction._memory["T"][:] *= factor
    assert run(contradiction, "proof.prove") == fields.INSEPARABLE_UNPROVED


def test_an_inverse_that_is_nearly_one_still_proves(contradiction):
    contradiction._memory["T"][:] *= 1 + 1e-12
    assert run(contradiction, "proof.prove") == fields.INSEPARABLE


@pytest.mark.parametrize("change", [-1.0, 0.0, 1 + 1e-3, np.nan])
def test_weights_that_do_not_vanish_prove_nothing(contradiction, change):
    """Of a change by 1e-3 the bound knows that it might hide a negative weight."""
    weights = contradiction._memory["LAM"]
    weights[weights[:8].argmin()] *= change
    weights[weights[:8].argmax()] *= 100 if change > 1 else 1
    assert run(contradiction, "proof.prove") == fields.INSEPARABLE_UNPROVED


def test_an_inverse_with_a_row_of_zeros_ends_the_search(contradiction):
    contradiction._memory["T"][:] = 0.0
    contradiction._context[fields.FOUND] = 2
    assert run(contradiction, "active_set.drop") == fields.LOST


def test_numbers_that_are_not_finite_end_the_search():
    """They cannot come from finite points; if they did, nothing would be decided."""
    z = np.full((5, 3), np.nan)
    assert not ActiveSet(z.shape, False).decide(z, np.ones(5)).is_proved
