"""``save`` and ``load`` of estimators."""

import os

import numpy as np

from skbackprop.fitting.settings import SOLVERS, make_optimizer
from skbackprop.fitting.storage import files
from skbackprop.fitting.storage.encoding import registry
from skbackprop.fitting.storage.weights import are_weights, read_weights, write_weights
from skbackprop.utils.validation import FLOATS


class KeptInFiles:
    """Mixin for estimators that are saved and loaded without pickle."""

    def save(self, path):
        """Save the estimator to a file: parameters, weights and all fitted attributes.

        The file is an .npz archive of arrays and a JSON text (``skbackprop.json``),
        without pickle: `load` never executes code from a file. It is written beside
        ``path`` and then moved into place, so that an interrupted save leaves the old
        file intact.

        As in pickles, the optimizer state is kept with ``warm_start=True`` and after
        ``partial_fit``. Callbacks are not saved.

        If the path ends in ``.safetensors``, a network saves only its weights, in that
        format: parameters and buffers with the names and shapes that they have in
        `skbackprop.interchange.to_torch`. ``load_weights`` reads them into another
        network.

        Parameters
        ----------
        path : str or path
            Where to write the file. An existing file is replaced.

        Raises
        ------
        TypeError
            If a parameter is code, such as a function as ``graph`` or
            ``learning_rate``. The message says what to pass instead.
        ValueError
            If an ensemble of networks is saved to ``.safetensors``.
        ImportError
            If the path ends in ``.safetensors`` and safetensors is not installed.
        """
        if are_weights(path):
            write_weights(path, self)
            return
        known = registry(self._storable)
        files.write(path, type(self).__name__, self._to_content(), known)

    @classmethod
    def load(cls, path):
        """Load an estimator from a file written by `save`.

        Its predictions are bit-identical to those of the saved estimator, and so are
        the results of further training (``warm_start``, ``partial_fit``).

        Parameters
        ----------
        path : str or path
            The file to read.

        Returns
        -------
        estimator : object
            An instance of the class that ``load`` is called on.

        Raises
        ------
        ValueError
            If the file holds no estimator, or one of another class or of a later
            version of skbackprop, or if it is truncated or modified.
        """
        if are_weights(path):
            raise ValueError(
                f"{os.fspath(path)!r} holds weights, not an estimator. Fit one with "
                "the same layers for one epoch, then call its load_weights."
            )
        content = files.read(path, cls.__name__, registry(cls._storable))
        with files.damage_is_told(path):
            return cls._from_content(content)

    def _to_content(self):
        """Return the content of the estimator, for an ``Encoder``."""
        return {
            "parameters": self.get_params(deep=False),
            "requests": _requests_of(self),
            "attributes": fitted_attributes(self),
        }

    @classmethod
    def _from_content(cls, content):
        """Return the estimator of a content that ``_to_content`` returned.

        As with pickles, ``__setstate__`` checks it.
        """
        estimator = cls(**content["parameters"])
        estimator.__setstate__({**vars(estimator), **content["attributes"]})
        if content["requests"] is not None:
            _restore_requests(estimator, content["requests"])
        return estimator


class TakesWeights:
    """Mixin for networks that load the weights of another network."""

    def load_weights(self, path):
        """Load weights from a safetensors file.

        The estimator must be fitted, if only for one epoch, and have the same layers.
        Classes, settings and curves do not change. Further training (``warm_start``,
        ``partial_fit``) starts from the loaded weights with a new optimizer state.

        Parameters
        ----------
        path : str or path
            A file that ``save`` has written to a path that ends in ``.safetensors``, or
            any other with the same names, shapes and dtype.

        Returns
        -------
        self : object
            The estimator with the loaded weights.

        Raises
        ------
        ImportError
            If safetensors is not installed.
        NotFittedError
            If the estimator is not fitted.
        ValueError
            If the file is truncated or in another format, or if names, shapes or dtypes
            differ from those of this network. The message lists them, and the estimator
            does not change.
        """
        read_weights(path, self)
        self._training_state = None  # its moments belong to other weights
        return self


def fitted_attributes(estimator):
    """Return the fitted attributes, without parameters and callbacks."""
    others = {*estimator.get_params(deep=False), "_metadata_request"}
    return {
        name: value
        for name, value in estimator.__getstate__().items()
        if name not in others and "_callback" not in name
    }


def _requests_of(estimator):
    """Return the metadata requests of each method, None if none were set."""
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
    """Check what the kernels rely on: sizes, dtypes and row indices."""
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
        raise ValueError("a training state that does not fit the weights")
    for one in rows:
        is_index = one.ndim == 1 and one.dtype == np.arange(1).dtype
        if not (is_index and ((one >= 0) & (one < state.n_samples)).all()):
            raise ValueError("a training state of rows that do not exist")
