"""DrLIM with losses of minibatches: what it learns, how it goes on, what it refuses."""

import pickle

import numpy as np
import pytest
from gradcheck import numerical_derivative
from jit_marks import needs_jit
from scipy import sparse
from sklearn.datasets import load_digits, load_iris
from sklearn.neighbors import KNeighborsClassifier

from skbackprop import DrLIM
from skbackprop.engine.debugging import executor, unwritten_memory
from skbackprop.engine.losses.batches import BarlowTwins, InfoNCE, VICReg
from skbackprop.inspection import input_gradient
from skbackprop.network import BatchNorm, Graph, Input, Linear, ReLU
from skbackprop.network.chain import mlp_graph

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
LOSSES = ["vicreg", "barlow_twins", "infonce"]
every_loss = pytest.mark.parametrize("loss", LOSSES)
X, y = load_iris(return_X_y=True)
PAIRS = np.array([(i, i + 1, 0) for i in range(0, 150, 2)])
GRAPH = sparse.csr_matrix((np.ones(75), PAIRS[:, :2].T), (150, 150))


def add_noise(X, random_state):
    return X + random_state.normal(scale=0.2, size=X.shape).astype(X.dtype)


def short(loss, **settings):
    standard = {"hidden_layer_sizes": 8, "max_iter": 3, "random_state": 0}
    return DrLIM(**{**standard, "loss": loss, **settings})


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@every_loss
def test_new_samples_of_one_kind_are_neighbors_in_the_map(loss, dtype):
    X, y = load_digits(n_class=4, return_X_y=True)
    X = X / 16
    drlim = DrLIM(8, loss=loss, dtype=dtype, max_iter=15, random_state=0)
    Z = drlim.fit(X[::2]).transform(X)
    assert Z.dtype == dtype
    model = KNeighborsClassifier(1).fit(Z[::2], y[::2])
    assert model.score(Z[1::2], y[1::2]) > 0.97


@every_loss
def test_what_views_change_is_gone_from_the_map(loss):
    rng = np.random.default_rng(0)
    kept, changed = rng.normal(size=(2, 200, 2))
    mixing = rng.normal(size=(4, 4))

    def views(X, random_state):
        hidden = X @ np.linalg.inv(mixing)
        hidden[:, 2:] = random_state.normal(size=(len(X), 2))
        return hidden @ mixing

    X = np.hstack([kept, changed]) @ mixing
    drlim = DrLIM(2, loss=loss, views=views, hidden_layer_sizes=(), tol=None)
    drlim.set_params(batch_size=50, max_iter=100, learning_rate_init=0.03)
    drlim.set_params(random_state=0)
    Z = drlim.fit_transform(X)
    with_bias = np.hstack([kept, changed, np.ones((200, 1))])
    matrix = np.linalg.lstsq(with_bias, Z, rcond=None)[0]  # the map is linear
    of_kept, of_changed = np.abs(np.linalg.svd(matrix[:2])[1]), matrix[2:4]
    assert of_kept.min() > 0.1 * of_kept.max()  # both, and not one of them twice
    assert np.abs(of_changed).max() < 0.2 * of_kept.min()


GIVEN = {
    "graph": {"pairs": GRAPH},
    "listed": {"pairs": PAIRS},
    "labels": {"y": y},
    "neighbors": {},
    "views": {},
}


def settings_of(kind):
    return {
        "similarity": "labels" if kind == "labels" else "neighbors",
        "views": add_noise if kind == "views" else None,
        "expander": (16, 8) if kind == "views" else None,
        "batch_size": 20,
        "n_iter_no_change": np.inf,
    }


