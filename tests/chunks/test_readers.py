"""Readers of files and of dask give the rows that are there, and fits as in memory."""

import sys

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from skbackprop import MLPClassifier, MLPRegressor
from skbackprop.chunks import ArrayChunks, ArrowChunks, DaskChunks, TransformedChunks
from skbackprop.exceptions import ChunkError

N_ROWS = 330


@pytest.fixture
def arrays():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(N_ROWS, 4)).astype(np.float32)
    return X, (X[:, 0] > X[:, 1]).astype(int), rng.uniform(size=N_ROWS)


@pytest.fixture(params=["paths", "memory maps", "arrays"])
def array_chunks(request, arrays, tmp_path):
    given = list(arrays)
    for i, array in enumerate(arrays):
        path = tmp_path / f"{i}.npy"
        np.save(path, array)
        if request.param == "paths":
            given[i] = path if i else str(path)
        elif request.param == "memory maps":
            given[i] = np.load(path, mmap_mode="r")
    return ArrayChunks(*given, rows_per_chunk=40, buffer=3)


def write_parquet(arrays, path, n_files=1):
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    X, y, weights = arrays
    columns = {f"x{i}": column for i, column in enumerate(X.T)}
    table = pa.table({"weight": weights, **columns, "y": y})
    path.mkdir()
    for i, rows in enumerate(np.array_split(np.arange(N_ROWS), n_files)):
        part = table.slice(rows[0], len(rows))
        parquet.write_table(part, path / f"{i}.parquet", row_group_size=40)
    return path


def arrow_chunks(arrays, path, n_files=1, **options):
    write_parquet(arrays, path, n_files)
    return ArrowChunks(path, "y", sample_weight="weight", **options)


def dask_arrays(arrays):
    da = pytest.importorskip("dask.array")
    return [da.from_array(a, chunks=(50, *a.shape[1:])) for a in arrays]


def dask_frames(arrays):
    dd = pytest.importorskip("dask.dataframe", exc_type=ImportError)
    pd = pytest.importorskip("pandas")
    X, y, weights = arrays
    frame = pd.DataFrame(X, columns=[f"x{i}" for i in range(4)])
    frame = dd.from_pandas(frame.assign(y=y, w=weights), npartitions=5)
    return frame.drop(columns=["y", "w"]), frame["y"], frame["w"]


def assert_are(chunks, arrays):
    """Assert that chunks are all rows, one after the other, targets alone as well."""
    found = zip(*(chunks[i] for i in range(len(chunks))), strict=True)
    for parts, array in zip(found, arrays, strict=True):
        np.testing.assert_array_equal(np.concatenate(parts), array)
    for i in range(len(chunks)):
        for own, alone in zip(chunks[i][1:], chunks.targets(i), strict=True):
            np.testing.assert_array_equal(own, alone)


def assert_fits_as_in_memory(chunks, X, arrays):
    """Assert it without shuffling, with which minibatches are the same."""
    given = {"shuffle": False, "tol": None, "max_iter": 3, "random_state": 0}
    given["batch_size"] = 32
    in_memory = MLPClassifier((5,), **given).fit(X, *arrays[1:])
    in_chunks = MLPClassifier((5,), **given).fit(chunks)
    np.testing.assert_array_equal(in_chunks.coefs_[0], in_memory.coefs_[0])


def test_array_chunks_are_the_rows(array_chunks, arrays):
    assert len(array_chunks) == 9
    assert_are(array_chunks, arrays)
    assert_fits_as_in_memory(array_chunks, arrays[0], arrays)


