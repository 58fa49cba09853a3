"""Rounds of training: some epochs on each worker, then an outer step."""

import math

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from skbackprop.distributed.averaging import OuterStep
from skbackprop.distributed.team import TeamLost
from skbackprop.engine.history import extend_history
from skbackprop.engine.interrupts import Interrupts
from skbackprop.engine.training import Outcome
from skbackprop.exceptions import DivergenceError
from skbackprop.utils.warnings import warn_user

_MEANS = ("loss", "penalty", "gradient_norm", "update_ratio")


class Rounds:
    """The rounds of a fit, which update the estimator after each round.

    Parameters
    ----------
    estimator : NetworkEstimator
        The user's estimator, with an initialized network.
    team : Team
        Must have learners.
    epochs_per_round : int
    seed : int
        Seeds the workers' shuffles, together with the epoch and the share.
    learning_rate, momentum : float
        Parameters of the outer step.

    Attributes
    ----------
    losses : list of float
        Mean loss over the rows in each epoch, including epochs of previous fits.
    failure : Exception or None
        The error that ended training after the first round, if any.
    """

    best = None  # there is no validation set to choose the best parameters

    def __init__(
        self, estimator, team, epochs_per_round, seed, learning_rate, momentum
    ):
        self._estimator, self._team, self._seed = estimator, team, seed
        self._epochs_per_round = epochs_per_round
        self.losses = estimator.loss_curve_
        self._n_before = len(self.losses)
        self._n_without_improvement = 0
        self._outcome, self.failure = Outcome.OUT_OF_EPOCHS, None
        program = estimator._program
        n_learned = sum(
            math.prod(block.shape)
            for block in program.blocks
            if block.offset < program.n_learned
        )
        self._outer = OuterStep(
            program.compact(estimator._parameters),
            n_learned,
            learning_rate,
            momentum,
            np.array([share.weight for share in team.shares]),
        )

    def run(self, observers):
        """Train until a stopping rule, an observer, the user or an error ends it."""
        try:
            with Interrupts() as interrupts:
                while self._outcome is Outcome.OUT_OF_EPOCHS and self._n_left:
                    interrupts.check()
                    self._outcome = self._run_one(observers)
                interrupts.check()
        except KeyboardInterrupt:
            self._outcome = Outcome.INTERRUPTED
        except Exception as error:
            # A round can take many machines an hour, so earlier rounds are kept.
            if not self._n_done:
                raise
            self.failure = error
        self._estimator.n_iter_ = self._n_done

    @property
    def n_planned(self):
        """Maximum number of rounds."""
        return math.ceil(self._estimator.max_iter / self._epochs_per_round)

    @property
    def _n_done(self):
        return len(self.losses) - self._n_before

    @property
    def _n_left(self):
        return self._estimator.max_iter - self._n_done

    def _run_one(self, observers):
        """Run a round and return its Outcome; OUT_OF_EPOCHS continues training."""
        for observer in observers:
            observer.before_epochs(self)
        n_epochs = min(self._epochs_per_round, self._n_left)
        found = self._team.learn(self._outer.parameters, n_epochs, self._seeds())
        if any(learnt.has_diverged for learnt in found):
            return Outcome.DIVERGED
        self._outer.take([learnt.parameters for learnt in found])
        self._record([learnt.history for learnt in found], n_epochs)
        outcome = self._apply_rule(n_epochs)
        asked_to_stop = [observer.after_epochs(self) for observer in observers]
        return Outcome.STOPPED if any(asked_to_stop) else outcome

    def _seeds(self):
        """Return a seed for each share, different in each round."""
        shares = range(len(self._team.shares))
        keys = [(self._seed, len(self.losses), share) for share in shares]
        return [int(np.random.SeedSequence(k).generate_state(1)[0]) for k in keys]

    def _record(self, histories, n_epochs):
        """Store the network and the history of a round in the estimator."""
        estimator, weights = self._estimator, self._outer.weights
        program = estimator._program
        program.fill(estimator._parameters, self._outer.parameters)
        columns = {
            name: np.average([h[name] for h in histories], 0, weights).tolist()
            for name in _MEANS
        }
        columns["learning_rate"] = histories[0]["learning_rate"]
        columns["seconds"] = np.max([h["seconds"] for h in histories], 0).tolist()
        extend_history(estimator.history_, **columns)
        self.losses.extend(columns["loss"])
        estimator.t_ += n_epochs * self._team.n_rows
        estimator.loss_ = self.losses[-1]
        if estimator.verbose:
            print(f"Iteration {self._n_done}, loss = {estimator.loss_:.8f}")

    def _apply_rule(self, n_epochs):
        """Count epochs without improvement, as a fit in one process does."""
        estimator = self._estimator
        for loss in self.losses[-n_epochs:]:
            is_better = loss <= estimator.best_loss_ - (estimator.tol or 0.0)
            n_before = self._n_without_improvement
            self._n_without_improvement = 0 if is_better else n_before + 1
            estimator.best_loss_ = min(estimator.best_loss_, loss)
        if estimator.tol is None:
            return Outcome.OUT_OF_EPOCHS
        if self._n_without_improvement > estimator.n_iter_no_change:
            return Outcome.CONVERGED
        return Outcome.OUT_OF_EPOCHS

    def conclude(self):
        """Issue a warning or raise an error if training did not succeed."""
        estimator = self._estimator
        if isinstance(self.failure, TeamLost):
            raise TeamLost(
                f"{self.failure} The result of {estimator.n_iter_} epoch(s) is kept. "
                "To continue from there, call fit again with warm_start=True."
            ) from self.failure
        if self.failure is not None:
            raise self.failure
        if self._outcome is Outcome.DIVERGED:
            raise DivergenceError(
                f"Training diverged in epoch {estimator.n_iter_ + 1} or soon after: "
                "the parameters of the previous round are kept. Try a smaller "
                "learning_rate_init, outer_learning_rate or outer_momentum, or scale "
                "the features (StandardScaler)."
            )
        if self._outcome is Outcome.INTERRUPTED:
            warn_user("Training interrupted by user.")
        elif self._outcome is Outcome.OUT_OF_EPOCHS and estimator.tol is not None:
            warn_user(
                f"Stochastic Optimizer: Maximum iterations ({estimator.max_iter}) "
                "reached and the optimization hasn't converged yet.",
                ConvergenceWarning,
            )
