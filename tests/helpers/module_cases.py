"""Examples of every module, and its kernels run in memory like an executor's."""

from typing import NamedTuple

import numpy as np
from kernel_helpers import Call, aligned, bits_of, guarded

from skbackprop.engine.compiled.binding import BLOCKS, laid_out
from skbackprop.kernels import table
from skbackprop.kernels.abi import Module
from skbackprop.network import (
    ALL_MODULES,
    ELU,
    Add,
    BatchNorm,
    Bias,
    Concatenate,
    DotProduct,
    Dropout,
    LayerNorm,
    LeakyReLU,
    Linear,
    LogSoftMax,
    Max,
    MaxPool,
    MeanPool,
    Multiply,
    PiecewiseLinear,
    Scale,
    ScaledDotProductAttention,
    Slice,
    SmoothClip,
    Softmax,
    StopGradient,
    Subtract,
    Where,
    Zeros,
)
from skbackprop.network.layout import ROW_QUANTUM, padded_width

ELEMENTWISE = [
    *(module() for module in ALL_MODULES if module.is_elementwise),
    *(LeakyReLU(0.3), ELU(0.5), SmoothClip(0.7)),
]
PAIRS = [(5, 5), (1, 1), (33, 33), (1, 20), (17, 1)]


def column_edges(n_bins):
    """Return edges of bins of unequal width, as many as are left of them."""
    rng = np.random.default_rng(n_bins)
    return np.sort(rng.normal(size=n_bins + 1)) if n_bins else ()


# Modules, and the widths of the inputs they are tried with.
CASES = [
    *((module, (width,)) for module in ELEMENTWISE for width in (1, 21)),
    *((m, widths) for m in (Add(), Subtract(), Multiply(), Max()) for widths in PAIRS),
    *((Where(), widths) for widths in [(1, 7, 7), (1, 33, 33), (1, 1, 1), (18, 18, 1)]),
    *((Linear(n_units), (width,)) for n_units, width in [(1, 5), (17, 3), (40, 33)]),
    (Linear(6, bias=False), (20,)),
    (Linear(3, connections=[(0, 18), (), (5, 1, 7)]), (19,)),
    *((module, (width,)) for module in (Bias(), Scale()) for width in (1, 16, 37)),
    *((m, (n,)) for m in (Softmax(), LogSoftMax(), LayerNorm()) for n in (1, 16, 37)),
    *((BatchNorm(), (width,)) for width in (1, 16, 37)),
    (LayerNorm(eps=0.1), (5,)),
    (BatchNorm(momentum=0.3, eps=0.1), (5,)),
    *((Dropout(rate), (width,)) for rate, width in [(0.5, 37), (0.1, 16), (0.0, 3)]),
    *((MaxPool(size), (3 * size,)) for size in (1, 2, 7)),
    *((MeanPool(size), (3 * size,)) for size in (1, 2, 7)),
    (MaxPool(3), (60,)),
    (PiecewiseLinear([(-0.4, 0.3)]), (1,)),
    (PiecewiseLinear([(), (-1, 0.1, 0.7), ()]), (3,)),
    (PiecewiseLinear([column_edges(n) for n in (16, 0, 31, 1, 4)]), (5,)),
    (PiecewiseLinear([column_edges(n % 9) for n in range(37)]), (37,)),
    (PiecewiseLinear([column_edges(n) for n in (9, 40)]), (2,)),
    *((DotProduct(), (width, width)) for width in (1, 16, 37)),
    (ScaledDotProductAttention(3), (15, 15, 6)),
    (ScaledDotProductAttention(4, causal=True), (12, 12, 76)),
    (ScaledDotProductAttention(1), (17, 17, 1)),
    (ScaledDotProductAttention(20), (320, 320, 320)),
    (Slice(2, 9), (11,)),
    (Slice(3, 36), (40,)),
    (Concatenate(), (1, 18, 3)),
    (Concatenate(), (4,)),
    (StopGradient(), (19,)),
    (Zeros(18), (3,)),
]
N_ROWS = 7
SENTINEL = 7.25


def name_of_case(case):
    module, widths = case
    return f"{module!r}{widths}"


