"""Types that users can trust when they load skops files."""

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

# Each lists the types that it stores, which `save` uses too.
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
# Full names of classes in files of earlier versions. Each must remain importable.
_FORMER_NAMES = ()


def trusted_types():
    """Return the names of all types of this package that a skops file may contain.

    skops loads only types that the user trusts, identified by the modules that define
    them. With this list, you do not need to know those modules. Names are never removed
    from it and remain importable, so that files load in later versions even if a class
    has moved.

    The list contains estimators of this package and their components: graphs, modules,
    losses, schedules and targets. None of them runs code from the file. It does not
    contain your own classes and functions, such as a module, a schedule or a function
    passed as ``graph``: you decide whether to trust them.

    Returns
    -------
    list of str
        Sorted full names, for ``trusted`` of :func:`skops.io.load` and for
        ``skops_trusted_types`` of ``mlflow.sklearn``.

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
