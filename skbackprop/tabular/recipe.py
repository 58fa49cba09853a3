"""The training recipe of the networks, depending on the number of rows.

It uses the learning rates, schedule and initial values of RealMLP (Holzmueller,
Grinsztajn & Steinwart 2024), with fewer epochs and smaller networks.
"""

from dataclasses import dataclass

import numpy as np

from skbackprop.engine.schedules import CosLog4

# Ends of the waves of the schedule, as parts of training. The learning rate is 0 there,
# and the network is better than for some time afterwards.
WAVE_ENDS = (3 / 15, 7 / 15, 1.0)
LAST_WAVE = len(WAVE_ENDS) - 1

_SAMPLES = 300_000  # seen by a network in all epochs, with 10,000 rows or fewer
_MANY_ROWS = 10_000
_FEWEST_EPOCHS, _MOST_EPOCHS = 5, 256
_PILOT = 1 / 4  # of the epochs of a member
_FEWEST_PILOT_EPOCHS = 8
_BATCHES = 10  # of an epoch, within the limits of minibatch sizes
_SMALLEST_BATCH, _LARGEST_BATCH = 64, 256
_RATES = {"classes": 0.07, "numbers": 0.1}

# Settings of all networks. The learning rate of a weight decreases with fan_in, as the
# weights of a unit change its input together. Factors of inputs learn fast, as each
# scales a whole column.
_SETTINGS = {
    "solver": "adamw",
    "beta_1": 0.9,
    "beta_2": 0.95,
    "weight_decay": 0.02,
    "alpha": 0.0,
    "learning_rate_factors": {"weight": "fan_in", "bias": 0.1, "scale": 6.0},
    "weight_init": "unit_std",
    "bias_init": "data",
    "tol": None,  # training runs to the end of the schedule
    "n_jobs": 1,  # networks are trained in parallel
}


def auto_max_iter(n_rows):
    """Return the number of epochs of a member.

    It is 300,000 / n, at most 256. Above 10,000 rows, it is 3,000 / sqrt(n), at least
    5, as more rows are worth more training.
    """
    n_samples = _SAMPLES * np.sqrt(max(1.0, n_rows / _MANY_ROWS))
    return int(np.clip(round(n_samples / n_rows), _FEWEST_EPOCHS, _MOST_EPOCHS))


def auto_batch_size(n_rows):
    """Return the size of a minibatch: the power of 2 nearest to n / 10, 64 to 256."""
    size = 2 ** round(np.log2(max(1, n_rows / _BATCHES)))
    return int(np.clip(size, _SMALLEST_BATCH, _LARGEST_BATCH))


@dataclass(frozen=True)
class Recipe:
    """How the networks of an ensemble are trained.

    Parameters
    ----------
    n_epochs : int
        Number of epochs of the whole schedule.
    batch_size : int
    learning_rate : float
    of_task : dict
        Additional parameters of classifiers or regressors.
    """

    n_epochs: int
    batch_size: int
    learning_rate: float
    of_task: dict

    @classmethod
    def of(cls, estimator, n_rows, kind, of_task):
        """Return the recipe of an estimator's parameters for ``n_rows`` rows.

        Parameters
        ----------
        estimator : TabularEstimator
        n_rows : int
        kind : {'classes', 'numbers'}
            Type of the targets.
        of_task : dict
        """

        def given(name, automatic):
            value = getattr(estimator, name)
            return automatic if isinstance(value, str) else value

        return cls(
            n_epochs=given("max_iter", auto_max_iter(n_rows)),
            batch_size=given("batch_size", auto_batch_size(n_rows)),
            learning_rate=given("learning_rate_init", _RATES[kind]),
            of_task=of_task,
        )

    @property
    def pilot(self):
        """The recipe of a pilot network, with fewer epochs."""
        n_epochs = max(_FEWEST_PILOT_EPOCHS, round(self.n_epochs * _PILOT))
        n_epochs = min(n_epochs, self.n_epochs)
        return Recipe(n_epochs, self.batch_size, self.learning_rate, self.of_task)

    def settings(self, n_rows):
        """Return the parameters of a network for ``n_rows`` rows."""
        return {
            **_SETTINGS,
            **self.of_task,
            "batch_size": min(self.batch_size, n_rows),
            "learning_rate": CosLog4(self.n_epochs),
            "learning_rate_init": self.learning_rate,
            "max_iter": self.n_epochs,
        }

    def epochs_until(self, wave):
        """Return the number of epochs until the end of a wave."""
        return max(1, round(self.n_epochs * WAVE_ENDS[wave]))

    def ends(self, curve):
        """Return the values of a curve at the ends of the waves, or its last value."""
        return np.array(
            [
                curve[min(self.epochs_until(k), len(curve)) - 1]
                for k in range(len(WAVE_ENDS))
            ]
        )
