"""Training of one network on data that is distributed over several machines."""

from skbackprop.distributed.fitting import fit

__all__ = ["fit"]
