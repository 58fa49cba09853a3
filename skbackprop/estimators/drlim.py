"""DrLIM: dimensionality reduction by learning an invariant mapping."""

from dataclasses import KW_ONLY, dataclass
from numbers import Integral, Real
from typing import ClassVar

import numpy as np
from scipy import sparse
from sklearn.base import ClassNamePrefixFeaturesOutMixin
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from skbackprop.engine.losses.pairs import (
    ContrastiveLoss,
    LogisticPairLoss,
    TripletLoss,
)
from skbackprop.engine.samples import Groups, Samples
from skbackprop.estimators.dag import build_graph
from skbackprop.estimators.mlp import _MLP
from skbackprop.estimators.pairs import EmbeddingTargets, PairSampler, make_similarity
from skbackprop.fitting.hooks import Data
from skbackprop.fitting.tasks import is_stochastic
from skbackprop.network import Graph
from skbackprop.utils.docs import inherit_docs
from skbackprop.utils.validation import validate_finite

LOSSES = {
    "contrastive": ContrastiveLoss,
    "logistic": LogisticPairLoss,
    "triplet": TripletLoss,
}


@inherit_docs
@dataclass(eq=False, repr=False)
class DrLIM(ClassNamePrefixFeaturesOutMixin, _MLP):
    r"""Coordinates in which similar samples are close and all others are not.

    Dimensionality reduction by learning an invariant mapping [4]_: a network G
    maps samples to few coordinates. Both samples of a pair go through it, a
    Siamese network, and what is minimised is a loss of their distance

    .. math:: D = \|G(x_1) - G(x_2)\|, \qquad
       L = (1 - Y) \tfrac12 D^2 + Y \tfrac12 \max(0, m - D)^2

    with Y = 0 where the samples are similar (the paper's convention) and Y = 1
    where they are not: springs that pull neighbours together, and springs that
    push others apart until they are as far away as the margin m. As G is a
    function, samples not seen before get their place as well, and what makes
    samples similar is free: neighbours in X, labels, or anything that is known
    of the data, as that a shift does not matter, so that the map is invariant
    to it.

    Similar pairs are the same in all epochs (with ``similarity="labels"`` they
    are drawn anew); as many dissimilar ones are drawn anew in each epoch
    (``n_dissimilar`` times as many), so that in time all are seen. L-BFGS learns
    from those that are drawn first.

    Parameters
    ----------
    n_components : int, default=2
        Number of coordinates.
    graph : Graph or callable, default=None
        A network in place of that of ``hidden_layer_sizes``, or its builder, a
        function of (n_features, n_components).
    similarity : {'neighbors', 'labels'}, default='neighbors'
        What is similar where ``fit`` is given no pairs: samples one of which is
        among the ``n_neighbors`` nearest of the other (Euclidean distance), or
        samples with the same label in y. No label may be missing.
    n_neighbors : int, default=5
        Number of neighbours; with labels the number of partners that are drawn
        for each sample in each epoch.
    loss : {'contrastive', 'logistic', 'triplet'}, default='contrastive'
        The loss above; the log loss of the probability
        :math:`1 / (1 + e^{D^2 - m^2})` of being similar [5]_; or
        :math:`\max(0, D_+^2 - D_-^2 + m)` of triplets [6]_: a sample, a similar
        one at distance :math:`D_+` and a dissimilar one at :math:`D_-`. There must
        be samples that have both.
    margin : float, default=1.0
        The margin m: a distance, with triplets a difference of squared ones.
    n_dissimilar : int, default=1
        Dissimilar pairs for each similar one.
    n_candidates : int, default=1
        Hard negatives: of so many dissimilar samples that are drawn, the one is
        taken that is closest in the map as it is. 1 takes any. Those beyond the
        margin, from which nothing would be learnt, are so taken last. Not with
        L-BFGS.
    alpha : float, default=0.0001
        Strength of the L2 penalty ``alpha / 2 * ||W||^2``, which is divided by
        the number of pairs, or triplets, of a minibatch. Biases are not penalised.
    batch_size : int or 'auto', default='auto'
        Pairs, or triplets, per minibatch of the stochastic solvers; 'auto' is
        ``min(200, n_pairs_)``.
    shuffle : bool, default=True
        Whether the pairs are shuffled before each epoch.
    random_state : int, RandomState instance, default=None
        Source of the pairs that are drawn, of the initial weights, of the
        shuffling, of the validation split and of what dropout leaves out. With
        the same int the results are the same.
    early_stopping : bool, default=False
        Whether training ends when the loss of pairs (or triplets) that are held
        out no longer improves. The weights with which it was least are kept.
        What is held out are pairs, not samples, which may be in other pairs.
        Ignored by L-BFGS, and not for ``partial_fit``.
    validation_fraction : float, default=0.1
        Part of the pairs that is held out by ``early_stopping``, from 0 to 1.
    scoring : {None, 'loss'}, default=None
        Score of the pairs that are held out, the larger the better: minus their
        mean loss, penalty left out, either way. 'loss' is an error without
        ``early_stopping``; scorers of samples know nothing of pairs.

    Attributes
    ----------
    n_pairs_ : int
        Pairs, or triplets, of an epoch, those that are held out included.
    t_ : int
        Pairs, or triplets, seen by the stochastic solvers.
    validation_scores_ : list of float or None
        Minus the loss of the pairs that ``early_stopping`` holds out, after each
        epoch.
    validation_loss_curve_ : list of float or None
        Their loss, penalty left out.

    See Also
    --------
    sklearn.neighbors.NeighborhoodComponentsAnalysis : A linear map, by labels.
    sklearn.manifold.Isomap : Neighbours as well, without a network.

    References
    ----------
    .. [4] Hadsell, R., Chopra, S. & LeCun, Y. (2006). "Dimensionality reduction by
       learning an invariant mapping". CVPR.
    .. [5] Guillaumin, M., Verbeek, J. & Schmid, C. (2009). "Is that you? Metric
       learning approaches for face identification". ICCV.
    .. [6] Schroff, F., Kalenichenko, D. & Philbin, J. (2015). "FaceNet: A unified
       embedding for face recognition and clustering". CVPR.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sklearn.pipeline import make_pipeline
    >>> from skbackprop import DrLIM
    >>> X, y = load_iris(return_X_y=True)
    >>> drlim = DrLIM(2, n_iter_no_change=50, random_state=0)
    >>> model = make_pipeline(drlim, KNeighborsClassifier()).fit(X[::2], y[::2])
    >>> model.score(X[1::2], y[1::2]) > 0.9
    True
    """

    n_components: int = 2
    _: KW_ONLY
    hidden_layer_sizes: object = (100,)
    activation: object = "relu"
    dropout: object = None
    graph: object = None
    similarity: str = "neighbors"
    n_neighbors: int = 5
    loss: str = "contrastive"
    margin: float = 1.0
    n_dissimilar: int = 1
    n_candidates: int = 1

    _parameter_constraints: ClassVar[dict] = {
        **_MLP._parameter_constraints,
        "n_components": [Interval(Integral, 1, None, closed="left")],
        "graph": [None, Graph, callable],
        "similarity": [StrOptions({"neighbors", "labels"})],
        "n_neighbors": [Interval(Integral, 1, None, closed="left")],
        "loss": [StrOptions(set(LOSSES))],
        "margin": [Interval(Real, 0, None, closed="neither")],
        "n_dissimilar": [Interval(Integral, 1, None, closed="left")],
        "n_candidates": [Interval(Integral, 1, None, closed="left")],
    }

    # Fitting

    def fit(self, X, y=None, *, pairs=None):
        """Learn the map.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The input data.
        y : array-like of shape (n_samples,), default=None
            Labels, read with ``similarity="labels"`` only.
        pairs : sparse matrix, array-like or tuple, default=None
            Which samples are similar, instead of what ``similarity`` says:

            - a sparse matrix of shape (n_samples, n_samples): an entry at (i, j)
              or (j, i), but 0, makes these similar, and all others are
              dissimilar;
            - an array of shape (n_pairs, 3) with rows (i, j, Y), Y = 0 for
              similar and 1 for dissimilar samples, or a tuple of arrays, (i, j)
              and Y: these pairs and no others.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        DivergenceError
            If a loss or a parameter is not finite. The parameters of the last
            epoch that ended well are kept.
        """
        return self._fit(X, (y, pairs))

    @available_if(is_stochastic)
    def partial_fit(self, X, y=None, *, pairs=None):
        """Learn from one epoch of pairs of the given samples.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The input data.
        y : array-like of shape (n_samples,), default=None
            As in ``fit``.
        pairs : sparse matrix, array-like or tuple, default=None
            As in ``fit``; of the samples in X.

        Returns
        -------
        self : object
            The estimator, trained for one epoch more.
        """
        return self._partial_fit(X, (y, pairs))

    def _read_data(self, X, y, dtype, reset):
        """Return X as the network reads it, and what its pairs are drawn from."""
        X = validate_finite(
            self, X, accept_sparse="csr", dtype=dtype, order="C", reset=reset
        )
        self._check_contradictions()
        relation = make_similarity(X, *y, self.similarity, self.n_neighbors)
        _check_rows_differ(X)
        return Data(X, relation)

    def _check_contradictions(self):
        if self.scoring not in (None, "loss"):
            raise ValueError(
                f"scoring={self.scoring!r} scores samples, but what is held out are "
                "pairs, scored by their loss. Use scoring=None or 'loss'."
            )
        if self.graph is not None:
            for name in ("hidden_layer_sizes", "activation", "dropout"):
                if not np.array_equal(getattr(self, name), getattr(DrLIM, name)):
                    raise ValueError(
                        f"graph and {name}={getattr(self, name)!r} contradict each "
                        f"other: the graph is the network. Use graph=None, or "
                        f"{name}={getattr(DrLIM, name)!r}, the default."
                    )
        if self.n_candidates > 1 and self.solver == "lbfgs":
            raise ValueError(
                f"n_candidates={self.n_candidates} draws pairs by the map as it is in "
                "each epoch, but solver='lbfgs' has no epochs. Use n_candidates=1, or "
                "solver='adam'."
            )

    def _new_targets(self, y, classes=None, incremental=False):
        return EmbeddingTargets(LOSSES[self.loss](self.margin), self.n_components)

    def _check_targets(self, targets, y, classes=None, incremental=False):
        if targets.loss != LOSSES[self.loss](self.margin):
            raise ValueError(
                f"loss={self.loss!r} with margin={self.margin} is not that of the "
                f"network fitted before, {targets.loss!r}. Use warm_start=False, or "
                "a new estimator."
            )
        if targets.n_outputs != self.n_components:
            self._refuse_continuation()

    def _make_graph(self, data, n_outputs):
        if self.graph is None:
            return super()._make_graph(data, n_outputs)
        return build_graph(self.graph, data.X.shape[1], n_outputs)

    def _begin(self, targets, is_given=False):
        super()._begin(targets, is_given)
        # Pairs that are held out must be the same whenever training goes on.
        self._pairs_seed = int(self._random_state.randint(2**31 - 1))

    def _make_samples(self, X, y, relation, sample_weight):
        of_triplets = self.loss == "triplet"
        sampler = PairSampler(
            relation, of_triplets, self.n_dissimilar, self.n_candidates
        )
        if of_triplets:
            sampler.check_triplets()
        random_state = np.random.RandomState(self._pairs_seed)
        drawn = sampler.draw(random_state, lambda: np.zeros((X.shape[0], 1)))
        self.n_pairs_ = len(drawn)

        def redraw(executor, samples, order, random_state):
            groups = samples.groups.members.reshape(-1, sampler.size)
            drawn = sampler.draw(random_state, lambda: _outputs(executor, samples))
            groups[order] = drawn[order]

        members = np.ascontiguousarray(drawn, np.int64).ravel()
        redraw = None if sampler.are_fixed else redraw
        groups = Groups.of_size(members, sampler.size, redraw, relation.source)
        return Samples(
            X, sampler.targets(len(drawn), self._parameters.dtype), None, groups
        )

    def _as_callbacks_see(self, X, y, sample_weight):
        y, pairs = y
        return {"X": X, "y": y, "metadata": {"pairs": pairs}}

    # Prediction

    def transform(self, X):
        """Return the coordinates of samples.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples, of the fit or new ones.

        Returns
        -------
        Z : ndarray of shape (n_samples, n_components)
            In the dtype of the network.
        """
        check_is_fitted(self)
        return self._predict_with(X, self._targets.decode)

    @property
    def _n_features_out(self):
        return self.n_outputs_


def _outputs(executor, samples):
    """Return what the network as it is puts out for all rows."""
    return np.concatenate([z.copy() for _, z in executor.forward(samples)])


def _check_rows_differ(X):
    """Raise ValueError where all rows are the same: there is nothing to map."""
    spread = X.max(axis=0) - X.min(axis=0)
    if not (spread.data if sparse.issparse(spread) else spread).any():
        raise ValueError(
            f"X is constant: all rows of n_samples = {X.shape[0]} are the same, and "
            "no map can tell them apart."
        )
