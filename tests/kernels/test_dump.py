"""The code of kernels, for those who want to read it."""

import subprocess
import sys

import pytest
from jit_marks import needs_jit

pytestmark = needs_jit


@pytest.fixture(scope="module")
def dump():
    from skbackprop.kernels import dump

    return dump


def test_all_kernels_are_listed_with_what_they_are_made_for(dump):
    names = dump.kernel_names()
    assert names["training.gather.gather"] == ["bits"]
    assert names["modules.activations.backward_elementwise"] == ["module", "bits"]
    assert names["training.epochs.run_rows"] == []
    assert not any(name.startswith("language.") for name in names)


@pytest.mark.parametrize(("bits", "number"), [(32, "float"), (64, "double")])
def test_the_llvm_code_shows_the_vectors_of_the_target(dump, bits, number):
    from skbackprop.kernels.language.values import target

    lanes = target().vector_bytes * 8 // bits
    code = dump.llvm("transformers.blocks.centre", bits)
    assert f"store <{lanes} x {number}>" in code


def test_the_assembly_is_that_of_the_kernel(dump):
    code = dump.assembly("training.groups.find_members")
    assert "find_members" in code
    assert ".globl" in code
    assert "define" not in code  # as LLVM code has it


def test_the_function_that_a_product_calls_is_listed_and_dumped_like_a_kernel(dump):
    assert "tile_" in dump.llvm("matmul.gemm.gemm", 64)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], "training.update.update(optimizer, bits)"),
        (["training.groups.find_members"], "define"),
        (["training.groups.find_members", "--asm"], ".globl"),
        (["modules.activations.forward_elementwise", "ReLU()", "32"], "x float>"),
        (["transformers.expansion.expand", "abs", "binary", "64"], "x double>"),
        (
            [
                "training.update.update",
                "skbackprop.engine.optimizers.Adagrad(1e-10)",
                "32",
            ],
            "x float>",
        ),
    ],
    ids=lambda value: "list" if value == [] else None,
)
def test_the_command_prints_what_is_asked_for(dump, capsys, arguments, expected):
    dump.main(arguments)
    assert expected in capsys.readouterr().out


def test_the_command_runs_as_a_module():
    command = [sys.executable, "-m", "skbackprop.kernels.dump"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "training.gather.gather(bits)" in listed.splitlines()
