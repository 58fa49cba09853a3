"""What the modules of a graph are called, in torch and in files of weights."""

import re
from collections import Counter


def module_names(graph):
    """Return a name for each module of a graph: its class, and which one of it.

    They are counted from 1 in the order of ``print(graph)``, so that a network that is
    unrolled over time has the same names of parameters for any number of steps.
    """
    counts, names = Counter(), []
    for module in graph.modules:
        kind = _in_snake_case(type(module).__name__)
        counts[kind] += 1
        names.append(f"{kind}_{counts[kind]}")
    return names


def _in_snake_case(name):
    """Return batch_norm for BatchNorm, relu for ReLU."""
    return re.sub("(?<=[a-z])(?=[A-Z][a-z])", "_", name).lower()
