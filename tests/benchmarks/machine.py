"""What the figures were measured on."""

import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import threadpoolctl

PACKAGES = (
    "skbackprop",
    "scikit-learn",
    "numpy",
    "scipy",
    "numba",
    "torch",
    "jax",
    "daqp",
    "lightgbm",
    "pytabkit",
)


def cpu_model():
    """Return the name of the processor."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def installed_version(package):
    """Return the version of a distribution, or what its absence means."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def describe():
    """Return the lines that head a report: machine, versions, BLAS kernels."""
    import scipy.linalg  # noqa: F401  (loads SciPy's own BLAS)

    lines = [
        f"machine   {cpu_model()}, {platform.system()} {platform.machine()}",
        f"python    {sys.version.split()[0]}",
        *(f"{package:<13} {installed_version(package)}" for package in PACKAGES),
    ]
    for library in threadpoolctl.threadpool_info():
        lines.append(
            f"blas      {library['internal_api']} {library['version']}, kernel "
            f"{library.get('architecture')}, {library['num_threads']} thread(s)"
        )
    return lines
