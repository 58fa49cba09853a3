"""Sequences of chunks are refused at once where data is meant, and lists are not."""

import numpy as np
import pytest

import skbackprop
from skbackprop import MLPClassifier
from skbackprop.chunks import ArrayChunks
from skbackprop.utils.chunks import refuse_chunks

X = np.random.default_rng(0).normal(size=(60, 4))
Y = (X[:, 0] > 0).astype(int)


class Counted(ArrayChunks):
    """Chunks that count how often one is read."""

    n_read = 0

    def __getitem__(self, i):
        self.n_read += 1
        return super().__getitem__(i)


@pytest.fixture(params=[Counted, list])
def chunks(request):
    found = Counted(X, Y, rows_per_chunk=20)
    return found if request.param is Counted else list(found)


FITS = {
    "DrLIM": lambda estimator, chunks: estimator.fit(chunks),
    "LinearSeparator": lambda estimator, chunks: estimator.fit(chunks, Y),
    "MLPClassifier": lambda estimator, chunks: estimator.fit(chunks, Y),
    "MLPRanker": lambda estimator, chunks: estimator.fit(chunks, Y, qid=Y),
    "MonomialFeatures": lambda estimator, chunks: estimator.fit(chunks),
    "TabularClassifier": lambda estimator, chunks: estimator.fit(chunks, Y),
}


@pytest.mark.parametrize("name", FITS)
def test_what_learns_from_data_in_memory_says_so(name, chunks):
    estimator = getattr(skbackprop, name)()
    before = dict(vars(estimator))
    with pytest.raises(TypeError, match="X is a sequence of chunks.*one chunk at a ti"):
        FITS[name](estimator, chunks)
    assert vars(estimator) == before
    assert getattr(chunks, "n_read", 1) == 1


@pytest.mark.parametrize("name", ["RecurrentClassifier", "RecurrentRegressor"])
def test_recurrent_networks_say_what_to_do(name, chunks):
    with pytest.raises(ValueError, match=f"{name} does not .*chunks.*partial_fit"):
        getattr(skbackprop, name)().fit(chunks)


@pytest.mark.parametrize("method", ["predict", "predict_proba"])
def test_predictions_are_of_one_chunk_at_a_time(method, chunks):
    clf = MLPClassifier((2,), tol=None, max_iter=1).fit(X, Y)
    with pytest.raises(TypeError, match="X is a sequence of chunks"):
        getattr(clf, method)(chunks)
    with pytest.raises(TypeError, match="X is a sequence of chunks"):
        clf.partial_fit(chunks, Y)


@pytest.mark.parametrize(
    "data",
    [
        [(1.0, 2.0), (3.0, 4.0)],
        ((1, 2, 3), (4, 5, 6)),
        [([1.0, 2.0], [3.0, 4.0])],
        [],
        {0: (X, Y)},
        "words",
        [X, X],
    ],
    ids=["pairs", "triples", "lists", "nothing", "mapping", "text", "arrays"],
)
def test_other_sequences_are_not_taken_for_chunks(data):
    refuse_chunks(data)