@pytest.mark.parametrize("kind", GIVEN)
@every_loss
@pytest.mark.parametrize(
    "options", [{}, {"early_stopping": True, "validation_fraction": 0.4}], ids=str
)
def test_three_epochs_and_three_more_are_six(kind, loss, options):
    settings = {**settings_of(kind), **options}
    twice = short(loss, warm_start=True, **settings)
    twice.fit(X, **GIVEN[kind]).fit(X, **GIVEN[kind])
    once = short(loss, **settings, max_iter=6).fit(X, **GIVEN[kind])
    np.testing.assert_array_equal(twice.transform(X), once.transform(X))
    assert twice.loss_curve_ == once.loss_curve_
    assert len(once.loss_curve_) == 6
    assert twice.t_ == once.t_


@pytest.mark.parametrize("kind", GIVEN)
@pytest.mark.parametrize("random_state", [0, None])
def test_a_checkpoint_is_gone_on_with(kind, random_state, tmp_path):
    settings = {**settings_of(kind), "checkpoint": tmp_path / "checkpoint"}
    settings["random_state"] = random_state
    half = short("vicreg", **settings).fit(X, **GIVEN[kind])
    whole = short("vicreg", **settings, max_iter=6).fit(X, **GIVEN[kind])
    assert whole.loss_curve_[:3] == half.loss_curve_
    assert len(whole.loss_curve_) == 6
    if random_state is not None:
        del settings["checkpoint"]
        once = short("vicreg", **settings, max_iter=6).fit(X, **GIVEN[kind])
        assert whole.loss_curve_ == once.loss_curve_
    with pytest.raises(ValueError, match="differs in X"):
        short("vicreg", **settings_of(kind), max_iter=6, random_state=0).set_params(
            checkpoint=tmp_path / "checkpoint", random_state=random_state
        ).fit(X + 1, **GIVEN[kind])


@needs_jit
@pytest.mark.parametrize("kind", GIVEN)
@every_loss
def test_both_executors_learn_the_same(kind, loss):
    settings = {**settings_of(kind), "early_stopping": True, "validation_fraction": 0.4}
    compiled = short(loss, **settings).fit(X, **GIVEN[kind])
    with executor("reference"):
        plain = short(loss, **settings).fit(X, **GIVEN[kind])
    Z = plain.transform(X)
    # Adam divides by gradients, some of which are nothing but rounding at first.
    np.testing.assert_allclose(compiled.transform(X), Z, rtol=1e-6, atol=1e-7)
    for name in ("loss", "penalty", "gradient_norm", "validation_loss"):
        found, expected = compiled.history_[name], plain.history_[name]
        np.testing.assert_allclose(found, expected, rtol=1e-7)


@needs_jit
@every_loss
def test_what_nobody_wrote_is_not_read(loss):
    def fit(number):
        with unwritten_memory(number):
            return short(loss, n_components=3, **settings_of("views")).fit(X)

    np.testing.assert_array_equal(fit(1e3).transform(X), fit(-7.0).transform(X))


@pytest.mark.parametrize(
    "loss", [VICReg(1.0, 2.0, 3.0), BarlowTwins(0.1), InfoNCE(0.2)], ids=repr
)
def test_the_loss_of_an_epoch_is_the_mean_of_those_of_its_minibatches(loss):
    # A rate so small that the network stays as it is.
    drlim = short(loss, shuffle=False, batch_size=25, learning_rate_init=1e-300)
    drlim.set_params(max_iter=1, alpha=0.5).fit(X, pairs=PAIRS)
    Z = drlim.transform(X)
    rows = PAIRS[:, :2].reshape(3, 25, 2).transpose(0, 2, 1).reshape(3, 50)
    expected = np.mean([loss.of_group(Z[own], None)[0] for own in rows])
    squares = sum((w**2).sum() for w in drlim.coefs_)
    penalty = 0.5 / 2 * squares / 25  # pairs of a minibatch
    np.testing.assert_allclose(drlim.history_["penalty"], [penalty], rtol=1e-12)
    np.testing.assert_allclose(drlim.loss_, expected + penalty, rtol=1e-12)


def test_pairs_are_what_is_counted():
    drlim = short("vicreg", batch_size=20, max_iter=4).fit(X, pairs=PAIRS)
    assert (drlim.n_pairs_, drlim.t_) == (75, 300)
    drlim.partial_fit(X, pairs=PAIRS[:30])
    assert drlim.t_ == 330
    with pytest.warns(UserWarning, match="clipped"):
        short("vicreg", batch_size=76).fit(X, pairs=PAIRS)


