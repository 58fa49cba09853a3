"""Hidden representations: what `transform` of a fitted network returns."""

import pickle
import tracemalloc

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn import config_context
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from skbackprop import (
    MLPClassifier,
    MLPRegressor,
    NetworkClassifier,
    NetworkRegressor,
    RecurrentClassifier,
    RecurrentRegressor,
)
from skbackprop.inspection import vjp
from skbackprop.network import Add, Graph, Input, Linear, Multiply, ReLU, Tanh

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 6))
y = (X[:, 0] * X[:, 1] > 0).astype(int)
LABELS = np.array(["a", "b", "c"])[RNG.integers(3, size=60)]
SETTINGS = {"max_iter": 2, "random_state": 0}


def residual(n_features, n_outputs):
    h = Tanh()(Linear(5)(Input(n_features)))
    return Graph(Linear(n_outputs)(Add()(ReLU()(Linear(5)(h)), h)))


def mlp(**settings):
    return MLPClassifier((7, 4), activation="tanh", **{**SETTINGS, **settings})


def hidden_by_hand(net, X, n_layers):
    for weight, bias in zip(
        net.coefs_[:n_layers], net.intercepts_[:n_layers], strict=True
    ):
        X = np.tanh(X @ weight + bias)
    return X


@pytest.mark.parametrize(("layer", "n_layers"), [(0, 1), (1, 2), (-1, 2), (-2, 1)])
def test_layer_k_of_an_mlp_is_its_kth_hidden_layer(layer, n_layers):
    net = mlp().fit(X, LABELS)
    assert_allclose(net.transform(X, layer), hidden_by_hand(net, X, n_layers), 1e-12)


