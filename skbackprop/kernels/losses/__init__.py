"""Kernels of the losses: value and adjoint of the logits in one pass."""