class Data(NamedTuple):
    """What a module is run on: one adjoint per input is what is there before."""

    inputs: list
    blocks: dict
    adjoint: np.ndarray
    present: list
    present_gradients: dict

    def astype(self, dtype):
        def convert(part):
            if isinstance(part, dict):
                return {name: convert(array) for name, array in part.items()}
            if isinstance(part, list):
                return [convert(array) for array in part]
            return part.astype(dtype)

        return Data(*map(convert, self))


def random_data(module, widths, seed=0, n_rows=N_ROWS):
    """Return inputs, parameters and adjoints of a module, rounded to float32."""
    rng = np.random.default_rng(seed)

    def draw(*shape):
        return rng.normal(size=shape).astype(np.float32).astype(np.float64)

    shapes = module.parameter_shapes(*widths)
    blocks = {name: draw(*shape) for name, shape in shapes.items()}
    gradients = {name: draw(*shape) for name, shape in shapes.items()}
    if isinstance(module, Linear):
        blocks["weight"] *= module.connected(*widths)
        gradients["weight"] *= module.connected(*widths)
    for name, shape in module.buffer_shapes(*widths).items():
        blocks[name] = abs(draw(*shape))
    return Data(
        inputs=[draw(n_rows, width) for width in widths],
        blocks=blocks,
        adjoint=draw(n_rows, module.output_width(*widths)),
        present=[draw(n_rows, width) for width in widths],
        present_gradients=gradients,
    )


