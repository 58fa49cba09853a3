"""The values of layers: of a network, of a pipeline, or given as arrays."""

from collections.abc import Mapping

from scipy import sparse
from sklearn.frozen import FrozenEstimator
from sklearn.utils import _safe_indexing, check_consistent_length
from sklearn.utils.validation import _num_samples, check_is_fitted

from skbackprop.utils.validation import FLOATS, check_samples

_INPUT = "input"


def count_samples(estimator, X):
    """Return the number of samples: rows of X, or of the arrays in its place."""
    arrays = _as_arrays(estimator)
    if arrays is None:
        if X is None:
            raise ValueError("X must not be None, unless estimator holds arrays.")
        return _num_samples(X)
    if X is not None:
        raise ValueError(
            "X must be None if layers are given as arrays. The input may be one of "
            "them."
        )
    if not arrays:
        raise ValueError("estimator must hold at least one array, got none.")
    check_consistent_length(*(values for _, values in arrays))
    return _num_samples(arrays[0][1])


def read_layers(estimator, X, rows):
    """Return the values of each layer by its name, for some of the rows.

    Parameters
    ----------
    estimator : fitted estimator, or dict or list of array-like
    X : array-like or None
    rows : ndarray of int
    """
    arrays = _as_arrays(estimator)
    if arrays is None:
        layers = _walk(estimator, _safe_indexing(X, rows))
    else:
        layers = ((name, _safe_indexing(Z, rows)) for name, Z in arrays)
    found = {}
    for name, values in layers:
        if name in found:
            raise ValueError(f"Two layers have the same name, {name!r}. Rename a step.")
        found[name] = _as_matrix(values, name)
    return found


def _as_arrays(estimator):
    """Return (name, values) of arrays passed as the estimator, else None."""
    if isinstance(estimator, Mapping):
        return [(str(name), values) for name, values in estimator.items()]
    if isinstance(estimator, (list, tuple)):
        return [(f"layer {k}", values) for k, values in enumerate(estimator)]
    return None


def _walk(estimator, X):
    """Yield (name, values) of the input, the hidden layers, and the output."""
    while isinstance(estimator, FrozenEstimator):
        estimator = estimator.estimator
    if hasattr(estimator, "_walk_layers"):
        check_is_fitted(estimator)
        yield from estimator._walk_layers(X)
    elif hasattr(estimator, "steps"):
        check_is_fitted(estimator)
        yield from _walk_pipeline(estimator.steps, X)
    elif hasattr(estimator, "transform"):
        check_is_fitted(estimator)
        yield from _if_numbers(X)
        yield "output", estimator.transform(X)
    else:
        raise TypeError(
            "estimator must be a network of this package, a transformer, a pipeline of "
            f"these, or arrays by name, got {estimator!r}."
        )


def _walk_pipeline(steps, X):
    """Yield the input, the output of each step, and the layers of a final network.

    A final predictor that is not a network has no representation.
    """
    yield from _if_numbers(X)
    last = steps[-1][1]
    for prefix, step in steps:
        has_layers = hasattr(step, "_walk_layers") or hasattr(step, "steps")
        if step is last and has_layers:
            layers = _walk(step, X)
            yield from (
                (f"{prefix}: {name}", Z) for name, Z in layers if name != _INPUT
            )
        elif hasattr(step, "transform"):
            X = step.transform(X)
            yield prefix, X


def _if_numbers(X):
    """Yield the input, unless only the first step can read it."""
    try:
        values = _as_matrix(X, _INPUT)
    except (TypeError, ValueError):
        return
    yield _INPUT, values


def _as_matrix(values, name):
    """Return a matrix of finite float32 or float64 with one row per sample."""
    if getattr(values, "ndim", 2) != 2:
        raise ValueError(
            f"Layer {name!r} must have one row of numbers for each sample. Networks "
            "with return_sequences=True have one row for each step, which is not "
            "supported."
        )
    values = check_samples(values, f"layer {name!r}", FLOATS, accept_sparse=True)
    return values.toarray() if sparse.issparse(values) else values
