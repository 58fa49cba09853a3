"""What tests need of the system that they run on."""

import shutil
import signal
import sys

import pytest

kills_processes = pytest.mark.skipif(
    not hasattr(signal, "SIGKILL"),
    reason="ends a process by SIGKILL, which Windows does not have",
)
limits_memory = pytest.mark.skipif(
    sys.platform != "linux",
    reason="only Linux holds a process to limits of memory (RLIMIT_AS, RLIMIT_DATA)",
)

CHROMIUM = next(
    filter(
        None,
        map(
            shutil.which,
            (
                "chromium",
                "chromium-browser",
                "google-chrome",
                "google-chrome-stable",
                "chrome",
            ),
        ),
    ),
    None,
)
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None,
    reason="runs a page in Chromium or Chrome, of which there is none in PATH",
)
