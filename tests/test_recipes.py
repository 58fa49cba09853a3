"""The recipes work as they stand on their page, and their lists of files are whole."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent, indent

import pytest

import skbackprop

PACKAGE = Path(skbackprop.__file__).parent
ROOT = Path(__file__).parents[1]
ROOTS = (PACKAGE.parent, ROOT)  # not the same where a wheel is tested
PAGE = (ROOT / "docs" / "recipes.rst").read_text()
RECIPE = re.compile(r"^\.\. _recipe-(\w+):\n(.*?)(?=^\.\. _|\Z)", re.M | re.S)
BLOCK = re.compile(
    r"^\.\. code-block:: python\n   :caption: (.+)\n\n((?:   .*\n|\n)+)", re.M
)
RECIPES = dict(RECIPE.findall(PAGE))
# Files that use a model, and need not be touched for it to be there.
USERS = {
    "skbackprop/tabular/base.py",
    "tests/benchmarks/bench_predict.py",
    "tests/tabular/test_members.py",
}
MODELS = {  # what is there already, made as the recipe says
    name: model[1]
    for name, text in RECIPES.items()
    if (model := re.search(r"the model, ``(\w+)``", text))
}
NEW_FILES = {"skbackprop/estimators/residual.py", "tests/estimators/test_residual.py"}
every_recipe = pytest.mark.parametrize("name", RECIPES)


def blocks(name):
    """Return (file, table or "", code) of each piece of code of a recipe."""
    found = []
    for caption, code in BLOCK.findall(RECIPES[name]):
        file, _, table = caption.partition(", in ")
        found.append((file, table, dedent(code).strip("\n") + "\n"))
    return found


def listed(name):
    """Return the files in the table of a recipe."""
    return set(re.findall(r"^   \* - ``(.+?)``$", RECIPES[name], re.M))


def with_code(text, table, code):
    """Return the text of a file with code where the page says that it goes."""
    if table:
        place = re.search(rf"^{table} = [\[{{(]", text, re.M).end()
        return f"{text[:place]}\n{indent(code, '    ')}{text[place:]}"
    if code.startswith("from "):
        place = re.search(r"^from ", text, re.M).start()
        return f"{text[:place]}{code}{text[place:]}"
    return f"{text}\n\n{code}"


@pytest.fixture(scope="module")
def copy_with_all_recipes(tmp_path_factory):
    """Return where a copy of the package is to which all recipes were applied."""
    root = tmp_path_factory.mktemp("recipes")
    shutil.copytree(
        PACKAGE, root / "skbackprop", ignore=shutil.ignore_patterns("__pycache__")
    )
    for file, table, code in (block for name in RECIPES for block in blocks(name)):
        path = root / file
        if path.exists():
            code = with_code(path.read_text(), table, code)
        if file != "try it":
            path.write_text(code)
    return root


@pytest.mark.slow  # kernels made of other sources are not in the cache
@every_recipe
def test_the_code_of_a_recipe_works(name, copy_with_all_recipes):
    root = copy_with_all_recipes
    (script,) = [code for file, _, code in blocks(name) if file == "try it"]
    paths = {"PYTHONPATH": str(root), "NUMBA_CACHE_DIR": str(root / "cache")}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script],
        env={**os.environ, **paths},
        cwd=root,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", MODELS)
def test_the_files_of_a_recipe_are_those_that_name_its_model(name):
    # A class has capitals, a parameter or a kernel has underscores.
    spelling = re.sub(r"(?<=[a-z])(?=[A-Z])", "_?", MODELS[name])
    model = re.compile(rf"\b(make_\w+ward_)?{spelling}\b", re.IGNORECASE)
    sources = [
        *PACKAGE.rglob("*.py"),
        *ROOT.joinpath("tests").rglob("*.py"),
        *(ROOT / file for file in listed(name) if file.startswith("docs/")),
    ]
    named = {
        file.relative_to(PACKAGE.parent if PACKAGE in file.parents else ROOT).as_posix()
        for file in sources
        if model.search(file.read_text())
    }
    assert listed(name) == named - USERS


@every_recipe
def test_the_files_of_a_recipe_are_there_or_new(name):
    files = {file for file, *_ in blocks(name)} - {"try it"} | listed(name)
    missing = {file for file in files if not any((r / file).exists() for r in ROOTS)}
    assert missing <= NEW_FILES
