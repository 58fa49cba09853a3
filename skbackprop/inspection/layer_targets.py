"""Targets for the measures of layers: classes or numbers."""

from typing import NamedTuple

import numpy as np
from sklearn.base import is_regressor
from sklearn.utils.multiclass import type_of_target

from skbackprop.inspection.layer_measures import MEASURES
from skbackprop.utils.validation import check_samples, check_targets


class LayerTargets(NamedTuple):
    """The targets of the samples.

    Attributes
    ----------
    values : ndarray of shape (n_samples, n_columns) or None
        Numbers, or indicators of the classes.
    codes : ndarray of int of shape (n_samples,) or None
        The class of each sample; None where y holds numbers.
    """

    values: np.ndarray = None
    codes: np.ndarray = None

    @classmethod
    def of(cls, y, n_samples, estimator):
        """Validate and return the targets; numbers are not classes to a regressor."""
        if y is None:
            return cls()
        y = check_targets(y, n_samples, is_numeric=False)
        if y.ndim == 2 and y.shape[1] == 1:
            y = y.ravel()
        has_classes = type_of_target(y, input_name="y") in ("binary", "multiclass")
        if has_classes and not (y.dtype.kind in "biuf" and _is_regressor(estimator)):
            classes, codes = np.unique(y, return_inverse=True)
            return cls(np.eye(len(classes))[codes], codes)
        return cls(check_samples(y.reshape(n_samples, -1), "y"))

    def take(self, rows):
        """Return the targets of some samples."""
        return LayerTargets(*(None if part is None else part[rows] for part in self))

    def check_needs(self, measures):
        """Raise ValueError if a measure needs classes and there are fewer than two."""
        needy = [name for name in measures if MEASURES[name].needs_classes]
        if not needy:
            return
        if self.codes is None:
            what = "is None" if self.values is None else "holds numbers"
            others = [name for name in MEASURES if not MEASURES[name].needs_classes]
            raise ValueError(
                f"measures={needy} need classes, but y {what}. Pass the class of each "
                f"sample as y, or choose measures from {others}."
            )
        if self.values.shape[1] < 2:
            raise ValueError(
                f"measures={needy} need at least two classes, but y has only one."
            )


def _is_regressor(estimator):
    return hasattr(estimator, "fit") and is_regressor(estimator)
