"""Data larger than memory: sequences of chunks that ``fit`` accepts instead of X and y.

A sequence of chunks is a list of tuples (X, y) or (X, y, sample_weight), or any object
with ``__len__`` and a method ``__getitem__(i)`` that returns such tuples. Optionally,
it has

- an attribute ``buffer``, the number of chunks whose rows are shuffled together (4 by
  default),
- a method ``targets(i)`` that returns ``self[i][1:]`` without reading X.

The classes here read chunks from files and from dask. See :doc:`/more_than_memory`.
"""

from skbackprop.chunks.arrays import ArrayChunks
from skbackprop.chunks.arrow import ArrowChunks
from skbackprop.chunks.dask_collections import DaskChunks
from skbackprop.chunks.transformed import TransformedChunks

__all__ = ["ArrayChunks", "ArrowChunks", "DaskChunks", "TransformedChunks"]
