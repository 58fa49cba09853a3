# Written by `make stubs` from the module beside it, which is what to change.

from typing import Any

def trusted_types() -> list[str]:
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

def __getattr__(name: str) -> Any: ...
