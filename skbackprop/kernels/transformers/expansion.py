"""The kernel of sparse random expansion, in which each unit reads a few features."""

from skbackprop.kernels.abi import Combine
from skbackprop.kernels.language.codegen import kernel
from skbackprop.kernels.language.values import INTEGER32, fma, where
from skbackprop.kernels.transformers.blocks import Output, nan_unless_finite

# A sum that overflows becomes NaN, so that its activation is not finite.
ACTIVATIONS = {
    "identity": lambda x: x,
    "relu": lambda x: where(x > 0.0, x, nan_unless_finite(x, 0.0)),
    "abs": abs,
    "square": lambda x: x * x,
    "sign": lambda x: nan_unless_finite(
        x, where(x > 0.0, 1.0, where(x < 0.0, -1.0, x))
    ),
}


def make_expand(activation, weights, bits):
    """Return the kernel of y_j = f(b_j + sum over i of w_ij x[feature_ij]).

    It computes as many units together as a vector has lanes, with independent sums.
    Places in the block and weights are stored side by side for these units: first those
    of the first input of each unit, then those of the second, and so on. 'binary'
    weights are all 1 and are not read; others are 'weighted'.
    """
    function = ACTIVATIONS[activation]

    def expand(code, row, context, scalars):
        block, n_inputs = code.vectors(row[Combine.block]), row[Combine.n_places]
        output, units = Output(code, row, context), range(code.lanes)
        with code.range(row[Combine.n_outputs], step=code.lanes) as first:
            places = code.scalars(row[Combine.places], INTEGER32).from_(
                first * n_inputs
            )
            factors = code.scalars(row[Combine.weights]).from_(first * n_inputs)
            bias = code.scalars(row[Combine.biases]).from_(first)
            sums = [code.variable(code.repeat(bias[u])) for u in units]
            with code.range(n_inputs * code.lanes, step=code.lanes) as i:
                for u, total in zip(units, sums, strict=True):
                    x = block[places[i + u].as_integer()]
                    if weights == "weighted":
                        total.value = fma(code.repeat(factors[i + u]), x, total.value)
                    else:
                        total.value = total.value + x
            output.write(first, [function(total.value) for total in sums])

    return kernel(expand, bits)
