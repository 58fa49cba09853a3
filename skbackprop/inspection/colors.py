"""Colour-blind safe colours for ordered lines and for classes."""

import numpy as np

from skbackprop.utils.validation import check_targets

# Okabe and Ito (2008), "Color universal design", without black.
_PALETTE = (
    *("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442"),
)
_LINES = ("-", "--", "-.", ":")


def ordered_styles(n_lines):
    """Return styles of ordered lines, which differ in greyscale as well."""
    import matplotlib

    shades = matplotlib.colormaps["cividis"](np.linspace(0, 0.75, n_lines))
    return [
        {"color": shade, "linestyle": _LINES[k % len(_LINES)], "linewidth": 1.5}
        for k, shade in enumerate(shades)
    ]


def sample_colors(y, n_samples):
    """Return the colour of each sample, by class; a shade if y has many values.

    Parameters
    ----------
    y : array-like of shape (n_samples,) or None
        None gives all samples the same colour.
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
