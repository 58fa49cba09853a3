"""A multilayer perceptron that ranks the documents of queries."""

from dataclasses import KW_ONLY, dataclass
from numbers import Integral
from typing import ClassVar

import numpy as np
from sklearn.utils import check_consistent_length, column_or_1d
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from skbackprop.engine.losses.rankings import (
    LambdaRank,
    ListNet,
    PairwiseHinge,
    RankNet,
)
from skbackprop.engine.samples import Samples
from skbackprop.estimators.mlp import _MLP
from skbackprop.estimators.queries import (
    Judgements,
    RelevanceTargets,
    gains_of,
    mean_ndcg,
)
from skbackprop.fitting.tasks import is_stochastic
from skbackprop.fitting.validation_sets import GivenSet
from skbackprop.utils.docs import inherit_docs
from skbackprop.utils.validation import naming
from skbackprop.utils.warnings import warn_user

LOSSES = {
    "hinge": lambda e: PairwiseHinge(),
    "lambdarank": lambda e: LambdaRank(e.k),
    "listnet": lambda e: ListNet(),
    "ranknet": lambda e: RankNet(),
}
_DOCUMENTS_PER_BATCH = 200  # approximately, with batch_size="auto"
_MOST_PAIRS = 50_000_000  # of a query of 10,000 documents: one or two seconds
_MANY_DOCUMENTS = 1000  # users rarely mean more by a single query
_OF_ROUTING = (
    " GridSearchCV, cross_val_score and others pass qid to fit and score only after "
    "sklearn.set_config(enable_metadata_routing=True) and "
    "ranker.set_fit_request(qid=True).set_score_request(qid=True)."
)


