"""Whatever is called in whatever order, an estimator is what its calls made it."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from fuzzed import (
    ESTIMATORS,
    N_FEATURES,
    N_SAMPLES,
    assert_finite,
    assert_meant,
    fit,
    labels_for,
    new_estimator,
    outputs,
    refused,
    state,
    unchanged,
    wired,
)
from hypothesis import Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from roads import ROADS, through_save, through_skops
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from skbackprop import DivergenceError

TABLES = np.random.default_rng(0).integers(-3, 4, (3, N_SAMPLES, N_FEATURES)) / 2
PROBE = TABLES[0]
COPIES = [road for road in ROADS if road is not through_skops] + [through_save]
NUMBERS = st.integers(0, len(TABLES) - 1)
FORMS = {"float64": np.array, "float32": np.float32, "sparse": sparse.csr_array}
CHANGES = [
    *({"warm_start": True}, {"warm_start": True, "max_iter": 1}, {"warm_start": False}),
    *({"max_iter": 1}, {"max_iter": 3}, {"tol": 0.5, "n_iter_no_change": 1}),
    *({"solver": one} for one in ("lbfgs", "sgd", "adam", "rmsprop", "sdlm")),
    *({"learning_rate": one} for one in ("cosine", "onecycle", "adaptive", "plateau")),
    *({"learning_rate": "constant"}, {"learning_rate_init": 0.1}),
    {"learning_rate_init": 1e200, "solver": "sgd"},  # diverges
    *({"early_stopping": True, "validation_fraction": 0.4}, {"early_stopping": False}),
    *({"dtype": "float32"}, {"dtype": "float64"}, {"dtype": None}),
    *({"alpha": 0.1}, {"l1_alpha": 0.1}, {"weight_decay": 0.1}, {"max_norm": 0.5}),
    *({"batch_size": 4}, {"batch_size": "auto"}, {"shuffle": False}),
    *({"hidden_layer_sizes": (2,)}, {"hidden_layer_sizes": (3,)}, {"dropout": 0.3}),
    *({"graph": wired}, {"graph": wired(N_FEATURES, 1)}),
    *({"loss": one} for one in ("log_loss", "hinge", "focal", "huber", "listnet")),
    *({"loss": "squared_error"}, {"loss": "triplet"}, {"class_weight": {-1: 2.0}}),
    *({"random_state": 1}, {"random_state": np.random.RandomState(0)}),
    *({"n_timesteps": 4}, {"n_timesteps": 2}, {"similarity": "neighbors"}),
    *({"degree": 3}, {"interaction_only": True}, {"fit_intercept": False}),
    *({"pooling": "l2"}, {"group_size": 3}, {"groups": "random"}, {"top_k": 3}),
    # What fit refuses, and what cannot be stored in a file.
    *({"alpha": -1.0}, {"max_iter": 0}, {"learning_rate": np.sqrt}, {"degree": -1}),
]


class BrokenSchedule:
    """A function of the user's that fails, not at once where a fit begins anew."""

    def __call__(self, epochs):
        if np.max(epochs) >= 1:
            raise RuntimeError("broken")
        return 1.0


