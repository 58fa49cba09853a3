"""Names of the modules of a graph, in PyTorch and in files of weights."""

import re
from collections import Counter


def module_names(graph):
    """Return a name for each module of a graph, from its class and a number.

    Modules of a class are counted from 1 in the order of ``print(graph)``. The names
    of the parameters of an unrolled network therefore do not depend on the number of
    time steps.
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
