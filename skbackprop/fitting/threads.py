"""How many threads a fit may use."""

from joblib.parallel import get_active_backend
from sklearn.utils._openmp_helpers import _openmp_effective_n_threads

from skbackprop.utils.threads import n_threads_here


def n_threads(n_jobs):
    """Return the most threads that ``n_jobs`` stands for, here and now.

    None is one inside a worker of joblib, whose siblings have the other cores, and what
    ``joblib.parallel_config`` says within it. Else it is what scikit-learn's own
    threads may use: the cores that the process has, by its affinity and the quota of
    its container, or fewer where OMP_NUM_THREADS, which workers of loky have set, or
    threadpoolctl says so.
    """
    if n_jobs is not None:
        return n_threads_here(n_jobs)
    backend, configured = get_active_backend()
    if backend.nesting_level:
        return 1
    if configured is not None:
        return n_threads_here(configured)
    return _openmp_effective_n_threads()
