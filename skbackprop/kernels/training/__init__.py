"""The training loop: gather a minibatch, run it, update, count epochs."""
