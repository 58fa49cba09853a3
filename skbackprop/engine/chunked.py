"""Training on chunks of samples, with a few chunks in memory at a time.

An epoch is a loop over buffers. While the network learns from the rows of one buffer,
a thread reads the next. Rows at the end that do not fill a minibatch are moved to the
next buffer. Minibatches therefore have the same number and sizes as if all rows were
in memory, and without shuffling they are identical.
"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass

import numpy as np

from skbackprop.engine.samples import EpochsRun, Samples, StoppingRule

# For single buffers, as the stopping rule is about whole epochs.
_NO_RULE = StoppingRule(0.0, np.inf, np.inf, 0)


@dataclass(eq=False)
class ChunkedSamples:
    """Samples in chunks, whose units to order, shuffle and hold out are chunks.

    Has the methods of :class:`~skbackprop.engine.samples.Samples` that training uses.

    Attributes
    ----------
    read : callable
        Returns the dense Samples of a chunk, given its index.
    sizes : ndarray of int64 of shape (n_chunks,)
        Number of rows of each chunk.
    buffer : int
        Number of chunks whose rows are shuffled together.
    like : Samples
        Samples without rows, with the widths and dtypes of all chunks.
    description : str
        A text that identifies the samples.
    """

    read: object
    sizes: np.ndarray
    buffer: int
    like: Samples
    description: str

    groups = weights = targets = None
    are_minibatches = are_redrawn = is_sparse = are_in_parts = False
    are_in_chunks = True

    @property
    def n_units(self):
        """Number of chunks."""
        return len(self.sizes)

    def count(self, units):
        """Return the number of rows in some chunks."""
        return int(self.sizes[units].sum())

    def n_batches(self, units, batch_size):
        """Return the number of minibatches in an epoch on some chunks."""
        return -(-self.count(units) // batch_size)

    def most_rows(self, batch_size):
        """Return the maximum number of rows of a minibatch."""
        return batch_size

    def identity(self):
        """Return the values that identify these samples, by name."""
        return {"X": self.description}

    def fingerprint(self):
        """Return values that differ for other data."""
        return self.description


def read_ahead(read, indices):
    """Yield ``read(index)`` for each index, while a thread reads the next."""
    with ThreadPoolExecutor(1) as reader:
        coming = None
        for index in indices:
            # Two are in memory: the one in use and the one being read.
            found, coming = coming, reader.submit(read, index)
            if found is not None:
                yield found.result()
        if coming is not None:
            yield coming.result()


class _Buffer:
    """Memory for the rows of a few chunks, preceded by rows left over from another.

    Parameters
    ----------
    like : Samples
        Samples with the widths and dtypes of the rows.
    n_rows : int
        Maximum number of rows of the chunks.
    margin : int
        Maximum number of rows left over.
    """

    def __init__(self, like, n_rows, margin):
        parts = [part for part in like[:3] if part is not None]
        shapes = [(margin + n_rows, *part.shape[1:]) for part in parts]
        self._arrays = [
            np.empty(shape, part.dtype)
            for shape, part in zip(shapes, parts, strict=True)
        ]
        self._margin = self._stop = margin
        self._n_carried = 0

    def fill(self, read, chunks):
        """Read chunks into the rows after the margin, in the reading thread."""
        self._stop = self._margin
        for chunk in chunks:
            part = read(chunk)
            start, self._stop = self._stop, self._stop + part.n_samples
            for own, new in zip(self._arrays, part, strict=False):
                own[start : self._stop] = new
        return self

    def carry(self, buffer=None, rows=()):
        """Copy rows left over from another buffer into the margin."""
        self._n_carried = len(rows)
        if len(rows):
            into = slice(self._margin - len(rows), self._margin)
            for own, theirs in zip(self._arrays, buffer.samples, strict=False):
                own[into] = theirs[rows]

    @property
    def samples(self):
        """The samples in memory."""
        filled = slice(self._margin - self._n_carried, self._stop)
        return Samples(*(array[filled] for array in self._arrays))


class ChunkedExecutor:
    """Train on chunks with an executor for minibatches.

    Parameters
    ----------
    executor : Executor or ReferenceExecutor

    Attributes
    ----------
    failure : BaseException or None
        The exception that ended the last epoch.
    interrupts : Interrupts or None
        Checked for Ctrl-C between buffers.
    """

    failure = interrupts = None

    def __init__(self, executor):
        self._executor = executor
        self.program, self.parameters = executor.program, executor.parameters
        self.batch_size = executor.batch_size

    def prepare_training(self, samples, plan, slots, order):
        """Allocate two buffers, one to train on and one to read."""
        self._training = samples, plan, slots, order
        n_rows = int(np.sort(samples.sizes[order])[-samples.buffer :].sum())
        margin = self.batch_size - 1
        self._buffers = [_Buffer(samples.like, n_rows, margin) for _ in range(2)]

    def run_epochs(self, coefficients, stopping, random_state=None, n_steps=0):
        """Train for one epoch, like other executors."""
        (steps,) = coefficients
        before = self.parameters.copy()
        record = self._run_epoch(steps, random_state, n_steps)
        best_loss, no_improvement = stopping.best_loss, stopping.no_improvement
        if record is None:
            self.parameters[:] = before
            return EpochsRun(*np.empty((4, 0)), True, best_loss, no_improvement)
        loss = float(record[0])
        is_too_high = loss > best_loss - stopping.tol
        return EpochsRun(
            *record[:, np.newaxis],
            False,
            min(best_loss, loss),
            no_improvement + 1 if is_too_high else 0,
        )

    def _run_epoch(self, steps, random_state, n_steps):
        """Return the record of the epoch, or None if it diverges."""
        samples, _, _, order = self._training
        if random_state is not None:
            random_state.shuffle(order)
        groups = [
            order[start : start + samples.buffer]
            for start in range(0, len(order), samples.buffer)
        ]
        with closing(self._filled(groups)) as buffers:
            return self._learn_from(buffers, steps, random_state, n_steps)

    def _learn_from(self, buffers, steps, random_state, n_steps):
        totals, n_weighed, n_done = np.zeros(3), 0, 0
        last_ratio = np.nan
        for buffer, following in buffers:
            if self.interrupts is not None:
                self.interrupts.check()
            rows = np.arange(buffer.samples.n_samples)
            if random_state is not None:
                random_state.shuffle(rows)
            n_whole = len(rows) // self.batch_size * self.batch_size
            rows, left = np.split(rows, [n_whole if following else len(rows)])
            if following:
                following.carry(buffer, left)
            if not len(rows):
                continue
            told = steps[n_done : n_done - (-len(rows) // self.batch_size)]
            record = self._learn(buffer.samples, rows, told, n_steps + n_done)
            if record is None:
                return None
            own = _n_weighed(buffer.samples.weights, rows, self.batch_size)
            totals, n_weighed = totals + own * record[:-1], n_weighed + own
            last_ratio = record[-1]
            n_done += len(told)
        return np.append(totals / max(n_weighed, 1), last_ratio)

    def _filled(self, groups):
        """Yield each buffer with the one being read meanwhile, None at the end."""
        self._buffers[0].carry()  # no rows, as epochs leave none over

        with ThreadPoolExecutor(1) as reader:

            def read(i):
                return reader.submit(
                    self._buffers[i % 2].fill, self._training[0].read, groups[i]
                )

            coming = read(0)
            for i in range(1, len(groups) + 1):
                buffer = coming.result()
                if i == len(groups):
                    yield buffer, None
                else:
                    coming = read(i)
                    yield buffer, self._buffers[i % 2]

    def _learn(self, samples, rows, coefficients, n_steps):
        """Learn from a buffer; return its record, or None if it diverges."""
        _, plan, slots, _ = self._training
        self._executor.prepare_training(samples, plan, slots, rows)
        steps = np.ascontiguousarray(coefficients)[np.newaxis]
        run = self._executor.run_epochs(steps, _NO_RULE, None, n_steps)
        if run.diverged:
            return None
        return np.concatenate(run[:4])


def _n_weighed(weights, rows, batch_size):
    """Return the number of rows in minibatches of positive weight."""
    if weights is None:
        return len(rows)
    starts = np.arange(0, len(rows), batch_size)
    sizes = np.diff([*starts, len(rows)])
    return int(sizes[np.add.reduceat(weights[rows], starts) > 0].sum())
