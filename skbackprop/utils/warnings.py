"""Warnings that point to the user's own line."""

import sys
import warnings
from pathlib import Path

import sklearn

_NOT_THE_USERS = str(Path(__file__).parents[1]), str(Path(sklearn.__file__).parent)


def warn_user(message, category=UserWarning):
    """Warn at the line of the first caller outside this package and scikit-learn.

    Python 3.12 has ``skip_file_prefixes`` for this.
    """
    level, frame = 2, sys._getframe(1)
    while frame.f_back and frame.f_code.co_filename.startswith(_NOT_THE_USERS):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)
