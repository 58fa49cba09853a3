"""The interface of executors, as used by training, prediction and inspection."""

from abc import ABC, abstractmethod

import numpy as np

from skbackprop.engine.parts import Parts


class BaseExecutor(ABC):
    """Run a program forward and backward, and train its parameters.

    An executor serves one thread at a time. Make one per call, or take an idle one
    (:mod:`skbackprop.engine.idle`).

    Parameters
    ----------
    program : Program
    parameters : ndarray of shape (program.n_parameters,)
        The flat parameter vector, updated in place by training.
    loss : Loss or None
        The loss; None if the network only runs forward.
    batch_size : int
        Number of samples, or groups of samples, in a minibatch.
    seed : int, default=0
        Seed of the random numbers that modules draw in training.
    n_rows : int, default=None
        Maximum number of rows that run through the network together. The default is
        ``batch_size``.

    Attributes
    ----------
    gradient : ndarray of shape (program.n_parameters,) or None
        The gradient, as left by ``objective`` and training.
    graph : Graph or None
        The graph of the program if set, to keep both alive.
    n_threads : int
        Maximum number of threads in training, 1 by default. Set it before
        ``prepare_training``. Results do not depend on it.
    n_lanes : int
        Number of parts of a minibatch that threads can share, an upper limit for
        useful threads.
    interrupts : Interrupts or None
        Tells, during training, whether Ctrl-C was pressed.
    failure : BaseException or None
        The exception that ended an epoch.
    """

    gradient = graph = interrupts = failure = None
    n_threads = n_lanes = 1

    def __init__(
        self, program, parameters, loss=None, batch_size=512, seed=0, n_rows=None
    ):
        self.program = program
        self.parameters = parameters
        self.loss = loss
        self.batch_size = batch_size
        self.seed = seed
        self.n_rows = n_rows or batch_size
        self._parts = None

    def _parts_of(self, samples):
        """Return an executor and the samples of each part of samples."""
        if self._parts is None or self._parts[0] is not samples:
            executors = self._executors_of_parts(samples)
            self._parts = samples, list(zip(executors, samples.parts(), strict=True))
        return self._parts[1]

    def _executors_of_parts(self, samples):
        pairs = zip(samples.X.programs, samples.X.rows, strict=True)
        return [
            type(self)(
                program,
                self.parameters,
                self.loss,
                min(self.batch_size, len(rows)),
                self.seed + part,  # so that parts have different dropout masks
            )
            for part, (program, rows) in enumerate(pairs)
        ]

    def _evaluate_parts(self, samples, indices):
        """Return loss and logits, which are in parts if the targets are."""
        if indices is None:
            indices = np.arange(samples.n_units)
        chosen, total, arrays = samples.X.split(indices), 0.0, []
        parts = zip(self._parts_of(samples), chosen, strict=True)
        for (executor, own), (_, places) in parts:
            width = executor.program.output.width
            loss, logits = 0.0, np.empty((0, width), self.parameters.dtype)
            if len(places):
                loss, logits = executor.evaluate(own, places)
            total += loss
            arrays.append(logits)
        logits = Parts(arrays, [rows for rows, _ in chosen])
        return total, logits if samples.has_parted_targets else logits.joined()

    @property
    @abstractmethod
    def n_bytes(self):
        """Approximate memory of the executor when it is idle."""

    @abstractmethod
    def let_go(self):
        """Forget samples and the preparation of training, for use with others."""
        self._parts = self.interrupts = self.failure = None

    @abstractmethod
    def forward(self, samples, indices=None):
        """Yield (slice, logits) for each minibatch.

        Parameters
        ----------
        samples : Samples
        indices : ndarray of int64, default=None
            Rows to run, all by default. The slices refer to these.

        Yields
        ------
        slice
        ndarray of shape (n_rows, n_outputs)
            A view, overwritten by the next minibatch.
        """

    @abstractmethod
    def vjp(self, X, adjoint, is_training=False):
        """Run forward, then backward from an adjoint of the output.

        Parameters
        ----------
        X : ndarray of shape (n_rows, n_features)
            At most ``n_rows`` rows.
        adjoint : ndarray of shape (n_rows, n_outputs)
            Adjoint of the output, the vector to the left of the Jacobian.
        is_training : bool, default=False
            Whether modules behave as in training.

        Returns
        -------
        signals : list of ndarray of shape (n_rows, width)
            Signals of all nodes, beginning with the input. Complete only if the
            program ``keeps_all``.
        adjoints : list of ndarray or None
            Adjoints of all nodes, or None for nodes that no gradient reaches.
        gradient : ndarray of shape (n_parameters,)
            Gradient of the parameters, summed over the rows.
        """

    @abstractmethod
    def objective(self, samples):
        """Return the summed loss of all samples, and compute ``gradient``.

        The value is sum_i weight_i loss_i. The gradient is that of the value divided
        by sum_i weight_i. Memory does not grow with the number of samples.

        Parameters
        ----------
        samples : Samples

        Returns
        -------
        float
        """

    @abstractmethod
    def evaluate(self, samples, indices=None):
        """Run samples forward as in prediction, and sum their loss.

        Parameters
        ----------
        samples : Samples
        indices : ndarray of int64, default=None
            Rows, or groups, to run, all by default.

        Returns
        -------
        loss : float
            Sum of weight * loss.
        logits : ndarray of shape (n_rows, n_outputs)
            Logits of the rows, or of the members of the groups. Parts if the
            targets are parts.
        """

    @abstractmethod
    def prepare_training(self, samples, plan, slots, order):
        """Bind the training loop to samples and to an optimizer's slots.

        Parameters
        ----------
        samples : Samples
        plan : Plan
        slots : ndarray of shape (optimizer.n_slots, n_parameters)
            Vectors of the optimizer, updated in place.
        order : ndarray of int64
            Rows, or groups, to train on, in order. Shuffled in place.
        """

    @abstractmethod
    def run_epochs(self, coefficients, stopping, random_state=None, n_steps=0):
        """Train for at most as many epochs as there are coefficients.

        Parameters
        ----------
        coefficients : ndarray of shape (n_epochs, n_batches, n_coefficients)
            Coefficients of each step: those of the penalties, then those of the
            optimizer.
        stopping : StoppingRule
        random_state : RandomState, default=None
            Shuffles the order before each epoch; None keeps the order.
        n_steps : int, default=0
            Number of minibatches so far, which selects the random numbers of modules.

        Returns
        -------
        EpochsRun
        """
