"""Files: what an estimator has learnt, kept without pickle.

:mod:`~skbackprop.fitting.storage.encoding` says what may stand in a file and how,
:mod:`~skbackprop.fitting.storage.files` writes and reads it whole or not at all, and
:mod:`~skbackprop.fitting.storage.estimators` are ``save`` and ``load``.
"""