class Memory:
    """A signal within wider rows, near the end of memory.

    What lies between the signals of two rows is not the module's to change;
    behind the last one there is what the executor puts there, one vector, and
    then what must not even be read.
    """

    def __init__(self, values, dtype, padding):
        n_rows, width = values.shape
        self.written = -(-width // ROW_QUANTUM) * ROW_QUANTUM
        stride = self.written + 2 * ROW_QUANTUM
        size = (n_rows - 1) * stride + self.written + ROW_QUANTUM
        self.flat = guarded(size * np.dtype(dtype).itemsize).view(dtype)
        self.flat[:] = SENTINEL
        self.rows = np.lib.stride_tricks.as_strided(
            self.flat,
            (n_rows, self.written),
            (stride * self.flat.itemsize, self.flat.itemsize),
        )
        self.stride, self.values = stride, self.rows[:, :width]
        self.rows[:] = padding
        self.values[:] = values

    @property
    def address(self):
        return self.flat.ctypes.data

    @property
    def padding(self):
        return self.rows[:, self.values.shape[1] :]

    def assert_written_within(self):
        is_own = np.arange(len(self.flat)) % self.stride < self.written
        is_own[-ROW_QUANTUM:] = False
        assert (self.flat[~is_own] == SENTINEL).all(), "wrote to another signal"


class Result(NamedTuple):
    output: np.ndarray
    adjoints: list
    gradients: dict
    buffers: dict


def run_kernels(module, data, adds=False, is_training=True, **context):
    """Run the forward and the backward kernel of a module on copies of its data.

    With ``adds``, adjoints and gradients are added to what is there before.
    """
    run = _Run(module, data, adds)
    run.call.set(is_training=int(is_training), stream=3).set_context(**context)
    run.forward()
    if any(run.is_wanted):
        run.backward()
    run.check_memory(data)
    return run.result()


class _Run:
    """The memory of a module, and the row that is bound to it."""

    def __init__(self, module, data, adds):
        self.module, self.adds = module, adds
        dtype = data.adjoint.dtype.type
        self.inputs = [Memory(x, dtype, 0.5) for x in data.inputs]
        self.output = Memory(np.full_like(data.adjoint, SENTINEL), dtype, 0.5)
        self.adjoint = Memory(data.adjoint, dtype, 0.0)
        # Where a kernel is the first to write, it must not read what was there.
        before = data.present if adds else [x * np.nan for x in data.present]
        self.adjoints = [Memory(x, dtype, 0.0) for x in before]
        self.is_wanted = [
            i not in module.stops_gradient for i in range(len(data.inputs))
        ]
        self.blocks = {n: _in_padded_rows(block) for n, block in data.blocks.items()}
        self.gradients = {
            name: _in_padded_rows(block if adds else block * np.nan)
            for name, block in data.present_gradients.items()
        }
        self.call = self._bind(data)
        self.kernels = table.module_kernels(module, bits_of(dtype))

    def _bind(self, data):
        bits = bits_of(data.adjoint.dtype)
        call = Call(Module, len(data.adjoint), add_dw=int(self.adds))
        call.set(y=self.output.address, ldy=self.output.stride)
        call.set(dy=self.adjoint.address)
        call.set(width_y=data.adjoint.shape[1])
        widest = max(padded_width(x.shape[1]) for x in (*data.inputs, data.adjoint))
        call.set_context(
            gemm=table.gemm_kernel(bits),
            pack=np.zeros(table.pack_bytes(), np.uint8),
            zeros=aligned(widest, data.adjoint.dtype),
        )
        for name, (block, memory) in self.blocks.items():
            value, gradient = BLOCKS[name]
            call.set(**{value: memory})
            if gradient is not None:
                call.set(**{gradient: self.gradients[name][1]})
            if block.ndim == 2:
                call.set(ldw=memory.shape[1])
        dtype, widths = data.adjoint.dtype, [x.shape[1] for x in data.inputs]
        for name, array in self.module.constants(dtype, *widths).items():
            call.set(**{name: _constant(laid_out(array))})
        settings = table.module_settings(self.module)
        call.set(**dict(zip(("setting", "setting2"), settings, strict=False)))
        return call

    def forward(self):
        self._call(self.kernels[0])

    def backward(self):
        self._call(self.kernels[1])

    def _call(self, kernel):
        if self.module.n_inputs is not None:
            for i, number in zip(
                range(self.module.n_inputs), ("", "2", "3"), strict=False
            ):
                self._bind_input(i, number)
            self.call.run(kernel)
            return
        column = 0
        for i, x in enumerate(self.inputs):
            self._bind_input(i, "")
            self.call.set(setting=column).run(kernel)
            column += x.values.shape[1]

    def _bind_input(self, i, number):
        x, dx = self.inputs[i], self.adjoints[i]
        fields = {
            "x": x.address,
            "ldx": x.stride,
            "width_x": x.values.shape[1],
            "dx": dx.address if self.is_wanted[i] else 0,
            "add_dx": self.adds,
        }
        self.call.set(**{f"{name}{number}": value for name, value in fields.items()})

    def check_memory(self, data):
        """Check that all is as it was but what was to be written."""
        for memory in (*self.inputs, self.output, self.adjoint, *self.adjoints):
            memory.assert_written_within()
        read = zip(
            (*self.inputs, self.adjoint), (*data.inputs, data.adjoint), strict=True
        )
        for memory, values in read:
            np.testing.assert_array_equal(memory.values, values)
        assert np.isfinite(self.output.rows).all(), "padding of signals is not finite"
        for dx, is_wanted in zip(self.adjoints, self.is_wanted, strict=True):
            assert not (is_wanted and dx.padding.any()), "padding of an adjoint"
        for block, memory in self.gradients.values():
            assert not memory[..., block.shape[-1] :].any(), "padding of a gradient"

    def result(self):
        adjoints = zip(self.adjoints, self.is_wanted, strict=True)
        buffers = {n: b for n, (b, _) in self.blocks.items() if n not in self.gradients}
        return Result(
            self.output.values,
            [dx.values if is_wanted else None for dx, is_wanted in adjoints],
            {name: block for name, (block, _) in self.gradients.items()},
            buffers,
        )


def _constant(rows):
    """Return a copy of a constant, and of the vector behind it that may be read."""
    is_read_by_vectors = rows.dtype.kind == "f"
    memory = aligned(rows.size + ROW_QUANTUM * is_read_by_vectors, rows.dtype)
    memory[: rows.size] = rows.ravel()
    return memory


def _in_padded_rows(array):
    """Return a copy of a parameter in padded rows, and all of its memory."""
    matrix = np.atleast_2d(array)
    memory = aligned(len(matrix) * padded_width(matrix.shape[1]), array.dtype)
    memory = memory.reshape(len(matrix), -1)
    memory[:, : matrix.shape[1]] = matrix
    if array.ndim == 1:
        return memory[0, : len(array)], memory[0]
    return memory[:, : array.shape[1]], memory
