"""The kernel of a sparse random expansion: each unit reads a few features."""

from skbackprop.kernels.abi import INDICES, N_ELEMENTS, WIDTH_Y, B, W, X
from skbackprop.kernels.blocks import Output
from skbackprop.kernels.codegen import kernel
from skbackprop.kernels.simd import INTEGER32, fma, where

ACTIVATIONS = {
    "identity": lambda x: x,
    "relu": lambda x: where(x < 0.0, 0.0, x),
    "abs": abs,
    "square": lambda x: x * x,
    "sign": lambda x: where(x > 0.0, 1.0, where(x < 0.0, -1.0, x)),
}


def make_expand(activation, is_weighted, bits):
    """Return the kernel of y_j = f(b_j + sum over i of w_ij x[feature_ij]).

    As many units at a time as a vector has lanes, so that their sums are as
    many independent chains. Their places in the block and their weights stand
    side by side: those of the first input of each unit, then of the second ...
    Without weights, all of them are 1.
    """
    function = ACTIVATIONS[activation]

    def expand(code, row, context, scalars):
        block, n_inputs = code.vectors(row[X]), row[N_ELEMENTS]
        output, units = Output(code, row, context), range(code.lanes)
        with code.range(row[WIDTH_Y], step=code.lanes) as first:
            places = code.scalars(row[INDICES], INTEGER32).from_(first * n_inputs)
            weights = code.scalars(row[W]).from_(first * n_inputs)
            bias = code.scalars(row[B]).from_(first)
            sums = [code.variable(code.repeat(bias[u])) for u in units]
            with code.range(n_inputs * code.lanes, step=code.lanes) as i:
                for u, total in zip(units, sums, strict=True):
                    x = block[places[i + u].as_integer()]
                    if is_weighted:
                        total.value = fma(code.repeat(weights[i + u]), x, total.value)
                    else:
                        total.value = total.value + x
            output.write(first, [function(total.value) for total in sums])

    return kernel(expand, bits)
