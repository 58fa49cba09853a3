"""Files: whole or not at all, without pickle, and nothing but what was asked for."""

import json
import pathlib
import pickle
import zipfile

import numpy as np
import pandas as pd
import pytest
import recurrent_tasks
from module_cases import CASES
from random_graphs import LOSSES, random_dag, random_graph
from tasks import TASKS, assert_bitwise_same_network

from skbackprop import MLPClassifier, MLPRegressor, NetworkClassifier
from skbackprop.engine import schedules
from skbackprop.fitting.storage import files
from skbackprop.fitting.storage.encoding import Decoder, Encoder, registry
from skbackprop.network import Dropout, Graph, Input, Linear, ReLU

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
TASK = TASKS["multiclass"]


def saved(path, **settings):
    """Return an estimator that can go on, and that was saved to a path."""
    settings = {"warm_start": True, "early_stopping": True, "max_iter": 3, **settings}
    estimator = TASK.ours(**settings).fit(TASK.X, TASK.y)
    estimator.save(path)
    return estimator


def through_codec(value):
    encoder = Encoder(registry())
    text = json.dumps(encoder.encode(value, "parameters.value"), allow_nan=False)
    return Decoder(registry(), encoder.arrays.__getitem__).decode(json.loads(text))


# What can be stored


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, 3, 10**30, 0.1, -0.0, "text", np.inf, -np.inf),
        *([1, [2.5, "a"]], (1, (2,)), [], (), {}, {1: "a", "b": (None,), 2.5: [1]}),
        *(np.float32(0.1), np.int8(3), np.bool_(True), np.str_("a")),
        pathlib.Path("a") / "b",
    ],
    ids=repr,
)
def test_plain_values_come_back_as_what_they_were(value):
    back = through_codec(value)
    assert back == value
    assert type(back) is type(value)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6.0).reshape(2, 3),
        np.arange(6, dtype=np.float32).reshape(2, 3).T,
        np.array(["a", "bcd"]),
        np.array([True, False]),
        np.array(["a", 1, None, 2.5], dtype=object),
        np.array([["a", "b"]], dtype=object),
        np.array(["2020-01-01"], dtype="datetime64[D]"),
        np.empty((0, 3)),
        np.array(np.nan),
    ],
    ids=repr,
)
def test_arrays_come_back_as_what_they_were(array):
    back = through_codec(array)
    np.testing.assert_array_equal(back, array)
    assert back.dtype == array.dtype


@pytest.mark.parametrize("name", ["MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64"])
def test_random_states_go_on_where_they_were(name):
    one = np.random.RandomState(getattr(np.random, name)(3))
    one.normal(size=7)  # an odd number: the eighth is kept for later
    back, again = through_codec([one, one])
    assert back is again
    np.testing.assert_array_equal(back.normal(size=700), one.normal(size=700))


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("make", [random_graph, random_dag])
def test_graphs_come_back_as_data_with_their_shared_modules(make, seed):
    graph = make(seed)
    back = through_codec(graph)
    assert back == graph
    assert len({id(module) for module in back.modules}) == len(graph.modules)


@pytest.mark.parametrize("module", dict.fromkeys(m for m, _ in CASES), ids=repr)
def test_every_module_comes_back(module):
    assert through_codec(module) == module


@pytest.mark.parametrize(
    "row",
    [
        *(schedules.named(name, 9) for name in schedules.NAMES),
        schedules.Warmup(schedules.Cosine(7, 1.5, 0.1), 3),
        *LOSSES,
    ],
    ids=repr,
)
def test_every_schedule_and_loss_comes_back(row):
    assert through_codec(row) == row


def test_each_name_in_a_file_means_one_class():
    classes = list(registry().values())
    assert len(set(classes)) == len(classes)
    for one in classes:
        assert one.__module__.startswith("skbackprop.")
    for wanted in (*(type(m) for m, _ in CASES), *(type(x) for x in LOSSES)):
        assert registry()[wanted.__name__] is wanted


def test_what_occurs_twice_is_still_one_object():
    curve, graph = [1.0, 2.0], random_graph(0)
    value = {"a": curve, "b": [curve, (curve, graph)], "c": {"graph": graph}}
    value["d"] = value["c"]
    back = through_codec(value)
    assert back == value
    assert back["a"] is back["b"][0] is back["b"][1][0]
    assert back["b"][1][1] is back["c"]["graph"]
    assert back["d"] is back["c"]
    assert back["a"] is not back["c"]


# Estimators


