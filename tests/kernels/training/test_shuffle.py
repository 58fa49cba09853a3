"""The shuffling kernel against ``numpy.random.RandomState.shuffle``."""

import numpy as np
import pytest

from skbackprop.engine import jit
from skbackprop.kernels import calling
from skbackprop.kernels.abi import Shuffle
from skbackprop.kernels.rows import new_row

# From nothing to shuffle, over powers of two (where the mask of the rejection
# changes) and the length of the generator's state, to several twists of it.
SIZES = [0, 1, 2, 3, 4, 5, 8, 9, 31, 32, 33, 256, 623, 624, 625, 1000, 5000]
SEEDS = [0, 1, 2**32 - 1]


def state_of(random_state):
    _, key, position, *_ = random_state.get_state()
    return key.tolist(), position


def shuffle_compiled(items, random_state):
    """Shuffle with the compiled kernel, as the executor calls it."""
    from skbackprop.kernels import table

    name, key, position, *rest = random_state.get_state()
    key, position = key.copy(), np.array([position])
    kernel, state = table.loop_kernel("shuffle"), {"key": key, "position": position}
    row = new_row(Shuffle, kernel, **state, items=items, n_items=len(items))
    calling.run_kernel(kernel, row)
    random_state.set_state((name, key, int(position[0]), *rest))


def shuffle_interpreted(items, random_state):
    """Shuffle with the kernel's source, run by Python on lists."""
    pytest.importorskip("numba")
    from skbackprop.kernels.training import shuffle as random

    with pytest.MonkeyPatch.context() as patch:
        for pointer in ("as_uint32s", "as_int64s"):
            patch.setattr(random, pointer, lambda sequence: sequence)
        shuffle = random.make_shuffle()
        name, key, position, *rest = random_state.get_state()
        key, position = key.tolist(), [position]
        row = {
            Shuffle.key: key,
            Shuffle.position: position,
            Shuffle.items: items,
            Shuffle.n_items: len(items),
        }
        shuffle(row, None, None)
    random_state.set_state((name, np.array(key, np.uint32), position[0], *rest))


@pytest.fixture(params=["compiled", "interpreted"])
def shuffle(request):
    if request.param == "interpreted":
        return shuffle_interpreted
    if not jit.available():
        pytest.skip("numba cannot compile here, or is told not to")
    return shuffle_compiled


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("size", SIZES)
def test_order_and_generator_are_left_as_numpy_leaves_them(shuffle, size, seed):
    ours, theirs = np.random.RandomState(seed), np.random.RandomState(seed)
    found, expected = np.arange(size), np.arange(size)
    for _ in range(2):  # the second begins wherever the first has left the state
        shuffle(found, ours)
        theirs.shuffle(expected)
        np.testing.assert_array_equal(found, expected)
        assert state_of(ours) == state_of(theirs)
    np.testing.assert_array_equal(ours.uniform(size=9), theirs.uniform(size=9))


def test_a_state_in_the_middle_of_its_words_is_taken_up_there(shuffle):
    ours, theirs = np.random.RandomState(3), np.random.RandomState(3)
    for random_state in (ours, theirs):
        random_state.randint(2**31, size=601)
        random_state.normal()  # leaves a second normal number for later
    found, expected = np.arange(100), np.arange(100)
    shuffle(found, ours)
    theirs.shuffle(expected)
    np.testing.assert_array_equal(found, expected)
    assert ours.normal() == theirs.normal()


def test_equal_items_count_like_others(shuffle):
    found, expected = np.arange(50) // 10, np.arange(50) // 10
    shuffle(found, np.random.RandomState(4))
    np.random.RandomState(4).shuffle(expected)
    np.testing.assert_array_equal(found, expected)
