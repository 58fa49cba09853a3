"""Inputs of the units of a sparse random expansion."""

import numpy as np

WEIGHTS = {
    "binary": lambda rng, shape: np.ones(shape),
    "sign": lambda rng, shape: rng.choice([-1.0, 1.0], shape),
    "gaussian": lambda rng, shape: rng.standard_normal(shape),
}


def balanced_inputs(n_units, n_inputs, n_features, rng):
    """Draw the features that each unit reads, all features equally often.

    The features are dealt like packs of cards, each newly shuffled, so that the numbers
    of units that read each feature differ by at most one. A unit that gets cards from
    two packs exchanges duplicates for other cards of the second.

    Returns
    -------
    ndarray of int32 of shape (n_units, n_inputs)
        The inputs of each unit in ascending order.
    """
    n_dealt = n_units * n_inputs
    n_packs = -(-n_dealt // n_features)
    dealt = np.empty((n_packs, n_features), np.int32)
    for pack in dealt:
        pack[:] = rng.permutation(n_features)
    dealt = dealt.ravel()
    for start in range(n_features, n_dealt, n_features):
        n_held = start % n_inputs
        if n_held:
            held = dealt[start - n_held : start]
            pack = dealt[start : start + n_features]
            _put_later(pack, np.isin(pack, held), n_inputs - n_held)
    return np.sort(dealt[:n_dealt].reshape(n_units, n_inputs), axis=1)


def _put_later(pack, is_held, n_wanted):
    """Exchange cards among the first of a pack that are already held for later ones."""
    wrong = np.flatnonzero(is_held[:n_wanted])
    right = n_wanted + np.flatnonzero(~is_held[n_wanted:])[: len(wrong)]
    pack[wrong], pack[right] = pack[right], pack[wrong]
