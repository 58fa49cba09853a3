"""Who takes part in the benchmarks of tabular data, each with its defaults."""

from typing import NamedTuple

from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
)
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import StandardScaler

from tests.benchmarks import tabular_sets
from tests.benchmarks.contestants import installed


def ours(is_regression, seed, **params):
    """Return our ensemble of small networks."""
    from skbackprop import TabularClassifier, TabularRegressor

    estimator = TabularRegressor if is_regression else TabularClassifier
    return estimator(random_state=seed, **params)


def sklearn_mlp(is_regression, seed):
    """Return scikit-learn's perceptron; targets are standardised for it."""
    if not is_regression:
        return MLPClassifier(random_state=seed)
    return TransformedTargetRegressor(
        MLPRegressor(random_state=seed), transformer=StandardScaler()
    )


def histgb(is_regression, seed):
    """Return scikit-learn's boosted trees."""
    if is_regression:
        return HistGradientBoostingRegressor(random_state=seed)
    return HistGradientBoostingClassifier(random_state=seed)


def lightgbm(is_regression, seed):
    """Return LightGBM's boosted trees."""
    from lightgbm import LGBMClassifier, LGBMRegressor

    estimator = LGBMRegressor if is_regression else LGBMClassifier
    return estimator(n_jobs=1, verbose=-1, random_state=seed)


def realmlp(is_regression, seed):
    """Return RealMLP with its tuned defaults (Holzmueller et al. 2024), on torch."""
    from pytabkit import RealMLP_TD_Classifier, RealMLP_TD_Regressor

    estimator = RealMLP_TD_Regressor if is_regression else RealMLP_TD_Classifier
    return estimator(device="cpu", n_threads=1, n_cv=1, random_state=seed)


class Contestant(NamedTuple):
    """How to make it, what it is given, and the package that it needs."""

    make: callable
    inputs: callable = tabular_sets.prepared
    needs: str = "sklearn"


CONTESTANTS = {
    "ours": Contestant(ours, tabular_sets.as_it_is, "skbackprop"),
    "sklearn_mlp": Contestant(sklearn_mlp),
    "histgb": Contestant(histgb),
    "lightgbm": Contestant(lightgbm, needs="lightgbm"),
    "realmlp": Contestant(realmlp, tabular_sets.without_missing_numbers, "pytabkit"),
}


def taking_part(names):
    """Return the contestants of these names whose packages are there."""
    chosen = {name: CONTESTANTS[name] for name in names}
    for name, contestant in chosen.items():
        if not installed(contestant.needs):
            print(f"{name} is left out: {contestant.needs} is not installed")
    return {name: one for name, one in chosen.items() if installed(one.needs)}
