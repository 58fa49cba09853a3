"""``make fuzz`` tells with which case a process was killed, failed or hung."""

import os
import re
import runpy
import signal
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="processes end otherwise there"),
]
FOLDER = Path(__file__).parent / "fuzz"


@pytest.fixture(scope="module")
def run():
    return runpy.run_path(str(FOLDER / "__main__.py"))["run"]


def finding_of(run, test, seconds=60, **options):
    return run(FOLDER / "crashing.py", 1, f"test_{test}", seconds, **options)


def last_case(finding, pattern):
    """Return the number in the last case that was written."""
    return int(re.findall(pattern, finding)[-1])


def test_a_crash_is_reported_with_its_case(run):
    finding = finding_of(run, "a_number_crashes")
    assert finding.startswith(f"ended with {-signal.SIGSEGV}")
    assert last_case(finding, r"number=(\d+)") % 7 == 5


def test_a_crash_is_reported_with_the_calls_before_it(run):
    finding = finding_of(run, "a_call_crashes")
    assert finding.startswith(f"ended with {-signal.SIGSEGV}")
    assert last_case(finding, r"call: (\d+)") % 7 == 5


def test_what_hangs_is_reported_with_its_case(run):
    finding = finding_of(run, "a_number_hangs", seconds=12, hangs_after=2)
    assert finding.startswith("hangs")
    assert last_case(finding, r"number=(\d+)") % 7 == 5


def test_a_failure_is_reported_with_its_smallest_case(run):
    finding = finding_of(run, "a_number_is_refused")
    assert finding.startswith("ended with 1")
    assert "number=5," in finding


def test_what_ends_well_or_runs_out_of_time_is_no_finding(run):
    assert finding_of(run, "nothing_happens") is None
    assert finding_of(run, "a_number_hangs", seconds=4) is None
