"""Batches of trials on the workers of joblib, whatever becomes of them."""

import warnings

from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.parallel import Parallel, delayed


def run_batches(experiments, batches, n_jobs=None, advance=None):
    """Run batches until all are done, or no more can be.

    Parameters
    ----------
    experiments : list of Experiment
        What the batches belong to.
    batches : list of Batch
        What to do, in the order of preference.
    n_jobs : int or None
        Workers, as joblib counts them.
    advance : callable, optional
        Told the number of trials of each batch that is done.

    Returns
    -------
    outcomes : dict of Batch to Outcome
        Those of the batches that are done.
    why_not_all : str or None
        What kept the others from it.
    """
    outcomes = {}
    with warnings.catch_warnings():
        # That a network has not converged is what its fraction tells.
        warnings.simplefilter("ignore", ConvergenceWarning)
        while missing := [batch for batch in batches if batch not in outcomes]:
            n_before = len(outcomes)
            parallel = Parallel(n_jobs, return_as="generator_unordered")
            tasks = (delayed(_run)(experiments[b.experiment], b) for b in missing)
            try:
                for batch, outcome in parallel(tasks):
                    if outcome.error is not None:
                        raise _BatchError(batch, outcome.error)
                    outcomes[batch] = outcome
                    if advance is not None:
                        advance(batch.n_trials)
            except KeyboardInterrupt:
                return outcomes, "Interrupted"
            except _BatchError as failed:
                raise failed.as_value_error(experiments) from failed.error
            except Exception as error:  # of no batch: these are values
                if len(outcomes) == n_before:
                    return outcomes, f"Workers are lost again and again ({error!r})"
    return outcomes, None


def _run(experiment, batch):
    return batch, experiment.run(batch)


class _BatchError(Exception):
    """A batch failed, and would again."""

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
