"""Values recorded per epoch, for :class:`skbackprop.engine.samples.EpochsRun`."""

from skbackprop.kernels.abi import Scalar

RECORDED = (
    Scalar.epoch_loss,
    Scalar.epoch_penalty,
    Scalar.epoch_gradient_norm,
    Scalar.epoch_update_ratio,
)
N_RECORDS = len(RECORDED)
