"""Checkpoints: files from which an interrupted fit resumes.

A checkpoint contains the estimator as if training had ended at that epoch, and resuming
works like a warm start. It also identifies the fit, so that no other fit resumes from
it.
"""

import hashlib
import os
import re
import time
import warnings
from contextlib import suppress
from dataclasses import replace

import numpy as np

from skbackprop.engine.observers import Observer
from skbackprop.engine.schedules import SPANNING
from skbackprop.engine.training import Outcome
from skbackprop.fitting.state import has_come_to_its_end
from skbackprop.fitting.storage import files
from skbackprop.fitting.storage.encoding import Encoder, registry
from skbackprop.fitting.storage.estimators import check_state, fitted_attributes

# Minimum interval between checkpoints, and maximum share of the time to write them.
_SECONDS = 5.0
_SHARE = 0.05
# Parameters that do not change the result of an epoch; graphs are compared directly.
_FREE = {"checkpoint", "graph", "max_iter", "n_jobs", "verbose", "warm_start"}
_BEGIN = "the initial weights"
_NAMES = {"targets": "y", "weights": "sample_weight"}  # of parts of samples


def open_checkpoint(estimator, samples, held_out, continues):
    """Return the checkpoint of a fit, or None.

    If its file exists, the estimator resumes from it.

    Parameters
    ----------
    estimator : NetworkEstimator
        Ready to train.
    samples : Samples
    held_out : HeldOut or None
        The validation set that was passed to the fit.
    continues : bool
        Whether the fit continues an earlier one, as in a warm start.

    Raises
    ------
    TypeError
        If the estimator has something that files cannot store.
    ValueError
        If the file belongs to another fit, or is not a checkpoint.
    """
    if estimator.checkpoint is None:
        return None
    if os.path.isdir(estimator.checkpoint):
        raise IsADirectoryError(
            f"checkpoint={estimator.checkpoint!r} is a folder, but must be a file."
        )
    folder = os.path.dirname(os.path.realpath(estimator.checkpoint))
    if not os.path.isdir(folder):
        raise FileNotFoundError(
            f"checkpoint={estimator.checkpoint!r} is in a folder that does not exist."
        )
    checkpoint = Checkpoint(estimator, samples, held_out, continues)
    if os.path.exists(estimator.checkpoint):
        checkpoint.take_up()
    return checkpoint


