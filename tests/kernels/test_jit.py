"""Compilation and its cache: a broken cache costs time, never a fit."""

import hashlib
import logging
import os
import pickle
import re
import subprocess
import sys
import tempfile
import threading
import warnings
from pathlib import Path

import numpy as np
import pytest
from jit_marks import needs_jit
from random_graphs import (
    ELEMENTWISE,
    LOSSES,
    mlp_graph,
    plan_of,
    random_graph,
    random_parameters,
    random_samples,
    steps_of,
)

import skbackprop
from skbackprop.engine import Executor, make_executor
from skbackprop.engine.optimizers import SGD, Adam
from skbackprop.engine.reference.executor import ReferenceExecutor
from skbackprop.engine.samples import StoppingRule
from skbackprop.kernels import calling, jit
from skbackprop.network import (
    Add,
    Elementwise,
    Graph,
    Identity,
    Input,
    Linear,
    ReLU,
    Sigmoid,
    Tanh,
)
from skbackprop.network.compiler import compile_graph

ROOT = Path(skbackprop.__file__).parents[1]


def make_doubling():
    """Return a kernel that is compiled in no time: row[1] = 2 row[1]."""

    from skbackprop.kernels.language.memory import plain_kernel

    def doubling(row, context, scalars):
        row[1] = 2 * row[1]

    return plain_kernel(doubling)


def doubles(address):
    """Tell whether the kernel at an address doubles."""
    row = np.array([address, 21], np.int64)
    calling.run_kernel(address, row)
    return row[1] == 42


@pytest.fixture
def new_process(monkeypatch):
    """Return a function that forgets all kernels, as a new process has none."""

    def forget():
        monkeypatch.setattr(jit, "_addresses", {})

    forget()
    return forget


@pytest.fixture
def folder(tmp_path, monkeypatch, new_process):
    """Use an empty cache folder, which does not exist yet."""
    folder = tmp_path / "cache" / "kernels"
    monkeypatch.setattr(jit, "_cache_folder", lambda: folder)
    return folder


def compile_doubling():
    """Return whether the kernel had to be compiled; it works in any case."""
    before = jit.n_compiled
    assert doubles(jit.compile_kernel(make_doubling, "doubling"))
    return jit.n_compiled - before


# The cache


@needs_jit
def test_a_kernel_is_compiled_once_and_then_loaded(folder, new_process):
    assert compile_doubling() == 1
    assert [path.name for path in folder.iterdir()] == ["doubling.kernel"]
    assert compile_doubling() == 0  # from memory
    new_process()
    assert compile_doubling() == 0  # from the file


@needs_jit
def test_the_source_is_not_even_made_where_the_cache_has_the_kernel(
    folder, new_process
):
    compile_doubling()
    new_process()
    assert doubles(jit.compile_kernel(lambda: pytest.fail("made"), "doubling"))


@needs_jit
def test_the_log_tells_what_was_compiled_and_what_was_loaded(
    folder, new_process, caplog
):
    with caplog.at_level(logging.DEBUG, "skbackprop.kernels.jit"):
        compile_doubling()
        new_process()
        compile_doubling()
    (compiled, loaded) = [
        record for record in caplog.records if "doubling" in record.getMessage()
    ]
    assert re.fullmatch(r"compiled doubling in \d+\.\d\d s", compiled.getMessage())
    assert compiled.levelno == logging.INFO
    assert re.fullmatch(r"loaded doubling in \d+\.\d ms", loaded.getMessage())
    assert loaded.levelno == logging.DEBUG


@needs_jit
def test_a_loaded_kernel_stays_when_its_file_goes(folder, new_process):
    compile_doubling()
    new_process()
    address = jit.compile_kernel(make_doubling, "doubling")
    (folder / "doubling.kernel").unlink()
    assert doubles(address)