def test_chunks_are_of_16_mb_where_nothing_is_said():
    X = np.broadcast_to(np.float64(0), (10**6, 100))
    assert len(ArrayChunks(X, X[:, 0])) == int(np.ceil(10**6 / (2**24 // 800)))


def test_a_file_that_shrinks_is_an_error_that_names_the_chunk(arrays, tmp_path):
    path = tmp_path / "X.npy"
    np.save(path, arrays[0])
    chunks = ArrayChunks(path, arrays[1], rows_per_chunk=40)
    with open(path, "r+b") as file:
        file.truncate(path.stat().st_size - 16 * 60)
    with pytest.raises(ChunkError, match="Chunk 6 .* ends before row 280"):
        MLPClassifier(tol=None, max_iter=2, shuffle=False).fit(chunks)


FAULTS = {
    "lengths": (lambda X, y: (X, y[1:]), {}, "equal lengths"),
    "rows": (lambda X, y: (X, y), {"rows_per_chunk": 0}, "rows_per_chunk"),
    "half rows": (lambda X, y: (X, y), {"rows_per_chunk": 2.5}, "rows_per_chunk"),
}


@pytest.mark.parametrize("change, options, message", FAULTS.values(), ids=FAULTS)
def test_array_chunks_refuse_what_is_wrong(arrays, change, options, message):
    with pytest.raises(ValueError, match=message):
        ArrayChunks(*change(*arrays[:2]), **options)


@pytest.mark.parametrize("change", [np.asfortranarray, lambda X: X.astype(object)])
def test_a_file_that_cannot_be_cut_by_rows_is_refused(arrays, change, tmp_path):
    np.save(tmp_path / "X.npy", change(arrays[0]))
    with pytest.raises(ValueError, match="in C order"):
        ArrayChunks(tmp_path / "X.npy", arrays[1])


def test_a_file_that_vanishes_between_epochs_keeps_what_was_learned(arrays, tmp_path):
    path = tmp_path / "X.npy"
    np.save(path, arrays[0])

    def vanish(epochs):
        if epochs >= 2:
            path.unlink(missing_ok=True)
        return 1.0

    clf = MLPClassifier(tol=None, max_iter=5, learning_rate=vanish, shuffle=False)
    with pytest.raises(ChunkError, match="In epoch 3: Chunk 0 .*FileNotFound.*X.npy"):
        clf.fit(ArrayChunks(path, arrays[1], rows_per_chunk=40))
    assert clf.n_iter_ == 2


def test_there_is_no_chunk_behind_the_last(array_chunks):
    with pytest.raises(IndexError, match="no chunk 9"):
        array_chunks[9]


@pytest.mark.parametrize("n_files", [1, 3])
def test_arrow_chunks_are_row_groups(arrays, n_files, tmp_path):
    chunks = arrow_chunks(arrays, tmp_path / "data", n_files)
    assert len(chunks) == {1: 9, 3: 9}[n_files]
    assert_are(chunks, arrays)
    pd = pytest.importorskip("pandas")
    X = pd.DataFrame(arrays[0], columns=[f"x{i}" for i in range(4)])
    assert_fits_as_in_memory(chunks, X, arrays)


def test_arrow_chunks_of_other_formats_are_files(arrays, tmp_path):
    datasets = pytest.importorskip("pyarrow.dataset")
    path = write_parquet(arrays, tmp_path / "data", 3)
    copy = tmp_path / "feather"
    datasets.write_dataset(datasets.dataset(path), copy, format="feather")
    source = datasets.dataset(copy, format="feather")
    chunks = ArrowChunks(source, ["y", "x3"], features=["x1", "x0"])
    assert len(chunks) == len(list(source.get_fragments()))
    X, y = chunks[0]
    assert list(X.columns) == ["x1", "x0"]
    assert y.shape == (len(X), 2)
    assert MLPRegressor(tol=None, max_iter=1).fit(chunks).n_outputs_ == 2


def test_arrow_chunks_name_a_column_that_is_missing(arrays, tmp_path):
    path = write_parquet(arrays, tmp_path / "data")
    with pytest.raises(ValueError, match=r"no column \['z'\]"):
        ArrowChunks(path, "y", features=["x0", "z"])


def test_a_parquet_file_that_is_cut_off_later_keeps_what_was_learned(arrays, tmp_path):
    chunks = arrow_chunks(arrays, tmp_path / "data", 3)
    file = tmp_path / "data" / "1.parquet"

    def cut_off(epochs):
        if epochs >= 2:
            file.write_bytes(file.read_bytes()[:500])
        return 1.0

    clf = MLPClassifier(tol=None, max_iter=5, learning_rate=cut_off)
    with pytest.raises(ChunkError, match="In epoch 3: Chunk"):
        clf.fit(chunks)
    assert clf.n_iter_ == 2


def test_an_arrow_file_that_vanishes_is_an_error_that_names_it(arrays, tmp_path):
    chunks = arrow_chunks(arrays, tmp_path / "data", 3)
    (tmp_path / "data" / "1.parquet").unlink()
    with pytest.raises(ChunkError, match="(?s)Chunk 3 .*FileNotFound.*1.parquet"):
        MLPClassifier(tol=None, max_iter=2, shuffle=False).fit(chunks)


def frames(path, change, **options):
    """Write a frame of pandas, and another that is changed, as two files."""
    pd = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"x": [1.5, 2, 3, 4], "z": [0.0, 1, 0, 1], "y": [0, 1, 1, 0]})
    path.mkdir()
    frame.to_parquet(path / "0.parquet", **options)
    change(frame).to_parquet(path / "1.parquet", **options)
    return frame


def test_floats_of_one_type_come_as_rows_and_other_columns_as_they_are(tmp_path):
    frame = frames(tmp_path / "data", lambda frame: frame)
    X, y = ArrowChunks(tmp_path / "data", "y")[1]
    assert np.asarray(X).flags.c_contiguous
    assert X.equals(frame[["x", "z"]])
    assert y.tolist() == frame["y"].tolist()
    X, _ = ArrowChunks(tmp_path / "data", "x", features=["y", "z"])[0]
    assert X.equals(frame[["y", "z"]])


@pytest.mark.parametrize(
    "names", [["x", "z", "y"], [0, 1, 2]], ids=["words", "numbers"]
)
def test_what_pandas_says_of_a_table_changes_neither_columns_nor_names(names, tmp_path):
    # Before, pandas writes no columns that are named by numbers.
    pytest.importorskip("pandas", "2.0")

    def change(frame):
        return frame.set_axis(names, axis=1).set_index([[5, 7, 9, 11]])

    frame = frames(tmp_path / "data", change)
    chunks = ArrowChunks(tmp_path / "data" / "1.parquet", str(names[2]))
    X, y = chunks[0]  # without the index, which would tell the row
    assert list(X.columns) == [str(name) for name in names[:2]]
    np.testing.assert_array_equal(X, frame[["x", "z"]])
    np.testing.assert_array_equal(y, frame["y"])


def test_a_column_may_be_a_feature_and_a_weight(tmp_path):
    frame = frames(tmp_path / "data", lambda frame: frame)
    columns = {"features": ["x", "z"], "sample_weight": "z"}
    X, y, weights = ArrowChunks(tmp_path / "data", "y", **columns)[0]
    assert X.equals(frame[["x", "z"]])
    assert (y.tolist(), weights.tolist()) == (frame["y"].tolist(), X["z"].tolist())


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda frame: frame.drop(columns="z"), "NaN.*column is 'z'"),
        (lambda frame: frame.assign(z=["a", "b", "c", "d"]), "z|string"),
        (lambda frame: frame.assign(x=[1.0, None, 2, 3]), "NaN.*column is 'x'"),
        (lambda frame: frame[:0], "0 sample"),
    ],
    ids=["no column", "words", "missing", "empty"],
)
def test_a_file_that_is_unlike_the_first_is_named(change, message, tmp_path):
    frames(tmp_path / "data", change, row_group_size=2)
    with pytest.raises(ChunkError, match=f"(?s)Chunk 2 .*({message})"):
        MLPClassifier((2,), tol=None, max_iter=1).fit(
            ArrowChunks(tmp_path / "data", "y")
        )


