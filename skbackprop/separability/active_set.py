"""Interface to the compiled active-set method."""

import functools
from typing import NamedTuple

import numpy as np
from scipy.optimize import nnls

from skbackprop.kernels import jit
from skbackprop.kernels.calling import address, compiled, run_kernel
from skbackprop.kernels.separability import workspace as fields
from skbackprop.network.layout import aligned_zeros, padded_width
from skbackprop.separability.rational import scale_to_ones

# Coordinates or labels in one call: half of the second-level cache.
_MOST_NUMBERS = 2**16
_MOST_OPERATIONS = 2**30  # per call, about 0.2 s: Ctrl-C works between calls


class Outcome(NamedTuple):
    """The result for one labeled set, certain or not.

    Either ``normal`` separates the columns scaled by ``factors``, or the combination of
    the rows ``indices`` with the positive ``weights`` vanishes. Rows are scaled by
    powers of two to largest entries in [1, 2).
    """

    is_separable: bool
    is_proved: bool
    normal: np.ndarray
    factors: np.ndarray
    indices: np.ndarray
    weights: np.ndarray


def make_solver(shape, affine):
    """Return the compiled method, or the reference if numba cannot run.

    Parameters
    ----------
    shape : tuple of int
        (n_points, n_features), or (n_sets, n_points, n_features) for many sets.
    affine : bool
        Whether to append a coordinate of 1 to each point.
    """
    return (ActiveSet if jit.available() else NonNegativeLeastSquares)(shape, affine)