@every_loss
def test_the_validation_loss_is_that_of_the_minibatches_held_out(loss):
    settings = {"early_stopping": True, "validation_fraction": 0.5, "alpha": 0}
    drlim = short(loss, batch_size=20, learning_rate_init=1e-300, **settings)
    drlim.fit(X, pairs=PAIRS)
    np.testing.assert_array_equal(np.isfinite(drlim.validation_loss_curve_), True)
    scores = -np.array(drlim.validation_loss_curve_)
    np.testing.assert_array_equal(drlim.validation_scores_, scores)
    assert drlim.t_ == len(drlim.loss_curve_) * (75 - 2 * 19)


@every_loss
@pytest.mark.parametrize("solver", ["lbfgs", "sgd", "adamw"])
def test_the_loss_falls_with_every_solver(solver, loss):
    rate = 1e-4 if solver == "sgd" else 0.01
    settings = {"solver": solver, "batch_size": 25, "learning_rate_init": rate}
    begin = short(loss, **settings, max_iter=1).fit(X)
    assert short(loss, **settings, max_iter=20).fit(X).loss_ < begin.loss_


def test_partial_fit_draws_other_views_each_time():
    seen = []

    def views(X, random_state):
        seen.append(random_state.normal())
        return X

    drlim = short("vicreg", views=views)
    drlim.partial_fit(X).partial_fit(X)
    assert len(seen) == 8  # two views to begin with, and two of each epoch
    assert len(set(seen[2:4] + seen[6:])) == 4


def test_sparse_samples_are_mapped_as_dense_ones_are():
    dense = short("vicreg").fit_transform(X, pairs=GRAPH)
    found = short("vicreg").fit_transform(sparse.csr_matrix(X), pairs=GRAPH)
    np.testing.assert_allclose(found, dense, rtol=1e-6, atol=1e-9)


# The expander


def plain_map(drlim, X):
    """Return the map of a network with one hidden layer, by its first two layers."""
    hidden = np.maximum(0, X @ drlim.coefs_[0] + drlim.intercepts_[0])
    return hidden @ drlim.coefs_[1] + drlim.intercepts_[1]


@pytest.mark.parametrize("loss", [*LOSSES, "contrastive"])
def test_the_expander_is_left_out_of_the_map(loss):
    drlim = short(loss, n_components=3, expander=(7, 5)).fit(X)
    assert [w.shape for w in drlim.coefs_] == [(4, 8), (8, 3), (3, 7), (7, 5)]
    np.testing.assert_allclose(drlim.transform(X), plain_map(drlim, X), rtol=1e-12)
    names = [f"drlim{i}" for i in range(3)]
    assert drlim.get_feature_names_out().tolist() == names
    frame = drlim.set_output(transform="pandas").transform(X)
    assert frame.columns.tolist() == names


def test_an_expander_of_one_layer_is_linear_and_goes_behind_any_graph():
    drlim = short("vicreg", graph=mlp_graph, hidden_layer_sizes=(100,), expander=6)
    assert drlim.fit(X).transform(X).shape == (150, 2)
    ends = ["3 = Linear(n_units=2)(2)", "4 = Linear(n_units=6)(3)"]
    assert str(drlim.graph_).splitlines()[-2:] == ends


def test_a_graph_may_compare_the_rows_of_a_minibatch():
    def build(n_features, n_outputs):
        hidden = ReLU()(BatchNorm()(Linear(8)(Input(n_features))))
        return Graph(Linear(n_outputs)(hidden))

    drlim = short("vicreg", graph=build, hidden_layer_sizes=(100,)).fit(X)
    assert np.isfinite(drlim.transform(X)).all()


