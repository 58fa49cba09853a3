"""The names of the package: imported when asked for, and nothing else with them."""

import ast
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import skbackprop

PACKAGE = Path(skbackprop.__file__).parent
SUBPACKAGES = [
    *("capacity", "chunks", "datasets", "distributed", "engine", "exceptions"),
    *("inspection", "interchange", "manifold", "network", "onnx", "separability"),
]


def names_in_stub():
    """Return the module that the stub imports each name from, by the name after as."""
    tree = ast.parse((PACKAGE / "__init__.pyi").read_text())
    return {
        alias.asname: node.module
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def run(statements):
    """Return what a new interpreter prints, split at spaces."""
    command = [sys.executable, "-c", statements]
    return subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=PACKAGE.parent
    ).stdout.split()


def loaded_by(statement):
    return set(run(f"{statement}\nimport sys\nprint(*sys.modules)"))


def test_the_stub_lists_what_the_package_exports():
    tree = ast.parse((PACKAGE / "__init__.pyi").read_text())
    assignments = [node for node in tree.body if isinstance(node, ast.Assign)]
    (exported,) = [ast.literal_eval(node.value) for node in assignments]
    assert exported == skbackprop.__all__ == sorted(exported)
    assert set(names_in_stub()) == {*exported, *SUBPACKAGES}


@pytest.mark.parametrize("name", skbackprop.__all__)
def test_a_name_is_what_the_stub_says(name):
    home = sys.modules[getattr(skbackprop, name).__module__]
    assert names_in_stub()[name] == home.__name__
    assert getattr(skbackprop, name) is getattr(home, name)
    assert pickle.loads(pickle.dumps(getattr(home, name))) is getattr(home, name)


@pytest.mark.slow
def test_subpackages_need_no_import_of_their_own():
    inner = ("engine.losses", "engine.optimizers", "engine.schedules")
    names = [f"skbackprop.{name}" for name in (*inner, *SUBPACKAGES)]
    found = run(f"import skbackprop\nfor m in {', '.join(names)}: print(m.__name__)")
    assert found == names


def test_all_names_are_listed_before_they_are_imported():
    listed = run("import skbackprop\nprint(*dir(skbackprop))")
    assert {*skbackprop.__all__, *SUBPACKAGES, "__version__"} <= set(listed)


@pytest.mark.slow
def test_a_star_imports_everything():
    found = run("from skbackprop import *\nprint(*dir())")
    assert set(skbackprop.__all__) <= set(found)


def test_a_name_that_does_not_exist_is_an_attribute_error():
    with pytest.raises(AttributeError, match="'skbackprop' has no attribute 'MLP'"):
        _ = skbackprop.MLP
    with pytest.raises(ImportError, match="cannot import name 'MLP'"):
        from skbackprop import MLP  # noqa: F401


def test_the_package_itself_loads_nothing():
    loaded = loaded_by("import skbackprop")
    assert "skbackprop" in loaded
    assert not any(name.startswith("skbackprop.") for name in loaded)
    assert not loaded & {"numpy", "sklearn", "pandas"}


WITHOUT_PANDAS = """
import sys
sys.modules["pandas"] = None  # to import it is an ImportError
import numpy as np
import skbackprop
from skbackprop import *
X, y = np.random.default_rng(0).normal(size=(40, 4)), np.arange(40) % 2
brief = {"max_iter": 2, "tol": None, "random_state": 0}
for networks in (MLPClassifier, NetworkClassifier, RecurrentClassifier):
    networks(**brief).fit(X, y).predict(X)
MLPRegressor(**brief).fit(X, y.astype(float)).predict(X)
MLPClassifier(**brief).fit(X, np.array(["no", "yes"])[y]).predict(X)
MLPRanker(**brief).fit(X, y, qid=np.repeat([3, 4], 20)).predict(X)
DrLIM(similarity="labels", **brief).fit(X, y).transform(X)
TabularClassifier(n_estimators=1, max_iter=2, random_state=0).fit(X, y).predict(X)
MonomialFeatures().fit(X).transform(X)
FeaturePooling().fit(X).transform(X)
linear_separability(X, y)
skbackprop.inspection.jacobian(MLPRegressor(**brief).fit(X, X), X)
skbackprop.datasets.make_spirals()
"""


@pytest.mark.slow
def test_only_what_returns_tables_needs_pandas():
    run(WITHOUT_PANDAS)


# What is loaded when it is used, if at all. Metrics and the selection of models
# are not among it: the networks of scikit-learn load them too.
HEAVY = {
    *("numba", "llvmlite", "matplotlib", "pandas.plotting"),
    *("sklearn.cluster", "sklearn.decomposition", "sklearn.linear_model"),
    *("sklearn.manifold", "sklearn.neighbors", "sklearn.neural_network"),
}
GROUND = {"exceptions", "kernels", "network", "utils"}
NETWORKS = {*GROUND, "engine", "fitting"}


@pytest.fixture(scope="module")
def loaded_by_sklearn():
    return loaded_by("import sklearn.base")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "rooms"),
    [
        ("MLPClassifier", {*NETWORKS, "estimators.mlp"}),
        ("FeaturePooling", {*GROUND, "transformers"}),
        ("MonomialFeatures", {*GROUND, "transformers"}),
        ("LinearSeparator", {*GROUND, "separability"}),
        ("TrainingCurveDisplay", {*NETWORKS, "inspection"}),
    ],
)
def test_a_name_loads_its_own_wing_only(name, rooms, loaded_by_sklearn):
    loaded = loaded_by(f"from skbackprop import {name}")
    assert not loaded & (HEAVY - loaded_by_sklearn)
    for module in loaded:
        package, *parts = module.split(".")
        if package == "skbackprop" and parts and parts != ["estimators"]:
            assert parts[0] in rooms or ".".join(parts[:2]) in rooms, module
