"""Deferred handling of Ctrl-C, so that no update is left incomplete."""

import signal
import threading


class Interrupts:
    """Defer Ctrl-C inside a ``with`` block until ``check`` is called.

    Otherwise KeyboardInterrupt could occur between training and the lines that record
    its results. A second Ctrl-C is not deferred. Only the main thread receives
    signals, and custom signal handlers stay in place.

    Attributes
    ----------
    came : bool
        Whether Ctrl-C was pressed.
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
        """Raise KeyboardInterrupt if Ctrl-C was pressed."""
        if self.came:
            raise KeyboardInterrupt
