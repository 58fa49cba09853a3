"""Constraints on the parameters of the generators."""

from numbers import Integral

from sklearn.utils._param_validation import Interval

POSITIVE_INT = Interval(Integral, 1, None, closed="left")


OUTPUTS = {"return_X_y": ["boolean"]}
