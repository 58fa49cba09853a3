"""Derivatives by finite differences, to hold against those of backprop."""

import numpy as np

STEP = 1e-5  # rounding / STEP and STEP^2 are both about 1e-10 in float64


def numerical_derivative(function, x, direction, step=STEP):
    """Return the derivative of ``function`` at x along a direction."""
    ahead, behind = function(x + step * direction), function(x - step * direction)
    return (ahead - behind) / (2 * step)


def check_vjp(forward, backward, inputs, rng, rtol=1e-7):
    """Check that backward is the transpose of the derivative of forward.

    For any directions v of the inputs and any adjoint u of the output

        <u, J v> = <J^T u, v>

    with J v by finite differences, J^T u from ``backward``.

    Parameters
    ----------
    forward : callable
        Returns the output, an array, for the list of inputs.
    backward : callable
        Returns the list of the inputs' adjoints for the list of inputs, the
        output and its adjoint.
    inputs : list of ndarray of float64
    rng : Generator
    rtol : float
    """
    output = forward(inputs)
    adjoint = rng.normal(size=output.shape)
    directions = [rng.normal(size=x.shape) for x in inputs]
    tangent = numerical_derivative(
        lambda t: forward([x + t * v for x, v in zip(inputs, directions, strict=True)]),
        0.0,
        1.0,
    )
    adjoints = backward(inputs, output, adjoint)
    products = [np.vdot(a, v) for a, v in zip(adjoints, directions, strict=True)]
    # Terms of both signs cancel; rounding scales with what they were.
    scale = np.abs(adjoint * tangent).sum()
    np.testing.assert_allclose(
        sum(products), np.vdot(adjoint, tangent), rtol=rtol, atol=rtol * scale
    )