@pytest.mark.parametrize("sequences", ["X", "RAGGED"])
@pytest.mark.parametrize("by_steps", [False, True])
@pytest.mark.parametrize("name", recurrent_tasks.TASKS)
def test_recurrent_networks_come_back_and_go_on(name, by_steps, sequences, tmp_path):
    X = getattr(recurrent_tasks, sequences)
    y = recurrent_tasks.targets_for(name, X, by_steps)
    ours = recurrent_tasks.estimator_for(
        name, return_sequences=by_steps, warm_start=True, bidirectional=True
    ).fit(X, y)
    ours.save(tmp_path / "net")
    loaded = type(ours).load(tmp_path / "net")
    recurrent_tasks.assert_same_outputs(loaded, ours, X)
    recurrent_tasks.assert_same_outputs(loaded.fit(X, y), ours.fit(X, y), X)


@pytest.mark.parametrize(
    "labels",
    [
        np.array(["ant", "bee", "cicada"]),
        np.array(["ant", "bee", "cicada"], dtype=object),
        np.array([-1, 5, 7], dtype=np.int8),
        np.array([1.0, 2.0, 5.0], dtype=np.float32),
        np.array([False, True, True]),
    ],
    ids=lambda labels: str(labels.dtype),
)
def test_labels_of_any_kind_come_back(labels, tmp_path):
    names = [f"column {i}" for i in range(8)]
    frame, y = pd.DataFrame(TASK.X, columns=names), labels[TASK.y]
    ours = TASK.ours(random_state=np.random.RandomState(5), warm_start=True)
    ours.fit(frame, y).save(tmp_path / "net")
    loaded = MLPClassifier.load(tmp_path / "net")
    assert loaded.feature_names_in_.tolist() == names
    assert loaded.classes_.dtype == ours.classes_.dtype
    assert loaded.predict(frame).dtype == ours.predict(frame).dtype
    assert_bitwise_same_network(loaded.fit(frame, y), ours.fit(frame, y))


def test_parameters_that_are_objects_come_back(tmp_path):
    x = Input(8)
    shared = Linear(8)
    graph = Graph(Linear(3)(Dropout(0.25)(shared(ReLU()(shared(x))))))
    ours = NetworkClassifier(
        graph, learning_rate=schedules.Cosine(3), max_iter=4, random_state=0
    )
    ours.fit(TASK.X, TASK.y).save(tmp_path / "net")
    loaded = NetworkClassifier.load(tmp_path / "net")
    assert loaded.get_params() == ours.get_params()
    assert loaded.graph is loaded.graph_


def test_the_builder_of_this_package_may_be_named(tmp_path):
    ours = NetworkClassifier(max_iter=2).fit(TASK.X, TASK.y)
    ours.save(tmp_path / "net")
    loaded = NetworkClassifier.load(tmp_path / "net")
    assert loaded.graph is ours.graph
    np.testing.assert_array_equal(loaded.predict(TASK.X), ours.predict(TASK.X))


def test_classes_of_users_are_saved_and_loaded_by_themselves(tmp_path):
    class Mine(MLPClassifier):
        pass

    Mine(max_iter=2).fit(TASK.X, TASK.y).save(tmp_path / "net")
    assert type(Mine.load(tmp_path / "net")) is Mine


def test_requests_for_metadata_come_back(tmp_path):
    import sklearn

    with sklearn.config_context(enable_metadata_routing=True):
        ours = MLPClassifier().set_fit_request(sample_weight="w")
        ours.set_score_request(sample_weight=False)
        ours.save(tmp_path / "net")
        loaded = MLPClassifier.load(tmp_path / "net")
        for method, expected in (("fit", "w"), ("score", False)):
            requests = getattr(loaded.get_metadata_routing(), method).requests
            assert requests["sample_weight"] == expected


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"learning_rate": lambda epochs: 1.0}, "learning_rate=.*Schedule of skback"),
        (
            {"learning_rate": schedules.Custom(abs)},
            "learning_rate.function=.*code.*Use a Sch",
        ),
        ({"scoring": len}, "scoring=.*code.*Use the name"),
        ({"activation": [object()]}, "activation.0=.*of type object"),
        ({"hidden_layer_sizes": np.array([object()])}, "hidden_layer_sizes=.*object"),
        (
            {"hidden_layer_sizes": np.ma.array([3])},
            "(?s)hidden_layer_sizes=.*MaskedArray",
        ),
    ],
)
def test_what_cannot_be_stored_is_named_and_nothing_is_written(
    settings, message, tmp_path
):
    with pytest.raises(TypeError, match=message):
        MLPClassifier(**settings).save(tmp_path / "net")
    assert list(tmp_path.iterdir()) == []


def test_a_builder_is_refused_but_the_graph_it_made_is_not(tmp_path):
    def build(n_features, n_outputs):
        return Graph(Linear(n_outputs)(ReLU()(Linear(5)(Input(n_features)))))

    ours = NetworkClassifier(build, max_iter=2, warm_start=True, random_state=0)
    ours.fit(TASK.X, TASK.y)
    with pytest.raises(TypeError, match=r"graph=.*set_params\(graph=estimator.graph_"):
        ours.save(tmp_path / "net")
    ours.set_params(graph=ours.graph_).save(tmp_path / "net")
    loaded = NetworkClassifier.load(tmp_path / "net")
    one, other = loaded.fit(TASK.X, TASK.y), ours.fit(TASK.X, TASK.y)
    np.testing.assert_array_equal(
        one.predict_proba(TASK.X), other.predict_proba(TASK.X)
    )


