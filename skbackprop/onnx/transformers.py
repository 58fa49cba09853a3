"""Recording of transformers. Sparse outputs become dense."""

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skbackprop.network import SmoothClip
from skbackprop.onnx.models import Interface, interface_of, matrix_of
from skbackprop.transformers.expansion import SparseRandomExpansion
from skbackprop.transformers.monomials.features import MonomialFeatures
from skbackprop.transformers.piecewise import PiecewiseLinearFeatures
from skbackprop.transformers.pooling import FeaturePooling
from skbackprop.transformers.scaling import SmoothClippingScaler


def _export(kind):
    """Register a function of model, rows and Recorder that returns features."""

    def register(transform):
        @interface_of.register(kind)
        def _(model, dtype, X):
            check_is_fitted(model)

            def record(inputs, xp):
                xp.subject = model
                return {"variable": transform(model, *inputs, xp)}

            return Interface(
                matrix_of(model.n_features_in_, dtype or np.float64), record
            )

        return transform

    return register


@_export(MonomialFeatures)
def _monomials(model, x, xp):
    basis = model._basis
    parts, places = [], []
    if basis.include_bias:
        parts, places = [xp.full(x, 1, 1, x.dtype)], [np.array([0])]
    for columns, factors in basis.factor_blocks():
        first, *others = (xp.columns(x, factor) for factor in factors.T)
        for factor in others:
            first = first * factor
        parts.append(first)
        places.append(columns)
    places = np.concatenate(places)
    joined = xp.concatenate(parts)
    in_order = np.argsort(places)
    is_sorted = (np.diff(places) > 0).all()
    return joined if is_sorted else xp.columns(joined, in_order)


_ACTIVATIONS = {
    "identity": lambda x, xp: x,
    "relu": lambda x, xp: xp.apply("Relu", x),
    "abs": lambda x, xp: abs(x),
    "square": lambda x, xp: x * x,
    "sign": lambda x, xp: xp.apply("Sign", x),
}


@_export(SparseRandomExpansion)
def _expansion(model, x, xp):
    if model.center:
        x = x - xp.sum(x, axis=1) / model.n_features_in_
    weights = model.components_.toarray().T.astype(x.dtype)
    sums = xp.apply("Gemm", x, weights, model.bias_.astype(x.dtype))
    active = _ACTIVATIONS[model.activation](sums, xp)
    if model.top_k_ is None:
        return active
    # Among equal values, TopK prefers lower indices, like transform.
    values, indices = xp.outputs_of(
        "TopK",
        active,
        np.array([model.top_k_], np.int64),
        dtypes=[x.dtype, np.int64],
    )
    if model.winners == "binary":
        values = xp.full(values, model.top_k_, 1, x.dtype)
    zeros = xp.full(x, len(model.bias_), 0, x.dtype)
    return xp.apply("ScatterElements", zeros, indices, values, axis=1)


@_export(FeaturePooling)
def _pooling(model, x, xp):
    groups, largest = model.groups_, max(map(len, model.groups_))
    # Smaller groups are padded with their first member, which is masked if necessary.
    members = np.array([[*g, *[g[0]] * (largest - len(g))] for g in groups])
    sizes = np.array([len(group) for group in groups])
    is_member = np.arange(largest) < sizes[:, np.newaxis]
    members = xp.reshape(xp.columns(x, members.ravel()), -1, *is_member.shape)
    axes = np.array([2], np.int64)
    if model.pooling == "max":
        return xp.apply("ReduceMax", members, axes, keepdims=0)
    if model.pooling == "logsumexp":
        members = xp.where(xp.constant(is_member), members, -np.inf)
        return xp.apply("ReduceLogSumExp", members, axes, keepdims=0)

    def total(values):
        values = xp.where(xp.constant(is_member), values, 0.0)
        return xp.sum(values, axis=2, keepdims=False)

    if model.pooling == "l2":
        return xp.sqrt(total(members * members))
    if model.pooling == "stochastic":  # expected value, as in transform
        sums = total(members)
        is_active = sums > 0.0
        squares = total(members * members) / xp.where(is_active, sums, 1.0)
        return xp.where(is_active, squares, 0.0)
    return total(members) / sizes if model.pooling == "mean" else total(members)


@_export(PiecewiseLinearFeatures)
def _bins(model, x, xp):
    features, lower, upper = model._bins()
    # In double precision, and divided by 4, so that differences cannot overflow.
    values = xp.columns(xp.cast(x, np.float64), features)
    filled = (0.25 * values - 0.25 * lower) / (0.25 * upper - 0.25 * lower)
    filled = xp.minimum(xp.maximum(filled, 0.0), 1.0)
    is_missing = xp.apply("IsNaN", values, dtype=bool)
    return xp.cast(xp.where(is_missing, 0.0, filled), x.dtype)


@_export(SmoothClippingScaler)
def _scaler(model, x, xp):
    z = (xp.cast(x, np.float64) - model.center_) / model.scale_
    if model.limit is not None:
        z = SmoothClip(model.limit).value(z, xp)
    return xp.cast(z, x.dtype)
