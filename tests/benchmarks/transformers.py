"""What the first call of a transformer costs a process."""

from tests.benchmarks.bench_startup import first_fits
from tests.benchmarks.report import Figure

_TIMES = """
import json, time
import numba
{setup}
times = []
for _ in range(2):
    start = time.perf_counter()
    transformer.transform(X)
    times.append(time.perf_counter() - start)
print(json.dumps(times))
"""


def first_transforms(benchmark, setup, repeats):
    """Return figures of what a first transform takes more than a second one.

    ``setup`` makes ``transformer`` and ``X``; ``{dtype}`` stands in it.
    """
    figures = []
    for dtype in ("float32", "float64"):
        script = _TIMES.format(setup=setup.format(dtype=dtype))
        for cache, limit in (("cold", 2), ("warm", 0.05)):
            is_cold = cache == "cold"
            first, second = first_fits(script, is_cold, min(repeats, 3))
            label = f"first transform minus second, {cache} cache, {dtype}"
            figures.append(Figure(benchmark, label, first - second, "<=", limit, "s"))
    return figures
