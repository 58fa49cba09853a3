"""What tests need of the system that they run on."""

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