@pytest.mark.parametrize(
    "estimator",
    [
        mlp(),
        MLPRegressor(hidden_layer_sizes=(7, 4), **SETTINGS),
        NetworkClassifier(residual, **SETTINGS),
        NetworkRegressor(residual, **SETTINGS),
        RecurrentClassifier((5, 4), n_timesteps=3, **SETTINGS),
        RecurrentClassifier((5,), bidirectional=True, readout="mean", **SETTINGS),
        RecurrentRegressor((5,), readout="max", cell="lstm", **SETTINGS),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_the_output_layer_reads_what_is_returned_by_default(estimator):
    estimator.fit(X, y)
    program = estimator._program
    last = program.instructions[-1]
    weight, bias = (program.blocks[i].view(estimator._parameters) for i in last.blocks)
    logits = estimator.transform(X) @ weight + bias
    if hasattr(estimator, "classes_"):
        expected = estimator.predict_log_proba(X) @ [[-1], [1]]
    else:
        expected = estimator.predict(X)[:, np.newaxis]
    assert_allclose(logits, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("readout", ["last", "mean", "max"])
def test_lower_recurrent_layers_are_read_like_the_last(readout):
    """The first of two layers is that of a net of one layer with its weights."""
    settings = {"readout": readout, "n_timesteps": 3, "bidirectional": True}
    deep = RecurrentClassifier((4, 5), **settings, **SETTINGS).fit(X, y)
    flat = RecurrentClassifier((4,), **settings, **SETTINGS).fit(X, y)
    sources = deep._program.views(deep._parameters)
    for target in flat._program.views(flat._parameters):
        if target.shape in {source.shape for source in sources}:
            (index, *_) = [
                i for i, source in enumerate(sources) if source.shape == target.shape
            ]
            target[...] = sources.pop(index)
    assert_array_equal(deep.transform(X, layer=0), flat.transform(X))
    assert deep.transform(X, layer=0).shape == (60, 8)


def test_hidden_layers_of_a_graph_are_what_linear_modules_read():
    net = NetworkRegressor(residual, **SETTINGS).fit(X, y)
    signals, _, _ = vjp(net, X, np.ones((60, 1)))
    assert_allclose(net.transform(X, layer=0), signals[2], rtol=1e-12)
    assert_allclose(net.transform(X, layer=1), signals[5], rtol=1e-12)


def test_any_node_of_a_graph_may_be_named():
    x = Input(6)
    h = Linear(3)(x)
    squared = Multiply()(h, h)
    net = NetworkRegressor(Graph(Linear(1)(squared)), **SETTINGS).fit(X, y)
    assert_array_equal(net.transform(X, h) ** 2, net.transform(X, squared))
    assert_array_equal(net.transform(X, "z[1]"), net.transform(X, h))
    assert_array_equal(net.transform(X, "output")[:, 0], net.predict(X))
    assert len(net.get_feature_names_out(layer=h)) == 3


@pytest.mark.parametrize("return_sequences", [False, True])
def test_padding_changes_nothing(return_sequences):
    short, long = X[:30].reshape(30, 3, 2), X[30:].reshape(15, 6, 2)
    sequences = [*short, *long]
    steps = [np.zeros(len(s), int) for s in sequences]
    steps[0][0] = 1
    target = steps if return_sequences else y[:45]
    net = RecurrentClassifier((5,), return_sequences=return_sequences, **SETTINGS)
    together = net.fit(sequences, target).transform(sequences)
    alone = [*net.transform(short), *net.transform(long)]
    for one, other in zip(together, alone, strict=True):
        assert_allclose(one, other, rtol=1e-12)


def test_steps_of_sequences_have_representations_of_their_own():
    sequences = X.reshape(20, 9, 2)
    net = RecurrentRegressor((5, 4), return_sequences=True, **SETTINGS)
    net.fit(sequences, sequences[:, :, 0])
    assert net.transform(sequences).shape == (20, 9, 4)
    assert net.transform(sequences, layer=0).shape == (20, 9, 5)
    weight, bias = (v for v in net._program.views(net._parameters) if v.shape[-1] == 1)
    outputs = net.transform(sequences) @ weight + bias
    assert_allclose(outputs[..., 0], net.predict(sequences), rtol=1e-9)
    with pytest.raises(ValueError, match=r"return_sequences.*set_output"):
        net.set_output(transform="pandas").transform(sequences)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_dtype_is_kept(dtype):
    net = mlp().fit(X.astype(dtype), y)
    assert net.transform(X.astype(dtype)).dtype == dtype
    assert mlp(dtype=dtype).fit(X, y).transform(X).dtype == dtype


@pytest.mark.parametrize("kind", [sparse.csr_matrix, sparse.csc_array])
def test_sparse_samples_are_represented_like_dense_ones(kind):
    net = mlp().fit(X, y)
    few = np.where(X > 0.5, X, 0)
    for layer in (0, -1):
        found = net.transform(kind(few), layer)
        assert_allclose(found, net.transform(few, layer), rtol=1e-12, atol=1e-15)


def test_dropout_is_for_training_only():
    net = mlp(dropout=(0.2, 0.5, 0.5)).fit(X, y)
    assert_allclose(net.transform(X), hidden_by_hand(net, X, 2), rtol=1e-12)


def test_memory_does_not_grow_with_the_number_of_samples():
    net = MLPClassifier((500, 2), **SETTINGS).fit(X, y)
    many = np.tile(X, (2000, 1))
    net.transform(many[:10])
    tracemalloc.start()
    result = net.transform(many)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2.5 * result.nbytes + 2**23 < 500 * 8 * len(many) / 4


@pytest.mark.parametrize("layer", [0, -1])
@pytest.mark.parametrize("container", ["pandas", "polars"])
def test_data_frames_have_a_column_for_each_unit(container, layer):
    pytest.importorskip(container)
    net = mlp().fit(X, y)
    values = net.transform(X, layer)
    frame = net.set_output(transform=container).transform(X, layer)
    assert list(frame.columns) == list(net.get_feature_names_out(layer=layer))
    assert list(frame.columns[:2]) == ["mlpclassifier0", "mlpclassifier1"]
    assert_array_equal(np.asarray(frame), values)
    assert type(net.fit_transform(X, y)) is type(frame)


def test_data_frames_keep_their_index():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(X, index=np.arange(100, 160)).add_prefix("x")
    net = mlp().set_output(transform="pandas").fit(frame, y)
    assert net.transform(frame).index.equals(frame.index)
    with pytest.raises(ValueError, match="input_features"):
        net.get_feature_names_out(["other"] * 6)


def test_a_network_extracts_features_in_a_pipeline():
    model = make_pipeline(StandardScaler(), mlp(), LogisticRegression()).fit(X, y)
    scaler, net, last = (step for _, step in model.steps)
    expected = last.predict(net.transform(scaler.transform(X)))
    assert_array_equal(model.predict(X), expected)
    clone(model).fit(X, y)


def test_the_layer_is_routed_where_it_is_asked_for():
    with config_context(enable_metadata_routing=True):
        net = mlp().set_transform_request(layer=True)
        model = make_pipeline(StandardScaler(), net).fit(X, y)
        assert model.transform(X, layer=0).shape == (60, 7)
        assert model.transform(X).shape == (60, 4)


def test_a_network_fitted_before_stays_as_it_is():
    net = mlp().fit(X, y)
    before = net.transform(X)
    model = make_pipeline(FrozenEstimator(net), Ridge()).fit(X, X[:, 0])
    assert_array_equal(net.transform(X), before)
    lower = FunctionTransformer(net.transform, kw_args={"layer": 0})
    assert make_pipeline(lower, Ridge()).fit(X, X[:, 0])[-1].coef_.shape == (7,)
    assert model[-1].coef_.shape == (4,)


def test_a_pickled_network_extracts_the_same_features():
    net = mlp().fit(X, y)
    assert_array_equal(pickle.loads(pickle.dumps(net)).transform(X), net.transform(X))


@pytest.mark.parametrize(
    ("estimator", "layer", "message"),
    [
        (mlp(), 2, r"layer=2 does not exist: .* 2 hidden layer\(s\), 0 to 1"),
        (mlp(), -3, "layer=-3 does not exist"),
        (MLPClassifier((), **SETTINGS), -1, r"0 hidden layer\(s\)\. Any node"),
        (mlp(), "z[0]", "layer='z.0.' must be the number of a hidden layer"),
        (mlp(), "w[1]", "layer='w.1.' must be"),
        (mlp(), "z[9]", "9 is not a node"),
        (RecurrentClassifier((5,), **SETTINGS), 1, "layer=1 does not exist"),
        (RecurrentClassifier((5,), **SETTINGS), "z[1]", "index of a recurrent layer"),
    ],
    ids=str,
)
def test_layers_that_do_not_exist_are_refused(estimator, layer, message):
    estimator.fit(X, y)
    for method in (
        lambda: estimator.transform(X, layer=layer),
        lambda: estimator.get_feature_names_out(layer=layer),
    ):
        with pytest.raises(ValueError, match=message):
            method()
