# Written by `make stubs` from the module beside it, which is what to change.

from skbackprop.estimators.mlp import MLPClassifier
from skbackprop.estimators.mlp import MLPRegressor
from typing import Any

def from_sklearn(mlp: Any) -> MLPClassifier | MLPRegressor:
    """Return a fitted multilayer perceptron of scikit-learn as one of this package.

    Fitted attributes are equal, predictions up to rounding. It goes on learning by
    ``partial_fit``, or by ``fit`` with ``warm_start=True``, from the same weights and
    the same state of the random numbers; the optimizer begins anew, and so do its
    moments.

    Parameters
    ----------
    mlp : sklearn.neural_network.MLPClassifier or sklearn.neural_network.MLPRegressor
        Fitted.

    Returns
    -------
    MLPClassifier or MLPRegressor
        Shares no memory with ``mlp``. ``history_`` has what was recorded there: losses
        and scores.

    Raises
    ------
    TypeError
        If ``mlp`` is neither.

    See Also
    --------
    to_sklearn : The way there.

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
    """Return a fitted multilayer perceptron as one of scikit-learn's.

    Fitted attributes are equal, predictions up to rounding. It goes on learning by
    ``partial_fit`` from the same weights and the same state of the random numbers; the
    optimizer begins anew, and so do its moments.

    Parameters
    ----------
    estimator : MLPClassifier or MLPRegressor
        Of this package, fitted. Settings of training that scikit-learn's does not know
        are left out; values that it does not know (``solver="adamw"``) are its defaults
        there.

    Returns
    -------
    sklearn.neural_network.MLPClassifier or sklearn.neural_network.MLPRegressor
        Shares no memory with the estimator.

    Raises
    ------
    TypeError
        If the estimator is neither.
    ValueError
        If it predicts by an activation or a loss that scikit-learn's does not have.

    See Also
    --------
    from_sklearn : The way back.

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
