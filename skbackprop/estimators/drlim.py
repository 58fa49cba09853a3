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

from skbackprop.engine.losses.batches import BatchLoss
from skbackprop.engine.samples import Groups, Samples
from skbackprop.estimators.batches import (
    PairBatches,
    TwoViews,
    check_can_hold_out,
    check_views,
)
from skbackprop.estimators.dag import build_graph
from skbackprop.estimators.embedding import (
    OF_DISTANCES,
    OF_MINIBATCHES,
    check_contradictions,
    check_similar_only,
    expanding_modules,
    make_loss,
    reads_minibatches,
)
from skbackprop.estimators.mlp import _MLP
from skbackprop.estimators.pairs import EmbeddingTargets, PairSampler, make_similarity
from skbackprop.fitting.hooks import Data
from skbackprop.fitting.tasks import is_stochastic
from skbackprop.network import Graph
from skbackprop.utils.docs import inherit_docs
from skbackprop.utils.validation import validate_finite


@inherit_docs
@dataclass(eq=False, repr=False)
class DrLIM(ClassNamePrefixFeaturesOutMixin, _MLP):
    r"""Dimensionality reduction by learning an invariant mapping.

    A network G maps samples to a few coordinates, such that similar samples are close
    and all others are not [4]_. Both samples of a pair pass through the same (Siamese)
    network, which minimises a loss of their distance

    .. math:: D = \|G(x_1) - G(x_2)\|, \qquad
       L = (1 - Y) \tfrac12 D^2 + Y \tfrac12 \max(0, m - D)^2

    with Y = 0 if the samples are similar (the paper's convention) and Y = 1 if they are
    dissimilar. Like springs, the loss pulls similar samples together and pushes
    dissimilar ones apart until their distance is the margin m. As G is a function, it
    also maps new samples. You choose what makes samples similar: neighbourhood in X,
    labels, or any prior knowledge. For example, if shifted copies of a sample are
    similar, the map becomes invariant to shifts.

    The similar pairs are the same in all epochs, except that
    ``similarity="labels"`` draws them anew. For each similar pair, ``n_dissimilar``
    dissimilar ones are drawn anew in each epoch. L-BFGS learns from the first draw.

    Three losses need no dissimilar pairs. They use statistics of a whole minibatch of n
    similar pairs, with outputs Z of one branch and Z' of the other, which prevent that
    all samples are mapped to one point. 'vicreg' [7]_ minimises

    .. math:: \frac{25}{nd} \|Z - Z'\|^2
       + \frac{25}{2d} \sum_j \Big(\max(0, 1 - s_j) + \max(0, 1 - s'_j)\Big)
       + \frac1d \sum_{j \neq k} \Big(C_{jk}^2 + C_{jk}'^2\Big), \quad
       s_j = \sqrt{C_{jj} + 10^{-4}}

    with the covariance matrices C of the d outputs. 'barlow_twins' [8]_ minimises, with
    the matrix R of correlations between the branches,

    .. math:: \sum_j (1 - R_{jj})^2 + 0.0051 \sum_{j \neq k} R_{jk}^2.

    'infonce' [9]_, [10]_ minimises the mean over all 2n rows of the log loss of
    identifying a row's partner p among the others by cosines c,
    :math:`\log \sum_{k \neq i} e^{2 c_{ik}} - 2 c_{ip}`. Pairs, or samples with
    ``views``, are divided into new minibatches before each epoch.

    Parameters
    ----------
    n_components : int, default=2
        Number of coordinates.
    graph : Graph or callable, default=None
        A network that replaces the one of ``hidden_layer_sizes``, or a function of
        (n_features, n_components) that returns it.
    similarity : {'neighbors', 'labels'}, default='neighbors'
        Which samples are similar if ``fit`` receives no pairs. With 'neighbors', two
        samples are similar if one is among the ``n_neighbors`` nearest neighbours of
        the other (Euclidean distance). With 'labels', those with the same label in y
        are similar; no label may be missing.
    n_neighbors : int, default=5
        Number of neighbours. With ``similarity="labels"``, the number of partners to
        draw for each sample in each epoch.
    loss : str or BatchLoss, default='contrastive'
        Loss of a pair, a triplet, or a minibatch.

        - 'contrastive': the loss above.
        - 'logistic': the log loss of the probability :math:`1 / (1 + e^{D^2 - m^2})` of
          being similar [5]_.
        - 'triplet': :math:`\max(0, D_+^2 - D_-^2 + m)` for a sample, a similar one at
          distance :math:`D_+` and a dissimilar one at distance :math:`D_-` [6]_. Some
          samples must have both.
        - 'vicreg', 'barlow_twins', 'infonce': the losses of a minibatch. For other
          coefficients, pass an instance of a class of
          :mod:`skbackprop.engine.losses.batches`, such as ``VICReg(invariance=10)``
          or ``InfoNCE(temperature=0.1)``.
    margin : float, default=1.0
        The margin m: a distance, or a difference of squared distances with triplets.
        Losses of minibatches do not use it.
    n_dissimilar : int, default=1
        Number of dissimilar pairs for each similar one.
    n_candidates : int, default=1
        Number of dissimilar samples to draw for each dissimilar pair. The one closest
        to its partner in the current map is used (hard negative mining). Not supported
        by L-BFGS.
    views : callable, default=None
        Function that returns a random view of all samples, for losses of minibatches.
        Two views of a sample are similar; they are drawn anew before each epoch.
        ``views(X, random_state)`` receives a copy of X and a RandomState, and returns
        an array of the same shape and dtype, changed in a way that should not matter
        (noise, shifts, masks). As the loss varies with the views, ``tol=None`` is
        useful to train for ``max_iter`` epochs regardless. ``save`` cannot store
        functions: call ``set_params(views=None)`` before.
    expander : int or array-like of int, default=None
        Number of units of linear layers, with ReLU between them, that follow the map.
        The loss reads the output of the last one; ``transform`` leaves them out. With
        an expander wider than the map, losses of minibatches read more statistics.
    alpha : float, default=0.0001
        Strength of the L2 penalty ``alpha / 2 * ||W||^2``, divided by the number of
        pairs or triplets of the minibatch. Biases are not penalised.
    batch_size : int or 'auto', default='auto'
        Number of pairs or triplets per minibatch for the stochastic solvers. 'auto'
        means ``min(200, n_pairs_)``. Losses of minibatches also use it with L-BFGS, and
        need at least 2. For them, it is the maximum size of the minibatches, which are
        about equal, and the loss of an epoch is the mean over minibatches.
    shuffle : bool, default=True
        Whether to shuffle the pairs before each epoch.
    random_state : int, RandomState instance, default=None
        Controls the drawing of pairs, the initial weights, the shuffling, the
        validation split and dropout. Pass an int for reproducible results.
    early_stopping : bool, default=False
        Whether to stop training when the loss of held-out pairs (or triplets) no longer
        improves, and to keep the weights with the smallest one. A sample may be both in
        held-out and in training pairs. With losses of minibatches, at least two
        minibatches are held out. Ignored by L-BFGS, not supported by ``partial_fit``.
    validation_fraction : float, default=0.1
        Proportion of the pairs to hold out for ``early_stopping``, between 0 and 1.
    scoring : {None, 'loss'}, default=None
        Score of the held-out pairs, the larger the better. Both mean minus the mean
        loss without penalties. 'loss' without ``early_stopping`` raises an error.
        Scorers of samples are not supported.

    Attributes
    ----------
    n_pairs_ : int
        Number of pairs or triplets of an epoch, including held-out ones.
    t_ : int
        Number of pairs or triplets seen by the stochastic solvers.
    validation_scores_ : list of float or None
        Minus the loss of the pairs held out by ``early_stopping``, after each epoch.
    validation_loss_curve_ : list of float or None
        Loss of the held-out pairs after each epoch, without penalties.

    See Also
    --------
    sklearn.neighbors.NeighborhoodComponentsAnalysis : A linear map learnt from labels.
    sklearn.manifold.Isomap : An embedding of neighbours without a network.

    References
    ----------
    .. [4] Hadsell, R., Chopra, S. & LeCun, Y. (2006). "Dimensionality reduction by
       learning an invariant mapping". CVPR.
    .. [5] Guillaumin, M., Verbeek, J. & Schmid, C. (2009). "Is that you? Metric
       learning approaches for face identification". ICCV.
    .. [6] Schroff, F., Kalenichenko, D. & Philbin, J. (2015). "FaceNet: A unified
       embedding for face recognition and clustering". CVPR.
    .. [7] Bardes, A., Ponce, J. & LeCun, Y. (2022). "VICReg: variance-invariance-
       covariance regularization for self-supervised learning". ICLR.
    .. [8] Zbontar, J., Jing, L., Misra, I., LeCun, Y. & Deny, S. (2021). "Barlow
       twins: self-supervised learning via redundancy reduction". ICML.
    .. [9] van den Oord, A., Li, Y. & Vinyals, O. (2018). "Representation learning
       with contrastive predictive coding". arXiv:1807.03748.
    .. [10] Chen, T., Kornblith, S., Norouzi, M. & Hinton, G. (2020). "A simple
       framework for contrastive learning of visual representations". ICML.

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

    Without dissimilar pairs, from two noisy views of each sample:

    >>> def noisy(X, random_state):
    ...     return X + random_state.normal(scale=0.2, size=X.shape)
    >>> settings = {"loss": "vicreg", "views": noisy, "expander": (32, 32)}
    >>> drlim = DrLIM(4, **settings, tol=None, max_iter=100, random_state=0)
    >>> drlim.fit_transform(X).shape
    (150, 4)
    """

    n_components: int = 2
    _: KW_ONLY
    hidden_layer_sizes: object = (100,)
    activation: object = "relu"
    dropout: object = None
    graph: object = None
    similarity: str = "neighbors"
    n_neighbors: int = 5
    loss: str | BatchLoss = "contrastive"
    margin: float = 1.0
    n_dissimilar: int = 1
    n_candidates: int = 1
    views: object = None
    expander: object = None

    _parameter_constraints: ClassVar[dict] = {
        **_MLP._parameter_constraints,
        "n_components": [Interval(Integral, 1, None, closed="left")],
        "graph": [None, Graph, callable],
        "similarity": [StrOptions({"neighbors", "labels"})],
        "n_neighbors": [Interval(Integral, 1, None, closed="left")],
        "loss": [StrOptions({*OF_DISTANCES, *OF_MINIBATCHES}), BatchLoss],
        "margin": [Interval(Real, 0, None, closed="neither")],
        "n_dissimilar": [Interval(Integral, 1, None, closed="left")],
        "n_candidates": [Interval(Integral, 1, None, closed="left")],
        "views": [None, callable],
        "expander": [None, "array-like", Interval(Integral, 1, None, closed="left")],
    }

    # Fitting

    def fit(self, X, y=None, *, pairs=None):
        """Learn the map.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The input data.
        y : array-like of shape (n_samples,), default=None
            Labels. Only used with ``similarity="labels"``.
        pairs : sparse matrix, array-like or tuple, default=None
            Pairs of similar and dissimilar samples, which replace ``similarity``:

            - A sparse matrix of shape (n_samples, n_samples): samples i and j are
              similar if the entry at (i, j) or (j, i) is not 0, and dissimilar
              otherwise.
            - An array of shape (n_pairs, 3) with rows (i, j, Y), where Y is 0 for
              similar and 1 for dissimilar samples, or a tuple of the arrays (i, j) and
              Y. Only these pairs are used. Losses of minibatches accept Y = 0 only.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        DivergenceError
            If the loss or a parameter becomes infinite or NaN. The parameters of the
            last good epoch are kept.
        """
        return self._fit(X, (y, pairs))

    @available_if(is_stochastic)
    def partial_fit(self, X, y=None, *, pairs=None):
        """Train for one epoch on pairs of the given samples.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The input data.
        y : array-like of shape (n_samples,), default=None
            As in ``fit``.
        pairs : sparse matrix, array-like or tuple, default=None
            As in ``fit``, with indices of the samples in X.

        Returns
        -------
        self : object
            The estimator, trained for one more epoch.
        """
        return self._partial_fit(X, (y, pairs))

    def _read_data(self, X, y, dtype, reset):
        """Return X as the network reads it, and the relation to draw pairs from."""
        X = validate_finite(
            self, X, accept_sparse="csr", dtype=dtype, order="C", reset=reset
        )
        check_contradictions(self)
        _check_rows_differ(X)
        return Data(X, self._make_relation(X, *y))

    def _make_relation(self, X, y, pairs):
        """Return the relation; losses of minibatches need similar pairs only."""
        of_minibatches = reads_minibatches(self)
        if self.views is not None:
            check_views(self.views, X, self.similarity, pairs)
            relation = TwoViews(self.views, X)
        else:
            relation = make_similarity(
                X, y, pairs, self.similarity, self.n_neighbors, not of_minibatches
            )
        if of_minibatches:
            check_similar_only(relation, self.loss)
        return relation

    def _new_targets(self, y, classes=None, incremental=False):
        return EmbeddingTargets(
            make_loss(self), self.n_components, len(expanding_modules(self.expander))
        )

    def _check_targets(self, targets, y, classes=None, incremental=False):
        if targets.loss != make_loss(self):
            raise ValueError(
                f"loss={self.loss!r} with margin={self.margin} differs from the loss "
                f"{targets.loss!r} of the previous fit. Use warm_start=False, or a new "
                "estimator."
            )
        map_ = targets.n_outputs, targets.n_behind
        if map_ != (self.n_components, len(expanding_modules(self.expander))):
            self._refuse_continuation()

    def _make_graph(self, data, n_outputs):
        if self.graph is None:
            graph = super()._make_graph(data, n_outputs)
        else:
            graph = build_graph(self.graph, data.X.shape[1], n_outputs)
        expanding = expanding_modules(self.expander)
        return graph.then(*expanding) if expanding else graph

    def _predicting_part(self, graph):
        n_behind = self._targets.n_behind
        return graph.up_to(len(graph.wires) - n_behind) if n_behind else graph

    def _begin(self, targets, is_given=False):
        super()._begin(targets, is_given)
        # The held-out pairs must be the same whenever training continues.
        self._pairs_seed = int(self._random_state.randint(2**31 - 1))

    def _make_samples(self, X, y, relation, sample_weight):
        if reads_minibatches(self):
            return self._make_minibatches(X, relation)
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

    def _make_minibatches(self, X, relation):
        random_state = np.random.RandomState(self._pairs_seed)
        if self.views is not None:
            X = relation.draw_rows(random_state)
        batch_size = 200 if self.batch_size == "auto" else self.batch_size
        batches = PairBatches(relation, batch_size, self.shuffle, random_state)
        self.n_pairs_ = batches.n_pairs
        if self.early_stopping and self.solver != "lbfgs":
            check_can_hold_out(self.validation_fraction, len(batches.sizes))
        return batches.samples(X, self._parameters.dtype)

    def _as_callbacks_see(self, X, y, sample_weight):
        y, pairs = y
        return {"X": X, "y": y, "metadata": {"pairs": pairs}}

    # Prediction

    def transform(self, X):
        """Map samples to their coordinates.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Samples of the fit, or new ones.

        Returns
        -------
        Z : ndarray of shape (n_samples, n_components)
            Coordinates in the dtype of the network.
        """
        check_is_fitted(self)
        return self._predict_with(X, self._targets.decode)

    @property
    def _n_features_out(self):
        return self.n_outputs_


def _outputs(executor, samples):
    """Return the current outputs of the network for all rows."""
    return np.concatenate([z.copy() for _, z in executor.forward(samples)])


def _check_rows_differ(X):
    """Raise ValueError if all rows are equal."""
    spread = X.max(axis=0) - X.min(axis=0)
    if not (spread.data if sparse.issparse(spread) else spread).any():
        raise ValueError(
            f"X is constant: all rows of n_samples = {X.shape[0]} are equal, and no "
            "map can distinguish them."
        )
