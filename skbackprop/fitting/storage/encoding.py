"""Encoding of objects as JSON and arrays, and back, by a closed table of types.

Numbers, strings, None and lists are stored directly in JSON. Anything else is an object
with one entry, ``{tag: content}``, and each tag is a row of a table. Arrays are stored
beside the JSON under their own names. A file can only create types of this table and
classes in a registry of this package, so reading a file never executes code from it.
"""

import math
import pathlib
from dataclasses import fields, is_dataclass

import numpy as np

from skbackprop.engine.losses import Loss
from skbackprop.engine.schedules import Schedule
from skbackprop.engine.training import TrainingState
from skbackprop.fitting.targets import Targets
from skbackprop.network.graph import Graph
from skbackprop.network.modules.base import Module
from skbackprop.network.node import Input, Node
from skbackprop.network.recurrence import UnrolledGraph

_PLAIN = {type(None), bool, int, str}
_MAY_RECUR = {list, dict, np.random.RandomState, Graph, UnrolledGraph}
_ARRAYS = {np.ndarray, np.memmap}
_BIT_GENERATORS = ("MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64")
_ADVICE = {
    "graph": "Use the graph that it returns: set_params(graph=estimator.graph_).",
    "learning_rate": "Use a Schedule of skbackprop.engine.schedules.",
    "learning_rate_factors": "Use a dict of factors by names of blocks.",
    "scoring": "Use the name of a scorer.",
}
_ADVICE_FOR_CLASSES = (
    "Pickle the estimator instead; to continue a fit, use warm_start=True."
)
_STORED = (
    "Numbers, strings, arrays, lists, tuples and dicts of these are, and graphs, "
    "schedules and losses of skbackprop."
)


def registry(extra=()):
    """Return the classes and functions of this package that files may name.

    Parameters
    ----------
    extra : iterable of classes and functions
        Additional ones of an estimator, besides modules, losses, schedules, targets and
        the training state.
    """
    bases = (Module, Loss, Schedule, Targets)
    rows = [row for base in bases for row in _subclasses(base)]
    return {one.__name__: one for one in [*rows, TrainingState, *extra]}


def _subclasses(cls):
    """Yield a class and its subclasses in this package."""
    yield cls
    for subclass in cls.__subclasses__():
        if subclass.__module__.startswith("skbackprop."):
            yield from _subclasses(subclass)


class Encoder:
    """Converts objects to JSON types, and collects their arrays.

    Parameters
    ----------
    known : dict of str to class or function
        See :func:`registry`.

    Attributes
    ----------
    arrays : dict of str to ndarray
    """

    def __init__(self, known):
        self.arrays = {}
        self._name_of = {id(one): name for name, one in known.items()}
        self._seen = {}  # by id, objects that may recur: (number, object)
        self._array_names = {}

    def encode(self, value, path):
        """Return a value as JSON types; ``path`` is its position, for messages."""
        kind = type(value)
        if kind in _PLAIN or (kind is float and math.isfinite(value)):
            return value
        if id(value) in self._name_of:
            return {"name": self._name_of[id(value)]}
        if id(value) in self._seen:
            return {"same": self._seen[id(value)][0]}
        if kind in _MAY_RECUR:
            self._seen[id(value)] = len(self._seen), value
        if kind is list:
            return _encode_items(self, value, path)
        for tag, (matches, encode, _) in _TABLE.items():
            if matches(value):
                return {tag: encode(self, value, path)}
        if not is_dataclass(kind):
            _refuse(value, path)
        return {"record": self._record(value, path)}

    def name_of(self, cls, value, path):
        """Return the name of the class of a value, if files may name it."""
        if id(cls) not in self._name_of:
            _refuse(value, path)
        return self._name_of[id(cls)]

    def array(self, value, path):
        """Store an array beside the JSON and return its name."""
        if value.dtype.hasobject or value.dtype.kind not in "biufcSUmM":
            _refuse(value, path)
        if id(value) not in self._array_names:
            name = path
            while name in self.arrays:
                name += "'"
            self.arrays[name], self._array_names[id(value)] = value, name
        return self._array_names[id(value)]

    def _record(self, value, path):
        content = {
            field.name: self.encode(getattr(value, field.name), f"{path}.{field.name}")
            for field in fields(value)
        }
        return [self.name_of(type(value), value, path), content]


class Decoder:
    """Converts the output of an :class:`Encoder` back to objects.

    Parameters
    ----------
    known : dict of str to class or function
    arrays : callable
        Returns the array with a given name.
    """

    def __init__(self, known, arrays):
        self.known, self._read_array = known, arrays
        self._arrays, self._seen = {}, []

    def decode(self, content):
        """Return the object."""
        if isinstance(content, list):
            value = self.note([])
            value.extend(map(self.decode, content))
            return value
        if not isinstance(content, dict):
            return content
        ((tag, content),) = content.items()
        if tag == "same":
            return self._seen[content]
        if tag == "name":
            return self.known[content]
        if tag == "record":
            return self._record(*content)
        _, _, decode = _TABLE[tag]
        return decode(self, content)

    def note(self, value):
        """Assign the next number to an object, as the encoder did, and return it."""
        self._seen.append(value)
        return value

    def array(self, name):
        """Return the array with a given name, the same one each time."""
        if name not in self._arrays:
            self._arrays[name] = self._read_array(name)
        return self._arrays[name]

    def _record(self, name, content):
        cls = self.known[name]
        if not is_dataclass(cls):
            raise ValueError(f"{name} has no fields")
        return cls(**{key: self.decode(value) for key, value in content.items()})