def test_a_map_with_an_expander_is_kept(tmp_path):
    drlim = short("infonce", expander=(7,), views=add_noise).fit(X)
    Z = drlim.transform(X)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(drlim)).transform(X), Z)
    with pytest.raises(TypeError, match="views"):
        drlim.save(tmp_path / "map")
    drlim.set_params(views=None).save(tmp_path / "map")
    loaded = DrLIM.load(tmp_path / "map")
    np.testing.assert_array_equal(loaded.transform(X), Z)
    assert loaded.expander == (7,)
    drlim.set_params(expander=None)  # which is about the next fit
    np.testing.assert_array_equal(drlim.transform(X), Z)


def test_another_expander_is_another_network():
    drlim = short("vicreg", expander=(7,), warm_start=True).fit(X)
    for changed in ({"expander": (6,)}, {"expander": None}, {"loss": "infonce"}):
        with pytest.raises(ValueError, match="fitted before|before, |previous fit"):
            drlim.set_params(expander=(7,), loss="vicreg").set_params(**changed).fit(X)


def test_the_input_gradient_is_that_of_the_map():
    drlim = short("vicreg", n_components=3, expander=(7,), activation="tanh").fit(X)
    direction = np.random.default_rng(0).normal(size=X.shape)
    expected = numerical_derivative(drlim.transform, X, direction)[:, 1]
    found = (input_gradient(drlim, X, target=1) * direction).sum(axis=1)
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9)


# What cannot be meant


@pytest.mark.parametrize(
    ("settings", "given", "message"),
    [
        ({"batch_size": 1}, {}, "batch_size must be .*loss='vicreg' compares"),
        ({"n_candidates": 5}, {}, "n_candidates=5 concerns dissimilar"),
        ({"n_dissimilar": 2}, {}, "n_dissimilar=2 concerns dissimilar"),
        ({}, {"pairs": [(0, 1, 0), (2, 3, 0), (4, 5, 1)]}, "pairs has 1 of Y = 1"),
        ({}, {"pairs": [(0, 1, 0)]}, "there is only 1"),
        ({"similarity": "labels"}, {"y": np.arange(150)}, "no similar"),
        ({"views": add_noise}, {"pairs": PAIRS}, "views and pairs contradict"),
        ({"views": add_noise, "similarity": "labels"}, {"y": y}, "contradict"),
        ({"views": add_noise, "loss": "contrastive"}, {}, "loss of minibatches"),
        ({"views": lambda X, rng: X[:5]}, {}, "must keep the shape"),
        ({"views": "noise"}, {}, "views"),
        ({"expander": (5, 0)}, {}, "expander must be > 0"),
        ({"expander": 2.5}, {}, "expander"),
        ({"loss": "simclr"}, {}, "loss"),
        ({"solver": "sdlm"}, {}, "sdlm"),
        ({"early_stopping": True, "batch_size": 100}, {}, "two minibatches at least"),
        ({"scoring": "r2", "early_stopping": True}, {}, "scoring"),
    ],
)
def test_what_cannot_be_meant_is_refused(settings, given, message):
    with pytest.raises(ValueError, match=message):
        short(**{"loss": "vicreg", **settings}).fit(X, **given)


def test_views_of_sparse_samples_are_refused():
    with pytest.raises(ValueError, match="dense X"):
        short("vicreg", views=add_noise).fit(sparse.csr_matrix(X))


def test_views_that_take_no_random_state_are_refused():
    with pytest.raises(TypeError, match=r"must take \(X, random_state\)"):
        short("vicreg", views=lambda X: X).fit(X)


def test_labels_may_be_of_one_kind_as_no_dissimilar_pairs_are_needed():
    drlim = short("vicreg", similarity="labels").fit(X, np.zeros(150))
    assert np.isfinite(drlim.transform(X)).all()


@every_loss
def test_features_and_outputs_that_are_constant_give_numbers(loss):
    constant = np.hstack([X, np.ones((150, 1))])
    drlim = short(loss, n_components=20).fit(constant)
    assert np.isfinite(drlim.transform(constant)).all()
    assert np.isfinite(drlim.loss_)
