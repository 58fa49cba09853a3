"""One network, trained by several machines on data that none of them holds in whole."""

from skbackprop.distributed.fitting import fit

__all__ = ["fit"]
