"""TODO."""

from numbers import Integral

from sklearn.utils._param_validation import Interval

_POSITIVE_INT = Interval(Integral, 1, None, closed="left")


_OUTPUTS = {"return_X_y": ["boolean"]}
