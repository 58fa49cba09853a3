"""Rollback: a fit that fails leaves its estimator unchanged."""

from contextlib import contextmanager
from functools import wraps

import numpy as np


@contextmanager
def unchanged_on_error(estimator):
    """Restore an estimator's attributes and random generators after an error.

    Yields the dict of attributes that would be restored; in it, values that are
    changed in place can be replaced by copies.
    """
    before = dict(vars(estimator))
    # Generators are restored in place, as others may hold references to them.
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
    """Decorate a method ``fit`` to leave its estimator unchanged if it fails."""

    @wraps(fit)
    def fit_or_restore(self, *arguments, **given):
        with unchanged_on_error(self):
            return fit(self, *arguments, **given)

    return fit_or_restore
