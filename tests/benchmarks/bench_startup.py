"""What the first import and the first fit of a process cost."""

import json
import os
import statistics
import subprocess
import sys
import tempfile

import pandas as pd

from tests.benchmarks.report import Figure, as_text

IMPORT = """
import json, sys, time
start = time.perf_counter()
import sklearn
middle = time.perf_counter()
from {module} import {name}
end = time.perf_counter()
print(json.dumps([middle - start, end - middle, "numba" in sys.modules]))
"""

FIT = """
import json, time
import numba
import numpy as np
from {module} import {name} as Classifier
X = np.random.default_rng(0).standard_normal((1797, 64)).astype("{dtype}")
y = np.arange(1797) % 10
times = []
for _ in range(2):
    start = time.perf_counter()
    Classifier(max_iter=5, random_state=0).fit(X, y)
    times.append(time.perf_counter() - start)
print(json.dumps(times))
"""


def output_of(script, cache=None):
    """Run a script in a new interpreter and return what it prints, decoded."""
    environment = dict(os.environ)
    if cache is not None:
        environment["NUMBA_CACHE_DIR"] = cache
    command = [sys.executable, "-c", script]
    return json.loads(subprocess.check_output(command, env=environment))


def import_times(module, name, repeats):
    """Return median ms of importing sklearn, of a class after it; numba's presence."""
    script = IMPORT.format(module=module, name=name)
    runs = [output_of(script) for _ in range(repeats + 1)][1:]
    sklearn, more, numba = zip(*runs, strict=True)
    return 1e3 * statistics.median(sklearn), 1e3 * statistics.median(more), any(numba)


def first_fits(script, cold, repeats):
    """Return the median seconds of the first and the second fit of a process."""
    with tempfile.TemporaryDirectory() as shared:
        if not cold:
            output_of(script, shared)
        runs = []
        for _ in range(repeats):
            with tempfile.TemporaryDirectory() as empty:
                runs.append(output_of(script, empty if cold else shared))
    first, second = zip(*runs, strict=True)
    return statistics.median(first), statistics.median(second)


def run(options):
    """Measure imports, then first fits with a warm and with a cold cache."""
    repeats = 3 if options.quick else 9
    module, _, name = options.ours.partition(":")
    sklearn, more, numba = import_times(module, name, repeats)
    print(
        f"medians of {repeats} new processes; import sklearn {sklearn:.0f} ms, "
        f"then {name} of {module} {more:.0f} ms"
    )
    figures = [
        Figure("startup", f"import {name} after sklearn", more, "<=", 60, "ms"),
        Figure("startup", "import loads numba (1 = yes)", int(numba), "<=", 0),
    ]
    rows = []
    for dtype in ("float32", "float64"):
        script = FIT.format(module=module, name=name, dtype=dtype)
        for cache, limit in (("warm", 0.25), ("cold", 3)):
            cold = cache == "cold"
            first, second = first_fits(
                script, cold, min(repeats, 3) if cold else repeats
            )
            rows.append(
                {"dtype": dtype, "cache": cache, "first, s": first, "second, s": second}
            )
            label = f"first fit minus second, {cache} cache, {dtype}"
            figures.append(Figure("startup", label, first - second, "<=", limit, "s"))
    print("fits of a process that has imported numba; the cache is NUMBA_CACHE_DIR")
    print(as_text(pd.DataFrame(rows)))
    return figures
