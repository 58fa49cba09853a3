"""What a sample of the suite keeps of its tests."""

from itertools import combinations, product
from types import SimpleNamespace

import pytest
from sampling import SAMPLES, cover, sampled

GRIDS = {
    "rectangular": list(product("abc", "defghij", "kl", "mn")),
    "of one parameter": [("a",), ("b",), ("c",)],
    "with holes": [p for p in product("abcd", "efg", "hi") if p[:2] != ("a", "g")],
    "without parameters": [()],
}


class Item:
    """A test as pytest collects it."""

    def __init__(self, name, levels=None, **params):
        self.name = self.originalname = name
        self.parent = SimpleNamespace(nodeid="file")
        if levels:
            self.callspec = SimpleNamespace(_idlist=levels, params=params)


def meetings(cases, strength):
    """Return which levels meet."""
    return {m for case in cases for m in combinations(enumerate(case), strength)}


@pytest.mark.parametrize("strength", [1, 2, 3])
@pytest.mark.parametrize("grid", GRIDS.values(), ids=GRIDS)
def test_levels_that_meet_in_a_grid_meet_in_its_sample(grid, strength):
    kept = [grid[i] for i in cover(grid, strength)]
    assert meetings(kept, strength) == meetings(grid, strength)


@pytest.mark.parametrize("strength", [1, 2])
def test_a_sample_is_not_larger_than_twice_what_it_must_be(strength):
    grid = GRIDS["rectangular"]
    n_needed = {1: 7, 2: 3 * 7}[strength]
    assert n_needed <= len(cover(grid, strength)) < 2 * n_needed


def test_no_level_is_preferred():
    kept = [GRIDS["rectangular"][i] for i in cover(GRIDS["rectangular"], 2)]
    for position, n_levels in [(1, 7), (2, 2), (3, 2)]:
        levels = [case[position] for case in kept]
        counts = [levels.count(level) for level in set(levels)]
        assert len(counts) == n_levels
        assert max(counts) <= 2 * min(counts)


def test_each_seed_that_is_tried_has_a_sample_of_its_own():
    seeds, others = range(100), list(product("ab", "cd", "ef"))
    items = [Item("f", (str(s), *o), seed=s) for s in seeds for o in others]
    kept = sampled(items, SAMPLES["pairs"])
    assert {item.callspec.params["seed"] for item in kept} == set(range(40))
    for seed in range(40):
        own = [i.callspec._idlist for i in kept if i.callspec.params["seed"] == seed]
        assert meetings(own, 2) == meetings([(str(seed), *o) for o in others], 2)


def test_order_and_tests_without_parameters_stay():
    items = [Item("f"), *(Item("g", c) for c in GRIDS["rectangular"]), Item("h")]
    kept = sampled(items, SAMPLES["levels"])
    assert kept == [item for item in items if item in kept]
    assert kept[0] is items[0]
    assert kept[-1] is items[-1]
    assert len(kept) < 20


def test_a_case_that_was_asked_for_by_name_is_run():
    case = Item("f", ("a", "99"), seed=99)
    assert sampled([case], SAMPLES["levels"]) == [case]


def test_the_whole_is_everything():
    items = [Item("f", (str(s),), seed=s) for s in range(300)]
    assert sampled(items, SAMPLES["whole"]) == items
