"""Ctrl-C, noticed where nothing is left half done."""

import signal
import threading


class Interrupts:
    """Hold back Ctrl-C inside a ``with`` block until it is asked for.

    Without it KeyboardInterrupt may strike between a call that trains and the
    lines that record what it did. A second Ctrl-C is not held back. Other
    threads than the main one get no signals, and a handler of the user's own
    stays in place.

    Attributes
    ----------
    came : bool
        Whether Ctrl-C came.
    """

    def __enter__(self):
        self.came = False
        self._holds_back = (
            threading.current_thread() is threading.main_thread()
            and signal.getsignal(signal.SIGINT) is signal.default_int_handler
        )
        if self._holds_back:
            signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *exception):
        if self._holds_back:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _note(self, number, frame):
        if self.came:
            signal.default_int_handler(number, frame)
        self.came = True

    def check(self):
        """Raise KeyboardInterrupt if Ctrl-C came."""
        if self.came:
            raise KeyboardInterrupt
