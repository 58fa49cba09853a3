"""The fit of an ensemble: pilots, a first member, the others.

Pilots are trained for a quarter of the epochs and choose the view of the table. The
first member holds rows out, which decide when to stop and on the temperature. The
others learn from all rows.
"""

from dataclasses import dataclass, field

import numpy as np

from skbackprop.tabular.calibration import find_temperature, of_mean
from skbackprop.tabular.choices import (
    Views,
    choose_stop,
    choose_views,
    hold_out,
    keeps_learning,
    weigh_views,
)
from skbackprop.tabular.members import Data, Member
from skbackprop.tabular.recipe import LAST_WAVE, Recipe

_FEW_ROWS = 2000  # below, a single member with held-out rows cannot decide for all
_FOLDS_OF_FEW = 3  # number of pilots of each view if there are few rows


@dataclass
class Ensemble:
    """The result of a fit.

    Attributes
    ----------
    members : list of Member
        Fully trained members.
    pilots : dict of str to ndarray
        Validation losses of each view at the ends of the waves of its pilots.
    views : Views
    stop : int
        Index of the wave at whose end training stopped.
    temperature : float
    view_weights : dict of str to float
        Weight of the members of a view.
    """

    members: list = field(default_factory=list)
    pilots: dict = field(default_factory=dict)
    views: Views | None = None
    stop: int = LAST_WAVE
    temperature: float = 1.0
    view_weights: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Task:
    """The learning task of an ensemble.

    Attributes
    ----------
    data : Data
    codes : ndarray of int of shape (n_rows,)
        The class of each row, to stratify folds; all 0 without classes.
    graphs : dict of str to Graph
        The network of each view.
    new_net : callable
        Creates an estimator from a graph and parameters.
    is_calibrated : bool
        Whether to find a temperature for probabilities.
    scoring : str or None
        Score by which members choose their best epoch.
    variance_per_loss : float
        Ratio of the unexplained share of the variance of the targets to the loss;
        infinite if the loss does not determine it.
    """

    data: Data
    codes: np.ndarray
    graphs: dict
    new_net: object
    is_calibrated: bool
    scoring: str | None
    variance_per_loss: float


