"""Proofs for proposals by floats, from a few rows at a time."""

import numpy as np

from skbackprop.separability import alternatives, rational
from skbackprop.separability.active_set import make_solver
from skbackprop.separability.certificates import MANY_ROWS, proved_weights

_MANY_COLUMNS = 10  # elimination is as fast for fewer
_NEAR_ZERO = 1e-9  # of the largest weight; smaller weights count as rounding errors
_ROWS_PER_COLUMN = 4  # at the start; twice as many as chance would separate
_MOST_LOOKS = 40  # checks of all rows


def settle(z, outcome):
    """Return a proof: a hyperplane, or a combination that vanishes.

    Parameters
    ----------
    z : ndarray of float64 of shape (n_rows, n_columns)
        The rows y_i (x_i, 1).
    outcome : Outcome
        Result of the active-set method.

    Returns
    -------
    (ndarray of Python integers,) or (ndarray of int, ndarray of float)
        The normal vector; or indices and rounded weights with sum 1.
    """
    normal, guess = None, outcome.indices
    if outcome.is_separable:
        normal = rational.integer_products(outcome.normal, outcome.factors)
    proof = _proof(z, outcome, normal)
    if proof is None and z.shape[1] >= _MANY_COLUMNS:
        proof, guess = _settle_in_other_coordinates(z, guess)
    if proof is None:
        verdict, *proof = alternatives.decide(z, guess)
        if verdict == "combination":
            proof = proof[0], _as_floats(proof[1])
    return tuple(proof)


def weak_normal(z, indices):
    """Return integers w with all z_i . w >= 0 and as many as possible > 0, or None.

    A combination of the rows of these indices with positive weights vanishes.
    """
    return None if _span_all(z, indices) else alternatives.weak_normal(z, indices)


def _span_all(z, indices):
    """Return whether a vanishing combination of rows excludes all w but 0.

    If its weights are unique, the rank of the rows is one less than their number.
    """
    if proved_weights(z[indices]) is None:
        return False
    if len(indices) == z.shape[1] + 1:
        return True
    coordinates, _ = rational.scaled_coordinates(z)
    return coordinates is not None and len(indices) == coordinates.rows.shape[1] + 1


def _proof(z, outcome, normal):
    """Return the proof of `settle` if a proposal is correct and easy to prove, or None.

    The normal vector of a proposed hyperplane has integers.
    """
    if outcome.is_separable:
        return (normal,) if alternatives.is_separating(z, normal) else None
    # The proof is exact for any choice of rows, so weights near 0 can be dropped.
    near_zero = _NEAR_ZERO * outcome.weights.max(initial=0)
    likely = outcome.indices[outcome.weights > near_zero]
    sets = (
        [likely] if len(likely) == len(outcome.indices) else [likely, outcome.indices]
    )
    for indices in sets:
        weights = proved_weights(z[indices])
        if weights is not None:
            return indices, weights
    if len(likely) <= MANY_ROWS or rational.is_doubtful(z[likely]):
        weights = alternatives.vanishing_weights(z[likely])
        if weights is not None:
            return likely, _as_floats(weights)
    return None


def _settle_in_other_coordinates(z, guess):
    """Return (proof or None, a better guess), found in independent coordinates.

    If a few rows are not separable, neither are all rows. If they are, the rows that
    their hyperplane violates most are added.
    """
    n_rows, n_columns = z.shape
    n_chosen = min(n_rows, _ROWS_PER_COLUMN * n_columns)
    chosen = np.union1d(guess, np.linspace(0, n_rows - 1, n_chosen).astype(np.intp))
    rows = alternatives.Rows(z)
    for _ in range(_MOST_LOOKS):
        outcome, normal = _propose(z[chosen])
        if outcome is None:
            break
        guess = chosen[outcome.indices]
        if not outcome.is_separable:
            return _proof(z, outcome._replace(indices=guess), None), guess
        sides = rows.sides(normal)
        if (sides > 0).all():
            return (normal,), guess
        low = np.setdiff1d(np.flatnonzero(sides <= 0), chosen)
        if not len(low):
            break
        low = low[np.argsort(sides[low], kind="stable")]
        chosen = np.append(chosen, low[: 2 * n_columns])
    return None, guess


def _propose(z):
    """Return the result of floats in independent coordinates, and a normal vector."""
    coordinates, factors = rational.scaled_coordinates(z)
    if coordinates is None or not coordinates.is_settled:
        return None, None
    rows = coordinates.floats()
    outcome = make_solver(rows.shape, False).decide(rows, np.ones(len(rows)))
    if not outcome.is_separable:
        return outcome, None
    normal = rational.integer_products(outcome.normal, outcome.factors)
    scales = rational.integer_products(factors, np.ones_like(factors))
    return outcome, coordinates.transform.dot(normal) * scales


def _as_floats(weights):
    return np.array([float(weight) for weight in rational.as_convex(weights)])
