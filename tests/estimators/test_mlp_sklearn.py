"""scikit-learn's own tests of its MLP, with the classes of this package in place."""

import importlib.util
from unittest import mock

import pytest
from sklearn.utils.fixes import parse_version
from tasks import SKLEARN

import skbackprop

# They read private attributes, or meet what is better here (docs/differences.rst).
LEFT_OUT = {
    "test_gradient": "reads _loss_grad_lbfgs",
    "test_learning_rate_warmstart": "reads _optimizer",
    "test_adaptive_learning_rate": "reads _optimizer",
    "test_n_iter_no_change": "reads _no_improvement_count",
    "test_n_iter_no_change_inf": "reads _no_improvement_count",
    "test_predict_proba_multilabel": "wants ties where probabilities round to 1",
    "test_early_stopping_stratified": "wants a class called 'True'",
}


def their_tests():
    """Return the functions of a copy of scikit-learn's file that knows our classes."""
    name = "sklearn.neural_network.tests.test_mlp"
    try:
        spec = importlib.util.find_spec(name)
    except ModuleNotFoundError:  # of a distribution that leaves tests out
        spec = None
    if spec is None or parse_version("1.9") > SKLEARN:
        return {}
    module = importlib.util.module_from_spec(spec)
    ours = {c: getattr(skbackprop, c) for c in ("MLPClassifier", "MLPRegressor")}
    # Before the file is run, as decorators read the classes too.
    with mock.patch.multiple("sklearn.neural_network", **ours):
        spec.loader.exec_module(module)
    return {k: v for k, v in vars(module).items() if k.startswith("test_")}


THEIRS = their_tests()
globals().update({k: v for k, v in THEIRS.items() if k not in LEFT_OUT})


@pytest.fixture
def global_random_seed():
    """A fixture of scikit-learn's own."""
    return 0


@pytest.mark.skipif(not THEIRS, reason="these are tests of scikit-learn 1.9")
def test_what_is_left_out_is_there_and_is_little():
    assert LEFT_OUT.keys() <= THEIRS.keys()
    assert len(THEIRS) > 40
