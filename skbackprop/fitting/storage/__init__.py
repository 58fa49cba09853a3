"""Storage of fitted estimators in files, without pickle.

:mod:`~skbackprop.fitting.storage.encoding` defines the content of files,
:mod:`~skbackprop.fitting.storage.files` writes and reads them atomically, and
:mod:`~skbackprop.fitting.storage.estimators` contains ``save`` and ``load``.
"""
