"""What an executor does: the methods that training, prediction and inspection call."""

from abc import ABC, abstractmethod

import numpy as np

from skbackprop.engine.parts import Parts


class BaseExecutor(ABC):
    """Run a program, forward and backward, and train its parameters.

    An executor serves one thread at a time; make one per call, or take one that is
    idle (:mod:`skbackprop.engine.idle`).

    Parameters
    ----------
    program : Program
    parameters : ndarray of shape (program.n_parameters,)
        The flat parameter vector; training updates it in place.
    loss : Loss or None
        None where the network is only run forward.
    batch_size : int
        Samples, or groups of them, that a minibatch has.
    seed : int, default=0
        Of the random numbers that modules draw in training.
    n_rows : int, default=None
        Most rows that go through the network at once; ``batch_size`` by default.

    Attributes
    ----------
    gradient : ndarray of shape (program.n_parameters,) or None
        What ``objective`` and training leave; None as long as there is none.
    graph : Graph or None
        Where it is set, what the program was compiled from, kept as long.
    n_threads : int
        Most threads that training uses, one by default: to be set before
        ``prepare_training``. Results are the same for any number.
    n_lanes : int
        Parts of a minibatch that threads may share: more threads are of no use.
    interrupts : Interrupts or None
        While training runs: who knows whether Ctrl-C came.
    failure : BaseException or None
        What ended an epoch that did not end by itself.
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
                self.seed + part,  # no two rows of a minibatch drop the same
            )
            for part, (program, rows) in enumerate(pairs)
        ]

    def _evaluate_parts(self, samples, indices):
        """Return loss and logits, these in parts where the targets are."""
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
        """Memory that it takes when it is idle, nearly."""

    @abstractmethod
    def let_go(self):
        """Forget samples, and how to train on them: others may come next."""
        self._parts = self.interrupts = self.failure = None

    @abstractmethod
    def forward(self, samples, indices=None):
        """Yield (slice, logits) for minibatch after minibatch.

        Parameters
        ----------
        samples : Samples
        indices : ndarray of int64, default=None
            Rows to run, all by default; the slices count these.

        Yields
        ------
        slice
        ndarray of shape (n_rows, n_outputs)
            A view, overwritten by the next minibatch.
        """

    @abstractmethod
    def vjp(self, X, adjoint, is_training=False):
        """Run forward, and backward from an adjoint of the output.

        Parameters
        ----------
        X : ndarray of shape (n_rows, n_features)
            At most ``n_rows`` rows.
        adjoint : ndarray of shape (n_rows, n_outputs)
            Of the output: what stands left of the Jacobian.
        is_training : bool, default=False
            Whether modules behave as while learning.

        Returns
        -------
        signals : list of ndarray of shape (n_rows, width)
            Of all nodes, the input's first. Whole only where the program
            ``keeps_all``.
        adjoints : list of ndarray or None
            Of all nodes; None where no gradient gets to.
        gradient : ndarray of shape (n_parameters,)
            Of the parameters, summed over the rows.
        """

    @abstractmethod
    def objective(self, samples):
        """Return the summed loss of all samples; its gradient is ``gradient``.

        The gradient is that of sum_i weight_i loss_i / sum_i weight_i, the
        value its numerator. Memory does not grow with the number of samples.

        Parameters
        ----------
        samples : Samples

        Returns
        -------
        float
        """

    @abstractmethod
    def evaluate(self, samples, indices=None):
        """Run samples forward as for prediction, and add up their loss.

        Parameters
        ----------
        samples : Samples
        indices : ndarray of int64, default=None
            Rows, or groups, to run, all by default.

        Returns
        -------
        loss : float
            Sum over them of weight * loss.
        logits : ndarray of shape (n_rows, n_outputs)
            Of the rows, or of the members of the groups. Parts where targets are.
        """

    @abstractmethod
    def prepare_training(self, samples, plan, slots, order):
        """Bind the training loop to samples and to an optimizer's slots.

        Parameters
        ----------
        samples : Samples
        plan : Plan
        slots : ndarray of shape (optimizer.n_slots, n_parameters)
            Updated in place.
        order : ndarray of int64
            Rows, or groups, to train on, in order; shuffled in place.
        """

    @abstractmethod
    def run_epochs(self, coefficients, stopping, random_state=None, n_steps=0):
        """Train for epochs, at most as many as there are coefficients for.

        Parameters
        ----------
        coefficients : ndarray of shape (n_epochs, n_batches, n_coefficients)
            What each step is told: by the penalties, then by the optimizer.
        stopping : StoppingRule
        random_state : RandomState, default=None
            Shuffles the order before each epoch; None keeps the order.
        n_steps : int, default=0
            Minibatches learned from before: where random numbers go on.

        Returns
        -------
        EpochsRun
        """
