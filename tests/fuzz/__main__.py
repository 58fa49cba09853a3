"""Draw new cases for as long as asked: ``make fuzz ARGS="--minutes 60"``.

Each test runs in a process of its own, with another seed each time, so that one
that is killed is a finding as well, and one that hangs. For each finding the seed
is printed, which draws the same cases again, and the end of what the process wrote,
where the case stands.
"""

import argparse
import os
import subprocess
import sys
import time
from itertools import count
from pathlib import Path

FOLDER = Path(__file__).parent
_N_LINES = 80  # of a finding that are shown
_SECONDS_OF_A_TEST = 900  # after which it hangs, all its cases together


def main():
    """Run all tests of this folder, seed after seed, until the time is over."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=0, help="the first of the seeds")
    parser.add_argument("-k", default="", help="which tests, as pytest selects them")
    options = parser.parse_args()
    end, n_findings, n_runs = time.monotonic() + 60 * options.minutes, 0, 0
    files = sorted(FOLDER.glob("test_*.py"))
    for seed in count(options.seed):
        for file in files:
            left = end - time.monotonic()
            if left <= 0:
                print(f"{n_runs} runs, {n_findings} findings")
                return bool(n_findings)
            finding = run(file, seed, options.k, left)
            n_runs += 1
            if finding:
                n_findings += 1
                print(f"== {file.name}, seed {seed}: {finding}", flush=True)
    return None


def run(file, seed, selected, seconds, hangs_after=_SECONDS_OF_A_TEST):
    """Return how a run of tests failed, as a text; None if it did not."""
    command = [sys.executable, "-u", "-m", "pytest", str(file), "-k", selected]
    command += ["-q", "-s", "-p", "no:cacheprovider", "--sample", "whole"]
    # Each case is written before it is tried: the last one is that of a crash.
    command += [f"--hypothesis-seed={seed}", "--hypothesis-verbosity=verbose"]
    command += ["-o", f"faulthandler_timeout={hangs_after}"]
    environment = {**os.environ, "SKBACKPROP_FUZZ": "long"}
    try:
        ended = subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=environment,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired as stopped:
        # Bytes, whatever was asked for.
        before, hung, _ = (stopped.stdout or b"").decode().partition("\nTimeout (")
        return _report("hangs", before) if hung else None
    if ended.returncode in (0, 5):  # 5: nothing was selected
        return None
    return _report(f"ended with {ended.returncode}", ended.stdout)


def _report(how, output):
    return "\n".join([how, *output.splitlines()[-_N_LINES:]])


if __name__ == "__main__":
    sys.exit(main())
