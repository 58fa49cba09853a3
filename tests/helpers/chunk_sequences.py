"""Sequences of chunks that count what is read of them, and may fail."""

import numpy as np

SIZES = [100, 237, 50, 33, 150, 1, 29]
CUTS = np.cumsum(SIZES)[:-1]


class Chunks:
    """A sequence of chunks of arrays.

    From the read on of which the number is ``broken_from``, chunk 3 is what ``change``
    makes of it; without ``change`` it cannot be read.
    """

    def __init__(self, *arrays, buffer=2, cuts=CUTS):
        self._chunks = list(zip(*(np.split(a, cuts) for a in arrays), strict=True))
        self.buffer = buffer
        self.n_read = 0
        self.broken_from = np.inf
        self.change = None

    def __len__(self):
        return len(self._chunks)

    def __getitem__(self, i):
        self.n_read += 1
        if self.n_read > self.broken_from and i == 3:
            if self.change is None:
                raise OSError("the disk is gone")
            return self.change(*self._chunks[i])
        return self._chunks[i]


class ChunksWithTargets(Chunks):
    """One that can read its targets alone."""

    def targets(self, i):
        return self._chunks[i][1:]


def three_classes():
    """Return X and y of as many samples as there are in the chunks."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(sum(SIZES), 5))
    return X, (X[:, 0] * X[:, 1] > 0).astype(int) + (X[:, 2] > 1)


def assert_equal_fits(a, b):
    """Assert equal parameters to the bit; losses are added up in another order."""
    np.testing.assert_array_equal(a._parameters, b._parameters)
    np.testing.assert_allclose(a.loss_curve_, b.loss_curve_, rtol=1e-12)
