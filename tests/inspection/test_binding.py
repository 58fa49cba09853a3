"""What may be inspected, and what those are told who hand over something else."""

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skbackprop import DrLIM, LinearSeparator, MLPClassifier, MLPRanker
from skbackprop.inspection import (
    check_gradients,
    input_gradient,
    jacobian,
    training_health,
    vjp,
)

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
X = np.random.default_rng(0).normal(size=(60, 3))
y = (X[:, 0] > 0).astype(int)
SETTINGS = {"hidden_layer_sizes": (4,), "max_iter": 2, "random_state": 0}

FUNCTIONS = {
    "check_gradients": lambda net: check_gradients(net, X, y),
    "input_gradient": lambda net: input_gradient(net, X),
    "jacobian": lambda net: jacobian(net, X),
    "training_health": lambda net: training_health(net, X, y),
    "vjp": lambda net: vjp(net, X, np.ones((60, 1))),
}
every_function = pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)


@every_function
@pytest.mark.parametrize(
    "other",
    [
        make_pipeline(StandardScaler(), MLPClassifier(**SETTINGS)),
        LogisticRegression(),
        LinearSeparator(),
        "mlp",
    ],
    ids=lambda other: type(other).__name__,
)
def test_what_is_no_network_is_called_so_fitted_or_not(other, function):
    message = "(?s)must be a network of this package.*pipeline, pass its last"
    with pytest.raises(TypeError, match=message):
        function(other)
    if hasattr(other, "fit"):
        with pytest.raises(TypeError, match=message):
            function(other.fit(X, y))


@every_function
def test_a_network_that_is_not_fitted_is_called_so(function):
    with pytest.raises(NotFittedError):
        function(MLPClassifier())


@every_function
def test_the_last_step_of_a_pipeline_may_be_inspected(function):
    function(MLPClassifier(**SETTINGS).fit(X, y))


# Losses of groups of samples


@pytest.fixture(params=["lambdarank", "listnet", "contrastive", "triplet"])
def of_groups(request):
    """A network whose loss is one of queries, pairs or triplets."""
    if request.param in ("lambdarank", "listnet"):
        ranker = MLPRanker(**SETTINGS, loss=request.param, activation="tanh")
        return ranker.fit(X, y, qid=np.arange(60) // 6)
    return DrLIM(2, **SETTINGS, loss=request.param, activation="tanh").fit(X, y)


def test_gradients_of_networks_pass_whatever_their_loss(of_groups):
    table = check_gradients(of_groups, X)
    assert (table["relative_error"] <= 1e-6).all()


@pytest.mark.parametrize("function", [check_gradients, training_health])
def test_losses_of_groups_are_refused_by_name(of_groups, function):
    message = f"{type(of_groups).__name__} minimises .*a loss of groups of samples"
    with pytest.raises(ValueError, match=message):
        function(of_groups, X, y)
