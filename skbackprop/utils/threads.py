"""The number of threads of this process, independent of joblib's backend."""

from joblib.parallel import get_active_backend


def n_threads_here(n_jobs):
    """Return the number of threads for ``n_jobs``, as joblib counts them.

    A backend of several machines would count all their cores, but threads run on this
    one. None means the setting of ``joblib.parallel_config`` for threads, or 1.
    """
    backend, configured = get_active_backend(require="sharedmem")
    return backend.effective_n_jobs(configured if n_jobs is None else n_jobs)