def flip_a_byte(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def sealed(payload):
    """Put the right digest in front of what is no kernel."""
    return hashlib.sha256(payload).digest() + payload


@needs_jit
@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[:20],
        lambda content: content[:-1],
        lambda content: content + b"\0",
        lambda content: bytes(32) + content[32:],
        lambda content: b"\1" + content[1:],
        flip_a_byte,
        lambda content: bytes(len(content)),
        lambda content: sealed(b"not a pickle"),
        lambda content: sealed(pickle.dumps(None)),
        lambda content: sealed(pickle.dumps(("neither state", "nor symbol"))),
    ],
    ids=[
        "empty",
        "shorter than a digest",
        "truncated",
        "too long",
        "no digest",
        "wrong digest",
        "one bit",
        "zeros",
        "no pickle",
        "nothing",
        "something else",
    ],
)
def test_a_damaged_file_is_compiled_anew_and_replaced(
    folder, new_process, damage, caplog
):
    compile_doubling()
    (path,) = folder.iterdir()
    path.write_bytes(damage(path.read_bytes()))
    new_process()
    with caplog.at_level(logging.DEBUG, jit.logger.name):
        assert compile_doubling() == 1
    assert "cached kernel doubling not used" in caplog.text
    new_process()
    assert compile_doubling() == 0
    assert list(folder.iterdir()) == [path]


@needs_jit
def test_a_kernel_whose_symbol_is_missing_is_compiled_anew(folder, new_process):
    compile_doubling()
    (path,) = folder.iterdir()
    state, _ = pickle.loads(path.read_bytes()[32:])
    path.write_bytes(sealed(pickle.dumps((state, "no_such_symbol"))))
    new_process()
    assert compile_doubling() == 1


@needs_jit
def test_a_folder_in_place_of_the_file_is_put_up_with(folder, new_process):
    (folder / "doubling.kernel").mkdir(parents=True)
    assert compile_doubling() == 1
    assert [path.name for path in folder.iterdir()] == ["doubling.kernel"]


@needs_jit
def test_a_folder_that_cannot_be_made_means_compiling_in_memory(folder, caplog):
    folder.parent.write_text("a file where the folder should be")
    with caplog.at_level(logging.DEBUG, jit.logger.name):
        assert compile_doubling() == 1
    assert "kernel doubling not cached" in caplog.text


@needs_jit
@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere"
)
def test_a_read_only_folder_means_compiling_in_memory(folder):
    folder.mkdir(parents=True)
    folder.chmod(0o500)
    assert compile_doubling() == 1
    assert not list(folder.iterdir())


@needs_jit
@pytest.mark.parametrize(
    ("module", "name"), [(os, "replace"), (os, "fdopen"), (tempfile, "mkstemp")]
)
def test_a_full_disk_means_compiling_in_memory(
    folder, new_process, monkeypatch, module, name
):
    def full(*arguments, **options):
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(module, name, full)
        assert compile_doubling() == 1
    assert not list(folder.iterdir())
    new_process()
    assert compile_doubling() == 1


@needs_jit
def test_nobody_sees_a_half_written_file(folder, monkeypatch):
    seen, replace = [], os.replace

    def spying(source, target):
        seen.append((Path(target).exists(), Path(source).read_bytes()))
        replace(source, target)

    monkeypatch.setattr(os, "replace", spying)
    compile_doubling()
    ((existed_before, content),) = seen
    assert not existed_before
    assert content == (folder / "doubling.kernel").read_bytes()


@needs_jit
def test_threads_that_ask_at_once_share_one_compilation(folder):
    before, addresses = jit.n_compiled, []

    def ask():
        addresses.append(jit.compile_kernel(make_doubling, "doubling"))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(addresses) == 8
    assert len(set(addresses)) == 1
    assert jit.n_compiled == before + 1


# What the cache folder depends on


@pytest.fixture
def folder_now():
    """Return a function that works out the cache folder anew."""
    pytest.importorskip("numba")

    def work_out():
        jit._cache_folder.cache_clear()
        return jit._cache_folder()

    yield work_out
    jit._cache_folder.cache_clear()


