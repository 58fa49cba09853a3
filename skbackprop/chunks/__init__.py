"""More data than memory: sequences of chunks that ``fit`` takes in place of X and y.

A sequence of chunks is any object with ``__len__`` and ``__getitem__(i)``, which
returns a tuple (X, y) or (X, y, sample_weight), or a list of such tuples. It may have
two things more:

- an attribute ``buffer``, the number of chunks whose rows are shuffled together (4
  where there is none);
- a method ``targets(i)``, which returns ``self[i][1:]`` without reading X.

The classes here read chunks from files and from dask. See :doc:`/more_than_memory`.
"""

from skbackprop.chunks.arrays import ArrayChunks
from skbackprop.chunks.arrow import ArrowChunks
from skbackprop.chunks.dask_collections import DaskChunks
from skbackprop.chunks.transformed import TransformedChunks

__all__ = ["ArrayChunks", "ArrowChunks", "DaskChunks", "TransformedChunks"]