def test_a_file_of_other_numbers_is_read_as_those_of_the_first(tmp_path):
    def change(frame):
        return frame.assign(x=frame["x"].astype("float32"), z=[0, 1, 0, 1])

    frame = frames(tmp_path / "data", change)
    X, _ = ArrowChunks(tmp_path / "data", "y")[1]
    assert X.equals(frame[["x", "z"]])


@pytest.mark.parametrize("collections", [dask_arrays, dask_frames])
def test_dask_chunks_are_blocks_or_partitions(arrays, collections):
    chunks = DaskChunks(*collections(arrays))
    assert_are(chunks, arrays)
    X = chunks[0][0][:0]
    X = (
        arrays[0]
        if isinstance(X, np.ndarray)
        else type(X)(arrays[0], columns=X.columns)
    )
    assert_fits_as_in_memory(chunks, X, arrays)


def test_dask_collections_of_unknown_sizes_are_read(arrays):
    frame, y, _ = dask_frames(arrays)
    X = frame.to_dask_array()
    assert np.isnan(X.shape[0])
    chunks = DaskChunks(X, y.to_dask_array())
    assert_are(chunks, arrays[:2])
    few = frame["x0"] > -2  # leaves an unknown number of each partition
    kept = arrays[0][:, 0] > -2
    chunks = DaskChunks(frame[few], y[few])
    assert_are(chunks, [array[kept] for array in arrays[:2]])
    assert MLPClassifier(tol=None, max_iter=1).fit(chunks).n_features_in_ == 4


