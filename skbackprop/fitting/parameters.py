"""What every network estimator can be told: names, defaults, constraints.

Their descriptions are :data:`skbackprop.estimators.docs.NETWORK_PARAMETERS`.
"""

from dataclasses import KW_ONLY, dataclass
from numbers import Integral, Real
from os import PathLike
from typing import ClassVar

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils._param_validation import Interval, Options, StrOptions

from skbackprop.engine.initialization import WEIGHT_INITS
from skbackprop.engine.schedules import NAMES, Schedule
from skbackprop.fitting.settings import SOLVERS


@dataclass(eq=False, repr=False)
class NetworkParameters(BaseEstimator):
    """The parameters that all network estimators share, keyword-only.

    A dataclass makes their constructors; subclasses, dataclasses as well, put
    their own parameters in front.
    """

    _: KW_ONLY
    solver: str = "adam"
    alpha: float = 0.0001
    batch_size: int | str = "auto"
    learning_rate: object = "constant"
    learning_rate_init: float = 0.001
    power_t: float = 0.5
    max_iter: int = 200
    shuffle: bool = True
    random_state: object = None
    tol: float = 1e-4
    verbose: bool = False
    warm_start: bool = False
    momentum: float = 0.9
    nesterovs_momentum: bool = True
    early_stopping: bool = False
    validation_fraction: float = 0.1
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    n_iter_no_change: float = 10
    max_fun: int = 15000
    clip_grad_norm: float | None = None
    l1_alpha: float | None = None
    weight_decay: float | None = None
    max_norm: float | None = None
    weight_init: str = "glorot"
    regularization_start: float | None = None
    warmup_epochs: float | None = None
    damping: float | None = None
    dtype: str | None = None
    checkpoint: str | PathLike | None = None
    scoring: object = None

    _parameter_constraints: ClassVar[dict] = {
        "solver": [StrOptions({"lbfgs", *SOLVERS})],
        "alpha": [Interval(Real, 0, None, closed="left")],
        "batch_size": [
            StrOptions({"auto"}),
            Interval(Integral, 1, None, closed="left"),
        ],
        "learning_rate": [StrOptions(set(NAMES)), Schedule, callable],
        "learning_rate_init": [Interval(Real, 0, None, closed="neither")],
        "power_t": [Interval(Real, 0, None, closed="left")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "shuffle": ["boolean"],
        "random_state": ["random_state"],
        "tol": [Interval(Real, 0, None, closed="left")],
        "verbose": ["verbose"],
        "warm_start": ["boolean"],
        "momentum": [Interval(Real, 0, 1, closed="both")],
        "nesterovs_momentum": ["boolean"],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="left")],
        "beta_1": [Interval(Real, 0, 1, closed="left")],
        "beta_2": [Interval(Real, 0, 1, closed="left")],
        "epsilon": [Interval(Real, 0, None, closed="neither")],
        "n_iter_no_change": [
            Interval(Integral, 1, None, closed="left"),
            Options(Real, {np.inf}),
        ],
        "max_fun": [Interval(Integral, 1, None, closed="left")],
        "clip_grad_norm": [None, Interval(Real, 0, None, closed="neither")],
        "l1_alpha": [None, Interval(Real, 0, None, closed="left")],
        "weight_decay": [None, Interval(Real, 0, None, closed="left")],
        "max_norm": [None, Interval(Real, 0, None, closed="neither")],
        "regularization_start": [None, Interval(Real, 0, None, closed="left")],
        "weight_init": [StrOptions(set(WEIGHT_INITS))],
        "warmup_epochs": [None, Interval(Real, 0, None, closed="neither")],
        "damping": [None, Interval(Real, 0, None, closed="neither")],
        "dtype": [None, StrOptions({"float32", "float64"})],
        "checkpoint": [None, str, PathLike],
        "scoring": [None, str, callable],
    }
