"""The kernels as they are written for other processors, run on this one."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest
from kernel_helpers import SKIP_REASON

from skbackprop.kernels import jit

pytestmark = pytest.mark.skipif(not jit.available(), reason=SKIP_REASON)

TESTS = [
    "language/test_functions.py",
    "losses/test_losses.py",
    "modules/test_linear.py",
    "training/test_update.py",
]


def features():
    from numba.core.registry import cpu_target

    return set(cpu_target.target_context.codegen().magic_tuple()[2].split(","))


@pytest.mark.parametrize(
    ("processor", "abilities", "vector_bytes"),
    [("haswell", "+avx,+avx2,+fma", 32), ("nehalem", "+sse4.2", 16)],
)
@pytest.mark.slow
def test_kernels_work_on_processors_with_less(
    processor, abilities, vector_bytes, tmp_path
):
    is_x86 = platform.machine() in ("x86_64", "AMD64")
    if not is_x86 or not set(abilities.split(",")) <= features():
        pytest.skip(f"this processor cannot stand in for {processor}")
    environment = os.environ | {
        "NUMBA_CPU_NAME": processor,
        "NUMBA_CPU_FEATURES": abilities,
        "NUMBA_CACHE_DIR": str(tmp_path),
    }
    here = Path(__file__).parent
    files = [str(here / name) for name in TESTS]
    check = (
        "import sys, pytest; from skbackprop.kernels.language.values import target; "
        f"assert target().vector_bytes == {vector_bytes}; "
        "sys.exit(pytest.main(sys.argv[1:]))"
    )
    arguments = [*files, "-q", "-k", "float32", "-p", "no:cacheprovider"]
    run = subprocess.run(
        [sys.executable, "-c", check, *arguments],
        env=environment,
        cwd=here.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