# How files are written


def test_a_file_is_arrays_without_pickle_beside_a_text(tmp_path):
    ours = saved(tmp_path / "net")
    with np.load(tmp_path / "net", allow_pickle=False) as found:
        text = json.loads(found["skbackprop.json"])
        arrays = {name: found[name] for name in found.files if name[-4:] != "json"}
    assert text["skbackprop"] == "MLPClassifier"
    assert text["content"]["parameters"]["dict"][0] == ["activation", "relu"]
    n_weights = sum(p.size for p in (*ours.coefs_, *ours.intercepts_))
    assert arrays["attributes._parameters"].shape == (n_weights,)
    assert not any(array.dtype.hasobject for array in arrays.values())


class _DiskFull(OSError):
    pass


@pytest.mark.parametrize("where", ["os.fsync", "os.replace"])
def test_what_goes_wrong_while_writing_leaves_the_old_file(
    where, tmp_path, monkeypatch
):
    ours = saved(tmp_path / "net")
    before = (tmp_path / "net").read_bytes()

    def fail(*args):
        raise _DiskFull

    with monkeypatch.context() as patch:
        patch.setattr(f"skbackprop.fitting.storage.files.{where}", fail)
        with pytest.raises(_DiskFull):
            ours.fit(TASK.X, TASK.y).save(tmp_path / "net")
    assert (tmp_path / "net").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["net"]


def test_a_file_is_replaced_and_a_link_stays_a_link(tmp_path):
    saved(tmp_path / "net", max_iter=1)
    try:
        (tmp_path / "link").symlink_to(tmp_path / "net")
    except OSError:
        pytest.skip("this system lets this user make no symbolic links")
    ours = saved(tmp_path / "link", max_iter=2)
    assert (tmp_path / "link").is_symlink()
    assert MLPClassifier.load(str(tmp_path / "net")).n_iter_ == ours.n_iter_ == 2


def test_a_folder_that_is_not_there_is_an_error_of_the_system(tmp_path):
    with pytest.raises(FileNotFoundError):
        saved(tmp_path / "nowhere" / "net")
    with pytest.raises(IsADirectoryError, match="is a folder, but must be a file"):
        saved(tmp_path)
    with pytest.raises(FileNotFoundError):
        MLPClassifier.load(tmp_path / "net")


# What is no file of ours


def test_another_class_is_refused_by_name(tmp_path):
    path, X = tmp_path / "net", recurrent_tasks.X
    y = recurrent_tasks.targets_for("binary", X, by_steps=False)
    recurrent_tasks.estimator_for("binary").fit(X, y).save(path)
    message = "net' is the file of a RecurrentClassifier, not of a MLPRegressor"
    with pytest.raises(ValueError, match=message):
        MLPRegressor.load(path)


@pytest.mark.parametrize("part", np.linspace(0, 0.999, 12))
def test_a_file_that_is_cut_off_is_refused(part, tmp_path):
    path = tmp_path / "net"
    saved(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(part * len(content))])
    with pytest.raises(ValueError, match=r"net'.* is damaged"):
        MLPClassifier.load(path)


@pytest.mark.parametrize("seed", range(40))
def test_a_changed_byte_is_found_or_changes_nothing(seed, tmp_path):
    path = tmp_path / "net"
    ours = saved(path)
    content = bytearray(path.read_bytes())
    rng = np.random.default_rng(seed)
    content[rng.integers(len(content))] ^= 1 << rng.integers(8)
    path.write_bytes(content)
    try:
        loaded = MLPClassifier.load(path)
    except ValueError as error:
        assert "net'" in str(error)
    else:
        np.testing.assert_array_equal(loaded.predict(TASK.X), ours.predict(TASK.X))


class _Bomb:
    def __reduce__(self):
        return pytest.fail, ("a file has run code",)


def test_foreign_files_are_refused_and_nothing_in_them_is_run(tmp_path):
    path = tmp_path / "net"
    foreign = [b"", b"some text", pickle.dumps(_Bomb())]
    for content in foreign:
        path.write_bytes(content)
        with pytest.raises(ValueError, match="was not written by skbackprop"):
            MLPClassifier.load(path)
    with open(path, "wb") as file:
        np.savez(file, coefs=np.ones(3))
    with pytest.raises(ValueError, match="was not written by skbackprop"):
        MLPClassifier.load(path)


