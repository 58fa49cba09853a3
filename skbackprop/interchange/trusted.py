"""Which types files of skops may name: a list for those who load them."""

from skbackprop.estimators.dag import NetworkClassifier, NetworkRegressor
from skbackprop.estimators.drlim import DrLIM
from skbackprop.estimators.mlp import MLPClassifier, MLPRegressor
from skbackprop.estimators.ranker import MLPRanker
from skbackprop.estimators.recurrent import RecurrentClassifier, RecurrentRegressor
from skbackprop.fitting.storage.encoding import registry
from skbackprop.network.graph import Graph
from skbackprop.network.recurrence import UnrolledGraph
from skbackprop.separability.certificates import SeparatingHyperplane
from skbackprop.separability.linear_separator import LinearSeparator
from skbackprop.tabular.classifier import TabularClassifier
from skbackprop.tabular.regressor import TabularRegressor
from skbackprop.transformers.expansion import SparseRandomExpansion
from skbackprop.transformers.monomials.basis import GradedBasis
from skbackprop.transformers.monomials.features import MonomialFeatures
from skbackprop.transformers.piecewise import PiecewiseLinearFeatures
from skbackprop.transformers.pooling import FeaturePooling
from skbackprop.transformers.scaling import SmoothClippingScaler

# They know what they keep, as files of `save` may name it too.
_NETWORKS = (
    DrLIM,
    MLPClassifier,
    MLPRanker,
    MLPRegressor,
    NetworkClassifier,
    NetworkRegressor,
    RecurrentClassifier,
    RecurrentRegressor,
    TabularClassifier,
    TabularRegressor,
)
_OTHERS = (
    FeaturePooling,
    GradedBasis,
    Graph,
    LinearSeparator,
    MonomialFeatures,
    PiecewiseLinearFeatures,
    SeparatingHyperplane,
    SmoothClippingScaler,
    SparseRandomExpansion,
    UnrolledGraph,
)
# Full names that classes had in earlier versions, whose files still have them. An
# import stays at the old place for as long.
_FORMER_NAMES = ()


def trusted_types():
    """Return the names of all types of this package that a file of skops may hold.

    skops makes objects only of types that whoever loads a file trusts, and calls them
    by the modules in which they are defined. Which ones that are is no matter of users:
    give this list instead. A name that was ever in it stays there, and what it names
    can be imported, so that files of earlier versions load after a class has moved.

    All of them are estimators of this package and what these consist of: graphs,
    modules, losses, schedules, targets. None runs anything that a file brings along;
    your own classes and functions (a module, a schedule, a function as ``graph``) are
    not among them and are trusted by your own decision.

    Returns
    -------
    list of str
        Full names, sorted, as ``trusted`` of :func:`skops.io.load` and
        ``skops_trusted_types`` of ``mlflow.sklearn`` take them.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skbackprop import MLPClassifier
    >>> from skbackprop.interchange import trusted_types
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = MLPClassifier((8,), max_iter=500, tol=None, random_state=0).fit(X, y)
    >>> import skops.io  # doctest: +SKIP
    >>> stored = skops.io.dumps(clf)  # doctest: +SKIP
    >>> loaded = skops.io.loads(stored, trusted=trusted_types())  # doctest: +SKIP
    """
    kept = [one for network in _NETWORKS for one in network._storable]
    types = {*_NETWORKS, *_OTHERS, *registry(kept).values()}
    public = [one for one in types if not one.__name__.startswith("_")]
    names = {f"{one.__module__}.{one.__name__}" for one in public}
    return sorted(names.union(_FORMER_NAMES))
