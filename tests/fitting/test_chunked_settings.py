"""Every setting of a fit holds for chunks: as in memory, and when a fit is resumed."""

import numpy as np
import pytest
from chunk_sequences import (
    SIZES,
    Chunks,
    ChunksWithTargets,
    assert_equal_fits,
    three_classes,
)
from resumed_fits import SETTINGS, assert_same_fit

from skbackprop import MLPClassifier, MLPRegressor
from skbackprop.engine.debugging import rows_per_block
from skbackprop.exceptions import ChunkError

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore:Got `batch_size`:UserWarning"),
]

# What chunks refuse, and what a part of the data decides: the chunks that are held out,
# the first one for what begins as the data says.
REFUSED = {"solver=lbfgs", "solver=sdlm", "scorer"}
OF_A_PART = {
    "validation set",
    "validation set and dropout",
    "converges by score",
    "fitted beginnings",
    "unit variance",
}
GOING_ON = {name: SETTINGS[name] for name in SETTINGS.keys() - REFUSED}
GOING_ON = dict(sorted(GOING_ON.items()))
AS_IN_MEMORY = {k: v for k, v in GOING_ON.items() if k not in OF_A_PART}


def net(kind=MLPClassifier, **parameters):
    given = {"max_iter": 6, "batch_size": 32, "random_state": 0, "tol": 1e-4}
    return kind(**{"hidden_layer_sizes": (8, 6), **given, **parameters})


@pytest.mark.parametrize("settings", AS_IN_MEMORY.values(), ids=AS_IN_MEMORY)
def test_without_shuffling_every_setting_learns_as_in_memory(settings):
    X, y = three_classes()
    given = {**settings, "shuffle": False}
    in_memory, in_chunks = net(**given).fit(X, y), net(**given).fit(Chunks(X, y))
    np.testing.assert_array_equal(in_chunks._parameters, in_memory._parameters)
    for name in ("loss", "penalty", "learning_rate", "gradient_norm", "update_ratio"):
        np.testing.assert_allclose(
            in_chunks.history_[name],
            in_memory.history_[name],
            # Means of as many numbers, in the precision of the network.
            rtol=1e-12 if in_memory._parameters.dtype == np.float64 else 1e-6,
            err_msg=name,
        )


@pytest.mark.parametrize("settings", GOING_ON.values(), ids=GOING_ON)
def test_what_is_cut_off_within_an_epoch_goes_on_to_the_same_bits(settings, tmp_path):
    # Warm starts keep the state of training, to be compared as well.
    given = {"warm_start": True, **settings}
    chunks = ChunksWithTargets(*three_classes())
    expected = net(**given).fit(chunks)
    # The chunk is one of those that are held out, where it is not learned from.
    chunks.n_read, chunks.broken_from = 0, 2 + 2 * len(SIZES)
    given["checkpoint"] = tmp_path / "fit"
    cut_off = net(**given)
    with pytest.raises(ChunkError, match="In epoch 3: Chunk 3"):
        cut_off.fit(chunks)
    assert cut_off.n_iter_ == 2
    chunks.broken_from = np.inf
    assert_same_fit(net(**given).fit(chunks), expected)


def several_targets(X):
    return np.column_stack([X[:, 0] ** 2, X[:, 1] - X[:, 2]])


KINDS = {
    "float32": (MLPRegressor, {}, lambda X: (X.astype(np.float32), X[:, 0])),
    "two targets": (MLPRegressor, {}, lambda X: (X, several_targets(X))),
    "counts": (MLPRegressor, {"loss": "poisson"}, lambda X: (X, X[:, 0] ** 2 // 1)),
    "quantiles": (
        MLPRegressor,
        {"loss": "quantile", "quantile": [0.1, 0.9]},
        lambda X: (X, X[:, 0]),
    ),
    "two classes": (MLPClassifier, {}, lambda X: (X, X[:, 0] > 0)),
    "words": (MLPClassifier, {}, lambda X: (X, np.where(X[:, 0] > 1, "few", "many"))),
    "several labels": (MLPClassifier, {}, lambda X: (X, (X[:, :3] > 0).astype(int))),
    "margins": (
        MLPClassifier,
        {"loss": "hinge"},
        lambda X: (X, np.digitize(X[:, 0], [-1, 1])),
    ),
}


@pytest.mark.parametrize("kind, settings, make", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("is_weighted", [False, True])
def test_without_shuffling_every_kind_of_target_is_learned_as_in_memory(
    kind, settings, make, is_weighted
):
    X, y = make(three_classes()[0])
    weights = np.random.default_rng(1).uniform(size=len(X))
    arrays = (X, y, weights) if is_weighted else (X, y)
    given = {**settings, "shuffle": False, "tol": None}
    in_memory = net(kind, **given).fit(*arrays)
    in_chunks = net(kind, **given).fit(Chunks(*arrays))
    np.testing.assert_array_equal(in_chunks._parameters, in_memory._parameters)
    np.testing.assert_array_equal(in_chunks.predict(X), in_memory.predict(X))


@pytest.mark.parametrize("n_jobs", [2, 3])
def test_chunks_are_learned_from_alike_by_any_number_of_threads(n_jobs):
    given = {"batch_size": 150, "dropout": 0.2, "tol": None}
    chunks = Chunks(*three_classes())
    with rows_per_block(32):
        alone = net(**given, n_jobs=1).fit(chunks)
        assert_equal_fits(net(**given, n_jobs=n_jobs).fit(chunks), alone)


def test_partial_fit_goes_on_from_a_fit_to_chunks():
    X, y = three_classes()
    given = {"shuffle": False, "tol": None}
    in_chunks = net(**given).fit(Chunks(X, y)).partial_fit(X[:90], y[:90])
    in_memory = net(**given).fit(X, y).partial_fit(X[:90], y[:90])
    np.testing.assert_array_equal(in_chunks._parameters, in_memory._parameters)


class StopsAfterThree:
    """A callback that writes down how many epochs have begun and ended."""

    def __init__(self):
        self.n_begun = self.n_ended = 0

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        self.n_begun += context.task_name == "epoch"

    def on_fit_task_end(self, estimator, context):
        self.n_ended += context.task_name == "epoch"
        return self.n_ended >= 3


def test_callbacks_are_told_of_each_epoch_over_chunks():
    pytest.importorskip("sklearn.callback")
    chunks, callback = Chunks(*three_classes()), StopsAfterThree()
    stopped = net().set_callbacks(callback).fit(chunks)
    assert (callback.n_begun, callback.n_ended) == (3, 3)
    assert_equal_fits(stopped, net(max_iter=3).fit(chunks))
