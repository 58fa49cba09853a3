"""What validation sets decide: which views of a table, and when to stop."""

from typing import NamedTuple

import numpy as np

from skbackprop.tabular.recipe import LAST_WAVE

_NEARLY_EQUAL = 1.02  # ratio of losses up to which members take turns
_CLEARLY_LOWER = 0.99  # ratio of losses from which on it pays to stop early
_MUCH_LOWER = 0.8  # ratio of losses at the last and the first end that promises more
_NOISE_FREE = 0.01  # of the variance of the target
_MUCH_BETTER = 10.0  # ratio of errors from which on the worse view is left out


class Views(NamedTuple):
    """The views that members look at a table through.

    Attributes
    ----------
    best : str
    other : str or None
        The one that every second member has; None: all have the best one.
    are_weighed : bool
        Whether a member of each holds rows out that say how much its view counts.
    """

    best: str
    other: str | None = None
    are_weighed: bool = False

    def of_member(self, index):
        """Return the view of a member, by its number from 0."""
        return self.other if self.other and index % 2 else self.best


def choose_views(losses, variance_left):
    """Return the Views of an ensemble.

    The view with the lowest loss at the end of a wave is the best; members take
    turns with the other one where that is nearly as good. Where next to nothing is
    left to explain, short training says little of which is better in the end: then
    members take turns anyway.

    Parameters
    ----------
    losses : dict of str to ndarray
        Validation losses of the pilots of each view at the ends of their waves.
    variance_left : float
        Part of the variance of the targets that the best pilot leaves unexplained;
        infinite where it is not known.
    """
    best, *others = sorted(losses, key=lambda view: losses[view].min())
    if not others:
        return Views(best)
    if variance_left < _NOISE_FREE:
        return Views(best, others[0], are_weighed=True)
    is_near = losses[others[0]].min() < _NEARLY_EQUAL * losses[best].min()
    return Views(best, others[0] if is_near else None)


def keeps_learning(losses):
    """Tell whether the pilots of a view got clearly better from wave to wave.

    Then members may go through the whole schedule, and none needs rows held out that
    say which epoch was the best.

    Parameters
    ----------
    losses : ndarray of shape (3,)
        On held-out rows, at the ends of the waves.
    """
    return losses[-1] == losses.min() and losses[-1] <= _MUCH_LOWER * losses[0]


def choose_stop(losses, errors):
    """Return the number of the wave at whose end training stops.

    That is the first one that ends with a loss clearly lower than that at the end,
    and with the least error of all; else the last.

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
    """Return how much each view counts: by 1 / its error on rows held out.

    A view that is worse by far does not count at all.

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
    """Return the fold of each row, from 0 on, of which one part may be held out.

    Classes are spread evenly over the folds, and each has rows in the last fold:
    whichever other one is held out, none is missing among the rest.

    Parameters
    ----------
    codes : ndarray of int of shape (n_rows,)
        The class of each row; all 0 where there are none.
    n_folds : int
    random_state : RandomState
    """
    folds, n_before = np.empty(len(codes), dtype=int), 0
    order = np.argsort(codes, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(codes[order])) + 1):
        rows = random_state.permutation(rows)
        places = np.arange(len(rows))
        if len(rows) < n_folds:
            folds[rows] = n_folds - 1 - places
        else:
            folds[rows] = (places + n_before) % n_folds
        n_before += len(rows)
    return folds
