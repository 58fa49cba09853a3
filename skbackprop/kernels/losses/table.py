"""The table of writers of losses."""

from skbackprop.kernels.abi import Loss, Scalar
from skbackprop.kernels.language.codegen import kernel
from skbackprop.kernels.losses.elementwise import elementwise
from skbackprop.kernels.losses.margins import hard_margin, soft_margin
from skbackprop.kernels.losses.rows import Batch
from skbackprop.kernels.losses.softmax import smoothed_softmax, softmax
from skbackprop.kernels.losses.stepwise import make_stepwise_log_loss
from skbackprop.network.layout import ROW_QUANTUM


def make_loss(loss, bits):
    """Return the kernel of a loss of :mod:`skbackprop.engine.losses`."""
    if loss.kernel == "stepwise_softmax":
        return make_stepwise_log_loss(bits)
    by_columns, by_rows = _KINDS[loss.kernel](loss)

    def write(code, row, context, scalars):
        batch = Batch(code, row, context, scalars)
        narrow = row[Loss.ld_logits] == ROW_QUANTUM
        with code.when(narrow):
            by_columns(batch)
        with code.when(narrow == 0):
            by_rows(batch)
        scalars[Scalar.loss] = scalars[Scalar.loss] + batch.loss.total()

    return kernel(write, bits)


# The writer of each kind of loss: a function of the loss that returns a pair of
# functions of a Batch, for narrow rows (by columns) and for wide rows.
_KINDS = {
    "elementwise": elementwise,
    "hard_margin": hard_margin,
    "smoothed_softmax": smoothed_softmax,
    "soft_margin": soft_margin,
    "softmax": softmax,
}
