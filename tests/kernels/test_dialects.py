"""Two dialects of kernels, told apart by what a factory returns."""

import ast
from pathlib import Path

import pytest

from skbackprop import kernels

FOLDER = Path(kernels.__file__).parent
FILES = sorted(path for path in FOLDER.glob("*/*.py") if path.parent.name != "language")
TABLES = ["row", "context", "scalars"]

every_file = pytest.mark.parametrize(
    "path", FILES, ids=lambda path: str(path.relative_to(FOLDER))
)


def functions_of(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def parameters_of(function):
    return [argument.arg for argument in function.args.args]


def factories_of(path, private=False):
    starts = ("make_", "_make_") if private else "make_"
    functions = functions_of(ast.parse(path.read_text()))
    return [f for f in functions if f.name.startswith(starts)]


def returns_of(function):
    """Return (function called, its arguments) of all that a factory returns."""
    inner = {id(n) for f in functions_of(function)[1:] for n in ast.walk(f)}
    values = [
        node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Return) and id(node) not in inner
    ]
    return [
        (ast.unparse(value.func), value.args)
        if isinstance(value, ast.Call)
        else (ast.unparse(value), [])
        for value in values
    ]


def parameters_of_first(arguments, factory):
    """Return the parameters of the function that stands first among arguments."""
    (function,) = [f for f in functions_of(factory) if f.name == arguments[0].id]
    return parameters_of(function)


def test_the_files_hold_kernels_of_both_dialects():
    returned = {
        maker
        for path in FILES
        for factory in factories_of(path)
        for maker, _ in returns_of(factory)
    }
    assert {"kernel", "plain_kernel"} <= returned


@every_file
def test_a_factory_returns_a_kernel_of_one_dialect(path):
    """Either itself, or by another factory."""
    for factory in factories_of(path):
        assert returns_of(factory)
        for maker, _ in returns_of(factory):
            is_factory = maker.removeprefix("_").startswith("make_")
            assert maker in ("kernel", "plain_kernel") or is_factory, factory.name


@every_file
def test_what_is_written_takes_code_and_what_is_plain_does_not(path):
    for factory in factories_of(path, private=True):
        for maker, arguments in returns_of(factory):
            if maker == "kernel":
                found = parameters_of_first(arguments, factory)
                assert found == ["code", *TABLES], factory.name
            elif maker == "plain_kernel" and len(arguments) == 1:
                found = parameters_of_first(arguments, factory)
                assert found == TABLES, factory.name


@every_file
def test_no_kernel_goes_past_its_maker(path):
    """Every function of the three tables inside another is given to a maker."""
    tree = ast.parse(path.read_text())
    given = {
        call.args[0].id
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and ast.unparse(call.func) in ("kernel", "plain_kernel")
    }
    inner = [f for outer in functions_of(tree) for f in functions_of(outer)[1:]]
    kernels_there = {
        f.name for f in inner if parameters_of(f) in (TABLES, ["code", *TABLES])
    }
    assert kernels_there <= given
