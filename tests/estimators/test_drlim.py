"""DrLIM: what pairs it draws, what it learns, and what it refuses."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.datasets import load_digits
from sklearn.neighbors import KNeighborsClassifier

from skbackprop import DrLIM
from skbackprop.estimators.pairs import ListedPairs, SameLabel, SimilarityGraph

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def digits(n=150):
    X, y = load_digits(return_X_y=True)
    chosen = np.flatnonzero((y == 4) | (y == 9))[: 2 * n]
    return X[chosen] / 16, y[chosen]


X, y = digits()
LISTED = np.array([(i, i + 1, i % 2) for i in range(200)])
GRAPH = sparse.random(300, 300, 0.01, random_state=0, format="csr")


def relation_cases():
    return [
        SimilarityGraph(GRAPH),
        SimilarityGraph(sparse.csr_matrix(1.0 - np.eye(9) - np.eye(9, k=4))),
        SameLabel(y, 3),
    ]


@pytest.mark.parametrize("relation", relation_cases(), ids=type)
def test_what_is_drawn_is_what_it_should_be(relation):
    random_state = np.random.RandomState(0)
    if isinstance(relation, SameLabel):
        are_similar = y[:, np.newaxis] == y
    else:
        n = relation.n_samples
        are_similar = np.zeros((n, n), bool)
        are_similar[tuple(relation._pairs.T)] = True
        are_similar |= are_similar.T
    i, j = relation.draw_similar(random_state).T
    assert are_similar[i, j].all()
    assert (i != j).all()
    rows = np.flatnonzero(relation.has_dissimilar).repeat(5)
    others = relation.draw_dissimilar(rows, random_state)
    assert not are_similar[rows, others].any()
    assert (rows != others).all()


def test_listed_pairs_are_drawn_from_themselves():
    pairs = np.array([[0, 1], [1, 2], [3, 1]])
    relation = ListedPairs(pairs, np.array([False, True, True]), 5)
    others = relation.draw_dissimilar(np.ones(50, int), np.random.RandomState(0))
    assert set(others) == {2, 3}
    np.testing.assert_array_equal(relation.has_dissimilar, [0, 1, 1, 1, 0])


@pytest.mark.parametrize("loss", ["contrastive", "logistic", "triplet"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_new_samples_of_one_kind_are_neighbors_in_the_map(loss, dtype):
    drlim = DrLIM(
        loss=loss, max_iter=30, learning_rate_init=0.01, dtype=dtype, random_state=0
    )
    Z = drlim.fit(X[::2]).transform(X)
    assert Z.dtype == dtype
    model = KNeighborsClassifier().fit(Z[::2], y[::2])
    assert model.score(Z[1::2], y[1::2]) > 0.9


@pytest.mark.parametrize(
    "given",
    [
        {"pairs": GRAPH},
        {"pairs": LISTED},
        {"pairs": (LISTED[:, :2], LISTED[:, 2])},
        {"y": y},
        {},
    ],
    ids=["graph", "listed", "tuple", "labels", "neighbors"],
)
@pytest.mark.parametrize("loss", ["contrastive", "triplet"])
@pytest.mark.parametrize("options", [{}, {"early_stopping": True}], ids=str)
def test_ten_epochs_and_ten_more_are_twenty(given, loss, options):
    similarity = "labels" if "y" in given else "neighbors"
    settings = {
        **options,
        "hidden_layer_sizes": 8,
        "loss": loss,
        "similarity": similarity,
        "random_state": 0,
        "n_iter_no_change": np.inf,
    }
    twice = DrLIM(max_iter=10, warm_start=True, **settings)
    twice.fit(X, **given).fit(X, **given)
    once = DrLIM(max_iter=20, **settings).fit(X, **given)
    np.testing.assert_array_equal(twice.transform(X), once.transform(X))
    assert twice.loss_curve_ == once.loss_curve_
    assert len(once.loss_curve_) == 20


def test_sparse_samples_are_mapped_as_dense_ones_are():
    settings = {"max_iter": 5, "random_state": 0}
    # Not by neighbors: ties among these are broken otherwise where X is sparse.
    dense = DrLIM(**settings).fit_transform(X, pairs=GRAPH)
    found = DrLIM(**settings).fit_transform(sparse.csr_matrix(X), pairs=GRAPH)
    np.testing.assert_allclose(found, dense, rtol=1e-6, atol=1e-9)


def test_hard_negatives_are_closer_than_others():
    from skbackprop.estimators.pairs import PairSampler

    points = X[:, :2]
    distances = []
    for n_candidates in (1, 10):
        sampler = PairSampler(SimilarityGraph(GRAPH), False, 1, n_candidates)
        drawn = sampler.draw(np.random.RandomState(0), lambda: points)[1::2]
        gaps = points[drawn[:, 0]] - points[drawn[:, 1]]
        distances.append(np.linalg.norm(gaps, axis=1).mean())
    assert distances[1] < 0.5 * distances[0]


@pytest.mark.parametrize("solver", ["lbfgs", "sgd"])
def test_the_loss_falls_with_every_solver(solver):
    drlim = DrLIM(solver=solver, max_iter=20, random_state=0).fit(X)
    assert drlim.loss_ < DrLIM(solver=solver, max_iter=1, random_state=0).fit(X).loss_


@pytest.mark.parametrize(
    ("settings", "given", "message"),
    [
        ({"n_neighbors": 300}, {}, "n_neighbors=300 must be less"),
        ({"margin": 0.0}, {}, "margin"),
        ({"similarity": "labels"}, {}, "needs y"),
        ({"similarity": "labels"}, {"y": np.zeros(300)}, "only similar"),
        ({"similarity": "labels"}, {"y": np.arange(300)}, "no similar"),
        ({"similarity": "labels"}, {"y": y, "pairs": LISTED}, "contradict"),
        ({}, {"pairs": LISTED[::2]}, "only similar"),
        ({}, {"pairs": LISTED[1::2]}, "no similar"),
        ({}, {"pairs": [[0, 300, 0]]}, "from 0 to 299"),
        ({}, {"pairs": [[0, -1, 0]]}, "from 0 to 299"),
        ({}, {"pairs": [[0, 1, 2]]}, "must be 0 for similar"),
        ({}, {"pairs": [[0, 0, 1]]}, "with itself"),
        ({}, {"pairs": [[0, 1]]}, "shape"),
        ({}, {"pairs": GRAPH[:100]}, "sparse matrix"),
        ({"graph": lambda n, m: None}, {}, "must return a Graph"),
        ({"graph": lambda n, m: None, "dropout": 0.5}, {}, "contradict"),
        ({"n_candidates": 5, "solver": "lbfgs"}, {}, "n_candidates=5"),
        ({"scoring": "r2", "early_stopping": True}, {}, "scoring"),
    ],
)
def test_what_cannot_be_meant_is_refused(settings, given, message):
    with pytest.raises((ValueError, TypeError), match=message):
        DrLIM(**settings).fit(X, **given)


def test_rows_that_are_all_the_same_are_refused():
    with pytest.raises(ValueError, match="X is constant"):
        DrLIM().fit(np.ones((20, 3)))


def test_a_graph_of_the_wrong_width_is_refused():
    from skbackprop.network.chain import mlp_graph

    with pytest.raises(ValueError, match=r"reads 3 column\(s\)"):
        DrLIM(graph=mlp_graph(3, 2)).fit(X)
    assert DrLIM(graph=mlp_graph, max_iter=2).fit(X).transform(X).shape == (300, 2)
