"""Python threads that help the calling thread, and end with the call."""

import functools
import threading
from contextvars import copy_context

from skbackprop.utils.warnings import warn_user


def start_threads(calls):
    """Yield a started thread for each call, or fewer if the system refuses more."""
    for n_before, call in enumerate(calls, start=1):
        thread = threading.Thread(target=call, daemon=True)
        try:
            thread.start()
        except RuntimeError as error:
            warn_user(
                f"A thread could not be started ({error}). The call continues with "
                f"{n_before}; the results are the same."
            )
            return
        yield thread


def run_together(work, n_threads):
    """Call a function in several threads, including the calling one.

    Parameters
    ----------
    work : callable
        Works until nothing is left to do. If it raises an exception in one thread, it
        must end in the others too.
    n_threads : int
        Maximum number of threads. All have the context variables of the caller.

    Raises
    ------
    Exception
        An exception raised by the function in any thread.
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
