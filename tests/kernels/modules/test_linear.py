"""The matrix product, and the linear module's kernels, dense and CSR."""

import numpy as np
import pytest
from gradcheck import check_vjp
from kernel_helpers import (
    DTYPES,
    SKIP_REASON,
    Call,
    aligned,
    assert_close_for_its_size,
    bits_of,
    compiled,
    empty_signal,
    signal,
)

from skbackprop.kernels import jit
from skbackprop.kernels.abi import Module

pytestmark = pytest.mark.skipif(not jit.available(), reason=SKIP_REASON)


def gemm_address(dtype):
    from skbackprop.kernels.matmul import gemm

    bits = bits_of(dtype)
    return compiled(lambda: gemm.make_gemm(bits), f"gemm_{bits}")


def pack_bytes():
    from skbackprop.kernels.matmul import gemm

    return gemm.PACK_BYTES


def linear_address(direction, dtype):
    from skbackprop.kernels.modules import linear

    bits = bits_of(dtype)
    factory = getattr(linear, f"make_{direction}_linear")
    return compiled(lambda: factory(bits), f"{direction}_linear_{bits}")


class Linear:
    """y = x W + b on random data, with the memory of all gradients."""

    def __init__(self, n_rows, width_x, width_y, dtype, add=0):
        rng = np.random.default_rng(100 * width_x + width_y)
        self.dtype, self.add = dtype, add

        def random(*shape, padding=0.0):
            return signal(rng.normal(size=shape), dtype, padding)

        self.x, x_memory = random(n_rows, width_x, padding=np.nan)
        self.dy, dy_memory = random(n_rows, width_y, padding=0.0)
        self.w, w_memory = random(width_x, width_y)
        self.b, _ = random(1, width_y)
        self.y, _ = empty_signal(n_rows, width_y, dtype)
        self.dx, self.dx_memory = random(n_rows, width_x, padding=-2.5)
        self.dw, self.dw_memory = random(width_x, width_y)
        self.db, self.db_memory = random(1, width_y)
        self.before = {name: getattr(self, name).copy() for name in ("dx", "dw", "db")}
        self.call = Call(
            Module,
            n_rows,
            **{name: getattr(self, name) for name in ("x", "y", "w", "b")},
            **{name: getattr(self, name) for name in ("dx", "dy", "dw", "db")},
            ldx=x_memory.shape[1],
            ldy=dy_memory.shape[1],
            ldw=w_memory.shape[1],
            width_x=width_x,
            width_y=width_y,
            add_dx=add,
            add_dw=add,
        ).set_context(
            gemm=gemm_address(dtype),
            pack=aligned(pack_bytes(), np.uint8),
            zeros=aligned(4096, dtype),
        )

    def forward(self):
        self.call.run(linear_address("forward", self.dtype))
        return self.y

    def backward(self):
        self.call.run(linear_address("backward", self.dtype))

    def assert_accumulated(self, name, expected):
        """Compare a gradient with what was there before, if kept, plus ``expected``."""
        if self.add:
            expected = expected + self.before[name]
        assert_close_for_its_size(getattr(self, name), expected, self.dtype)


# Each shape has its reason: single rows and columns, odd tails of tiles, few
# columns (dot products, transposed products), few rows of a transposed product, more
# than one block of k or rows.
SHAPES = [
    (1, 1, 1),
    (1, 64, 100),
    (2, 50, 65),
    (4, 7, 300),
    (5, 50, 65),
    (3, 5, 1),
    (7, 30, 2),
    (16, 17, 3),
    (33, 100, 10),
    (50, 64, 5),
    (61, 20, 16),
    (64, 33, 49),
    (97, 300, 65),
    (200, 100, 100),
    (530, 260, 33),
    (140, 800, 230),
    (300, 520, 3),
    (300, 40, 250),
]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_forward_is_a_product_plus_bias(shape, dtype):
    linear = Linear(*shape, dtype)
    expected = linear.x.astype(np.float64) @ linear.w + linear.b
    assert_close_for_its_size(linear.forward(), expected, dtype)


