"""scikit-learn's callbacks: told of each epoch of a fit.

They came with scikit-learn 1.9. Before it nothing here does anything, and
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
        """Return the method as it is."""
        return method


def begin_callbacks(estimator, data, keeps_best, step="epoch", n_steps=None):
    """Tell an estimator's callbacks that a fit begins.

    Parameters
    ----------
    estimator : NetworkEstimator
    data : dict
        What it is fitted to, as the user has it: X, y, and metadata by name.
    keeps_best : bool
        Whether a validation set says which parameters are the best.
    step : str, default="epoch"
        What the parts of the fit are called that callbacks are told of.
    n_steps : int, default=None
        How many there are at most; None: ``max_iter``.

    Returns
    -------
    CallbackObserver or None
        None where there are no callbacks.
    """
    if not getattr(estimator, "_skl_callbacks", None):
        return None
    return CallbackObserver(
        estimator, data, keeps_best, step, n_steps or estimator.max_iter
    )


class CallbackObserver(Observer):
    """Tells callbacks when an epoch, iteration of L-BFGS, or round begins and ends.

    A network with the parameters of the moment, or the best ones so far where a
    validation set says which these are, is only made for callbacks that ask for it.
    """

    epochs_per_call = 1

    def __init__(self, estimator, data, keeps_best, step, n_steps):
        self._about = {"estimator": estimator, **data}
        self._estimator, self._keeps_best = estimator, keeps_best
        self._fit = estimator._init_callback_context(max_subtasks=n_steps)
        self._fit.call_on_fit_task_begin(**self._about)
        self._name, self._step = step, None

    def before_epochs(self, state):
        """Tell that a step begins."""
        self._step = self._fit.subcontext(task_name=self._name)
        self._step.call_on_fit_task_begin(**self._about)

    def after_epochs(self, state):
        """Tell that it has ended, and return whether a callback asks to stop."""

        def fitted():
            parameters, program = self._estimator._parameters, self._estimator._program
            if self._keeps_best:
                parameters = state.best
            # Laid out anew: memory of its own, aligned as the kernels need it.
            parameters = program.expand(program.compact(parameters))
            return {"_parameters": parameters, "loss_": state.losses[-1]}

        return self._step.call_on_fit_task_end(
            **self._about, reconstruction_attributes=fitted
        )

    def end(self):
        """Tell that the fit has ended."""
        self._fit.call_on_fit_task_end(**self._about, reconstruction_attributes=dict)


def watched_from_above(context, network, name, number):
    """Return a context in which the callbacks of an ensemble watch a network's fit.

    Parameters
    ----------
    context : CallbackContext or None
        That of the fit of the ensemble; None where there are no callbacks.
    network : NetworkEstimator
    name : str
        What the fit is called.
    number : int
        Which no other fit of the ensemble has.
    """
    if context is None:
        return nullcontext()
    task = context.subcontext(task_name=name, task_id=number)
    return task.propagate_callback_context(network)
