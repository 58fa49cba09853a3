"""Guards of a transform against too much memory and overflow."""

import os

import numpy as np


def check_size(n_rows, n_columns, n_bytes, budget):
    """Raise an error if a result exceeds the budget or the memory of the machine."""
    limit = physical_memory() if budget is None else budget
    if n_bytes > limit:
        whose = "this machine has" if budget is None else "memory_budget allows"
        raise ValueError(
            f"The {n_rows} x {n_columns} monomials would take {in_bytes(n_bytes)}, "
            f"and {whose} {in_bytes(limit)}. Lower the degree, pass sparse X, use "
            "transform_batches or linear_decision, which never hold all of it, or "
            "sklearn.kernel_approximation.PolynomialCountSketch, or raise "
            "memory_budget."
        )


def in_bytes(n_bytes):
    """Return a number of bytes as text, in a suitable unit."""
    units = ["bytes", "kB", "MB", "GB", "TB"]
    while n_bytes >= 1000 and len(units) > 1:
        n_bytes /= 1000
        del units[0]
    return f"{n_bytes:.4g} {units[0]}"


def physical_memory():
    """Return the memory of the machine in bytes, infinity if unknown."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return np.inf


def may_overflow(values, degree):
    """Return whether powers of these values may be infinite."""
    if not values.size:
        return False
    largest = max(float(values.max()), -float(values.min()))
    if largest <= 1:
        return False
    return degree * np.log(largest) >= np.log(float(np.finfo(values.dtype).max)) - 1
