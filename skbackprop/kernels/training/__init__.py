"""Kernels of the training loop: gather minibatches, run them, and update."""
