"""What fails while chunks are learned from undoes the epoch, and leaves nothing."""

import _thread
import tempfile
import threading

import numpy as np
import pytest
from chunk_sequences import (
    SIZES,
    Chunks,
    ChunksWithTargets,
    assert_equal_fits,
    three_classes,
)
from resumed_fits import assert_same_fit
from scipy import sparse

from skbackprop import MLPClassifier
from skbackprop.exceptions import ChunkError


def net(**parameters):
    given = {"max_iter": 5, "batch_size": 32, "random_state": 0, "tol": None}
    return MLPClassifier((8,), **{**given, **parameters})


@pytest.fixture
def nothing_is_left(monkeypatch, tmp_path_factory):
    """Assert that no thread and no temporary file is there that was not before."""
    folder, threads = tmp_path_factory.mktemp("temporary"), threading.enumerate()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield
    assert threading.enumerate() == threads
    assert not list(folder.iterdir())


@pytest.mark.parametrize("in_chunks", [True, False], ids=["chunks", "arrays"])
@pytest.mark.usefixtures("nothing_is_left")
def test_an_epoch_that_cannot_be_validated_is_undone(in_chunks, tmp_path):
    X, y = three_classes()
    data = (Chunks(X, y),) if in_chunks else (X, y)
    held_out = ChunksWithTargets(X[::-1].copy(), y[::-1].copy())
    given = {"warm_start": True}
    expected = net(**given).fit(*data, X_val=held_out)
    held_out.n_read, held_out.broken_from = 0, 2 + 2 * len(SIZES)
    given["checkpoint"] = tmp_path / "fit"
    cut_off = net(**given)
    with pytest.raises(ChunkError, match="In epoch 3: X_val: chunk 3 .*disk is gone"):
        cut_off.fit(*data, X_val=held_out)
    assert cut_off.n_iter_ == len(cut_off.validation_scores_) == 2
    held_out.broken_from = np.inf
    assert_same_fit(net(**given).fit(*data, X_val=held_out), expected)


@pytest.mark.usefixtures("nothing_is_left")
def test_a_first_epoch_that_cannot_be_validated_leaves_all_as_it_was():
    X, y = three_classes()
    held_out, clf = ChunksWithTargets(X, y), net()
    held_out.broken_from, before = 2, dict(vars(clf))
    with pytest.raises(ChunkError, match="X_val: chunk 3"):
        clf.fit(X, y, X_val=held_out)
    assert vars(clf) == before


@pytest.mark.parametrize("epoch", [1, 2])
@pytest.mark.usefixtures("nothing_is_left")
def test_a_chunk_that_cannot_be_read_leaves_nothing_behind(epoch):
    chunks = ChunksWithTargets(*three_classes())
    chunks.broken_from = 2 + (epoch - 1) * len(SIZES)
    with pytest.raises(ChunkError, match="Chunk 3"):
        net().fit(chunks)


class Interrupting(ChunksWithTargets):
    """Presses Ctrl-C while a chunk is read in the middle of the third epoch."""

    def __getitem__(self, i):
        if self.n_read == 2 + 2 * len(SIZES) + 3:
            _thread.interrupt_main()
        return super().__getitem__(i)


@pytest.mark.parametrize(
    "settings",
    [{}, {"dropout": 0.3}, {"early_stopping": True, "tol": 0.0}],
    ids=["plain", "dropout", "early stopping"],
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.usefixtures("default_handler", "nothing_is_left")
def test_after_ctrl_c_within_an_epoch_a_fit_goes_on_to_the_same_bits(
    settings, tmp_path
):
    data, given = three_classes(), {"warm_start": True, **settings}
    expected = net(**given).fit(ChunksWithTargets(*data))
    given["checkpoint"] = tmp_path / "fit"
    with pytest.warns(UserWarning, match="interrupted"):
        cut_off = net(**given).fit(Interrupting(*data))
    assert cut_off.n_iter_ == 2
    assert_same_fit(net(**given).fit(ChunksWithTargets(*data)), expected)


def test_sparse_chunks_are_refused_by_name():
    X, y = three_classes()
    chunks = [(X[:300], y[:300]), (sparse.csr_array(X[300:]), y[300:])]
    with pytest.raises(ChunkError, match=r"Chunk 1 .*must be dense.*toarray\(\)"):
        net().fit(chunks)


def test_minibatches_larger_than_the_buffer_are_those_in_memory():
    X, y = three_classes()
    given = {"shuffle": False, "batch_size": 450}
    in_chunks = net(**given).fit(Chunks(X, y, buffer=1))
    assert_equal_fits(in_chunks, net(**given).fit(X, y))
