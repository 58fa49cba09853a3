"""Fits to sequences of chunks: equal to those in memory, and what may go wrong."""

import _thread
import warnings

import numpy as np
import pytest
from chunk_sequences import (
    CUTS,
    SIZES,
    Chunks,
    ChunksWithTargets,
    assert_equal_fits,
    three_classes,
)
from sklearn.exceptions import ConvergenceWarning

from skbackprop import MLPClassifier, MLPRegressor, NetworkClassifier
from skbackprop.exceptions import ChunkError, DivergenceError


@pytest.fixture
def data():
    return three_classes()


def net(kind=MLPClassifier, **parameters):
    given = {"tol": None, "max_iter": 4, "batch_size": 32, "random_state": 0}
    sizes = {} if kind is NetworkClassifier else {"hidden_layer_sizes": (8,)}
    return kind(**{**sizes, **given, **parameters})


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor, NetworkClassifier])
@pytest.mark.parametrize("is_weighted", [False, True])
@pytest.mark.parametrize("sequence", [Chunks, ChunksWithTargets])
def test_without_shuffling_chunks_give_the_fit_in_memory(
    data, kind, is_weighted, sequence
):
    X, y = data
    weights = np.random.default_rng(1).integers(0, 3, len(X)).astype(float)
    weights[120:190], weights[286] = 0, 1  # minibatches that weigh nothing
    weights[-30] = 1  # of the chunk with one row
    arrays = (X, y, weights) if is_weighted else (X, y)
    in_memory = net(kind, shuffle=False).fit(*arrays)
    assert_equal_fits(net(kind, shuffle=False).fit(sequence(*arrays)), in_memory)


@pytest.mark.parametrize("cuts", [[], CUTS], ids=["one chunk", "as many as buffered"])
@pytest.mark.parametrize("parameters", [{}, {"early_stopping": True, "tol": 1e-4}])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_chunks_that_fit_into_the_buffer_give_the_fit_in_memory(data, cuts, parameters):
    chunks = Chunks(*data, buffer=len(SIZES), cuts=cuts)
    in_memory = net(**parameters).fit(*data)
    assert_equal_fits(net(**parameters).fit(chunks), in_memory)


def test_a_list_of_tuples_without_y_is_a_sequence_of_chunks(data):
    chunks = Chunks(*data)
    assert_equal_fits(
        net().fit(list(chunks._chunks[:2])), net().fit(data[0][:337], data[1][:337])
    )


def test_rows_are_shuffled_and_each_is_read_once_an_epoch(data):
    chunks = ChunksWithTargets(*data)
    shuffled = net(max_iter=3).fit(chunks)
    assert chunks.n_read == 3 * len(SIZES) + 2  # the first twice, to begin with
    in_order = net(max_iter=3, shuffle=False).fit(chunks)
    assert not np.array_equal(shuffled.coefs_[0], in_order.coefs_[0])
    assert shuffled.t_ == 3 * sum(SIZES)


def test_chunks_learn_as_well_as_in_memory(data):
    X, y = data
    given = {"max_iter": 60, "learning_rate_init": 0.01}
    scores = [net(**given).fit(d).score(X, y) for d in [Chunks(X, y), [(X, y)]]]
    assert min(scores) > 0.9
    assert abs(scores[0] - scores[1]) < 0.04  # of 600 samples, both of the fit


def test_shuffling_is_the_same_for_equal_seeds(data):
    first, second = (net(random_state=3).fit(Chunks(*data)) for _ in range(2))
    assert_equal_fits(first, second)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_early_stopping_holds_out_whole_chunks(data):
    clf = net(early_stopping=True, tol=1e-4, validation_fraction=0.3, warm_start=True)
    clf.fit(Chunks(*data))
    state = clf._training_state
    assert sorted([*state.order, *state.validation]) == list(range(len(SIZES)))
    assert len(state.validation) == 3
    rows = np.concatenate(
        [np.split(np.arange(len(data[0])), CUTS)[i] for i in state.validation]
    )
    assert clf.best_validation_score_ == clf.score(data[0][rows], data[1][rows])


@pytest.mark.parametrize("scoring", [None, "loss"])
@pytest.mark.parametrize("is_weighted", [False, True])
def test_validation_chunks_score_as_a_validation_set(data, scoring, is_weighted):
    X, y = data
    weights = (np.random.default_rng(2).uniform(size=len(X)),) if is_weighted else ()
    given = {"shuffle": False, "scoring": scoring}
    in_memory = net(**given).fit(
        X, y, X_val=X, y_val=y, **({"sample_weight_val": weights[0]} if weights else {})
    )
    in_chunks = net(**given).fit(Chunks(X, y), X_val=Chunks(X, y, *weights))
    assert_equal_fits(in_chunks, in_memory)
    for name in ("validation_scores_", "validation_loss_curve_"):
        np.testing.assert_allclose(
            getattr(in_chunks, name), getattr(in_memory, name), rtol=1e-12
        )


def test_classes_are_those_of_all_chunks(data):
    X, y = data
    order = np.argsort(y, kind="stable")
    clf = net().fit(Chunks(X[order], np.array(["a", "bb", "ccc"])[y[order]]))
    assert clf.classes_.tolist() == ["a", "bb", "ccc"]


def test_a_warm_start_goes_on_to_the_bit(data):
    whole = net(max_iter=6, warm_start=True).fit(Chunks(*data))
    parts = net(max_iter=3, warm_start=True).fit(Chunks(*data)).fit(Chunks(*data))
    assert_equal_fits(parts, whole)


