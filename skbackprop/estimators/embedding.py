"""The losses of DrLIM, and checks of its parameters."""

import numpy as np

from skbackprop.engine.losses.batches import (
    BarlowTwins,
    BatchLoss,
    InfoNCE,
    VICReg,
)
from skbackprop.engine.losses.pairs import (
    ContrastiveLoss,
    LogisticPairLoss,
    TripletLoss,
)
from skbackprop.estimators.pairs import ListedPairs
from skbackprop.fitting.settings import layer_sizes
from skbackprop.network import Linear, ReLU

OF_DISTANCES = {
    "contrastive": ContrastiveLoss,
    "logistic": LogisticPairLoss,
    "triplet": TripletLoss,
}
OF_MINIBATCHES = {"barlow_twins": BarlowTwins, "infonce": InfoNCE, "vicreg": VICReg}


def make_loss(drlim):
    """Return the loss that the parameters select."""
    if drlim.loss in OF_DISTANCES:
        return OF_DISTANCES[drlim.loss](drlim.margin)
    if drlim.loss in OF_MINIBATCHES:
        return OF_MINIBATCHES[drlim.loss]()
    return drlim.loss


def reads_minibatches(drlim):
    """Return whether the loss reads a whole minibatch of similar pairs."""
    return isinstance(make_loss(drlim), BatchLoss)


def expanding_modules(expander):
    """Return the modules after the map, from the parameter ``expander``."""
    if expander is None:
        return []
    sizes = layer_sizes(expander, name="expander")
    modules = [module for size in sizes for module in (ReLU(), Linear(size))]
    return modules[1:]


def check_contradictions(drlim):
    """Raise ValueError if parameters contradict each other."""
    if drlim.scoring not in (None, "loss"):
        raise ValueError(
            f"scoring={drlim.scoring!r} scores samples, but DrLIM holds out pairs, "
            "which only the loss can score. Use scoring=None or 'loss'."
        )
    if drlim.graph is not None:
        _check_only_graph(drlim)
    if reads_minibatches(drlim):
        _check_minibatches(drlim)
    elif drlim.views is not None:
        raise ValueError(
            f"views require a loss of minibatches, but loss is {drlim.loss!r}. Use one "
            f"of {sorted(OF_MINIBATCHES)}, or views=None."
        )
    if drlim.n_candidates > 1 and drlim.solver == "lbfgs":
        raise ValueError(
            f"n_candidates={drlim.n_candidates} selects pairs by the current map in "
            "each epoch, but solver='lbfgs' has no epochs. Use n_candidates=1, or "
            "solver='adam'."
        )


def _check_only_graph(drlim):
    for name in ("hidden_layer_sizes", "activation", "dropout"):
        default = getattr(type(drlim), name)
        if not np.array_equal(getattr(drlim, name), default):
            raise ValueError(
                f"graph and {name}={getattr(drlim, name)!r} contradict each "
                f"other: the graph is the network. Use graph=None, or "
                f"{name}={default!r}, the default."
            )


def _check_minibatches(drlim):
    for name in ("n_dissimilar", "n_candidates"):
        if getattr(drlim, name) != 1:
            raise ValueError(
                f"{name}={getattr(drlim, name)} concerns dissimilar pairs, which "
                f"loss={drlim.loss!r} does not use. Use {name}=1, the default."
            )
    if drlim.batch_size == 1:
        raise ValueError(
            f"batch_size must be at least 2, as loss={drlim.loss!r} compares the pairs "
            "of a minibatch with each other. Got 1; 100 or more is better."
        )


def check_similar_only(relation, loss):
    """Raise ValueError if there are dissimilar pairs, or too few similar ones."""
    if isinstance(relation, ListedPairs) and relation.are_dissimilar.any():
        raise ValueError(
            f"pairs has {relation.are_dissimilar.sum()} of Y = 1, dissimilar samples, "
            f"but loss={loss!r} uses similar pairs only. Leave them out, or use "
            "loss='contrastive'."
        )
    n_pairs = len(relation.draw_similar(np.random.RandomState(0)))
    if n_pairs < 2:
        raise ValueError(
            f"loss={loss!r} compares the pairs of a minibatch with each other, but "
            f"there is only {n_pairs}. Pass at least 2; 100 or more is better."
        )
