"""Threads of this process, whatever backend of joblib sends work to others."""

from joblib.parallel import get_active_backend


def n_threads_here(n_jobs):
    """Return how many threads ``n_jobs`` stands for, as joblib counts them.

    A backend of several machines would count their cores, and threads stay here. None
    is what ``joblib.parallel_config`` says of threads, else 1.
    """
    backend, configured = get_active_backend(require="sharedmem")
    return backend.effective_n_jobs(configured if n_jobs is None else n_jobs)