def test_a_chunk_that_cannot_be_read_later_leaves_what_was_learned(data, tmp_path):
    whole = net(max_iter=6).fit(ChunksWithTargets(*data))
    chunks = ChunksWithTargets(*data)
    chunks.broken_from = 2 + 2 * len(SIZES)  # in the third epoch
    clf = net(max_iter=6, checkpoint=tmp_path / "fit")
    with pytest.raises(ChunkError, match=r"In epoch 3: Chunk 3 .* the disk is gone"):
        clf.fit(chunks)
    assert clf.n_iter_ == 2
    assert_equal_fits(clf, net(max_iter=2).fit(ChunksWithTargets(*data)))
    chunks.broken_from = np.inf
    assert_equal_fits(clf.fit(chunks), whole)


def test_a_failure_in_the_first_epoch_leaves_the_estimator_as_it_was(data):
    chunks = ChunksWithTargets(*data)
    chunks.broken_from = 2
    clf = net()
    before = dict(vars(clf))
    with pytest.raises(ChunkError, match="Chunk 3"):
        clf.fit(chunks)
    assert vars(clf) == before


FAULTS = {
    "rows": (lambda X, y: (X[1:], y[1:]), "32 rows, but had 33"),
    "width": (lambda X, y: (X[:, 1:], y), "4 features"),
    "dtype": (lambda X, y: (X.astype(np.float32), y), "float32"),
    "classes": (lambda X, y: (X, y + 5), "classes not in"),
    "kind of labels": (lambda X, y: (X, y.astype(str)), "(one type|classes not in)"),
    "columns of y": (lambda X, y: (X, np.eye(3)[y]), "y has shape"),
    "weights": (lambda X, y: (X, y, np.ones(len(y))), "sample_weight, unlike"),
    "no tuple": (lambda X, y: X, "must be a tuple"),
    "empty": (lambda X, y: (X[:0], y[:0]), "0 sample"),
    "not finite": (lambda X, y: (X * np.nan, y), "NaN"),
    "lengths": (lambda X, y: (X, y[1:]), "inconsistent numbers"),
}


# In the first pass nothing is known yet of rows and classes that would be wrong.
CASES = [
    (fault, when)
    for fault in FAULTS
    for when in ["first pass", "first epoch", "second epoch"]
    if when != "first pass" or fault not in ("rows", "classes")
]


@pytest.mark.parametrize("fault, when", CASES)
def test_a_chunk_unlike_the_first_is_named(data, fault, when):
    chunks = Chunks(*data)
    chunks.change, message = FAULTS[fault]
    n_reads = {"first pass": 0, "first epoch": 1, "second epoch": 2}[when]
    chunks.broken_from = n_reads * len(SIZES) + 2 * (n_reads > 0)
    with pytest.raises(ChunkError, match=f"(?s)Chunk 3 .*{message}"):
        net().fit(chunks)


def test_a_chunk_without_names_is_named(data):
    pd = pytest.importorskip("pandas")
    X, y = data
    chunks = Chunks(X, y)
    chunks._chunks = [
        (pd.DataFrame(a, columns=list("abcde")), b) for a, b in chunks._chunks
    ]
    clf = net().fit(chunks)
    assert clf.feature_names_in_.tolist() == list("abcde")
    chunks.broken_from = 0
    chunks.change = lambda X, y: (X.to_numpy(), y)
    with pytest.raises(ChunkError, match="Chunk 3 .*no column names"):
        net().fit(chunks)
    chunks.change = lambda X, y: (X[list("bacde")], y)
    with pytest.raises(ChunkError, match="(?s)Chunk 3 .*feature names"):
        net().fit(chunks)


REFUSED = {
    "lbfgs": ({"solver": "lbfgs", "batch_size": "auto"}, "solver='lbfgs'"),
    "sdlm": ({"solver": "sdlm"}, "solver='sdlm'"),
    "balanced": ({"class_weight": "balanced"}, "class_weight='balanced'"),
}


@pytest.mark.parametrize("parameters, message", REFUSED.values(), ids=REFUSED)
def test_what_needs_all_samples_at_once_is_refused(data, parameters, message):
    with pytest.raises(ValueError, match=message):
        net(**parameters).fit(Chunks(*data))


def test_weights_of_classes_count_as_in_memory(data):
    given = {"class_weight": {0: 2.0, 1: 0.5}, "shuffle": False}
    assert_equal_fits(net(**given).fit(Chunks(*data)), net(**given).fit(*data))


def test_no_chunks_and_a_wrong_buffer_are_told(data):
    with pytest.raises(ValueError, match="at least one chunk"):
        net().fit(range(0))
    with pytest.raises(ValueError, match="buffer must be"):
        net().fit(Chunks(*data, buffer=0))


@pytest.mark.usefixtures("default_handler")
def test_ctrl_c_keeps_the_last_whole_epoch(data):
    chunks = ChunksWithTargets(*data)

    class Interrupting(ChunksWithTargets):
        def __getitem__(self, i):
            if self.n_read == 2 + 2 * len(SIZES) + 1:
                _thread.interrupt_main()
            return super().__getitem__(i)

    clf = net(max_iter=50)
    with pytest.warns(UserWarning, match="interrupted"):
        clf.fit(Interrupting(*data))
    assert clf.n_iter_ == 2
    assert_equal_fits(clf, net(max_iter=2).fit(chunks))


def test_a_divergence_keeps_the_last_epoch_that_ended_well(data):
    X, y = data
    reg = net(MLPRegressor, solver="sgd", learning_rate_init=1e3, max_iter=50)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        with pytest.raises(DivergenceError):
            reg.fit(Chunks(X * 1e3, y))
    assert np.isfinite(reg._parameters).all()
