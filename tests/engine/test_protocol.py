"""Both executors are one to whoever calls them."""

import inspect

import pytest

from skbackprop.engine import Executor, ReferenceExecutor
from skbackprop.engine.protocol import BaseExecutor

both_executors = pytest.mark.parametrize("executor", [Executor, ReferenceExecutor])


def public_methods(kind):
    return {
        name: inspect.signature(method)
        for name, method in inspect.getmembers(kind, inspect.isfunction)
        if not name.startswith("_")
    }


@both_executors
def test_an_executor_has_the_methods_of_the_protocol_with_their_signatures(executor):
    shared = public_methods(BaseExecutor)
    own = public_methods(executor)
    assert {name: own[name] for name in shared} == shared
    assert inspect.signature(executor) == inspect.signature(BaseExecutor)


def test_executors_have_no_public_methods_that_the_protocol_does_not_know():
    shared = public_methods(BaseExecutor)
    assert public_methods(Executor).keys() == shared.keys()
    # How gradients pass back is replaced by executors that pass back curvatures.
    rules = {"backward", "parameter_gradients"}
    assert public_methods(ReferenceExecutor).keys() == shared.keys() | rules


@both_executors
def test_methods_show_the_documentation_of_the_protocol(executor):
    for name in public_methods(BaseExecutor):
        assert inspect.getdoc(getattr(executor, name))
        assert getattr(executor, name).__doc__ is None