class Checkpoint(Observer):
    """The file of a fit, written at intervals during training and at the end.

    Attributes
    ----------
    n_epochs_before : int
        Number of epochs before the fit.
    is_taken_up : bool
        Whether the fit resumes from a file.
    is_over : bool
        Whether the fit had ended, regardless of ``max_iter``.
    keeps_best : bool
        Whether a validation set selects the best parameters.
    """

    def __init__(self, estimator, samples, held_out, continues):
        self.n_epochs_before = len(estimator._training_state.losses)
        self.is_taken_up = self.is_over = self.keeps_best = False
        self._estimator, self._path = estimator, os.fspath(estimator.checkpoint)
        self._known = registry(estimator._storable)
        self._parameters = _describe_parameters(estimator)
        self._digests = _digests_of(estimator, samples, held_out, continues)
        # What cannot be stored is an error before training, not after it.
        Encoder(self._known).encode(fitted_attributes(estimator), "attributes")
        self._written, self._took = time.monotonic(), 0.0

    # Reading

    def take_up(self):
        """Restore the estimator from the file."""
        try:
            content = files.read(self._path, "checkpoint", self._known)
            with files.damage_is_told(self._path):
                if not self._is_of_the_fit_before(content):
                    self._check_fit(content)
                    self._restore(content)
                    self.is_taken_up = True
        except files.FileRefusedError as error:
            raise ValueError(f"checkpoint={self._path!r}: {error}") from error

    def _is_of_the_fit_before(self, content):
        """Return whether this fit begins where that of the file ended."""
        ended_with = _digest(content["attributes"]["_parameters"])
        return self._digests[_BEGIN] == ended_with

    def _check_fit(self, content):
        """Raise ValueError if the file belongs to another fit; name the differences."""
        # Parameters that the version of the file did not know had the default value.
        was = {**_describe_parameters(type(self._estimator)()), **content["parameters"]}
        digests = content["digests"]
        differences = [
            f"{name} ({was.get(name)} there, {value} here)"
            for name, value in self._parameters.items()
            if was.get(name) != value
        ]
        differences += [k for k, v in self._digests.items() if digests.get(k) != v]
        if differences:
            raise files.FileRefusedError(
                f"the fit in this file differs in {', '.join(differences)}. Restore "
                "these to resume it, use another path, or delete the file to start "
                "over."
            )
        max_iter = self._estimator.max_iter
        if content["n_epochs"] > max_iter:
            raise files.FileRefusedError(
                f"the fit in this file has reached epoch {content['n_epochs']}, beyond "
                f"max_iter={max_iter}. Increase max_iter, or delete the file."
            )

    def _restore(self, content):
        estimator = self._estimator
        n_samples = estimator._training_state.n_samples
        own = estimator._random_state
        is_shared = own is estimator.random_state
        estimator.__setstate__({**vars(estimator), **content["attributes"]})
        check_state(estimator)
        if estimator._training_state.n_samples != n_samples:
            raise ValueError("a training state of other data")
        if is_shared:  # with the user, who passed it as random_state
            own.set_state(estimator._random_state.get_state(legacy=False))
            estimator._random_state = own
        self.n_epochs_before = content["n_epochs_before"]
        self.is_over = content["is_over"]

    # While training runs

    def n_left(self, state, max_epochs):
        """Return the remaining number of epochs of the fit."""
        n_done = len(state.losses) - self.n_epochs_before
        return 0 if self.is_over else max_epochs - n_done

    def after_epochs(self, state):
        """Write the file if it is due."""
        estimator = self._estimator
        has_rule = estimator.tol is not None
        self.is_over = has_rule and state.no_improvement > estimator.n_iter_no_change
        since = time.monotonic() - self._written
        if since >= max(_SECONDS, self._took / _SHARE):
            parameters = estimator._parameters
            if self.keeps_best:
                state = replace(state, last=parameters.copy())
                parameters = state.best
            self._write(parameters, state)
        return False

    def after_training(self, outcome):
        """Return how the fit ended, and write the file, or delete it on divergence."""
        if self.is_over and outcome is Outcome.OUT_OF_EPOCHS:  # none were left
            return Outcome.CONVERGED
        if outcome is Outcome.DIVERGED:
            with suppress(FileNotFoundError):
                os.unlink(self._path)
            return outcome
        estimator = self._estimator
        was_stopped = outcome is Outcome.STOPPED
        self.is_over = was_stopped or has_come_to_its_end(estimator, outcome)
        self._write(estimator._parameters, estimator._training_state)
        return outcome

    def _write(self, parameters, state):
        begin = time.monotonic()
        attributes = fitted_attributes(self._estimator)
        attributes["_parameters"] = self._estimator._program.compact(parameters)
        attributes["_training_state"] = state
        content = {
            "parameters": self._parameters,
            "digests": self._digests,
            "n_epochs": len(state.losses) - self.n_epochs_before,
            "n_epochs_before": self.n_epochs_before,
            "is_over": self.is_over,
            "attributes": attributes,
        }
        try:
            files.write(self._path, "checkpoint", content, self._known)
        except OSError as error:  # not worth losing the fit that it protects
            warnings.warn(
                f"checkpoint={self._path!r} could not be written: {error}. Training "
                "continues.",
                RuntimeWarning,
                stacklevel=2,
            )
        self._written = time.monotonic()
        self._took = self._written - begin


# Identification of the fit


def _describe_parameters(estimator):
    """Return the parameters as text that is the same in each process."""
    parameters = estimator.get_params(deep=False)
    free = _FREE
    if estimator.learning_rate in SPANNING:  # its rates depend on max_iter
        free = free - {"max_iter"}
    return {k: _describe(v) for k, v in parameters.items() if k not in free}


def _describe(value):
    value = value.item() if isinstance(value, np.generic) else value
    return re.sub(" at 0x[0-9a-fA-F]+", "", repr(value))


def _digests_of(estimator, samples, held_out, continues):
    """Return a digest of everything else that a fit depends on, by its name."""
    begin = None
    if continues:
        begin = estimator._program.compact(estimator._parameters)
    learnt = vars(estimator)
    things = {
        "the network": str(estimator.graph_),
        _BEGIN: begin,
        "the classes": learnt.get("classes_"),
        "the names of features": learnt.get("feature_names_in_"),
        "the validation set": (
            None if held_out is None else tuple(held_out.samples.identity().values())
        ),
        **{_NAMES.get(name, name): part for name, part in samples.identity().items()},
    }
    return {name: _digest(thing) for name, thing in things.items()}


def _digest(thing):
    """Return a hash of an array, of text, or of a tuple of these."""
    if thing is None:
        return None
    digest = hashlib.sha256()
    if isinstance(thing, tuple):
        digest.update(repr([_digest(part) for part in thing]).encode())
    elif isinstance(thing, np.ndarray) and not thing.dtype.hasobject:
        digest.update(repr((thing.shape, thing.dtype.str)).encode())
        digest.update(np.ascontiguousarray(thing).reshape(-1).view(np.uint8))
    else:
        thing = thing.tolist() if isinstance(thing, np.ndarray) else thing
        digest.update(repr(thing).encode())
    return digest.hexdigest()