def test_the_folder_stands_where_numba_is_told_to_cache(
    folder_now, tmp_path, monkeypatch
):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert folder_now().parent == tmp_path / "skbackprop-kernels"
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    assert not folder_now().is_relative_to(tmp_path)


def test_the_folder_depends_on_the_sources_and_on_nothing_accidental(
    folder_now, monkeypatch
):
    before = folder_now()
    assert folder_now() == before
    sources = jit._sources()
    monkeypatch.setattr(jit, "_sources", lambda: sources + b" ")
    assert folder_now() != before


@pytest.mark.parametrize("package", ["numba", "llvmlite", "numpy"])
def test_the_folder_depends_on_the_versions(folder_now, monkeypatch, package):
    before = folder_now()
    monkeypatch.setattr(sys.modules[package], "__version__", "0.0.0")
    assert folder_now() != before


def test_the_folder_depends_on_the_processor(folder_now, monkeypatch):
    from numba.core.codegen import JITCPUCodegen

    before = folder_now()
    monkeypatch.setattr(JITCPUCodegen, "magic_tuple", lambda self: ("another", "one"))
    assert folder_now() != before


@pytest.mark.parametrize("folder_name", ["kernels", "network", "engine"])
def test_all_that_machine_code_is_made_from_counts_as_source(folder_name):
    sources = jit._sources()
    files = sorted((ROOT / "skbackprop" / folder_name).rglob("*.py"))
    assert files
    for path in files:
        assert path.read_bytes() in sources


# Networks


def run_a_bit(graph, loss=LOSSES[3], dtype=np.float64, is_sparse=False):
    """Bind and run everything that a fit and a prediction need."""
    program, optimizer = compile_graph(graph), Adam(0.9, 0.999, 1e-8)
    samples = random_samples(graph, loss, 8, dtype=dtype, is_sparse=is_sparse)
    parameters = random_parameters(graph, dtype=dtype)
    executor = Executor(program, parameters, loss, batch_size=4)
    slots = program.allocate(dtype, optimizer.n_slots)
    plan = plan_of(optimizer)
    executor.prepare_training(samples, plan, slots, np.arange(8))
    coefficients = steps_of(plan, 2, 0.01)[np.newaxis]
    executor.run_epochs(coefficients, StoppingRule(0.0, 9, np.inf, 0))
    return np.concatenate([z.copy() for _, z in executor.forward(samples)])


@needs_jit
def test_another_architecture_of_known_modules_compiles_nothing():
    for module in ELEMENTWISE:
        run_a_bit(mlp_graph(4, [3], 2, module))
    x = Input(4)
    run_a_bit(Graph(Linear(3)(Add()(x, x))))
    before = jit.n_compiled
    run_a_bit(mlp_graph(300, [1, 256, 17], 40, Tanh()))
    for seed in range(10):
        run_a_bit(random_graph(seed))
    assert jit.n_compiled == before


@needs_jit
def test_kernels_of_different_modules_losses_and_dtypes_do_not_share_a_name():
    from skbackprop.kernels import table

    addresses = []
    for bits in (32, 64):
        for module in (Linear(2), Add(), Identity(), ReLU(), Sigmoid(), Tanh()):
            addresses += table.module_kernels(module, bits)
        addresses += table.module_kernels(Linear(2), bits, sparse=True)
        addresses += [table.loss_kernel(loss, bits) for loss in LOSSES]
        addresses += [
            table.update_kernel(optimizer, bits)
            for optimizer in (SGD(0.9, True), SGD(0.9, False), Adam(0.9, 0.999, 1e-8))
        ]
    assert len(set(addresses)) == len(addresses)


@needs_jit
def test_settings_that_are_no_code_do_not_compile_anew():
    from skbackprop.kernels import table

    assert table.module_kernels(Linear(2), 64) == table.module_kernels(Linear(3), 64)
    for one, other in (
        (SGD(0.9, True), SGD(0.5, True)),
        (Adam(0.9, 0.999, 1e-8), Adam(0.8, 0.9, 1e-3)),
    ):
        assert table.update_kernel(one, 64) == table.update_kernel(other, 64)