@pytest.mark.parametrize("collections", [dask_arrays, dask_frames])
def test_dask_collections_in_place_of_arrays_are_read_whole(arrays, collections):
    X, y, weights = collections(arrays)
    given = {"tol": None, "max_iter": 2, "random_state": 0, "dtype": "float32"}
    ours = MLPClassifier((3,), **given).fit(X, y, weights)
    expected = MLPClassifier((3,), **given).fit(*arrays)
    np.testing.assert_array_equal(ours.coefs_[0], expected.coefs_[0])


def test_a_partition_without_rows_is_named(arrays):
    arrays[0][:66, 0] = -100  # the first of five
    frame, y, _ = dask_frames(arrays)
    few = frame["x0"] > -50
    with pytest.raises(ChunkError, match="Chunk 0 .*0 sample"):
        MLPClassifier(tol=None, max_iter=1).fit(DaskChunks(frame[few], y[few]))


def test_dask_chunks_refuse_what_is_cut_otherwise(arrays):
    X, y, _ = dask_arrays(arrays)
    with pytest.raises(ValueError, match="divided at the same rows"):
        DaskChunks(X, y.rechunk(60))
    with pytest.raises(ValueError, match="all columns in each block"):
        DaskChunks(X.rechunk((50, 2)), y)
    with pytest.raises(TypeError, match="X must be a dask array or dataframe"):
        DaskChunks(arrays[0], y)


@pytest.mark.parametrize(
    "package, extra, make",
    [
        ("pyarrow.dataset", "arrow", lambda: ArrowChunks("data", "y")),
        ("dask", "dask", lambda: DaskChunks(None, None)),
    ],
)
def test_a_package_that_is_missing_is_told(monkeypatch, package, extra, make):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ImportError, match=rf"pip install skbackprop\[{extra}\]"):
        make()


def test_transformed_chunks_are_transformed_when_they_are_read(array_chunks, arrays):
    scaler = StandardScaler()
    for i in range(len(array_chunks)):
        scaler.partial_fit(array_chunks[i][0])
    scaled = TransformedChunks(array_chunks, scaler)
    assert scaled.buffer == 3
    assert_are(scaled, (scaler.transform(arrays[0]), *arrays[1:]))
