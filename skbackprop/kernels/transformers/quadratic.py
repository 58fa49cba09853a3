"""The kernel of quadratic forms, the linear models on monomials of degree two."""

from skbackprop.kernels.abi import Combine, Context
from skbackprop.kernels.language.codegen import kernel
from skbackprop.kernels.language.values import fma, smaller

FEATURES_AT_ONCE = 8  # independent sums, enough to keep the multipliers busy


def make_evaluate(bits):
    """Return the kernel of y_k = b_k + sum over i of x_i (c_ki + sum_j w_kij x_j).

    Outputs have shape (outputs, samples). Row k of the weights has, for each group of
    as many features i as there are sums: their c_ki, and their w_kij for each j in turn
    from j = i on, as w is triangular. Features beyond the last have zero weights.
    """

    def evaluate(code, row, context, scalars):
        block = code.vectors(row[Combine.block])
        n_features = row[Combine.n_features]
        biases = code.scalars(row[Combine.biases])
        outputs = code.vectors(row[Combine.outputs])
        units = range(FEATURES_AT_ONCE)
        with code.range(row[Combine.n_outputs]) as k:
            total = code.variable(code.repeat(biases[k]))
            place = code.variable(k * row[Combine.ld_weights])
            with code.range(n_features, step=FEATURES_AT_ONCE) as first:
                weights = code.scalars(row[Combine.weights]).from_(place.value)
                sums = [code.variable(code.repeat(weights[u])) for u in units]
                with code.range(n_features - first) as j:
                    x = block[(first + j) * code.lanes]
                    some = weights.from_((j + 1) * FEATURES_AT_ONCE)
                    for u, inner in zip(units, sums, strict=True):
                        inner.value = fma(code.repeat(some[u]), x, inner.value)
                for u, inner in zip(units, sums, strict=True):
                    x = block[smaller(first + u, n_features - 1) * code.lanes]
                    total.value = fma(x, inner.value, total.value)
                length = (n_features - first + 1) * FEATURES_AT_ONCE
                place.value = place.value + length
            outputs[k * row[Combine.ld_outputs] + context[Context.first_row]] = (
                total.value
            )

    return kernel(evaluate, bits)
