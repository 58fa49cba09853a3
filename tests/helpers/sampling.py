"""Which cases of a test are run: few, in which all pairs of levels meet.

A fault shows at one level of one parameter, or where two levels meet; hardly ever
do more have to (Kuhn, Wallace and Gallo, Software fault interactions and
implications for software testing, IEEE TSE 2004).
"""

import random
from heapq import heapify, heappop, heappush
from itertools import combinations
from typing import NamedTuple


class Sample(NamedTuple):
    """How much of its grid a test is run on."""

    strength: float  # that many parameters have their levels meet in every way
    n_seeds: float  # seeds are no levels: each draws one more case of the same
    n_cases: float = float("inf")  # of a test, at most


SAMPLES = {
    "few": Sample(1, 2, 4),
    "levels": Sample(1, 4),
    "pairs": Sample(2, 40),
    "whole": Sample(float("inf"), float("inf")),
}


def sampled(items, sample):
    """Return the tests of a sample, in the order in which they stand."""
    functions = {}
    for item in items:
        name = getattr(item, "originalname", item.name)
        functions.setdefault((item.parent.nodeid, name), []).append(item)
    kept = set()
    for cases in functions.values():
        kept.update(_spread(list(_sample_of_function(cases, sample)), sample.n_cases))
    return [item for item in items if item in kept]


def _sample_of_function(items, sample):
    """Return cases of each of the first seeds that cover what other levels combine."""
    by_seed = {}
    for item in items:
        seed = item.callspec.params.get("seed") if hasattr(item, "callspec") else None
        by_seed.setdefault(seed, []).append(item)
    for n, grid in enumerate(by_seed.values()):
        if n < sample.n_seeds:
            cases = [_levels(item) for item in grid]
            yield from (grid[i] for i in cover(cases, sample.strength))


def _spread(cases, n_cases):
    """Return so many cases at most, from the first to the last."""
    if len(cases) <= n_cases:
        return cases
    return [cases[round(i * (len(cases) - 1) / (n_cases - 1))] for i in range(n_cases)]


def _levels(item):
    """Return one level for each call of parametrize, or parametrized fixture."""
    return item.callspec._idlist if hasattr(item, "callspec") else ()


def cover(cases, strength):
    """Return the indices of few cases that combine what all the cases combine.

    A case is a sequence of levels, one for each parameter. Any ``strength`` levels
    that meet in one case meet in one of those returned. The case with most of what
    is missing is taken next (Cohen, Dalal, Fredman and Patton, The AETG system, IEEE
    TSE 1997), a random one of equal ones, so that no level is preferred.
    """
    if strength >= max(map(len, cases)):
        return list(range(len(cases)))
    combined = [set(combinations(enumerate(case), strength)) for case in cases]
    ranks = random.Random(0).sample(range(len(cases)), len(cases))
    candidates = [(-len(combined[i]), rank, i) for i, rank in enumerate(ranks)]
    heapify(candidates)
    missing, taken = set().union(*combined), []
    while missing:
        gain, rank, i = heappop(candidates)
        found = combined[i] & missing
        if len(found) == -gain:
            taken.append(i)
            missing -= found
        else:  # gains only fall: what comes first with its true gain has the most
            heappush(candidates, (-len(found), rank, i))
    return sorted(taken)