@pytest.mark.parametrize("add", [0, 1])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_backward_gives_all_gradients(shape, dtype, add):
    linear = Linear(*shape, dtype, add)
    linear.backward()
    dy = linear.dy.astype(np.float64)
    linear.assert_accumulated("dx", dy @ linear.w.T)
    linear.assert_accumulated("dw", linear.x.T @ dy)
    linear.assert_accumulated("db", dy.sum(axis=0, keepdims=True))
    _, width_x, width_y = shape
    assert not linear.dw_memory[:, width_y:].any()
    assert not linear.db_memory[:, width_y:].any()
    # What is written there is zero: it comes to the padding of other gradients.
    assert np.all(np.isin(linear.dx_memory[:, width_x:], [0.0, -2.5]))


@pytest.mark.parametrize("shape", [(9, 21, 3), (40, 70, 2), (6, 5, 33)], ids=str)
def test_backward_is_the_transpose_of_the_derivative(shape):
    n_rows, width_x, width_y = shape

    def forward(inputs):
        linear = Linear(*shape, np.float64)
        linear.x[:], linear.w[:], linear.b[:] = inputs
        return linear.forward()

    def backward(inputs, y, dy):
        linear = Linear(*shape, np.float64)
        linear.x[:], linear.w[:], linear.b[:] = inputs
        linear.dy[:] = dy
        linear.backward()
        return [linear.dx, linear.dw, linear.db]

    rng = np.random.default_rng(0)
    shapes = (n_rows, width_x), (width_x, width_y), (1, width_y)
    check_vjp(forward, backward, [rng.normal(size=s) for s in shapes], rng)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("width_y", [1, 4, 10, 50])
def test_a_sample_does_not_depend_on_its_batch(width_y, dtype):
    together = Linear(21, 70, width_y, dtype)
    together.forward()
    for i in range(21):
        alone = Linear(1, 70, width_y, dtype)
        alone.x[:], alone.w[:], alone.b[:] = together.x[i], together.w, together.b
        np.testing.assert_array_equal(alone.forward()[0], together.y[i])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("missing", ["dx", "dw", "db", "b"])
def test_what_has_no_address_is_left_out(missing, dtype):
    linear = Linear(20, 30, 10, dtype)
    linear.b[:] = 0
    linear.call.set(**{missing: 0})
    linear.forward()
    linear.backward()
    assert_close_for_its_size(linear.y, linear.x @ linear.w, dtype)
    for name, before in linear.before.items():
        untouched = np.array_equal(getattr(linear, name), before)
        assert untouched == (name == missing)


class SparseLinear(Linear):
    """The same with x taken from rows of a larger CSR matrix."""

    def __init__(self, n_rows, width_x, width_y, dtype, add=0, density=0.2):
        super().__init__(n_rows, width_x, width_y, dtype, add)
        rng = np.random.default_rng(width_x)
        dense = rng.normal(size=(2 * n_rows, width_x)).astype(dtype)
        dense[rng.uniform(size=dense.shape) > density] = 0
        dense[::5] = 0  # samples without entries
        order = rng.integers(len(dense), size=n_rows)
        self.x = dense[order]
        counts = np.count_nonzero(dense, axis=1)
        self.call.set(
            x=0,
            x_data=dense[dense != 0],
            x_indices=np.nonzero(dense)[1].astype(np.int32),
            x_indptr=np.concatenate([[0], np.cumsum(counts)]),
        ).set_context(order=order)

    def forward(self):
        self.call.run(sparse_address("forward", self.dtype))
        return self.y

    def backward(self):
        self.call.run(sparse_address("backward", self.dtype))


def sparse_address(direction, dtype):
    from skbackprop.kernels.modules import sparse_linear as sparse

    bits = bits_of(dtype)
    factory = getattr(sparse, f"make_{direction}_linear")
    return compiled(lambda: factory(bits), f"{direction}_csr_{bits}")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_forward_of_csr_rows_is_that_of_the_dense_rows(shape, dtype):
    linear = SparseLinear(*shape, dtype)
    expected = linear.x.astype(np.float64) @ linear.w + linear.b
    assert_close_for_its_size(linear.forward(), expected, dtype)


@pytest.mark.parametrize("add", [0, 1])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_backward_of_csr_rows_is_that_of_the_dense_rows(shape, dtype, add):
    linear = SparseLinear(*shape, dtype, add)
    linear.backward()
    dy = linear.dy.astype(np.float64)
    linear.assert_accumulated("dw", linear.x.T @ dy)
    linear.assert_accumulated("db", dy.sum(axis=0, keepdims=True))
    assert np.array_equal(linear.dx, linear.before["dx"])
