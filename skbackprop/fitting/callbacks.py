"""scikit-learn's callbacks, called for each epoch of a fit.

They require scikit-learn 1.9. With older versions, this file has no effect, and
estimators have no ``set_callbacks``.
"""

from contextlib import nullcontext

from skbackprop.engine.observers import Observer

try:
    from sklearn.callback import CallbackSupportMixin, with_callbacks
except ImportError:

    class CallbackSupportMixin:
        """No callbacks."""

    def with_callbacks(method):
        """Return the method unchanged."""
        return method


def begin_callbacks(estimator, data, keeps_best, step="epoch", n_steps=None):
    """Notify the callbacks of an estimator that a fit begins.

    Parameters
    ----------
    estimator : NetworkEstimator
    data : dict
        The data of the fit as the user passed it: X, y, and metadata by name.
    keeps_best : bool
        Whether a validation set selects the best parameters.
    step : str, default="epoch"
        Name of the steps of the fit.
    n_steps : int, default=None
        Maximum number of steps; None means ``max_iter``.

    Returns
    -------
    CallbackObserver or None
        None if there are no callbacks.
    """
    if not getattr(estimator, "_skl_callbacks", None):
        return None
    return CallbackObserver(
        estimator, data, keeps_best, step, n_steps or estimator.max_iter
    )


class CallbackObserver(Observer):
    """Notifies callbacks of the beginning and end of each epoch, iteration or round.

    A network with the current parameters, or with the best ones if there is a
    validation set, is created only for callbacks that request it.
    """

    epochs_per_call = 1

    def __init__(self, estimator, data, keeps_best, step, n_steps):
        self._about = {"estimator": estimator, **data}
        self._estimator, self._keeps_best = estimator, keeps_best
        self._fit = estimator._init_callback_context(max_subtasks=n_steps)
        self._fit.call_on_fit_task_begin(**self._about)
        self._name, self._step = step, None

    def before_epochs(self, state):
        """Notify callbacks that a step begins."""
        self._step = self._fit.subcontext(task_name=self._name)
        self._step.call_on_fit_task_begin(**self._about)

    def after_epochs(self, state):
        """Notify callbacks that a step has ended; return whether one asks to stop."""

        def fitted():
            parameters, program = self._estimator._parameters, self._estimator._program
            if self._keeps_best:
                parameters = state.best
            # A copy in the kernels' layout: its own memory, aligned as they need it.
            parameters = program.expand(program.compact(parameters))
            return {"_parameters": parameters, "loss_": state.losses[-1]}

        return self._step.call_on_fit_task_end(
            **self._about, reconstruction_attributes=fitted
        )

    def end(self):
        """Notify callbacks that the fit has ended."""
        self._fit.call_on_fit_task_end(**self._about, reconstruction_attributes=dict)


def watched_from_above(context, network, name, number):
    """Return a context in which the callbacks of an ensemble watch a network's fit.

    Parameters
    ----------
    context : CallbackContext or None
        Context of the fit of the ensemble; None if there are no callbacks.
    network : NetworkEstimator
    name : str
        Name of the fit.
    number : int
        Number of the fit, unique in the ensemble.
    """
    if context is None:
        return nullcontext()
    task = context.subcontext(task_name=name, task_id=number)
    return task.propagate_callback_context(network)
