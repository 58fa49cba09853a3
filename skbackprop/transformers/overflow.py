"""Overflow: find it in results, and make the error that names them."""

import numpy as np

_ROWS_AT_ONCE = 256


def first_overflow(results):
    """Return (row, column) of the first value that is not finite, or None."""
    for start in range(0, results.shape[0], _ROWS_AT_ONCE):
        bad = ~np.isfinite(results[start : start + _ROWS_AT_ONCE])
        if bad.any():
            row, column = np.argwhere(bad)[0].tolist()
            return start + row, column
    return None


def overflow_error(what, row, dtype, otherwise=""):
    """Return the error for a result that is too large for its dtype."""
    advice = "use float64 or scale" if dtype != np.float64 else "scale"
    return ValueError(
        f"{what} of sample {row} overflows {np.dtype(dtype).name}: {advice} the "
        f"features, for instance by StandardScaler{otherwise}."
    )
