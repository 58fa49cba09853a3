"""Idle executors: what was bound for a call is kept for the next one.

To bind a program takes much longer than one row takes to run through it, and as long
as a small minibatch takes there and back. An executor serves one thread at a time, so
it is taken out while it runs and put back when it is done. It computes what a new one
would: it reads parameters where they are, as they are by then, and keeps nothing of
the samples.
"""

import os
import threading
import weakref
from collections import OrderedDict, deque

from skbackprop.engine import chosen_executor
from skbackprop.engine.compiled.binding import unwritten

MOST_BYTES = 2**26  # of the idle executors of a process, all together

# Seconds, for which nobody holds the lock but a thread that was interrupted by who
# waits for it: the handler of a signal may predict, too.
_PATIENCE = 0.01


class IdleExecutors:
    """Executors by the parameters that they run on, kept no longer than these.

    Parameters
    ----------
    most_bytes : int, default=MOST_BYTES
        What they may take together. Those go first that were not used for longest.

    Attributes
    ----------
    n_bytes : int
        What they take.
    """

    def __init__(self, most_bytes=MOST_BYTES):
        self.most_bytes = most_bytes
        self.forget()

    def forget(self):
        """Drop all of them, and begin anew with a lock that nobody holds."""
        self._lock = threading.Lock()
        # Lists of executors by what was asked for, the last used ones at the end.
        self._shelves = OrderedDict()
        self._references = {}  # to parameters, by their identity
        self._gone = deque()  # identities of parameters that there were
        self.n_bytes = 0

    def __len__(self):
        return sum(map(len, self._shelves.values()))

    def take(self, program, parameters, n_rows, loss=None, seed=0):
        """Return an executor for so many rows at once, None where none is idle.

        Parameters
        ----------
        program : Program
        parameters : ndarray of shape (program.n_parameters,)
        n_rows : int
            Of a minibatch, too, where there is a loss.
        loss : Loss, default=None
            None for one that runs forward only.
        seed : int, default=0
            Of what modules draw in training.
        """
        if not (_is_as_usual() and self._lock.acquire(timeout=_PATIENCE)):
            return None
        try:
            self._drop_gone()
            key = _key(program, parameters, n_rows, loss)
            executor = self._pop(key) if key in self._shelves else None
        finally:
            self._lock.release()
        # Compared, as losses of users need not have a hash.
        is_right = executor and (executor.loss, executor.seed) == (loss, seed)
        return executor if is_right else None

    def put(self, executor, parameters):
        """Keep an executor that ran, unless it would keep the parameters alive.

        Parameters
        ----------
        executor : Executor
            It runs on a view of the parameters. An array that owns its memory lives
            as long as its views, one that is itself a view does not.
        parameters : ndarray of shape (program.n_parameters,)
        """
        executor.let_go()
        of_executor, n_bytes = executor.parameters, executor.n_bytes
        outlives = parameters is of_executor or parameters is of_executor.base
        if outlives or n_bytes > self.most_bytes or not _is_as_usual():
            return
        if not self._lock.acquire(timeout=_PATIENCE):
            return
        try:
            self._drop_gone()
            self._refer_to(parameters)
            key = _key(executor.program, parameters, executor.n_rows, executor.loss)
            self._shelves.setdefault(key, []).append(executor)
            self._shelves.move_to_end(key)
            self.n_bytes += n_bytes
            while self.n_bytes > self.most_bytes:
                self._pop(next(iter(self._shelves)))
        finally:
            self._lock.release()

    def _pop(self, key):
        shelf = self._shelves[key]
        executor = shelf.pop()
        if not shelf:
            del self._shelves[key]
        self.n_bytes -= executor.n_bytes
        return executor

    def _refer_to(self, parameters):
        """Be told when parameters are no more."""
        identity = id(parameters)
        if identity not in self._references:
            self._references[identity] = weakref.ref(
                parameters, lambda _: self._note(identity)
            )

    def _note(self, identity):
        """Drop the executors of parameters that are no more, now or next time.

        Garbage is collected at any time, while the lock is held too. What comes to
        have this identity next comes after this note.
        """
        self._gone.append(identity)
        if self._lock.acquire(blocking=False):
            try:
                self._drop_gone()
            finally:
                self._lock.release()

    def _drop_gone(self):
        while self._gone:
            identity = self._gone.popleft()
            self._references.pop(identity, None)
            for key in [key for key in self._shelves if key[0] == identity]:
                while key in self._shelves:
                    self._pop(key)


def _key(program, parameters, n_rows, loss):
    # Identities: an executor keeps its program, a reference watches the parameters.
    return id(parameters), id(program), n_rows, type(loss)


def _is_as_usual():
    """Tell whether skbackprop.engine.debugging has chosen nothing."""
    return chosen_executor.get() is None and unwritten.get() is None


idle_executors = IdleExecutors()

if hasattr(os, "register_at_fork"):
    # In a child, a thread that is not there may hold the lock for ever.
    os.register_at_fork(after_in_child=idle_executors.forget)
