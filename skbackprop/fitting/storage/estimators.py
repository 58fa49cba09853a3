"""``save`` and ``load`` of estimators."""

import os

import numpy as np

from skbackprop.fitting.settings import SOLVERS, make_optimizer
from skbackprop.fitting.storage import files
from skbackprop.fitting.storage.encoding import registry
from skbackprop.fitting.storage.weights import are_weights, read_weights, write_weights
from skbackprop.utils.validation import FLOATS


class KeptInFiles:
    """Estimators that are written to a file, and read from it, without pickle."""

    def save(self, path):
        """Write the estimator to a file: parameters, weights, all it has learnt.

        The file is an .npz archive of arrays beside a text in JSON
        (``skbackprop.json``), without pickle: reading it with `load` runs
        nothing that it contains. It is written beside ``path`` and then takes
        its place, so that whatever happens there is either the old file or the
        new one.

        The state of the optimizer is kept for those who go on, as pickles do:
        with ``warm_start=True`` and after ``partial_fit``. Callbacks are not kept.

        To a path that ends in ``.safetensors`` a network writes its weights alone, in
        the format of that name: parameters and buffers by the names, and in the shapes,
        that they have in `skbackprop.interchange.to_torch`. ``load_weights`` reads them
        into another network.

        Parameters
        ----------
        path : str or path
            Where to write. A file that is there is replaced.

        Raises
        ------
        TypeError
            If a parameter is code: a function as ``graph`` or as
            ``learning_rate``, say. The message tells what to give instead.
        ValueError
            If weights alone are asked of an ensemble of networks.
        ImportError
            If weights alone are asked for and safetensors is not installed.
        """
        if are_weights(path):
            write_weights(path, self)
            return
        known = registry(self._storable)
        files.write(path, type(self).__name__, self._to_content(), known)

    @classmethod
    def load(cls, path):
        """Return the estimator that `save` has written to a file.

        It predicts the same bits, and goes on learning (``warm_start``,
        ``partial_fit``) to the same bits, as the one that was saved.

        Parameters
        ----------
        path : str or path
            What to read.

        Returns
        -------
        estimator : object
            Of the class that ``load`` is called on.

        Raises
        ------
        ValueError
            If the file holds an estimator of another class, none at all, one
            of a later version of skbackprop, or is cut off or changed.
        """
        if are_weights(path):
            raise ValueError(
                f"{os.fspath(path)!r} holds weights and no estimator. Fit one with the "
                "same layers, for an epoch, and call its load_weights."
            )
        content = files.read(path, cls.__name__, registry(cls._storable))
        with files.damage_is_told(path):
            return cls._from_content(content)

    def _to_content(self):
        """Return all that makes up the estimator, for an ``Encoder``."""
        return {
            "parameters": self.get_params(deep=False),
            "requests": _requests_of(self),
            "attributes": fitted_attributes(self),
        }

    @classmethod
    def _from_content(cls, content):
        """Return the estimator that ``_to_content`` was of.

        Like a pickle, it is checked by ``__setstate__``.
        """
        estimator = cls(**content["parameters"])
        estimator.__setstate__({**vars(estimator), **content["attributes"]})
        if content["requests"] is not None:
            _restore_requests(estimator, content["requests"])
        return estimator


class TakesWeights:
    """Networks into which weights are read that another one has written."""

    def load_weights(self, path):
        """Take the weights of a file in the format of safetensors.

        The network must be there already, with the same layers: fitted, if only for an
        epoch. All else stays as it is: classes, settings, curves. It goes on learning
        (``warm_start``, ``partial_fit``) from these weights with an optimizer that
        begins anew.

        Parameters
        ----------
        path : str or path
            What ``save`` has written to a path that ends in ``.safetensors``, or
            others with the same names, shapes and dtype.

        Returns
        -------
        self : object
            The estimator, changed.

        Raises
        ------
        ImportError
            If safetensors is not installed.
        NotFittedError
            If there is no network yet.
        ValueError
            If the file is cut off or of another format, or if names, shapes or dtypes
            are not those of this network; they are listed. The estimator is as it was.
        """
        read_weights(path, self)
        self._training_state = None  # whose moments are those of other weights
        return self


def fitted_attributes(estimator):
    """Return what an estimator has learnt, without parameters and callbacks."""
    others = {*estimator.get_params(deep=False), "_metadata_request"}
    return {
        name: value
        for name, value in estimator.__getstate__().items()
        if name not in others and "_callback" not in name
    }


def _requests_of(estimator):
    """Return which metadata each method asks for, None where nothing was said."""
    metadata_request = vars(estimator).get("_metadata_request")
    if metadata_request is None:
        return None
    return {
        method: dict(request.requests)
        for method, request in vars(metadata_request).items()
        if hasattr(request, "requests")
    }


def _restore_requests(estimator, requests):
    metadata_request = estimator._get_metadata_request()
    for method, names in requests.items():
        for name, alias in names.items():
            getattr(metadata_request, method).add_request(param=name, alias=alias)
    estimator._metadata_request = metadata_request


def check_state(estimator):
    """Check what the kernels take for granted: sizes, dtypes, rows that exist."""
    if not estimator.__sklearn_is_fitted__():
        return
    parameters, state = estimator._parameters, estimator._training_state
    if parameters.dtype not in FLOATS:
        raise ValueError(f"weights of {parameters.dtype}")
    if state is None:
        return
    vectors = [*state.slots, *(v for v in (state.best, state.last) if v is not None)]
    rows = [r for r in (state.order, state.validation) if r is not None]
    is_used = state.solver in SOLVERS and state.solver == estimator.solver
    if is_used and len(state.slots) != make_optimizer(estimator).n_slots:
        raise ValueError(f"{len(state.slots)} slots for solver={state.solver!r}")
    if any(v.shape != parameters.shape or v.dtype != parameters.dtype for v in vectors):
        raise ValueError("a state of training that does not fit the weights")
    for one in rows:
        is_index = one.ndim == 1 and one.dtype == np.arange(1).dtype
        if not (is_index and ((one >= 0) & (one < state.n_samples)).all()):
            raise ValueError("a state of training of rows that do not exist")