class EnsembleFit:
    """One fit of an ensemble.

    Parameters
    ----------
    task : Task
    recipe : Recipe
    trainer : Trainer
    n_members : int
    n_folds : int
        Number of folds, one of which is held out.
    random_state : RandomState
    """

    def __init__(self, task, recipe: Recipe, trainer, n_members, n_folds, random_state):
        self.task, self.recipe, self.trainer = task, recipe, trainer
        self.n_members, self.random_state = n_members, random_state
        self.folds = hold_out(task.codes, n_folds, random_state)
        n_rows, weights = len(task.codes), task.data.sample_weight
        # Each fold, and the rest without it, needs a row with positive weight.
        weight_of_folds = np.bincount(self.folds, weights, minlength=n_folds)
        self.can_hold_out = n_rows >= 2 * n_folds and weight_of_folds.all()
        self.has_many_rows = n_rows >= _FEW_ROWS and self.can_hold_out
        self.found = Ensemble()
        self._parts = {}  # training and validation data by held-out fold

    def run(self):
        """Return the Ensemble of all members, or of the finished ones after Ctrl-C.

        Raises
        ------
        KeyboardInterrupt
            If no member was finished at Ctrl-C.
        """
        found = self.found
        found.views = self._choose_views()
        if self.has_many_rows:
            self._train_with_first()
        else:
            self._train_on_few()
        if not found.members:
            raise KeyboardInterrupt
        return found

    # Pilots

    def _choose_views(self):
        """Choose the Views by pilots, and calibrate if there are few rows."""
        task, names = self.task, list(self.task.graphs)
        if not self.can_hold_out or (self.has_many_rows and len(names) == 1):
            return Views(names[0])
        n_tried = 1 if self.has_many_rows else _FOLDS_OF_FEW
        folds = range(min(n_tried, self.folds.max()))  # the last is never held out
        pilots = [self._pilot(view, fold) for view in names for fold in folds]
        if len(self._train(pilots)) < len(pilots):
            raise KeyboardInterrupt
        losses = self.found.pilots
        for view in names:
            curves = [p.net.validation_loss_curve_ for p in pilots if p.view == view]
            losses[view] = np.mean([self.recipe.pilot.ends(c) for c in curves], axis=0)
        variance_left = np.inf
        if self.has_many_rows:
            least = min(loss.min() for loss in losses.values())
            variance_left = task.variance_per_loss * least
        views = choose_views(losses, variance_left)
        if task.is_calibrated and not self.has_many_rows:
            self._calibrate([p for p in pilots if p.view == views.best])
        return views

    def _pilot(self, view, fold):
        pilot = self._make(f"pilot {view} {fold + 1}", view, self.recipe.pilot, fold)
        pilot.net.set_params(scoring="loss")
        return pilot

    # Members

    def _train_on_few(self):
        """Train members on all rows if the pilots improved until the end.

        Otherwise, each holds out a different fold and keeps its best epoch.
        """
        found, folds = self.found, [None]
        losses = found.pilots.get(found.views.best)
        if losses is not None and not keeps_learning(losses):
            folds = range(self.folds.max())  # the last one has rows of each class
        names = range(self.n_members)
        done = self._train([self._member(k, folds[k % len(folds)]) for k in names])
        if self.task.is_calibrated and done and done[0].held_out is not None:
            self._calibrate(done)
        self._finish(done)

    def _train_with_first(self):
        """Train members; the first one, or the first of each view, holds rows out."""
        found, recipe, n_members = self.found, self.recipe, self.n_members
        n_first = 2 if found.views.are_weighed and n_members > 1 else 1
        first = [self._member(k, fold=0) for k in range(n_first)]
        # Before the stop is chosen, the others train for the epochs they need anyway.
        others = [self._member(k, goes_on=True) for k in range(n_first, n_members)]
        # With two views, these are none, as one of them may be left out.
        n_ahead = 0 if n_first > 1 else recipe.epochs_until(0)
        n_epochs = [recipe.n_epochs] * len(first) + [n_ahead] * len(others)
        done = self._train([*first, *others], n_epochs)
        if not set(first) <= set(done):
            self._finish([m for m in first if m in done])
            return
        found.stop = choose_stop(
            recipe.ends(first[0].net.validation_loss_curve_),
            1 - recipe.ends(first[0].net.validation_scores_),
        )
        if n_first > 1:
            errors = {m.view: min(m.net.validation_loss_curve_) for m in first}
            found.view_weights = weigh_views(errors)
            others = self._look_at_what_counts(first, others)
        if self.task.is_calibrated:
            self._calibrate(first, found.stop)
        goal = recipe.epochs_until(found.stop)
        done = self._train(others, [goal - member.n_epochs for member in others])
        self._finish([*first, *done])

    def _look_at_what_counts(self, first, others):
        """Return new others if the view of one of the first has weight 0."""
        left_out = [m.view for m in first if not self.found.view_weights[m.view]]
        if not left_out:
            return others
        best = next(m.view for m in first if m.view not in left_out)
        self.found.views = Views(best)
        return [
            self._member(k, goes_on=True)
            for k in range(len(first), len(first) + len(others))
        ]

    def _member(self, index, fold=None, goes_on=False):
        view = self.found.views.of_member(index)
        return self._make(f"member {index + 1}", view, self.recipe, fold, goes_on)

    def _make(self, name, view, recipe, fold=None, goes_on=False):
        """Return a member that learns from all rows, or holds out one fold."""
        task, data, held_out = self.task, self.task.data, None
        if fold is not None:
            if fold not in self._parts:
                is_held_out = self.folds == fold
                self._parts[fold] = data.take(~is_held_out), data.take(is_held_out)
            data, held_out = self._parts[fold]
        net = task.new_net(
            task.graphs[view],
            **recipe.settings(len(data.X)),
            scoring=None if held_out is None else task.scoring,
            random_state=self.random_state.randint(2**31 - 1),
            warm_start=goes_on,
        )
        return Member(name, view, net, recipe, data, held_out)

    def _train(self, members, n_epochs=None):
        """Train members, and return those that are done."""
        if n_epochs is None:
            n_epochs = [member.recipe.n_epochs for member in members]
        return self.trainer.train(members, n_epochs)

    def _finish(self, members):
        """Keep fully trained members, without their data and optimizer state."""
        self._parts.clear()
        self.found.members = [member.finish() for member in members]

    # Calibration

    def _calibrate(self, members, wave=None):
        """Find the temperature on the rows that members have held out.

        It uses their outputs at the end of the wave at which the others stop, or the
        current ones.
        """
        parts = [member.held_out for member in members]
        logits = [
            member.logits[wave] if wave in member.logits else member.held_out_logits()
            for member in members
        ]
        weights = [part.sample_weight for part in parts]
        temperature = find_temperature(
            np.concatenate(logits),
            np.concatenate([part.y for part in parts]),
            None if weights[0] is None else np.concatenate(weights),
        )
        is_mean = self.n_members > 1
        self.found.temperature = of_mean(temperature) if is_mean else temperature
