"""Checkpoints: the file from which a fit goes on that was broken off.

What is written after some epochs is the estimator as it would be had training
ended there; going on from it is what a warm start does. Beside it stands which
fit it is of, so that no other goes on from there.
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
from skbackprop.fitting.storage.encoding import registry
from skbackprop.fitting.storage.estimators import check_state, fitted_attributes

# A checkpoint is written at most so often, and for at most this share of the time.
_SECONDS = 5.0
_SHARE = 0.05
# Parameters that do not change what an epoch does; the graph itself is compared.
_FREE = {"checkpoint", "graph", "max_iter", "n_jobs", "verbose", "warm_start"}
_BEGIN = "the weights it began with"
_NAMES = {"targets": "y", "weights": "sample_weight"}  # of parts of samples


def open_checkpoint(estimator, samples, held_out, continues):
    """Return the checkpoint of a fit, None without one.

    Where its file exists, the estimator goes on from what the file holds.

    Parameters
    ----------
    estimator : NetworkEstimator
        Ready to be trained.
    samples : Samples
    held_out : HeldOut or None
        The validation set that the fit is given.
    continues : bool
        Whether the fit goes on from an earlier one, as a warm start does.

    Raises
    ------
    ValueError
        If the file is of another fit, or is no checkpoint at all.
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
    """The file of a fit: written now and then while it runs, and when it ends.

    Attributes
    ----------
    n_epochs_before : int
        Epochs that the network had learnt for before the fit.
    is_taken_up : bool
        Whether it goes on from a file.
    is_over : bool
        Whether the fit had come to its end, however many epochs are allowed.
    keeps_best : bool
        Whether a validation set says which parameters are the best.
    """

    def __init__(self, estimator, samples, held_out, continues):
        self.n_epochs_before = len(estimator._training_state.losses)
        self.is_taken_up = self.is_over = self.keeps_best = False
        self._estimator, self._path = estimator, os.fspath(estimator.checkpoint)
        self._known = registry(estimator._storable)
        self._parameters = _describe_parameters(estimator)
        self._digests = _digests_of(estimator, samples, held_out, continues)
        self._written, self._took = time.monotonic(), 0.0

    # Reading

    def take_up(self):
        """Let the estimator go on from what the file holds."""
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
        """Tell whether this fit begins where that of the file has ended."""
        ended_with = _digest(content["attributes"]["_parameters"])
        return self._digests[_BEGIN] == ended_with

    def _check_fit(self, content):
        """Raise where the file is of another fit, and name what differs."""
        # What the version that wrote the file did not know yet was as by default.
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
                f"the fit in this file differs in {', '.join(differences)}. Go on with "
                "what it was begun with, give another path, or delete the file to "
                "begin anew."
            )
        max_iter = self._estimator.max_iter
        if content["n_epochs"] > max_iter:
            raise files.FileRefusedError(
                f"the fit in this file has come to epoch {content['n_epochs']}, beyond "
                f"max_iter={max_iter}. Give a larger one, or delete the file."
            )

    def _restore(self, content):
        estimator = self._estimator
        n_samples = estimator._training_state.n_samples
        own = estimator._random_state
        is_shared = own is estimator.random_state
        estimator.__setstate__({**vars(estimator), **content["attributes"]})
        check_state(estimator)
        if estimator._training_state.n_samples != n_samples:
            raise ValueError("a state of training of other data")
        if is_shared:  # with the user, who gave it as random_state
            own.set_state(estimator._random_state.get_state(legacy=False))
            estimator._random_state = own
        self.n_epochs_before = content["n_epochs_before"]
        self.is_over = content["is_over"]

    # While training runs

    def n_left(self, state, max_epochs):
        """Return how many epochs of the fit are left."""
        n_done = len(state.losses) - self.n_epochs_before
        return 0 if self.is_over else max_epochs - n_done

    def after_epochs(self, state):
        """Write the file, if it is time."""
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
        """Return how the fit has ended, and write it; a divergence is forgotten."""
        if self.is_over and outcome is Outcome.OUT_OF_EPOCHS:  # as none were left
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
        except OSError as error:  # not worth losing the fit that it is to protect
            warnings.warn(
                f"checkpoint={self._path!r} could not be written: {error}. Training "
                "goes on.",
                RuntimeWarning,
                stacklevel=2,
            )
        self._written = time.monotonic()
        self._took = self._written - begin


# Which fit it is


def _describe_parameters(estimator):
    """Return what the parameters are, as text that is the same in each process."""
    parameters = estimator.get_params(deep=False)
    free = _FREE
    if estimator.learning_rate in SPANNING:  # as the rates then depend on it
        free = free - {"max_iter"}
    return {k: _describe(v) for k, v in parameters.items() if k not in free}


def _describe(value):
    value = value.item() if isinstance(value, np.generic) else value
    return re.sub(" at 0x[0-9a-fA-F]+", "", repr(value))


def _digests_of(estimator, samples, held_out, continues):
    """Return a short number for each thing beside these that a fit depends on."""
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