def tampered(path, change=lambda content: None, arrays=None):
    """Rewrite a file with its text changed, or with other arrays."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    header = json.loads(members["skbackprop.json"])
    change(header)
    members["skbackprop.json"] = json.dumps(header).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    if arrays:
        replace_arrays(path, arrays)


def replace_arrays(path, arrays):
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            stem = name.removesuffix(".npy").rpartition(".")[2]
            if stem not in arrays:
                archive.writestr(name, content)
                continue
            with archive.open(name, "w") as member:
                np.lib.format.write_array(member, arrays[stem], allow_pickle=True)


def test_a_file_of_the_future_is_refused(tmp_path):
    saved(tmp_path / "net")
    tampered(tmp_path / "net", lambda header: header.update(schema=files.SCHEMA + 1))
    with pytest.raises(ValueError, match=r"schema 2.*up to 1.*Install a newer one"):
        MLPClassifier.load(tmp_path / "net")


def test_pickled_arrays_are_never_read(tmp_path):
    saved(tmp_path / "net")
    bomb = np.array([_Bomb()], dtype=object)
    tampered(tmp_path / "net", arrays={"_parameters": bomb})
    with pytest.raises(ValueError, match="allow_pickle=False"):
        MLPClassifier.load(tmp_path / "net")


def entries(header, *path):
    """Return the dict of an entry of a header, as lists of pairs."""
    content = header["content"][path[0]]
    for name in path[1:]:
        ((_, content),) = content.items()
        content = dict(map(tuple, content))[name]
    return content


@pytest.mark.parametrize(
    "graph",
    [
        {"wires": [[0, [5]]]},
        {"wires": [[0, [-1]]]},
        {"wires": [[-1, [0]]]},
        {"wires": [[99, [0]]]},
        {"wires": []},
        {"n_features": -3},
        {"n_features": 16},
        {"modules": [7, 7, 7]},
        {"modules": [{"record": ["Linear", {"n_units": -1}]}] * 5},
        {"modules": [{"record": ["Linear", {"n_units": 10**9}]}] * 5},
        {"modules": [{"record": ["os.system", {"command": "true"}]}] * 5},
        {"modules": [{"record": ["Linear", {"no_such_field": 1}]}] * 5},
        {"modules": [{"name": "eval"}] * 5},
        {"modules": [{"no such tag": 1}] * 5},
    ],
    ids=repr,
)
def test_graphs_that_are_none_are_refused(graph, tmp_path):
    saved(tmp_path / "net")

    def change(header):
        entries(header, "attributes", "graph_")["graph"].update(graph)

    tampered(tmp_path / "net", change)
    with pytest.raises(ValueError, match="is damaged"):
        MLPClassifier.load(tmp_path / "net").predict(TASK.X)


@pytest.mark.parametrize(
    "arrays",
    [
        {"_parameters": np.zeros(3)},
        {"_parameters": np.zeros((3, 3))},
        {"slots": np.zeros((1, 3))},
        {"slots": np.zeros(3)},
        {"best": np.zeros(3)},
        {"last": np.zeros(3, np.float32)},
        {"order": np.array([10**6])},
        {"order": np.array([-1])},
        {"order": np.array([0.5])},
        {"validation": np.array([[1]])},
    ],
    ids=lambda arrays: f"{[(k, v.dtype.name, v.tolist()) for k, v in arrays.items()]}",
)
def test_arrays_that_do_not_fit_are_refused(arrays, tmp_path):
    saved(tmp_path / "net")
    tampered(tmp_path / "net", arrays=arrays)
    with pytest.raises(ValueError, match="is damaged"):
        MLPClassifier.load(tmp_path / "net")


def test_slots_of_another_optimizer_are_refused(tmp_path):
    ours = saved(tmp_path / "net")
    slots = ours._training_state.slots
    tampered(tmp_path / "net", arrays={"slots": slots[:1].copy()})
    with pytest.raises(ValueError, match="1 slots for solver='adam'"):
        MLPClassifier.load(tmp_path / "net")


def test_weights_of_another_width_are_never_read_beyond_their_end(tmp_path):
    saved(tmp_path / "net")

    def change(header):
        pairs = header["content"]["attributes"]["dict"]
        pairs[:] = [[k, 99 if k == "n_features_in_" else v] for k, v in pairs]

    tampered(tmp_path / "net", change)
    with pytest.raises(ValueError, match="network needs"):
        MLPClassifier.load(tmp_path / "net").predict(np.zeros((5, 99)))


def test_json_that_nests_without_end_is_refused(tmp_path):
    saved(tmp_path / "net")
    deep = []
    for _ in range(500):
        deep = [deep]

    tampered(tmp_path / "net", lambda header: header["content"].update(requests=deep))
    with pytest.raises(ValueError, match="is damaged"):
        MLPClassifier.load(tmp_path / "net")
