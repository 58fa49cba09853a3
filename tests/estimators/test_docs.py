"""Docstrings tell the truth of constructors and of what a fit finds."""

import inspect
import re
import subprocess
import sys
from dataclasses import KW_ONLY, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator
from sklearn.datasets import make_blobs

import skbackprop
from skbackprop.fitting.parameters import NetworkParameters
from skbackprop.network.chain import mlp_graph
from skbackprop.utils.docs import (
    inherit_docs,
    parameter_docs,
    share_docs,
    split_entries,
    split_sections,
)

ROOT = Path(skbackprop.__file__).parents[1]
EXPORTS = [getattr(skbackprop, name) for name in skbackprop.__all__]
ESTIMATORS = [
    cls for cls in EXPORTS if isinstance(cls, type) and issubclass(cls, BaseEstimator)
]
NETWORKS = [cls for cls in ESTIMATORS if issubclass(cls, NetworkParameters)]
SHARED = [p.name for p in parameter_docs(NetworkParameters)]

every_estimator = pytest.mark.parametrize("cls", ESTIMATORS)
every_network = pytest.mark.parametrize("cls", NETWORKS)

# What is there only under a condition, beyond what one fit below shows.
CONDITIONAL = {
    "SparseRandomExpansion": {"feature_names_in_"},
}


def documented(cls, title):
    """Return the names that a section of a docstring has."""
    return list(split_entries(split_sections(cls.__doc__).get(title, "")))


def fitted(cls):
    """Return an estimator that was fitted to a table, with all that a fit may find."""
    X, y = make_blobs(60, 4, centers=2, random_state=0)
    X = pd.DataFrame(X, columns=list("abcd"))
    settings = {}
    if issubclass(cls, NetworkParameters):
        settings = {"max_iter": 2, "early_stopping": True, "random_state": 0}
    if cls is skbackprop.MLPRanker:
        return cls(**settings).fit(X, y, qid=np.repeat(np.arange(20), 3))
    return cls(**settings).fit(X, y)


def found_by(estimator):
    """Return the public attributes that were found by a fit, properties included."""
    names = {*vars(estimator), *dir(type(estimator))}
    return {
        name
        for name in names
        if re.fullmatch(r"[a-zA-Z](\w*[^_])?_", name) and hasattr(estimator, name)
    }


# Parameters


@every_estimator
def test_parameters_are_documented_in_the_order_of_the_constructor(cls):
    assert documented(cls, "Parameters") == list(inspect.signature(cls).parameters)


@every_network
def test_what_a_network_brings_comes_before_what_it_inherits(cls):
    names = documented(cls, "Parameters")
    assert names[-len(SHARED) :] == SHARED
    assert len(names) > len(SHARED)


@every_estimator
def test_documented_defaults_are_those_of_the_constructor(cls):
    names = {"np": np, "mlp_graph": mlp_graph}
    signature = inspect.signature(cls)
    for parameter in parameter_docs(cls):
        default = signature.parameters[parameter.name].default
        if parameter.default is None:
            assert default is inspect.Parameter.empty, parameter.name
        else:
            assert eval(parameter.default, names) == default, parameter.name


@every_estimator
def test_every_parameter_has_a_type_and_a_text(cls):
    for parameter in parameter_docs(cls):
        assert parameter.type, parameter.name
        assert parameter.text.endswith("."), parameter.name


# Attributes


@every_estimator
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_what_a_fit_finds_is_documented_and_the_reverse(cls):
    found = found_by(fitted(cls))
    names = set(documented(cls, "Attributes"))
    assert found - names == set()
    assert names - found <= CONDITIONAL.get(cls.__name__, set())


@every_network
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_attributes_of_stochastic_solvers_say_that_others_lack_them(cls):
    minibatches = fitted(cls)
    minibatches.set_params(solver="lbfgs", early_stopping=False)
    if cls is skbackprop.MLPRanker:
        minibatches.set_params(loss="ranknet")
    X, y = make_blobs(60, 4, centers=2, random_state=0)
    lacking = set(documented(cls, "Attributes")) - found_by(minibatches.fit(X, y))
    entries = split_entries(split_sections(cls.__doc__)["Attributes"])
    assert lacking
    for name in lacking:
        assert re.search("(?i)only|validation|early_stopping", entries[name]), name


# Texts


@pytest.mark.parametrize("thing", EXPORTS)
def test_no_placeholder_is_left(thing):
    docs = [thing.__doc__, *(m.__doc__ for m in vars(thing).values() if callable(m))]
    for doc in docs:
        assert not re.search(r"^\s*\{\w+\}", doc or "", re.M)


