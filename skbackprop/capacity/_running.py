"""Batches of trials on joblib workers that may be interrupted or die."""

import contextlib
import itertools
import warnings

from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.parallel import Parallel, delayed

_HANDFUL = 64  # batches sent at once where the backend cannot stream results


def run_batches(experiments, batches, n_jobs=None, advance=None):
    """Run batches until all are done or no more can be done.

    When a worker dies, finished batches are kept and the rest is sent again. If no
    batch has finished since the last death, the next batch is sent alone. If this kills
    a worker too, its row of the table is given up.

    Parameters
    ----------
    experiments : list of Experiment
        The experiments that the batches belong to.
    batches : list of Batch
        The batches in order of preference.
    n_jobs : int or None
        Number of workers, as in joblib.
    advance : callable, optional
        Called with the number of trials of each finished batch.

    Returns
    -------
    outcomes : dict of Batch to Outcome
        Outcomes of the finished batches.
    why_not_all : KeyboardInterrupt, the last error of the workers, or None
        Why the others were not finished.
    """
    outcomes, given_up, alone, why_not_all = {}, set(), False, None

    def run(some):
        tasks = (delayed(_run)(experiments[b.experiment], b) for b in some)
        with contextlib.closing(_in_parallel(tasks, n_jobs)) as results:
            for batch, outcome in results:
                if outcome.error is not None:
                    raise _BatchError(batch, outcome.error)
                outcomes[batch] = outcome
                if advance is not None:
                    advance(batch.n_trials)

    with warnings.catch_warnings():
        # A network that does not converge shows in its fraction.
        warnings.simplefilter("ignore", ConvergenceWarning)
        # joblib warns when results are not all read, which is intended here.
        warnings.filterwarnings("ignore", r"\d+ tasks (have been|which were)")
        while missing := [
            b for b in batches if b not in outcomes and b.row not in given_up
        ]:
            n_before = len(outcomes)
            try:
                run(missing[:1] if alone else missing)
                alone = False
            except KeyboardInterrupt as interrupt:
                return outcomes, interrupt
            except _BatchError as failed:
                raise failed.as_value_error(experiments) from failed.error
            except Exception as error:  # of the backend: a batch's error is a value
                why_not_all = error
                if alone:
                    given_up.add(missing[0].row)
                alone = not alone and len(outcomes) == n_before
    return outcomes, why_not_all if given_up else None


def tell_why(why_not_all, has_results, consequence):
    """Warn if a part of the results is missing; raise an error if all are."""
    if why_not_all is None:
        return
    if isinstance(why_not_all, KeyboardInterrupt):
        words = "Interrupted"
    elif has_results:
        words = f"Workers died repeatedly ({type(why_not_all).__name__})"
    else:
        raise why_not_all
    warnings.warn(f"{words}: {consequence}", RuntimeWarning, stacklevel=4)


def _in_parallel(tasks, n_jobs):
    """Yield results as they arrive, in small groups if the backend returns lists."""
    try:
        parallel = Parallel(n_jobs, return_as="generator_unordered")
    except ValueError:
        parallel = Parallel(n_jobs)
        while some := list(itertools.islice(tasks, _HANDFUL)):
            yield from parallel(some)
    else:
        with contextlib.closing(parallel(tasks)) as results:
            yield from results


def _run(experiment, batch):
    return batch, experiment.run(batch)


class _BatchError(Exception):
    """A batch failed and would fail again."""

    def __init__(self, batch, error):
        super().__init__(batch, error)
        self.batch, self.error = batch, error

    def as_value_error(self, experiments):
        experiment = experiments[self.batch.experiment]
        tried = experiment.classifier or experiment.feature_map.transformer
        return ValueError(
            f"{tried} failed on {self.batch.n_points} points with "
            f"{experiment.n_features} features: {self.error}"
        )
