"""Kernels of the losses, which compute value and adjoint of the logits together."""