@every_network
def test_every_reference_that_is_cited_is_there(cls):
    numbers = documented(cls, "References")
    assert numbers == [f"[{i}]" for i in range(1, len(numbers) + 1)]
    assert set(re.findall(r"(\[\d+\])_", cls.__doc__)) <= set(numbers)


OF_GROUPS = "alpha batch_size shuffle early_stopping validation_fraction scoring"


@pytest.mark.parametrize("name", OF_GROUPS.split())
@pytest.mark.parametrize(
    ("cls", "unit"), [(skbackprop.DrLIM, "pair"), (skbackprop.MLPRanker, "quer")]
)
def test_what_counts_pairs_or_queries_says_so(cls, unit, name):
    (text,) = [p.text for p in parameter_docs(cls) if p.name == name]
    assert unit in text.lower()
    assert "samples" not in text or "pairs, not samples" in text or name == "scoring"


def test_drlim_documents_no_validation_set_that_fit_does_not_take():
    assert "X_val" not in inspect.signature(skbackprop.DrLIM.fit).parameters
    assert "X_val" not in skbackprop.DrLIM.__doc__


# The mechanism

OWN = """Own.

Parameters
----------
own : int, default=1
    O.
first : int, default=0
    F.
"""


def make(
    doc, base_doc="Base.\n\nParameters\n----------\nlate : int, default=2\n    L."
):
    """Return a class with docs that it inherits."""

    @dataclass
    class Base:
        _: KW_ONLY
        late: int = 2

    @dataclass
    class Own(Base):
        first: int = 0
        _: KW_ONLY
        own: int = 1

    Base.__doc__, Own.__doc__ = base_doc, doc
    return inherit_docs(Own)


def test_own_parameters_come_first_whatever_the_order_of_texts():
    cls = make(OWN)
    names = ["first", "own", "late"]
    assert [p.name for p in parameter_docs(cls)] == names
    assert list(inspect.signature(cls).parameters) == names
    assert vars(cls(5, own=6, late=7)) == {"first": 5, "own": 6, "late": 7}


def test_a_class_may_say_of_an_inherited_parameter_what_is_so_of_itself():
    *_, late = parameter_docs(make(OWN + "late : int, default=2\n    Of pairs.\n"))
    assert late == ("late", "int", "2", "Of pairs.")


def test_a_parameter_without_a_text_is_an_error():
    with pytest.raises(TypeError, match=r"\['late'\] are not documented"):
        make(OWN, "Base.")


def test_a_text_of_no_parameter_is_an_error():
    with pytest.raises(TypeError, match=r"\['other'\] do not exist"):
        make(OWN + "other : int\n    None.\n")


@pytest.mark.parametrize("references", [".. [2] B.", ".. [1] A.\n.. [3] C."])
def test_references_that_are_not_counted_through_are_an_error(references):
    with pytest.raises(TypeError, match="numbered from 1"):
        make(f"{OWN}\n\nReferences\n----------\n{references}")


def test_a_citation_of_nothing_is_an_error():
    with pytest.raises(TypeError, match="those cited"):
        make(OWN.replace("O.", "See [1]_."))


def test_sharing_a_text_that_has_no_place_is_an_error():
    def function():
        """Do it. {here}"""

    with pytest.raises(TypeError, match="lacks {there}"):
        share_docs(there="text")(function)


@pytest.mark.parametrize("indent", ["", "    "], ids=["dedented", "as written"])
def test_shared_texts_stand_as_deep_as_the_docstring_they_come_into(indent):
    """Python takes the indentation off docstrings, from 3.13 on."""

    def function():
        pass

    lines = ["Do it.", "", "Parameters", "----------", "{shared}"]
    function.__doc__ = f"\n{indent}".join(lines) + f"\n{indent}"
    text = "\n    a : int\n        One.\n    b : int\n        Two.\n"
    found = share_docs(shared=text)(function).__doc__
    entries = "a : int\n    One.\nb : int\n    Two.\n"
    assert found == f"Do it.\n\nParameters\n----------\n{entries}"


@pytest.mark.slow
def test_the_package_works_without_docstrings():
    statement = (
        "from skbackprop import *; import skbackprop.capacity, skbackprop.inspection"
        "; print(*MLPClassifier()._get_param_names())"
    )
    names = subprocess.run(
        [sys.executable, "-OO", "-c", statement],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    ).stdout.split()
    assert names == sorted(inspect.signature(skbackprop.MLPClassifier).parameters)