def _refuse(value, path):
    """Raise TypeError for a value that cannot be stored, with an alternative."""
    name = path.partition(".")[2].removeprefix("_targets.")
    advice = _ADVICE.get(name.partition(".")[0], _STORED)
    if isinstance(value, Module | Loss):
        what, advice = "a class of your own", _ADVICE_FOR_CLASSES
    elif type(value) in _ARRAYS:
        what = f"an array of {value.dtype}"
    elif callable(value):
        what = "code"
    else:
        what = f"of type {type(value).__name__}"
    raise TypeError(f"{name}={value!r} is {what}, which is not stored. {advice}")


# The rows of the table


def _is(*types):
    return lambda value: type(value) in types


def _encode_items(encoder, value, path):
    return [encoder.encode(v, f"{path}.{i}") for i, v in enumerate(value)]


def _encode_dict(encoder, value, path):
    return [
        [encoder.encode(k, path), encoder.encode(v, f"{path}.{k}")]
        for k, v in value.items()
    ]


def _decode_dict(decoder, content):
    value = decoder.note({})
    for key, entry in content:
        key = decoder.decode(key)  # before the entry, as the encoder did
        value[key] = decoder.decode(entry)
    return value


def _encode_objects(encoder, value, path):
    """Return the shape and the entries of an array of Python objects."""
    return [list(value.shape), [encoder.encode(v, path) for v in value.ravel()]]


def _decode_objects(decoder, content):
    shape, entries = content
    value = np.empty(len(entries), dtype=object)
    value[:] = [decoder.decode(entry) for entry in entries]
    return value.reshape(shape)


def _encode_scalar(encoder, value, path):
    if value.dtype.kind not in "biufU":
        _refuse(value, path)
    return [value.dtype.str, encoder.encode(value.item(), path)]


def _decode_scalar(decoder, content):
    dtype, value = content
    return np.array(decoder.decode(value), np.dtype(dtype))[()]


def _encode_random_state(encoder, value, path):
    return encoder.encode(value.get_state(legacy=False), path)


def _decode_random_state(decoder, content):
    random_state = decoder.note(np.random.RandomState(0))
    state = decoder.decode(content)
    name = state["bit_generator"]
    if name not in _BIT_GENERATORS:
        raise ValueError(f"{name!r} is not a bit generator of NumPy")
    if name != "MT19937":
        random_state.__init__(getattr(np.random, name)())
    random_state.set_state(state)
    return random_state


def _encode_estimator(encoder, value, path):
    name = encoder.name_of(type(value), value, path)
    return [name, encoder.encode(value._to_content(), path)]


def _decode_estimator(decoder, content):
    name, content = content
    return decoder.known[name]._from_content(decoder.decode(content))


def _encode_graph(encoder, value, path):
    modules = [encoder.encode(m, f"{path}.{i}") for i, m in enumerate(value.modules)]
    wires = [[module, list(inputs)] for module, inputs in value.wires]
    return {"n_features": value.n_features, "modules": modules, "wires": wires}


def _decode_graph(decoder, content):
    """Return the rewired graph, with each node after its inputs."""
    number = len(decoder._seen)
    decoder.note(None)
    modules = [decoder.decode(module) for module in content["modules"]]
    nodes = [Input(content["n_features"])]
    for index, inputs in content["wires"]:
        if not all(0 <= i < len(nodes) for i in inputs) or index < 0:
            raise ValueError("a module reads a node that is not computed yet")
        if not isinstance(modules[index], Module):
            raise ValueError(f"{modules[index]!r} is not a module")
        nodes.append(Node(modules[index], [nodes[i] for i in inputs]))
    graph = Graph(nodes[-1])
    if [[m, list(i)] for m, i in graph.wires] != content["wires"]:
        raise ValueError("a graph has modules that lead nowhere")
    decoder._seen[number] = graph
    return graph


_TABLE = {  # tag: (test of a value, its encoder, its decoder)
    "float": (_is(float), lambda e, v, p: repr(v), lambda d, c: float(c)),
    "tuple": (_is(tuple), _encode_items, lambda d, c: tuple(map(d.decode, c))),
    "dict": (_is(dict), _encode_dict, _decode_dict),
    "objects": (
        lambda v: type(v) in _ARRAYS and v.dtype == object,
        _encode_objects,
        _decode_objects,
    ),
    "array": (_is(*_ARRAYS), Encoder.array, Decoder.array),
    "scalar": (
        lambda v: isinstance(v, np.generic),
        _encode_scalar,
        _decode_scalar,
    ),
    "path": (
        lambda v: isinstance(v, pathlib.PurePath),
        lambda e, v, p: str(v),
        lambda d, c: pathlib.Path(c),
    ),
    "random_state": (
        _is(np.random.RandomState),
        _encode_random_state,
        _decode_random_state,
    ),
    "graph": (_is(Graph, UnrolledGraph), _encode_graph, _decode_graph),
    "estimator": (
        lambda v: hasattr(type(v), "_to_content"),
        _encode_estimator,
        _decode_estimator,
    ),
}
