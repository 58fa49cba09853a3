"""Imports point down: the floors of the house, read from the sources."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from floors import FLOORS

import skbackprop

PACKAGE = Path(skbackprop.__file__).parent
FLOOR_OF = {name: floor for floor, names in enumerate(FLOORS) for name in names}
FOLDERS = set().union(*FLOORS) - {"exceptions", "__init__"}
FILES = sorted(PACKAGE.rglob("*.py"))


def room_of(path):
    """Return the top-level module or folder of the package that a file is in."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[0]


def imports_of(path):
    """Return (name, whether at module level) of all that a file imports."""
    tree = ast.parse(path.read_text())
    in_functions = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        for node in ast.walk(function)
    }
    found = []
    for node in ast.walk(tree):
        at_module_level = id(node) not in in_functions
        if isinstance(node, ast.Import):
            found += [(alias.name, at_module_level) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found += [
                (f"{node.module}.{alias.name}", at_module_level) for alias in node.names
            ]
    return found


def rooms_imported(path):
    """Return the rooms of the package that a file imports from."""
    own = [name.split(".") for name, _ in imports_of(path)]
    own = [parts[1:] for parts in own if parts[0] == "skbackprop"]
    # ``from skbackprop import MLPClassifier`` reads what stands at the very top.
    return {parts[0] if parts and parts[0] in FLOOR_OF else "__init__" for parts in own}


def names_imported(path, at_module_level=None):
    return {
        name.split(".")[0]
        for name, level in imports_of(path)
        if at_module_level in (None, level)
    }


def files_of(*rooms):
    files = [path for path in FILES if room_of(path) in rooms]
    return pytest.mark.parametrize(
        "path", files, ids=lambda path: str(path.relative_to(PACKAGE))
    )


every_file = files_of(*{room_of(path) for path in FILES})


@every_file
def test_every_file_has_a_floor(path):
    assert room_of(path) in FLOOR_OF


@every_file
def test_imports_point_down(path):
    here = FLOOR_OF[room_of(path)]
    for room in rooms_imported(path):
        is_below = FLOOR_OF[room] < here
        is_next_to = room == room_of(path) and room in FOLDERS
        assert is_below or is_next_to, f"{room_of(path)} imports {room}"


# What functions may import: what may be missing, the compiler, which fits load and
# ``import skbackprop`` does not, and what takes longer to load than most of those who
# import the package have use for. All else is imported at the top, for all to see.
OPTIONAL = {"matplotlib", "tqdm"}
COMPILER = {"numba", "llvmlite"}
SLOW = {"pandas", "sklearn.cluster", "sklearn.neighbors"}


@every_file
def test_functions_import_only_what_is_optional_or_slow(path):
    for name, at_module_level in imports_of(path):
        packages = {name.rsplit(".", n)[0] for n in range(name.count(".") + 1)}
        is_allowed = packages & (OPTIONAL | COMPILER | SLOW)
        assert at_module_level or is_allowed, f"import of {name}"


# What loads modules by their names, which no import shows: names that users import are
# found when they are asked for, kernels when they are compiled, packages where they are
# installed. One call goes up:
# ``Graph.forward`` stands where users look for it, and what computes stands above.
LOADS_BY_NAME = {
    "__init__.py",
    "inspection/__init__.py",
    "kernels/calling.py",
    "utils/optional.py",
}
CALLS_UP = {"network/graph.py": {"skbackprop.inspection.forward"}}


@every_file
def test_only_graphs_call_a_room_above(path):
    name = path.relative_to(PACKAGE).as_posix()
    calls = [
        node
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and "import_module" in ast.unparse(node.func)
    ]
    if name not in LOADS_BY_NAME:
        loaded = {ast.literal_eval(call.args[0]) for call in calls}
        assert loaded == CALLS_UP.get(name, set())


CHECKS = {"check_array", "check_X_y", "validate_data", "as_float_array"}
# Tables are read column by column; only words and names of features are borrowed.
READERS = {"utils/validation.py", "tabular/columns.py", "tabular/features.py"}


@every_file
def test_samples_are_read_through_the_gate(path):
    """What scikit-learn's checks leave open, `validation` and `gate` check."""
    is_reader = path.relative_to(PACKAGE).as_posix() in READERS
    names = {name.split(".")[-1] for name, _ in imports_of(path)}
    assert is_reader or not names & CHECKS


MOST_LINES_OF_A_FILE = 449
MOST_LINES_OF_A_FUNCTION = 60  # its docstring left out


@every_file
def test_files_and_functions_can_be_seen_whole(path):
    text = path.read_text()
    assert len(text.splitlines()) <= MOST_LINES_OF_A_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            docstring = ast.get_docstring(node, clean=False) or ""
            n_lines = node.end_lineno - node.lineno + 1
            n_lines -= len(docstring.splitlines())
            assert n_lines <= MOST_LINES_OF_A_FUNCTION, node.name


def test_most_files_are_short():
    sizes = sorted(len(path.read_text().splitlines()) for path in FILES)
    assert sizes[len(sizes) // 2] < 180


@files_of("network")
def test_networks_import_nothing_else_of_the_package(path):
    assert rooms_imported(path) <= {"network"}


@files_of("kernels")
def test_kernels_import_networks_only(path):
    assert rooms_imported(path) <= {"kernels", "network"}


@files_of("network", "kernels", "engine")
def test_the_engine_and_what_is_below_know_nothing_of_scikit_learn(path):
    assert "sklearn" not in names_imported(path)


def test_of_the_monomials_only_the_estimator_knows_of_scikit_learn():
    files = (PACKAGE / "transformers" / "monomials").glob("*.py")
    names = {path.name for path in files if "sklearn" in names_imported(path)}
    assert names == {"features.py"}


@every_file
def test_only_kernels_import_numba(path):
    if names_imported(path) & {"numba", "llvmlite"}:
        assert room_of(path) == "kernels"


@files_of("network", "kernels", "engine")
def test_deep_learning_frameworks_and_tables_stay_outside(path):
    assert not names_imported(path) & {"torch", "jax", "pandas", "polars"}


# Of the kernels, the package itself loads only what does without numba; the
# others are loaded when the first network is bound.
LOADED = """
import sys
from skbackprop import *
print(*(name for name in sys.modules if "." not in name))
print(*(name for name in sys.modules if name.startswith("skbackprop.kernels.")))
"""


@pytest.fixture(scope="module")
def loaded_by_import():
    """Return the top-level modules and the kernel modules loaded by an import."""
    lines = subprocess.run(
        [sys.executable, "-c", LOADED],
        capture_output=True,
        text=True,
        check=True,
        cwd=PACKAGE.parent,
    ).stdout.splitlines()
    return set(lines[0].split()), set(lines[1].split())


def test_importing_the_package_does_not_import_numba(loaded_by_import):
    top_level, _ = loaded_by_import
    assert "skbackprop" in top_level
    assert not top_level & {"numba", "llvmlite", "matplotlib"}


def test_kernel_modules_loaded_by_the_package_import_numba_in_functions(
    loaded_by_import,
):
    _, kernel_modules = loaded_by_import
    assert "skbackprop.kernels.jit" in kernel_modules
    for module in kernel_modules:
        path = PACKAGE.parent / (module.replace(".", "/") + ".py")
        if not path.exists():
            continue
        at_module_level = names_imported(path, at_module_level=True)
        assert not at_module_level & {"numba", "llvmlite"}
