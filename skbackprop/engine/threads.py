"""Threads of Python that help the one that calls, and are gone when it is done."""

import functools
import threading
from contextvars import copy_context

from skbackprop.utils.warnings import warn_user


def start_threads(calls):
    """Yield a thread for each call, fewer where the system grants no more."""
    for n_before, call in enumerate(calls, start=1):
        thread = threading.Thread(target=call, daemon=True)
        try:
            thread.start()
        except RuntimeError as error:
            warn_user(
                f"A thread could not be started ({error}): the call goes on with "
                f"{n_before}. Results are the same."
            )
            return
        yield thread


def run_together(work, n_threads):
    """Call a function in so many threads at once, the calling one among them.

    Parameters
    ----------
    work : callable
        Does what there is to do until nothing is left. Where it raises in one thread it
        must come to an end in the others, too.
    n_threads : int
        At most; in each there are the context variables of the caller.

    Raises
    ------
    Exception
        What the function raised, in whichever thread.
    """
    errors, threads = [], []

    def help_out():
        try:
            work()
        except BaseException as error:
            errors.append(error)

    calls = (
        functools.partial(copy_context().run, help_out) for _ in range(n_threads - 1)
    )
    try:
        threads += start_threads(calls)
        work()
    finally:
        for thread in threads:
            thread.join()
    if errors:
        raise errors[0]
