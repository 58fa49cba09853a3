"""Everything numba compiles, and the only place that imports numba.

A kernel is one compiled function ``void(int64* row, int64* context, float64*
scalars)``: it reads its operands' addresses from an instruction ``row`` and
what changes from minibatch to minibatch from ``context`` and ``scalars``
(see :mod:`skbackprop.kernels.abi`). Kernels call each other by address, so a
network of any shape runs without compiling anything anew.
"""
