"""Colours that are told apart by everybody: for lines in an order, and for classes."""

import numpy as np

from skbackprop.utils.validation import check_targets

# Okabe and Ito (2008), "Color universal design", black left out.
_PALETTE = (
    *("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442"),
)
_LINES = ("-", "--", "-.", ":")


def ordered_styles(n_lines):
    """Return keywords of lines in an order, told apart in shades of grey as well."""
    import matplotlib

    shades = matplotlib.colormaps["cividis"](np.linspace(0, 0.75, n_lines))
    return [
        {"color": shade, "linestyle": _LINES[k % len(_LINES)], "linewidth": 1.5}
        for k, shade in enumerate(shades)
    ]


def sample_colors(y, n_samples):
    """Return a colour for each sample: of its class; a shade, where y is many numbers.

    Parameters
    ----------
    y : array-like of shape (n_samples,) or None
        None: all have the same.
    n_samples : int
    """
    import matplotlib

    codes = np.zeros(n_samples, int)
    if y is not None:
        y = check_targets(y, n_samples, is_numeric=False)
        values, codes = np.unique(y.ravel(), return_inverse=True)
        if len(values) > len(_PALETTE):
            places = values[codes] if values.dtype.kind in "biuf" else codes
            scale = matplotlib.colors.Normalize()
            return matplotlib.colormaps["cividis"](scale(places.astype(float)))
    return matplotlib.colors.to_rgba_array(_PALETTE)[codes]
