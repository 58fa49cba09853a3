# Written by `make stubs` from the module beside it, which is what to change.

from typing import Any

def trusted_types() -> list[str]:
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

def __getattr__(name: str) -> Any: ...
