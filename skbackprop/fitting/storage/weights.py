"""Weights by name, in safetensors files."""

import os

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skbackprop.engine.bound_graph import connected
from skbackprop.fitting.hooks import FittingHooks
from skbackprop.fitting.storage.files import SCHEMA, FileRefusedError, replacing
from skbackprop.network.compiler import compile_unrolled
from skbackprop.network.modules.linear import Linear
from skbackprop.network.naming import module_names
from skbackprop.utils.optional import import_optional

_NAMES_OF_DTYPES = {"float32": "F32", "float64": "F64"}
# Entries of torch modules that are not read: a count, and constants of the graph.
_NOT_READ = ("column", "connected", "edge", "num_batches_tracked", "slope")


def are_weights(path):
    """Return whether a path is that of a file of weights."""
    return os.fspath(path).endswith(".safetensors")


def write_weights(path, estimator):
    """Write the parameters and buffers of a fitted network atomically."""
    safetensors = import_optional("safetensors.numpy", "safetensors")
    kind = type(estimator).__name__
    if not isinstance(estimator, FittingHooks):
        raise ValueError(
            f"{os.fspath(path)!r} can only store the weights of one network, but "
            f"{kind} is more than that. Save it to a file whose name ends in .npz."
        )
    arrays = {
        name: np.ascontiguousarray(view) for name, _, view in _named_views(estimator)
    }
    written_by = {"skbackprop": kind, "schema": str(SCHEMA)}
    content = safetensors.save(arrays, written_by)
    with replacing(path) as file:
        file.write(content)


def read_weights(path, estimator):
    """Read parameters and buffers into a fitted network, or change nothing."""
    safetensors = import_optional("safetensors", "safetensors")
    views = {name: (view, mask) for name, mask, view in _named_views(estimator)}
    try:
        with safetensors.safe_open(path, framework="numpy") as file:
            _check_fit(path, estimator, file, views)
            arrays = {name: file.get_tensor(name) for name in views}
    except safetensors.SafetensorError as error:
        raise FileRefusedError(
            f"{os.fspath(path)!r} is not a safetensors file, or is damaged: {error}"
        ) from error
    for name, (_, mask) in views.items():
        if np.any(np.where(mask, 0, arrays[name])):
            raise FileRefusedError(
                f"{name} of {os.fspath(path)!r} must be 0 where nothing is connected."
            )
    for name, (view, _) in views.items():
        view[...] = arrays[name]


def _named_views(estimator):
    """Yield the name of each block, a mask of learned weights, and a view to write to.

    The layout is that of torch: a weight of Linear has one row per unit.
    """
    check_is_fitted(estimator)
    graph, program = estimator.graph_, compile_unrolled(estimator.graph_)
    names = module_names(graph)
    views = program.views(estimator._parameters)
    for block, view in zip(program.blocks, views, strict=True):
        mask, module = connected(block, graph), graph.modules[block.module]
        if isinstance(module, Linear) and block.is_matrix:
            mask, view = np.transpose(mask), view.T
        yield f"{names[block.module]}.{block.name}", mask, view


def _check_fit(path, estimator, file, views):
    """Raise an error that lists all differences between a file and the network."""
    names = {n for n in file.keys() if n.rpartition(".")[2] not in _NOT_READ}  # noqa: SIM118
    faults = [f"{name} is missing" for name in views if name not in names]
    faults += [f"{name} is unknown" for name in sorted(names - {*views})]
    for name, (view, _) in views.items():
        if name not in names:
            continue
        stored, dtype = file.get_slice(name), _NAMES_OF_DTYPES[view.dtype.name]
        if tuple(stored.get_shape()) != view.shape:
            faults.append(
                f"{name} has shape {tuple(stored.get_shape())} instead of {view.shape}"
            )
        if stored.get_dtype() != dtype:
            faults.append(f"{name} has dtype {stored.get_dtype()} instead of {dtype}")
    if faults:
        raise FileRefusedError(
            f"{os.fspath(path)!r} does not fit this {type(estimator).__name__}: "
            f"{'; '.join(faults)}."
        )
