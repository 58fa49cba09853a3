"""Execution of programs by compiled kernels: binding, loading and calling."""
