"""A cache of idle executors, bound in one call and used again in later ones.

Binding a program takes much longer than predicting one row, and about as long as
learning from a small minibatch. As an executor serves one thread at a time, it is
taken out of the cache while it runs. Results are the same as with a new executor: it
reads the current values of the parameters, and keeps no samples.
"""

import os
import threading
import weakref
from collections import OrderedDict, deque

from skbackprop.engine import chosen_executor
from skbackprop.engine.compiled.binding import unwritten

MOST_BYTES = 2**26  # of all idle executors of a process

# Seconds to wait for the lock. Only a deadlock takes longer, when a signal handler that
# predicts has interrupted the thread that holds the lock.
_PATIENCE = 0.01


class IdleExecutors:
    """A cache of executors by their parameters, dropped with these.

    Parameters
    ----------
    most_bytes : int, default=MOST_BYTES
        Limit of their total memory. The least recently used are dropped first.

    Attributes
    ----------
    n_bytes : int
        Their total memory.
    """

    def __init__(self, most_bytes=MOST_BYTES):
        self.most_bytes = most_bytes
        self.forget()

    def forget(self):
        """Drop all executors, and create a new lock."""
        self._lock = threading.Lock()
        # Lists of executors by key, the most recently used at the end.
        self._shelves = OrderedDict()
        self._references = {}  # to parameters, by their identity
        self._gone = deque()  # identities of parameters that were deleted
        self.n_bytes = 0

    def __len__(self):
        return sum(map(len, self._shelves.values()))

    def take(self, program, parameters, n_rows, loss=None, seed=0):
        """Return an idle executor, or None.

        Parameters
        ----------
        program : Program
        parameters : ndarray of shape (program.n_parameters,)
        n_rows : int
            Number of rows, and batch size if there is a loss.
        loss : Loss, default=None
            None for an executor that only runs forward.
        seed : int, default=0
            Seed of the random numbers that modules draw in training.
        """
        if not (_is_as_usual() and self._lock.acquire(timeout=_PATIENCE)):
            return None
        try:
            self._drop_gone()
            key = _key(program, parameters, n_rows, loss)
            executor = self._pop(key) if key in self._shelves else None
        finally:
            self._lock.release()
        # Not part of the key, as custom losses need not have a hash.
        is_right = executor and (executor.loss, executor.seed) == (loss, seed)
        return executor if is_right else None

    def put(self, executor, parameters):
        """Keep an executor after use, unless it would keep the parameters alive.

        Parameters
        ----------
        executor : Executor
            Runs on a view of the parameters. A view keeps alive the array that owns
            the memory, but not an array that is itself a view.
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
        """Register a callback for the deletion of parameters."""
        identity = id(parameters)
        if identity not in self._references:
            self._references[identity] = weakref.ref(
                parameters, lambda _: self._note(identity)
            )

    def _note(self, identity):
        """Drop the executors of deleted parameters, now or at the next call.

        Garbage collection may run at any time, also while the lock is held. Any new
        object with this identity is created after this note.
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
    # Identities are safe: an executor keeps its program alive, and a weak reference
    # reports the deletion of the parameters.
    return id(parameters), id(program), n_rows, type(loss)


def _is_as_usual():
    """Return whether no setting of skbackprop.engine.debugging is active."""
    return chosen_executor.get() is None and unwritten.get() is None


idle_executors = IdleExecutors()

if hasattr(os, "register_at_fork"):
    # In a child process, the lock may be held by a thread that does not exist there.
    os.register_at_fork(after_in_child=idle_executors.forget)
