"""Cases that kill their process, for tests/test_fuzzing.py: no test of the package."""

import os
import signal
import time

from hypothesis import Phase, given, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test


@given(number=st.integers(0, 50))
def test_a_number_crashes(number):
    if number % 7 == 5:
        os.kill(os.getpid(), signal.SIGSEGV)


def test_a_call_crashes():
    class Calls(RuleBasedStateMachine):
        @rule(number=st.integers(0, 50))
        def call(self, number):
            note(f"call: {number}")
            if number % 7 == 5:
                os.kill(os.getpid(), signal.SIGSEGV)

    run_state_machine_as_test(Calls, settings=settings(phases=[Phase.generate]))


@given(number=st.integers(0, 50))
def test_a_number_hangs(number):
    if number % 7 == 5:
        time.sleep(60)


@given(number=st.integers(0, 50))
def test_a_number_is_refused(number):
    assert number < 5


def test_nothing_happens():
    pass
