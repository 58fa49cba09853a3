r"""Derivatives of networks: vector-Jacobian products, Jacobians, input gradients.

Signals are row vectors, one per sample. If node k computes N outputs y from M inputs x,
a small change of the inputs changes the outputs by

.. math:: dy_{[1 \times N]} = dx_{[1 \times M]} \; J_{[M \times N]},
   \qquad J_{mn} = \frac{\partial y_n}{\partial x_m}

Adjoints, the derivatives of a scalar, are written with a bar and propagate back by the
transpose, :math:`\bar x = \bar y \, J^T`. The Jacobian of a chain of modules is the
product of their Jacobians from left to right, in forward order. If signals are columns,
a Jacobian has one row per output and is the transpose of ours.
"""

from typing import NamedTuple

import numpy as np

from skbackprop.engine.samples import Samples, batches
from skbackprop.fitting.targets import BinaryTargets, MulticlassTargets
from skbackprop.inspection.binding import bind, check_network
from skbackprop.network.quantities import parse_quantity

_ELEMENTS_AT_A_TIME = 2**22  # of the workspace of a Jacobian


class _VJP(NamedTuple):
    """Result of `vjp`."""

    signals: list
    adjoints: list
    gradient: list


def vjp(network, X, adjoint, *, parameters=None):
    r"""Run a network forward, and propagate an adjoint of its output backward.

    This is the vector-Jacobian product. For each sample and each node k, with the
    Jacobian J of the output y with respect to z[k], and bars for adjoints,

    .. math:: \bar z_k = \bar y \, J^T

    Parameters
    ----------
    network : Graph or fitted estimator
        Modules behave as in prediction.
    X : array-like of shape (n_samples, n_features)
        The samples.
    adjoint : array-like of shape (n_samples, n_outputs)
        The derivative of a scalar with respect to the network's output (the logits of a
        classifier).
    parameters : ndarray or list of ndarray, default=None
        Parameters of a graph: a list of arrays, with the weight matrices in the order
        of their modules, then the vectors (``mlp.coefs_ + mlp.intercepts_``); or one
        vector of all their elements. Must be None for an estimator, which has its own.

    Returns
    -------
    signals : list of ndarray of shape (n_samples, width)
        Signals z[k] of all nodes; node 0 is the input, the last node the output.
    adjoints : list of ndarray or None
        Adjoints dz[k] of all nodes; None for nodes that no gradient reaches.
    gradient : list of ndarray
        Gradient of each block of parameters, summed over the samples. The three results
        are the fields of a named tuple.

    Examples
    --------
    >>> from skbackprop.inspection import vjp
    >>> from skbackprop.network import Graph, Input, Tanh
    >>> signals, adjoints, _ = vjp(Graph(Tanh()(Input(2))), [[0, 1]], [[1, 1]])
    >>> adjoints[0].round(3)
    array([[1.  , 0.42]])
    """
    bound, X = bind(network, X, parameters)
    adjoint = _check_adjoint(adjoint, bound, X)
    signals, adjoints, gradient = bound.executor(len(X)).vjp(X, adjoint)
    blocks = [block.view(gradient) for block in bound.learned_blocks()]
    return _VJP(signals, adjoints, blocks)


