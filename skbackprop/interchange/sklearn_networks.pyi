# Written by `make stubs` from the module beside it, which is what to change.

from skbackprop.estimators.mlp import MLPClassifier
from skbackprop.estimators.mlp import MLPRegressor
from typing import Any

def from_sklearn(mlp: Any) -> MLPClassifier | MLPRegressor:
    """Convert a fitted multilayer perceptron from scikit-learn.

    Fitted attributes are equal, and predictions are equal up to rounding.
    ``partial_fit``, or ``fit`` with ``warm_start=True``, continues training from the
    same weights and random state, but the state of the optimizer is reset.

    Parameters
    ----------
    mlp : sklearn.neural_network.MLPClassifier or sklearn.neural_network.MLPRegressor
        A fitted estimator of scikit-learn.

    Returns
    -------
    MLPClassifier or MLPRegressor
        Fitted estimator that shares no memory with ``mlp``. ``history_`` contains the
        losses and scores that ``mlp`` recorded.

    Raises
    ------
    TypeError
        If ``mlp`` is neither.

    See Also
    --------
    to_sklearn : Convert in the other direction.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.neural_network import MLPClassifier
    >>> from skbackprop.interchange import from_sklearn
    >>> X, y = load_iris(return_X_y=True)
    >>> mlp = MLPClassifier((8,), solver="lbfgs", max_iter=500, random_state=0)
    >>> clf = from_sklearn(mlp.fit(X, y))
    >>> bool((clf.predict(X) == mlp.predict(X)).all())
    True
    """

def to_sklearn(estimator: MLPClassifier | MLPRegressor) -> Any:
    """Convert a fitted multilayer perceptron to scikit-learn.

    Fitted attributes are equal, and predictions are equal up to rounding.
    ``partial_fit`` continues training from the same weights and random state, but the
    state of the optimizer is reset.

    Parameters
    ----------
    estimator : MLPClassifier or MLPRegressor
        A fitted estimator of this package. Training parameters that scikit-learn does
        not have are left out, and values that it does not support, such as
        ``solver="adamw"``, are replaced by its defaults.

    Returns
    -------
    sklearn.neural_network.MLPClassifier or sklearn.neural_network.MLPRegressor
        Fitted estimator that shares no memory with the original.

    Raises
    ------
    TypeError
        If the estimator is neither.
    ValueError
        If scikit-learn does not have its activation or loss.

    See Also
    --------
    from_sklearn : Convert in the other direction.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skbackprop import MLPClassifier
    >>> from skbackprop.interchange import to_sklearn
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = MLPClassifier((8,), solver="lbfgs", max_iter=500, random_state=0)
    >>> type(to_sklearn(clf.fit(X, y))).__module__
    'sklearn.neural_network._multilayer_perceptron'
    """

def __getattr__(name: str) -> Any: ...
