"""Choices made by validation: the views of a table, and when to stop."""

from typing import NamedTuple

import numpy as np

from skbackprop.tabular.recipe import LAST_WAVE

_NEARLY_EQUAL = 1.02  # maximum ratio of losses for which members alternate
_CLEARLY_LOWER = 0.99  # maximum ratio of losses for which to stop early
_MUCH_LOWER = 0.8  # maximum ratio of the losses at the last and the first end to go on
_NOISE_FREE = 0.01  # of the variance of the target
_MUCH_BETTER = 10.0  # minimum ratio of errors for which to drop the worse view


class Views(NamedTuple):
    """The views of the members.

    Attributes
    ----------
    best : str
    other : str or None
        View of every second member. None means that all members use the best one.
    are_weighed : bool
        Whether one member of each view holds rows out to find the weight of the view.
    """

    best: str
    other: str | None = None
    are_weighed: bool = False

    def of_member(self, index):
        """Return the view of the member with this index."""
        return self.other if self.other and index % 2 else self.best


def choose_views(losses, variance_left):
    """Return the Views of an ensemble.

    The best view has the lowest loss at the end of a wave. If the other one is nearly
    as good, members alternate between both. They also do if the pilots leave almost
    nothing unexplained, as short training does not show then which view is better
    after long training.

    Parameters
    ----------
    losses : dict of str to ndarray
        Validation losses of the pilots of each view at the ends of their waves.
    variance_left : float
        Share of the variance of the targets that the best pilot leaves unexplained;
        infinite if unknown.
    """
    best, *others = sorted(losses, key=lambda view: losses[view].min())
    if not others:
        return Views(best)
    if variance_left < _NOISE_FREE:
        return Views(best, others[0], are_weighed=True)
    is_near = losses[others[0]].min() < _NEARLY_EQUAL * losses[best].min()
    return Views(best, others[0] if is_near else None)


def keeps_learning(losses):
    """Return whether the pilots of a view improved clearly from wave to wave.

    Then members can train for the whole schedule on all rows, without held-out rows to
    choose the best epoch.

    Parameters
    ----------
    losses : ndarray of shape (3,)
        On held-out rows, at the ends of the waves.
    """
    return losses[-1] == losses.min() and losses[-1] <= _MUCH_LOWER * losses[0]


def choose_stop(losses, errors):
    """Return the index of the wave at whose end training stops.

    It is the first wave that ends with a loss clearly lower than that of the last wave
    and with the smallest error, otherwise the last wave.

    Parameters
    ----------
    losses, errors : ndarray of shape (3,)
        On held-out rows, at the ends of the waves.
    """
    for wave in range(LAST_WAVE):
        is_lower = losses[wave] <= _CLEARLY_LOWER * losses[LAST_WAVE]
        if is_lower and errors[wave] == errors.min():
            return wave
    return LAST_WAVE


def weigh_views(squared_errors):
    """Return the weight of each view, proportional to 1 / its validation error.

    A view that is much worse than the best has weight 0.

    Parameters
    ----------
    squared_errors : dict of str to float
    """
    weights = {view: 1 / max(e, 1e-30) for view, e in squared_errors.items()}
    largest = max(weights.values())
    return {
        view: weight / largest if weight * _MUCH_BETTER > largest else 0.0
        for view, weight in weights.items()
    }


def hold_out(codes, n_folds, random_state):
    """Return the fold of each row.

    Classes are spread evenly over the folds, and each has rows in the last fold. No
    class is missing in training if any fold but the last is held out.

    Parameters
    ----------
    codes : ndarray of int of shape (n_rows,)
        The class of each row; all 0 without classes.
    n_folds : int
    random_state : RandomState
    """
    folds, n_before, n_before_of_few = np.empty(len(codes), dtype=int), 0, 0
    order = np.argsort(codes, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(codes[order])) + 1):
        rows = random_state.permutation(rows)
        places = np.arange(len(rows))
        if len(rows) < n_folds:
            folds[rows] = (places - 1 + n_before_of_few) % (n_folds - 1)
            folds[rows[0]] = n_folds - 1
            n_before_of_few += len(rows) - 1
        else:
            folds[rows] = (places + n_before) % n_folds
            n_before += len(rows)
    return folds