@inherit_docs
@dataclass(eq=False, repr=False)
class MLPRanker(_MLP):
    r"""Multilayer perceptron that ranks the documents of queries.

    Linear layers with an activation between them compute a score of each document,

    .. math:: h_0 = x, \quad h_{k+1} = f(h_k W_k + b_k), \quad s = h_K W_K + b_K,

    and learn to order the documents of a query by their relevance :math:`y \geq 0`.
    Minibatches consist of whole queries. Training minimises the mean loss over queries
    plus an L2 penalty. The loss of a query is, with

    - 'lambdarank' [4]_:
      :math:`\sum_{y_i > y_j} |\Delta_{ij}| \log(1 + e^{-(s_i - s_j)})`, where the
      weight of a pair is the change of NDCG@k if i and j changed places. The weights
      are treated as constants, so that the gradient consists of the "lambdas".
    - 'ranknet' [5]_: the mean of :math:`\log(1 + e^{-(s_i - s_j)})` over the
      pairs with :math:`y_i > y_j`.
    - 'hinge' [6]_: the mean of :math:`\max(0, 1 - (s_i - s_j))` over these pairs.
    - 'listnet' [7]_: :math:`-\sum_i p_i \log q_i` with p = softmax(y) and
      q = softmax(s) over the documents of the query.

    Losses of pairs support queries of up to 10,000 documents. 'listnet' supports larger
    queries. So does 'lambdarank' with a small k, which compares only pairs with a
    document of rank 1 to k. Documents of equal relevance form no pair. If scores are
    tied, the more relevant document counts as the lower ranked. A query with one
    document has loss 0.

    .. math::

        \text{NDCG@k} = \frac{\text{DCG@k}}{\text{ideal DCG@k}}, \quad
        \text{DCG@k} = \sum_{r=1}^{k} \frac{\text{gain}(y_{(r)})}{\log_2(1 + r)}

    where (r) is the document at rank r.

    Parameters
    ----------
    loss : {'lambdarank', 'ranknet', 'hinge', 'listnet'}, default='lambdarank'
        Loss of a query. 'lambdarank' is not supported by L-BFGS.
    k : int, default=None
        Number of ranks considered in NDCG@k: by the loss 'lambdarank', by ``score`` and
        by ``early_stopping``. None means all ranks.
    gain : {'linear', 'exponential'}, default='linear'
        Gain in NDCG of a document of relevance y: y, as in
        :func:`sklearn.metrics.ndcg_score`, or 2^y - 1, as usual in web search.
    alpha : float, default=0.0001
        Strength of the L2 penalty ``alpha / 2 * ||W||^2``, divided by the sum of the
        query weights of the minibatch. Biases are not penalised.
    batch_size : int or 'auto', default='auto'
        Number of queries per minibatch for the stochastic solvers. 'auto' means about
        200 documents per minibatch.
    shuffle : bool, default=True
        Whether to shuffle the queries before each epoch.
    early_stopping : bool, default=False
        Whether to stop training when the score of the validation queries no longer
        improves. The validation set is ``X_val`` and ``y_val`` if passed to ``fit``,
        otherwise a held-out part of the queries. With any validation set, the weights
        with the best score are kept. Ignored by L-BFGS, not supported by
        ``partial_fit``.
    validation_fraction : float, default=0.1
        Proportion of the queries to hold out for ``early_stopping``, between 0 and 1.
        Not used if ``X_val`` is passed to ``fit``.
    scoring : {None, 'loss'}, default=None
        Score of the validation queries, the larger the better. None means NDCG@k, as in
        ``score``; 'loss' means minus the mean loss of a query without penalties, and
        raises an error without a validation set. Other scorers are not supported.

    Attributes
    ----------
    n_queries_ : int
        Number of queries in the data of the first training call.
    t_ : int
        Number of queries seen by the stochastic solvers.

    See Also
    --------
    MLPRegressor : The same network, fitted to the relevance of single documents.

    References
    ----------
    .. [4] Burges, C., Ragno, R. & Le, Q. (2006). "Learning to rank with nonsmooth
       cost functions". NIPS.
    .. [5] Burges, C. et al. (2005). "Learning to rank using gradient descent".
       ICML.
    .. [6] Joachims, T. (2002). "Optimizing search engines using clickthrough
       data". KDD.
    .. [7] Cao, Z. et al. (2007). "Learning to rank: from pairwise approach to
       listwise approach". ICML.

    Examples
    --------
    >>> import numpy as np
    >>> from skbackprop import MLPRanker
    >>> rng = np.random.default_rng(0)
    >>> qid = rng.integers(100, size=1000)
    >>> X = rng.normal(size=(1000, 5))
    >>> y = np.digitize(X[:, 0] * X[:, 1], [0.5, 1.5])
    >>> ranker = MLPRanker(k=5, learning_rate_init=0.01, random_state=0)
    >>> ranker.fit(X, y, qid=qid).predict(X).shape
    (1000,)
    >>> ranker.score(X, y, qid=qid) > 0.9
    True
    """

    loss: str = "lambdarank"
    hidden_layer_sizes: tuple = (100,)
    activation: str | list = "relu"
    _: KW_ONLY
    k: int | None = None
    gain: str = "linear"
    dropout: float | tuple | None = None

    _parameter_constraints: ClassVar[dict] = {
        **_MLP._parameter_constraints,
        "loss": [StrOptions(set(LOSSES))],
        "k": [None, Interval(Integral, 1, None, closed="left")],
        "gain": [StrOptions({"linear", "exponential"})],
        "scoring": [None, StrOptions({"loss"})],  # others know nothing of queries
    }

    # A Pipeline's ``score`` passes sample_weight=None to its last step by name.
    __metadata_request__score: ClassVar[dict] = {"sample_weight": None}

    # Fitting

    def fit(
        self,
        X,
        y,
        *,
        qid=None,
        query_weight=None,
        X_val=None,
        y_val=None,
        qid_val=None,
        query_weight_val=None,
    ):
        """Fit the network to queries.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The documents, in any order.
        y : array-like of shape (n_samples,)
            Relevance of each document to its query, 0 or more.
        qid : array-like of shape (n_samples,), default=None
            Query of each document, as numbers or strings. None means that all rows are
            documents of one query, with a warning if there are more than 1000.
        query_weight : array-like of shape (n_samples,), default=None
            Weight in the loss of the query of each document, equal for all documents of
            a query. By default, all queries have weight 1.
        X_val : {array-like, sparse matrix} of shape (n_val, n_features), \
default=None
            Documents of a validation set. The network is scored on it after each epoch,
            and the parameters with the best score are kept. With
            ``early_stopping=True``, the score also decides when to stop, and no part
            of X is held out.
        y_val : array-like of shape (n_val,), default=None
            Relevance of each validation document.
        qid_val : array-like of shape (n_val,), default=None
            Query of each validation document. None means a single query.
        query_weight_val : array-like of shape (n_val,), default=None
            Weights of the validation queries in the validation loss and score.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        DivergenceError
            If the loss or a parameter becomes infinite or NaN. The parameters of the
            last good epoch are kept. With a validation set, the parameters with the
            best validation score are kept and a warning is issued instead.
        ValueError
            If a parameter or the data is invalid.
        """
        for name, value in (("qid", qid_val), ("query_weight", query_weight_val)):
            if X_val is None and value is not None:
                raise ValueError(f"{name}_val requires X_val and y_val.")
        judged = None if y_val is None else (y_val, qid_val, query_weight_val)
        return self._fit(X, (y, qid, query_weight), given=GivenSet(X_val, judged))

    @available_if(is_stochastic)
    def partial_fit(self, X, y, *, qid=None, query_weight=None):
        """Train for one epoch on the given queries.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The documents, in any order.
        y : array-like of shape (n_samples,)
            Relevance of each document to its query, 0 or more.
        qid : array-like of shape (n_samples,), default=None
            Query of each document. None means that all rows are documents of one query.
        query_weight : array-like of shape (n_samples,), default=None
            Weight in the loss of the query of each document.

        Returns
        -------
        self : object
            The estimator, trained for one more epoch.
        """
        return self._partial_fit(X, (y, qid, query_weight))

    def predict(self, X):
        """Predict the scores by which the documents of a query are ranked.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The documents.

        Returns
        -------
        scores : ndarray of shape (n_samples,)
            Higher scores rank first. Only scores of the same query are comparable.
        """
        check_is_fitted(self)
        return self._predict_with(X, self._targets.decode)

    def score(self, X, y, *, qid=None, query_weight=None):
        """Return NDCG@k, averaged over queries.

        The score of a query is :func:`sklearn.metrics.ndcg_score` of the gains. Queries
        without a relevant document (y > 0) and queries with a single document are left
        out, as NDCG is not defined for them.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The documents, in any order.
        y : array-like of shape (n_samples,)
            Relevance of each document to its query, 0 or more.
        qid : array-like of shape (n_samples,), default=None
            Query of each document. None means that all rows are documents of one query,
            with a warning if ``fit`` had several.
        query_weight : array-like of shape (n_samples,), default=None
            Weight in the mean of the query of each document.

        Returns
        -------
        score : float
            NDCG@k between 0 and 1; 1 if all queries are in the best order.
        """
        scores = self.predict(X)
        with naming("y"):
            y = column_or_1d(y, dtype=np.float64)
        check_consistent_length(scores, y)
        judged = Judgements.of(y, qid, query_weight)
        # Files of older versions lack n_queries_.
        if qid is None and getattr(self, "n_queries_", 1) > 1:
            warn_user(
                f"score received no qid: all {len(scores)} rows count as documents of "
                f"one query, but fit received {self.n_queries_} queries.{_OF_ROUTING}"
            )
        members, starts = judged.queries.members, judged.queries.starts
        gains = gains_of(y, self.gain)[members]
        return mean_ndcg(gains, scores[members], starts, self.k, judged.weights)

    # Hooks of the fit

    def _read_data(self, X, y, dtype, reset):
        y, qid, query_weight = y
        data = super()._read_data(X, y, dtype, reset)
        with naming("y"):
            relevance = column_or_1d(data.y, dtype=np.float64)
        judged = Judgements.of(relevance, qid, query_weight)
        self._check_sizes(judged.queries, qid)
        return data._replace(y=judged)

    def _check_sizes(self, queries, qid):
        """Refuse queries with too many pairs, and warn if qid may be missing."""
        largest = np.diff(queries.starts).max()
        n_pairs = LOSSES[self.loss](self).n_pairs(int(largest))
        if n_pairs > _MOST_PAIRS:
            why = "qid is None: all rows are one query. " if qid is None else ""
            raise ValueError(
                f"A query has {largest} documents, for which loss={self.loss!r} with "
                f"k={self.k!r} would compare {n_pairs:.2g} pairs; the limit is "
                f"{_MOST_PAIRS:.2g}. {why}Use loss='lambdarank' with a small k, "
                "which compares few pairs, or loss='listnet', which compares none."
            )
        if qid is None and largest > _MANY_DOCUMENTS:
            warn_user(
                f"qid is None: all {largest} rows count as documents of one query."
                f"{_OF_ROUTING} To rank all rows as one query, pass the same qid for "
                "each."
            )

    def _new_targets(self, y, classes=None, incremental=False):
        if self.loss == "lambdarank" and self.solver == "lbfgs":
            raise ValueError(
                "loss='lambdarank' is not supported by solver='lbfgs', as it is not "
                "continuous where two documents change places. Use another loss, or "
                "another solver."
            )
        if not (incremental or y.can_be_ranked):
            raise ValueError(
                "There is nothing to learn: no query has documents of different "
                f"relevance. Got n_samples={len(y.relevance)} in "
                f"{y.queries.n_groups} queries. Check qid and y."
            )
        self.n_queries_ = y.queries.n_groups
        return RelevanceTargets(LOSSES[self.loss](self), self.gain)

    def _check_targets(self, targets, y, classes=None, incremental=False):
        if targets != RelevanceTargets(LOSSES[self.loss](self), self.gain):
            raise ValueError(
                f"loss={self.loss!r}, k={self.k!r}, gain={self.gain!r} differ from "
                "those of the previous fit. Use warm_start=False, or a new estimator."
            )

    def _make_samples(self, X, y, encoded, sample_weight):
        weights = None if y.weights is None else y.weights.astype(encoded.dtype)
        return Samples(X, encoded, weights, y.queries)

    def _as_callbacks_see(self, X, y, sample_weight):
        y, qid, query_weight = y
        metadata = {"qid": qid, "query_weight": query_weight}
        return {"X": X, "y": y, "metadata": metadata}

    def _auto_batch_size(self, samples):
        n_documents = len(samples.groups.members)
        return max(1, _DOCUMENTS_PER_BATCH * samples.n_units // n_documents)

    def _validation_score(self, true, predicted, weights=None, starts=None):
        if not np.isfinite(predicted).all():
            return np.nan
        return mean_ndcg(true, predicted, starts, self.k, weights)

    def __sklearn_tags__(self):
        """Tell scikit-learn that y is required, and must not be negative."""
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.target_tags.positive_only = True
        return tags