class ActiveSet:
    """The compiled method, with memory for labeled sets of one shape."""

    def __init__(self, shape, affine):
        *n_sets, n_points, n_features = shape
        width = n_features + affine
        stride = padded_width(width)
        most_sets = max(1, _MOST_NUMBERS // (n_points * stride))
        self._n_features, self._width = n_features, width
        self._points_shape = (
            min(n_sets[0] if n_sets else 1, most_sets),
            n_points,
            stride,
        )
        operations = width**2 * (n_points + 2 * width) + 100 * n_points
        self._most_labelings = max(
            1, min(_MOST_OPERATIONS // operations, _MOST_NUMBERS // n_points)
        )
        self._kernels = _kernels()
        self._context = np.zeros(fields.CONTEXT_FIELDS, np.int64)
        self._scalars = np.zeros(fields.SCALAR_FIELDS)
        self._bind()

    def verdicts(self, X, labels):
        """Yield (slice, is_separable, is_proved) for piece after piece.

        Parameters
        ----------
        X : ndarray of shape (n_points, n_features) or (n_trials, n_points, n_features)
            One set for all labelings, or one set for each.
        labels : ndarray of shape (n_trials, n_points)
            -1 and 1.

        Yields
        ------
        slice
        ndarray of bool
        ndarray of bool
        """
        most = self._most_labelings
        if X.ndim == 3:
            most = min(most, self._points_shape[0])
        for start in range(0, len(labels), most):
            piece = slice(start, min(start + most, len(labels)))
            verdicts = self._run(X if X.ndim == 2 else X[piece], labels[piece])
            yield piece, *self._read(verdicts)

    def decide(self, X, labels):
        """Return the outcome for one labeled set."""
        verdicts = self._run(X, labels[np.newaxis])
        is_separable, is_proved = (bool(answer[0]) for answer in self._read(verdicts))
        n_active = self._context[fields.N_ACTIVE]
        entering = self._context[fields.ENTERING]
        active = self._memory["ACTIVE"].view(np.int64)[:n_active]
        return Outcome(
            is_separable,
            is_proved,
            normal=self._memory["W"][: self._width].copy(),
            factors=self._memory["FACTORS"][: self._width].copy(),
            indices=np.append(active, entering),
            weights=np.append(self._memory["LAM"][:n_active], 1.0),
        )

    def _read(self, verdicts):
        is_proved = (verdicts == fields.SEPARABLE) | (verdicts == fields.INSEPARABLE)
        is_separable = verdicts == fields.SEPARABLE
        return is_separable | (verdicts == fields.SEPARABLE_UNPROVED), is_proved

    def _run(self, X, labels):
        context, n_trials = self._context, len(labels)
        n_sets = 1 if X.ndim == 2 else n_trials
        points = self._memory["POINTS"].reshape(self._points_shape)[:n_sets]
        points[..., : self._n_features] = X
        points[..., self._n_features : self._width] = 1.0
        labels = np.ascontiguousarray(labels, np.float64)
        verdicts = np.empty(n_trials, np.int64)
        context[fields.LABELS] = address(labels)
        context[fields.VERDICTS] = address(verdicts)
        context[fields.N_TRIALS] = n_trials
        context[fields.PER_SET] = n_trials // n_sets
        decide_many = self._kernels[fields.DECIDE_MANY]
        run_kernel(decide_many, self._kernels, context, self._scalars)
        return verdicts

    def _bind(self):
        """Bind the kernels to their sizes and memory, which is one block."""
        context, width = self._context, self._width
        n_sets, n_points, stride = self._points_shape
        t_stride = padded_width(width + 1)
        n_rows, rank = (
            -(-n // fields.ROWS_AT_ONCE) * fields.ROWS_AT_ONCE
            for n in (n_points, width)
        )
        sizes = dict.fromkeys(fields.VECTORS, max(stride, t_stride))
        sizes |= dict.fromkeys(("NORMS", "VALUES"), n_rows)
        sizes |= dict.fromkeys(("Q", "INVERSE", "GATHERED"), rank * stride)
        sizes |= {"ROWS": n_rows * stride, "T": width * t_stride}
        sizes |= {"POINTS": n_sets * n_points * stride}
        block, start = aligned_zeros(sum(sizes.values()), np.float64), 0
        self._memory = {}
        for name, size in sizes.items():
            self._memory[name] = block[start : start + size]
            context[getattr(fields, name)] = address(self._memory[name])
            start += size
        context[fields.KERNELS] = address(self._kernels)
        context[fields.CONTEXT] = address(context)
        context[fields.SCALARS] = address(self._scalars)
        context[fields.N_POINTS], context[fields.WIDTH] = n_points, width
        context[fields.STRIDE], context[fields.T_STRIDE] = stride, t_stride
        context[fields.SET_STRIDE] = 8 * n_points * stride


@functools.cache
def _kernels():
    """Return the addresses of the kernels; the first call compiles or loads them."""
    return np.array([compiled(f"separability.{name}") for name in fields.NAMES])


class NonNegativeLeastSquares:
    r"""SciPy's alternative to the compiled method, without proofs.

    Minimizes :math:`|\sum_i \lambda_i z_i|^2 + (1 - \sum_i \lambda_i)^2` over
    :math:`\lambda \ge 0` (Lawson & Hanson 1974). If the minimum is 0, the combination
    vanishes; otherwise, :math:`\sum_i \lambda_i z_i` separates.
    """

    def __init__(self, shape, affine):
        self._affine = affine

    def verdicts(self, X, labels):
        """Yield (slice, is_separable, is_proved), where nothing is proved."""
        yield slice(0, len(labels)), *np.zeros((2, len(labels)), bool)

    def decide(self, X, labels):
        """Return the outcome for one labeled set."""
        z = X * labels[:, np.newaxis].astype(float)
        if self._affine:
            z = np.column_stack([z, labels])
        z, factors, _ = scale_to_ones(z)
        system = np.vstack([z.T, np.ones(len(z))])
        try:
            weights, distance = nnls(system, np.eye(len(system))[-1])
        except RuntimeError:  # too many iterations
            weights, distance = np.zeros(len(z)), 0.0
        indices = np.flatnonzero(weights)
        is_separable = distance > 1e-7
        return Outcome(
            is_separable, False, weights @ z, factors, indices, weights[indices]
        )
