"""Samples that kernels could not read are refused before they are bound."""

import numpy as np
import pytest
from jit_marks import needs_jit
from numpy.testing import assert_array_equal
from scipy import sparse

from skbackprop.engine import Executor
from skbackprop.engine.losses import HalfSquaredError
from skbackprop.engine.samples import CSR, Groups, Samples
from skbackprop.network import Graph, Input, Linear
from skbackprop.network.compiler import compile_graph

PROGRAM = compile_graph(Graph(Linear(1)(Input(3))))
X = np.arange(12.0).reshape(4, 3)
T = np.ones((4, 1))
PAIRS = Groups.of_size(np.array([0, 1, 2, 3]), 2)
UNREADABLE = {
    "other width": Samples(X[:, :2].copy(), T),
    "other dtype": Samples(X.astype(np.float32), T),
    "columns": Samples(np.asfortranarray(X), T),
    "every second row": Samples(np.repeat(X, 2, axis=0)[::2], T),
    "other byte order": Samples(X.astype(X.dtype.newbyteorder()), T),
    "too few targets": Samples(X, T[:3]),
    "other targets": Samples(X, T.astype(np.float32)),
    "strided targets": Samples(X, np.ones((4, 2))[:, :1]),
    "too many weights": Samples(X, T, np.ones(5)),
    "other weights": Samples(X, T, np.ones(4, np.float32)),
    "a member beyond": Samples(X, T, None, Groups.of_size(np.array([0, 1, 2, 4]), 2)),
    "a negative member": Samples(
        X, T, None, Groups.of_size(np.array([0, 1, 2, -1]), 2)
    ),
    "small members": Samples(
        X, T, None, Groups.of_size(np.arange(4, dtype=np.int32), 2)
    ),
    "groups that decrease": Samples(
        X, T, None, PAIRS._replace(starts=np.array([2, 0, 4]))
    ),
    "groups that end beyond": Samples(
        X, T, None, PAIRS._replace(starts=np.array([0, 2, 6]))
    ),
    "a weight for each row": Samples(X, T, np.ones(4), PAIRS),
}


@needs_jit
@pytest.mark.parametrize("samples", UNREADABLE.values(), ids=UNREADABLE)
def test_what_kernels_cannot_read_is_refused(samples):
    parameters = PROGRAM.allocate(np.float64)
    executor = Executor(PROGRAM, parameters, HalfSquaredError(), 4)
    for run in (executor.objective, executor.evaluate):
        with pytest.raises(ValueError, match=r"The network reads|must have|not valid"):
            run(samples)


def test_corrupt_matrices_are_refused_as_csr():
    matrix = sparse.csr_matrix(X)
    matrix.indices[2] = 3
    with pytest.raises(ValueError, match="corrupt"):
        CSR.of(matrix)


def test_the_fingerprint_tells_data_apart_and_not_their_order():
    samples = Samples(X, T, np.arange(4.0))
    order = np.array([2, 0, 1, 3])
    shuffled = Samples(X[order], T[order], np.arange(4.0)[order])
    assert samples.fingerprint() == shuffled.fingerprint()
    other = X.copy()
    other[1, 1] = np.nextafter(other[1, 1], 9)
    assert samples.fingerprint() != Samples(other, T, np.arange(4.0)).fingerprint()
    assert samples.fingerprint() != Samples(X, T).fingerprint()
    of_csr = Samples(CSR.of(sparse.csr_matrix(X)), T)
    assert of_csr.fingerprint() == of_csr.fingerprint()
    assert_array_equal(samples.X, X)


def test_rows_that_are_drawn_are_no_part_of_what_samples_are():
    X, drawn = np.ones((2, 3)), np.zeros((4, 3))
    members, starts = np.arange(4), np.array([0, 4])
    groups = Groups(members, starts, print, (X,), np.array([2]), draws_rows=True)
    samples = Samples(drawn, np.zeros((4, 1)), np.array([2.0]), groups)
    assert samples.identity()["X"] == (X,)
    groups = groups._replace(draws_rows=False)
    assert samples._replace(groups=groups).identity()["X"] is drawn