def jacobian(network, X, *, of="output", wrt="input", parameters=None):
    """Return the Jacobian of one quantity in a network with respect to another.

    It sums over all paths between the two. For the Jacobian of the module of node k
    alone, pass ``of=k`` and one of its inputs as ``wrt``, if no other path joins them,
    or ``wrt="w[k]"`` for its parameters.

    Parameters
    ----------
    network : Graph or fitted estimator
        Modules behave as in prediction. The output of a classifier is its logits.
    X : array-like of shape (n_samples, n_features)
        The points at which to differentiate.
    of : {"output"}, int, str or Node, default="output"
        A node: its number k in ``print(graph)``, the name ``"z[k]"``, or the node
        itself.
    wrt : {"input", "parameters"}, int, str or Node, default="input"
        A node, all parameters, or ``"w[k]"``, the parameters of the module of node k.
        Parameters are in the order of the argument ``parameters``, with matrices row by
        row. Shared parameters vary in all their uses.
    parameters : ndarray or list of ndarray, default=None
        Parameters of a graph, as in :func:`vjp`.

    Returns
    -------
    ndarray of shape (n_samples, M, N)
        Entry [i, m, n] is the derivative of element n of ``of`` with respect to element
        m of ``wrt`` at sample i, as in dy = dx J for row vectors. The transpose, with
        one row per output, is the convention for column vectors.

    Notes
    -----
    The Jacobian with respect to a node takes one backward pass over N copies of the
    samples; the Jacobian with respect to parameters takes N passes per sample.

    Examples
    --------
    >>> from skbackprop.inspection import jacobian
    >>> from skbackprop.network import Graph, Input, Linear
    >>> graph = Graph(Linear(1)(Input(2)))
    >>> jacobian(graph, [[3, 4]], parameters=[[[1], [2]], [0]])[0]
    array([[1.],
           [2.]])
    >>> jacobian(graph, [[3, 4]], wrt="w[1]", parameters=[[[1], [2]], [0]])[0].T
    array([[3., 4., 1.]])
    """
    bound, X = bind(network, X, parameters)
    kind, of = parse_quantity(of, bound.graph)
    if kind != "z" or of == 0:
        raise ValueError("of must be a node other than the input.")
    kind, wrt = parse_quantity(wrt, bound.graph)
    if kind == "z":
        return _signal_jacobian(bound, X, of, wrt)
    return _parameter_jacobian(bound, X, of, wrt)


