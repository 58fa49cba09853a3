"""Stubs, which editors and type checkers read in place of sources."""

import ast
import subprocess
import sys
from pathlib import Path

import make_stubs
import pytest
from stub_types import Types

import skbackprop

ROOT = Path(__file__).parents[2]
PACKAGE = Path(skbackprop.__file__).parent
CALLS = Path(__file__).with_name("documented_calls.py")


@pytest.fixture(scope="module")
def stubs():
    return make_stubs.stubs()


def classes(stubs):
    """Return (stub, class) of all classes of the stubs."""
    for path, text in stubs.items():
        for node in ast.parse(text).body:
            if isinstance(node, ast.ClassDef):
                yield path, node


def members(cls):
    """Return the arguments of __init__ and the annotated attributes of a class."""
    (init,) = [n for n in cls.body if getattr(n, "name", None) == "__init__"]
    names = [*init.args.args, *init.args.kwonlyargs]
    attributes = [n.target.id for n in cls.body if isinstance(n, ast.AnnAssign)]
    return [name.arg for name in names][1:], attributes


def test_stubs_are_those_that_make_stubs_writes(stubs):
    stale = [
        path.relative_to(PACKAGE)
        for path, text in stubs.items()
        if not path.exists() or path.read_text() != text
    ]
    assert stale == [], "Run `make stubs`."
    by_hand = {PACKAGE / "__init__.pyi"}
    assert {*PACKAGE.rglob("*.pyi")} == {*stubs, *by_hand}


def test_every_public_name_stands_in_a_stub(stubs):
    for name in skbackprop.__all__:
        home = sys.modules[getattr(skbackprop, name).__module__].__name__
        text = stubs[make_stubs.stub_of(home)]
        names = {getattr(node, "name", None) for node in ast.parse(text).body}
        assert name in names


def test_no_docstring_has_a_placeholder(stubs):
    for path, cls in classes(stubs):
        assert "{parameters}" not in ast.get_docstring(cls), (path, cls.name)


def test_estimators_have_their_parameters_as_arguments_and_attributes(stubs):
    estimators = {
        name: thing
        for name, thing in vars(skbackprop).items()
        if hasattr(thing, "get_params")
    }
    assert len(estimators) > 10
    found = {
        node.name: members(node)
        for _, node in classes(stubs)
        if node.name in estimators
    }
    for name, (arguments, attributes) in found.items():
        parameters = sorted(estimators[name]().get_params())
        assert sorted(arguments) == parameters
        assert set(arguments) < set(attributes)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("int, float or None", "int | float | None"),
        ("{'relu', 'tanh'}", "Literal['relu', 'tanh']"),
        ("{None, 'loss'}", "Literal[None, 'loss']"),
        ("int or 'auto'", "int | Literal['auto']"),
        ("int, RandomState instance or None", "int | np.random.RandomState | None"),
        ("float or tuple of float", "float | Sequence[float]"),
        ("int or tuple (min_degree, max_degree)", "int | Sequence[Any]"),
        ("array-like of shape (n_samples,) or (n_samples, n_outputs)", "ArrayLike"),
        ("array-like of int or int", "ArrayLike | int"),
        (
            "{array-like, sparse matrix} of shape (n_samples, n_features)",
            "ArrayLike | sparse.spmatrix | sparse.sparray",
        ),
        ("str or Loss", "str | Loss"),
        ("label, int or None", "Any"),  # a label may be anything
        ("", "Any"),
    ],
)
def test_types_are_as_wide_as_the_words_of_docstrings(words, expected):
    assert Types({"Loss"}).of(words) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("list of ndarray of shape (fan_in, fan_out)", "list[NDArray[Any]]"),
        ("tuple of float", "tuple[float, ...]"),
        ("dict of str to ndarray, or to list of ndarray", "Any"),
        ("list of float or None", "list[float] | None"),
    ],
)
def test_results_are_of_the_very_type(words, expected):
    assert Types(set()).of(words, is_read=False) == expected


@pytest.mark.slow
def test_mypy_takes_documented_calls_and_refuses_wrong_ones(tmp_path):
    pytest.importorskip("mypy")
    command = [sys.executable, "-m", "mypy", "--cache-dir", str(tmp_path)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


def test_wrong_calls_are_wrong_when_they_run():
    """What checkers are to refuse, in :mod:`documented_calls`, is no false alarm."""
    tree = ast.parse(CALLS.read_text())
    (errors,) = [n for n in tree.body if getattr(n, "name", None) == "errors"]
    names = {
        "X": [[0.0], [1.0]],
        "skbackprop": skbackprop,
        **{name: getattr(skbackprop, name) for name in skbackprop.__all__},
    }
    for statement in errors.body[1:]:
        call = statement.value
        with pytest.raises((TypeError, ValueError, AttributeError)):  # noqa: PT012
            made = eval(compile(ast.Expression(call), "calls", "eval"), names)
            made.fit([[0.0], [1.0]], [0, 1])
