"""All code compiled by numba. Only this folder imports numba.

A kernel is a compiled function ``void(int64* row, int64* context, float64*
scalars)``. It reads the addresses of its operands from an instruction ``row``, and
values that change between minibatches from ``context`` and ``scalars`` (see
:mod:`skbackprop.kernels.abi`). Kernels call each other by address, so that networks of
any shape run without further compilation.
"""