def _signal_jacobian(bound, X, of, wrt):
    """Return dz[of] / dz[wrt], shape (n_samples, M, N)."""
    source, part = bound.graph._nodes[wrt], bound.up_to(of)
    n_outputs = part.program.output.width
    result = np.zeros((len(X), source.width, n_outputs), bound.dtype)
    if source not in part.graph._nodes:
        return result  # no path joins them
    wrt = part.graph.number(source)
    at_a_time = n_outputs * part.program.workspace_width
    at_a_time = min(len(X), max(1, _ELEMENTS_AT_A_TIME // at_a_time))
    executor = part.executor(at_a_time * n_outputs)
    for start in range(0, len(X), at_a_time):
        rows = X[start : start + at_a_time]
        # One copy of each sample per output.
        adjoint = np.tile(np.eye(n_outputs, dtype=bound.dtype), (len(rows), 1))
        found = executor.vjp(np.repeat(rows, n_outputs, axis=0), adjoint)[1][wrt]
        if found is not None:
            found = found.reshape(len(rows), n_outputs, -1)
            result[start : start + at_a_time] = found.transpose(0, 2, 1)
    return result


def _parameter_jacobian(bound, X, of, module):
    """Return the derivatives with respect to the parameters of a module, or all."""
    part, of_whole = bound.up_to(of), bound.learned_blocks()
    of_whole = [block for block in of_whole if module in (None, block.module)]
    n_outputs = part.program.output.width
    gradients = {}  # in the part, by module and name
    index_of = {id(m): index for index, m in enumerate(bound.graph.modules)}
    for block in part.learned_blocks():
        owner = index_of[id(part.graph.modules[block.module])]
        gradients[owner, block.name] = block
    result, executor = [], part.executor(1)
    for x in X:
        for adjoint in np.eye(n_outputs, dtype=bound.dtype):
            gradient = executor.vjp(x[np.newaxis], adjoint[np.newaxis])[2]
            for block in of_whole:
                found = gradients.get((block.module, block.name))
                size = int(np.prod(block.shape))
                found = np.zeros(size) if found is None else found.view(gradient)
                result.append(np.ravel(found))
    result = np.concatenate(result).reshape(len(X), n_outputs, -1)
    return result.transpose(0, 2, 1)


def input_gradient(estimator, X, *, target=None):
    """Return the gradient of an estimator's output with respect to the features.

    Parameters
    ----------
    estimator : fitted estimator
        A network of this package. For a classifier, the output is ``decision_function``
        (log-odds, if the loss estimates probabilities); for other estimators, the
        result of ``predict`` or ``transform``.
    X : array-like
        The samples, as for ``predict``.
    target : label, int or array-like of shape (n_samples,), default=None
        The class whose score to differentiate; by default, the predicted class of each
        sample. With two classes, the score of the first is minus that of the second.
        For estimators with several outputs, the index of an output; the outputs of a
        sequence are counted step by step. An array gives one target per sample.

    Returns
    -------
    ndarray or list of ndarray
        Derivatives in the shape of X, in units of the output per unit of the feature.

    References
    ----------
    Simonyan, Vedaldi and Zisserman (2014), "Deep inside convolutional networks:
    visualising image classification models and saliency maps", ICLR workshop.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skbackprop import MLPClassifier
    >>> from skbackprop.inspection import input_gradient
    >>> X, y = load_iris(return_X_y=True)
    >>> mlp = MLPClassifier(max_iter=500, random_state=0).fit(X, y)
    >>> input_gradient(mlp, X).shape
    (150, 4)
    >>> input_gradient(mlp, X, target=y).shape
    (150, 4)
    """
    check_network(estimator)
    bound, rows = bind(estimator, X)
    part = estimator._predicting_part(bound.graph)
    bound = bound if part is bound.graph else bound.part(part)
    targets, width = estimator._targets, bound.program.output.width
    target = _one_per_sample(target, len(rows))
    if isinstance(targets, BinaryTargets):  # one score, that of the last class
        is_last = _classes_meant(estimator, X, target) == len(targets.classes) - 1
        adjoint = np.where(is_last, 1, -1)[:, np.newaxis]
    elif isinstance(targets, MulticlassTargets):
        adjoint = np.eye(width)[_classes_meant(estimator, X, target)]
    else:
        adjoint = np.eye(width)[_outputs_meant(target, len(rows), width)]
    gradients = _input_adjoints(bound, rows, adjoint.astype(bound.dtype), targets)
    return estimator._like_input(gradients, X)


def _input_adjoints(bound, X, adjoint, targets):
    """Return the adjoints of the input for an adjoint of scores or predictions."""
    result = np.zeros_like(X)
    at_a_time = max(1, _ELEMENTS_AT_A_TIME // bound.program.workspace_width)
    executor = bound.executor(min(len(X), at_a_time))
    for rows in batches(len(X), at_a_time):
        ((_, logits),) = executor.forward(Samples(X[rows]))
        of_logits = targets.vjp(logits, adjoint[rows]).astype(X.dtype, copy=False)
        found = executor.vjp(X[rows], of_logits)[1][0]
        if found is not None:
            result[rows] = found
    return result


def _one_per_sample(target, n_samples):
    """Return the targets of the samples as an array, or None."""
    if target is None:
        return None
    targets = np.asarray(target)
    if targets.ndim == 0:
        return np.repeat(targets, n_samples)
    if targets.shape != (n_samples,):
        raise ValueError(
            f"target must be one value, or one for each of the {n_samples} samples, "
            f"got an array of shape {targets.shape}."
        )
    return targets


def _classes_meant(estimator, X, targets):
    """Return the index of the target class of each sample."""
    classes = estimator.classes_
    if targets is None:
        return np.searchsorted(classes, estimator.predict(X))
    for target in set(targets.tolist()) - set(classes.tolist()):
        raise ValueError(
            f"target={target!r} is not one of the classes, {classes.tolist()}."
        )
    return np.searchsorted(classes, targets.astype(classes.dtype))


def _outputs_meant(targets, n_samples, n_outputs):
    """Return the index of the target output of each sample."""
    if targets is None and n_outputs == 1:
        return np.zeros(n_samples, int)
    is_index = targets is not None and targets.dtype.kind in "iu"
    if not is_index or not ((targets >= 0) & (targets < n_outputs)).all():
        given = None if targets is None else np.unique(targets).tolist()
        raise ValueError(
            f"target must be the index of one of the {n_outputs} outputs, got "
            f"{given!r}."
        )
    return targets


def _check_adjoint(adjoint, bound, X):
    """Return an adjoint of the output as an array of the output's shape."""
    adjoint = np.asarray(adjoint, dtype=bound.dtype)
    shape = len(X), bound.program.output.width
    if adjoint.shape != shape:
        raise ValueError(
            f"adjoint of shape {adjoint.shape} does not fit the output, node "
            f"{len(bound.graph.wires)}, of shape {shape}."
        )
    return adjoint
