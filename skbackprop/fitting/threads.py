"""The number of threads of a fit."""

from joblib.parallel import get_active_backend
from sklearn.utils._openmp_helpers import _openmp_effective_n_threads

from skbackprop.utils.threads import n_threads_here


def n_threads(n_jobs):
    """Return the maximum number of threads that ``n_jobs`` stands for.

    None means one inside a joblib worker, as other workers use the other cores, and the
    setting of ``joblib.parallel_config`` within it. Otherwise, it is the number of
    threads that scikit-learn would use: the cores available to the process, by its
    affinity and the quota of its container, or fewer if OMP_NUM_THREADS (which loky
    sets for its workers) or threadpoolctl limits them.
    """
    if n_jobs is not None:
        return n_threads_here(n_jobs)
    backend, configured = get_active_backend()
    if backend.nesting_level:
        return 1
    if configured is not None:
        return n_threads_here(configured)
    return _openmp_effective_n_threads()