def make_module(power):
    """Return a module of a user's own, as edited between two runs."""

    class Power(Elementwise):
        derivative_needs_input = True

        if power == 2:

            def value(self, x, xp):
                return x * x

            def derivative(self, x, y, dy, xp):
                return 2.0 * x * dy

        else:

            def value(self, x, xp):
                return x * x * x

            def derivative(self, x, y, dy, xp):
                return 3.0 * x * x * dy

    return Power()


@needs_jit
def test_a_module_of_the_users_own_is_compiled_as_it_stands_now(folder, new_process):
    for power in (2, 3, 2):
        new_process()
        graph = mlp_graph(4, [3], 2, make_module(power))
        samples = random_samples(graph, LOSSES[0])
        found, expected = (
            [
                logits.copy()
                for _, logits in kind(
                    compile_graph(graph), random_parameters(graph)
                ).forward(samples)
            ]
            for kind in (Executor, ReferenceExecutor)
        )
        np.testing.assert_allclose(found, expected, rtol=1e-12)


# Processes of their own


def start(source, cache_folder, **environment):
    environment = {
        **os.environ,
        "NUMBA_CACHE_DIR": str(cache_folder),
        "PYTHONPATH": str(ROOT),
        **environment,
    }
    return subprocess.Popen(
        [sys.executable, "-c", source],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def result_of(process):
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert not errors
    return output.split()


BROKEN = """
import warnings
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    import skbackprop
    from skbackprop.engine import make_executor
    from skbackprop.network import Graph, Input, Linear
    from skbackprop.network.compiler import compile_graph
    program = compile_graph(Graph(Linear(2)(Input(3))))
    for _ in range(3):
        executor = make_executor(program, program.allocate(float))
print(type(executor).__name__, *(str(w.message).split()[0] for w in caught))
"""


@pytest.mark.parametrize("error", ["ImportError", "AttributeError", "SystemError"])
@pytest.mark.slow
def test_without_a_working_numba_the_reference_runs_after_one_warning(tmp_path, error):
    (tmp_path / "numba.py").write_text(f"raise {error}('needs another NumPy')")
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    result = result_of(start(BROKEN, tmp_path, PYTHONPATH=path))
    assert result == ["ReferenceExecutor", "numba"]


@pytest.fixture
def asked_anew():
    """Ask again whether kernels can be compiled, in the test and after it."""
    jit.available.cache_clear()
    yield
    jit.available.cache_clear()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        jit.available()


def executors_after_one_warning(match):
    """Return the types of two executors, of which only the first warns."""
    with pytest.warns(RuntimeWarning, match=match) as caught:
        program = compile_graph(mlp_graph(3, [], 2))
        executors = [make_executor(program, program.allocate(float)) for _ in range(2)]
    assert len(caught) == 1
    return {type(executor) for executor in executors}


def test_numba_told_not_to_compile_means_the_reference_after_one_warning(
    asked_anew, monkeypatch
):
    numba = pytest.importorskip("numba")
    with monkeypatch.context() as patch:
        patch.setattr(numba.config, "DISABLE_JIT", 1)
        found = executors_after_one_warning("NUMBA_DISABLE_JIT is set")
    assert found == {ReferenceExecutor}


def fail_to_compile(function, name):
    raise AttributeError("module 'numpy' has no attribute 'trapz'")


@needs_jit
def test_a_numba_that_cannot_compile_means_the_reference_after_one_warning(
    asked_anew, folder, monkeypatch
):
    with monkeypatch.context() as patch:
        patch.setattr(jit, "compile_function", fail_to_compile)
        found = executors_after_one_warning("numba cannot compile here .*trapz")
    assert found == {ReferenceExecutor}


@needs_jit
def test_where_the_cache_shows_that_numba_compiles_it_is_not_tried_again(
    asked_anew, folder, new_process, monkeypatch
):
    assert jit.available()
    new_process()
    jit.available.cache_clear()
    monkeypatch.setattr(jit, "compile_function", fail_to_compile)
    assert jit.available()
