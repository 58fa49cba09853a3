"""The page on architecture is right on levels, subpackages, files and a fit's path."""

import re
import sys
from pathlib import Path

import pytest
from floors import FLOORS
from tasks import TASKS

import skbackprop
from skbackprop.kernels import jit

PACKAGE = Path(skbackprop.__file__).parent
ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "architecture.rst").read_text()
SUBPACKAGES = {
    "skbackprop" if name == "__init__" else name for name in set().union(*FLOORS)
}


def section(title):
    """Return the text under a title of the page."""
    return re.search(rf"^{title}\n-+\n(.*?)(?=^[^\n]+\n---|\Z)", PAGE, re.M | re.S)[1]


def steps():
    """Return (file, function) of each row of the table of the path."""
    row = re.compile(r"^   \* - ``(.+?)``\n     - ``(.+?)``$", re.M)
    return row.findall(section("The path of a fit"))


@pytest.fixture(scope="module")
def calls():
    """Return (file, function) of every call of ours in a fit, in their order."""
    found = []

    def note(frame, event, _):
        path = Path(frame.f_code.co_filename)
        is_import = frame.f_code.co_name == "<module>"
        if event == "call" and path.is_relative_to(PACKAGE) and not is_import:
            name = path.relative_to(PACKAGE).as_posix()
            # The two executors stand for each other.
            found.append((name.replace("reference", "compiled"), frame.f_code.co_name))

    task = TASKS["binary"]
    classifier = task.ours(tol=1e9, n_iter_no_change=1)
    classifier.fit(task.X, task.y)  # to compile kernels under a profile takes minutes
    before = sys.getprofile()
    sys.setprofile(note)
    try:
        classifier.fit(task.X, task.y)
    finally:
        sys.setprofile(before)
    return found


def test_the_page_has_the_levels_that_imports_keep_to():
    lines = re.findall(r"^    (\d)   (.+)$", section("Subpackages"), re.M)
    drawn = [set(names.split()) for _, names in reversed(lines)]
    assert drawn == [*FLOORS[:-1], {"skbackprop"}]
    assert [int(number) for number, _ in lines] == list(range(len(FLOORS), 0, -1))


def test_every_subpackage_is_explained_from_the_lowest_level_up():
    explained = re.findall(r"^``(\w+)``$", section("Subpackages"), re.M)
    assert set(explained) == SUBPACKAGES
    level = {name: i for i, names in enumerate(FLOORS) for name in names}
    levels = [level.get(name, len(FLOORS)) for name in explained]
    assert levels == sorted(levels)


def test_the_path_of_a_fit_has_five_files():
    files = [file for file, _ in steps()]
    assert len(files) == len(set(files)) == 5


def test_a_fit_calls_the_functions_of_its_path_in_their_order(calls):
    first = [calls.index(step) for step in steps()]
    assert first == sorted(first)


def test_a_fit_uses_the_subpackages_that_the_page_names_and_no_others(calls):
    (named,) = re.findall(r"these subpackages\s+and no others: ([^.]+)\.", PAGE)
    named = set(re.findall(r"``(\w+)``", named))
    used = {file.split("/")[0] for file, _ in calls}
    if not jit.available():
        used.add("kernels")
    assert used == named


@pytest.mark.parametrize(
    "page",
    [
        "CONTRIBUTING.md",
        "docs/architecture.rst",
        "docs/how_the_engine_works.rst",
    ],
)
def test_every_file_that_a_page_names_exists(page):
    named = re.findall(
        r"`([\w/]+(?:/|\.(?:py|rst|md|cff|toml|cfg)))`", (ROOT / page).read_text()
    )
    assert named
    for name in named:
        places = (PACKAGE, PACKAGE.parent, ROOT)  # of a clone, or of a tested wheel
        assert any((place / name).exists() for place in places), name


def test_make_knows_the_targets_that_contributors_are_told_of():
    page, makefile = ROOT / "CONTRIBUTING.md", ROOT / "Makefile"
    told = re.findall(r"(?:`|^)make ([a-z-]+)", page.read_text(), re.M)
    known = re.findall(r"^([a-z-]+):", makefile.read_text(), re.M)
    assert {"test", "quick", "lint"} <= set(told) <= set(known)
