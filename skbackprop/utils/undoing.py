"""The way back: a fit that fails leaves its estimator as it was."""

from contextlib import contextmanager
from functools import wraps

import numpy as np


@contextmanager
def unchanged_on_error(estimator):
    """Restore the attributes of an estimator, and its generators, after an error.

    The attributes are yielded, as they are to be put back: what is changed in place
    can be exchanged for a copy there.
    """
    before = dict(vars(estimator))
    # In place, as the user may hold a generator, and others may draw from it.
    drawn = [
        (value, value.get_state(legacy=False))
        for value in before.values()
        if isinstance(value, np.random.RandomState)
    ]
    try:
        yield before
    except BaseException:
        vars(estimator).clear()
        vars(estimator).update(before)
        for generator, numbers in drawn:
            generator.set_state(numbers)
        raise


def all_or_nothing(fit):
    """Let a method ``fit`` leave its estimator unchanged where it fails."""

    @wraps(fit)
    def fit_or_restore(self, *arguments, **given):
        with unchanged_on_error(self):
            return fit(self, *arguments, **given)

    return fit_or_restore
