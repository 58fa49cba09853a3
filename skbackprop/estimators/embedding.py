"""What DrLIM minimises, and which of its parameters contradict each other."""

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
    """Return the loss that the parameters say."""
    if drlim.loss in OF_DISTANCES:
        return OF_DISTANCES[drlim.loss](drlim.margin)
    if drlim.loss in OF_MINIBATCHES:
        return OF_MINIBATCHES[drlim.loss]()
    return drlim.loss


def reads_minibatches(drlim):
    """Tell whether the loss reads a whole minibatch of similar pairs."""
    return isinstance(make_loss(drlim), BatchLoss)


def expanding_modules(expander):
    """Return the modules behind the map, from the parameter ``expander``."""
    if expander is None:
        return []
    sizes = layer_sizes(expander, name="expander")
    modules = [module for size in sizes for module in (ReLU(), Linear(size))]
    return modules[1:]


def check_contradictions(drlim):
    """Raise ValueError where parameters contradict each other."""
    if drlim.scoring not in (None, "loss"):
        raise ValueError(
            f"scoring={drlim.scoring!r} scores samples, but what is held out are "
            "pairs, scored by their loss. Use scoring=None or 'loss'."
        )
    if drlim.graph is not None:
        _check_only_graph(drlim)
    if reads_minibatches(drlim):
        _check_minibatches(drlim)
    elif drlim.views is not None:
        raise ValueError(
            f"views are pairs for the losses of minibatches, but loss is "
            f"{drlim.loss!r}. Use one of {sorted(OF_MINIBATCHES)}, or views=None."
        )
    if drlim.n_candidates > 1 and drlim.solver == "lbfgs":
        raise ValueError(
            f"n_candidates={drlim.n_candidates} draws pairs by the map as it is in "
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
                f"{name}={getattr(drlim, name)} is about dissimilar pairs, of which "
                f"loss={drlim.loss!r} draws none. Use {name}=1, the default."
            )
    if drlim.batch_size == 1:
        raise ValueError(
            f"batch_size=1: loss={drlim.loss!r} compares the pairs of a minibatch "
            "with each other. Use 2 at least, and better 100 or more."
        )


def check_similar_only(relation, loss):
    """Raise ValueError where there are pairs that a loss would not read, or too few."""
    if isinstance(relation, ListedPairs) and relation.are_dissimilar.any():
        raise ValueError(
            f"pairs has {relation.are_dissimilar.sum()} of Y = 1, dissimilar samples, "
            f"but loss={loss!r} reads similar ones only. Leave them out, or use "
            "loss='contrastive'."
        )
    n_pairs = len(relation.draw_similar(np.random.RandomState(0)))
    if n_pairs < 2:
        raise ValueError(
            f"loss={loss!r} compares the pairs of a minibatch with each other, but "
            f"there is only {n_pairs}. Give 2 at least, and better 100 or more."
        )
