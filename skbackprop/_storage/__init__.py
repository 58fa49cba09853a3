"""Files: what an estimator has learnt, kept without pickle.

:mod:`~skbackprop._storage.encoding` says what may stand in a file and how,
:mod:`~skbackprop._storage.files` writes and reads it whole or not at all, and
:mod:`~skbackprop._storage.estimators` are ``save`` and ``load``.
"""