class Calls(RuleBasedStateMachine):
    """An estimator and a copy of it, to which all is done that is done to the first.

    The copy was made at some time by some road, and is the same ever after.
    """

    name = None  # of the estimator

    def __init__(self):
        super().__init__()
        self.model = new_estimator(self.name)
        if "random_state" in self.model.get_params():
            self.model.random_state = 0  # without, fits are to differ
        self.copy = clone(self.model)
        self.said = self.settings = None  # of the last time it was trained

    # Rules

    def set_params(self, changes):
        note(f"set_params: {changes}")
        for one in (self.model, self.copy):
            one.set_params(**clone(changes, safe=False))

    @rule(number=NUMBERS, form=st.sampled_from([*FORMS]))
    def fit(self, number, form):
        note(f"fit: table {number} as {form}")
        self.call("fit", FORMS[form](TABLES[number]))

    @precondition(lambda self: hasattr(self.model, "partial_fit"))
    @rule(number=NUMBERS, form=st.sampled_from([*FORMS]))
    def partial_fit(self, number, form):
        note(f"partial_fit: table {number} as {form}")
        self.call("partial_fit", FORMS[form](TABLES[number]))

    @precondition(lambda self: "learning_rate" in self.model.get_params())
    @rule(method=st.sampled_from(["fit", "partial_fit"]))
    def train_by_a_broken_schedule(self, method):
        note(f"{method}: with a schedule that fails")
        if hasattr(self.model, method):
            before = self.model.learning_rate
            self.set_params({"learning_rate": BrokenSchedule()})
            self.call(method, TABLES[1])
            self.set_params({"learning_rate": before})

    @rule(
        method=st.sampled_from(["fit", "partial_fit"]),
        fault=st.sampled_from(["NaN in X", "y too short", "no samples", "labels"]),
    )
    def fail(self, method, fault):
        note(f"{method}: {fault}")
        if not hasattr(self.model, method):
            return
        X, y = TABLES[1].copy(), labels_for(self.name)
        if fault == "NaN in X":
            if self.model.__sklearn_tags__().input_tags.allow_nan:
                return  # no fault to it
            X[-1, -1] = np.nan
        elif fault == "no samples":
            X, y = X[:0], y if y is None else y[:0]
        elif y is None or getattr(self.model, "similarity", "") == "neighbors":
            return  # y is not read
        else:
            y = y[1:] if fault == "y too short" else np.full(len(y), None)
        for one in (self.model, self.copy):
            with unchanged(one):
                refused(fit, one, X, y, method=method)

    @rule(road=st.sampled_from(COPIES))
    def store(self, road):
        note(f"store: {road.__name__}")
        if road is through_save and not hasattr(self.model, "save"):
            return
        with tempfile.TemporaryDirectory() as folder, unchanged(self.model):
            try:
                self.copy = road(self.model, Path(folder))
            except TypeError as error:  # code is not written into files
                assert road is through_save
                assert_meant(error)

    @rule()
    def go_on_with_the_copy(self):
        note("go on with the copy")
        self.model, self.copy = self.copy, self.model

    @rule()
    def begin_anew(self):
        note("clone")
        self.model, self.copy = clone(self.model), clone(self.copy)
        self.said = None

    @precondition(lambda self: self.said is None)
    @rule()
    def use_before_it_is_fitted(self):
        note("use")
        with unchanged(self.model), pytest.raises(NotFittedError):
            outputs(self.model, PROBE)

    # What is always so

    @invariant()
    def it_says_what_it_said_when_it_was_trained(self):
        if self.said is None or self.settings != self.read_in_use():
            return
        for one in (self.model, self.copy):
            with unchanged(one):
                found = outputs(one, PROBE)
            for method in found.keys() & self.said.keys():  # the loss may be another
                np.testing.assert_array_equal(
                    found[method], self.said[method], err_msg=method
                )

    def call(self, method, X):
        """Train both, and another one that knows nothing of what was before."""
        all_three = [self.model, self.copy]
        if method == "fit" and not getattr(self.model, "warm_start", False):
            all_three.append(clone(self.model))
        ends = [self.outcome(one, method, X) for one in all_three]
        for end in ends[1:]:
            assert end == ends[0]
        if ends[0][0] not in (None, DivergenceError):
            return  # it was refused
        if not self.is_fitted():  # it diverged in its first epoch
            return
        says = [outputs(one, PROBE) for one in all_three]
        for other in says:
            assert_finite(other)
            np.testing.assert_equal(other, says[0])
        self.said, self.settings = says[0], self.read_in_use()

    def read_in_use(self):
        """Return the parameters that are not those of fit alone."""
        if hasattr(self.model, "save"):
            return getattr(self.model, "n_timesteps", None)  # how rows are cut
        return repr(self.model)

    def is_fitted(self):
        try:
            outputs(self.model, PROBE)
        except NotFittedError:
            return False
        return True

    def outcome(self, model, method, X):
        """Train one, and return as what it ended: an error, and its message."""
        X, y = X.copy(), labels_for(self.name)
        given = [part.copy() for part in (X, y) if part is not None]
        before = state(model)
        error = None
        try:
            fit(model, X, y, method=method)
        except DivergenceError as told:  # what was learnt before is kept
            return DivergenceError, str(told)
        except (ValueError, TypeError, RuntimeError) as told:
            if not isinstance(told, RuntimeError):
                assert_meant(told)
            assert state(model) == before
            error = told
        for part, old in zip((X, y), given, strict=False):
            part, old = (getattr(one, "data", one) for one in (part, old))
            assert np.asarray(part).tobytes() == np.asarray(old).tobytes()
        return type(error) if error else None, str(error)


def calls_of(name):
    """Return the machine of an estimator, with the settings that it has."""
    names = {*ESTIMATORS[name].get_params()}
    # Where none of them fits, one that changes nothing.
    changes = [one for one in CHANGES if names.issuperset(one)] or [{}]
    changes = st.sampled_from(changes)

    @rule(changes=changes)
    def change(self, changes):
        self.set_params(changes)

    return type("Calls", (Calls,), {"name": name, "change": change})


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_calls_in_any_order_keep_an_estimator_and_its_copies_alike(estimator):
    # Of the profile in conftest.py, where a case is one call. To shrink one of twenty
    # calls would take minutes, and it can be read.
    n_cases = 5 + settings().max_examples // 10
    profile = settings(
        max_examples=n_cases, stateful_step_count=20, phases=[Phase.generate]
    )
    run_state_machine_as_test(calls_of(estimator), settings=profile)
