"""NDCG of rankers on LightGBM's example data: 201 queries to learn from, 50 to test.

Settings of each loss are those of the best NDCG@5 in five-fold cross-validation on
the queries of the training part, out of 40 drawn at random, two seeds each. The
test part is only looked at with what was chosen. LGBMRanker has the settings of
its own example, but for the seed. Gains are 2^y - 1, as LightGBM has them.
"""

import time
from statistics import mean

import numpy as np
import pandas as pd
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler, StandardScaler

from skbackprop import MLPRanker, MLPRegressor
from skbackprop.estimators.queries import gains_of, group_by_query, mean_ndcg
from tests.benchmarks.measure import on_cores
from tests.benchmarks.real_data import load
from tests.benchmarks.report import Figure, as_text

ALLOWED_LOSS = 0.01  # of NDCG@5, against LGBMRanker
COMMON = {"tol": 0, "n_iter_no_change": np.inf, "max_iter": 60}
OF_RANKERS = {"k": 5, "gain": "exponential", **COMMON}

NETWORKS = {
    "lambdarank": lambda seed: make_pipeline(
        StandardScaler(),
        MLPRanker(
            "lambdarank", activation="silu", alpha=0.01, random_state=seed, **OF_RANKERS
        ),
    ),
    "listnet": lambda seed: make_pipeline(
        MaxAbsScaler(),
        MLPRanker(
            "listnet",
            (200,),
            "tanh",
            alpha=0.1,
            learning_rate_init=0.0003,
            random_state=seed,
            **OF_RANKERS,
        ),
    ),
    "pointwise regression": lambda seed: make_pipeline(
        MaxAbsScaler(),
        MLPRegressor(
            "squared_error",
            (200,),
            "tanh",
            alpha=0.01,
            learning_rate_init=0.003,
            random_state=seed,
            **COMMON,
        ),
    ),
}
# Of examples/lambdarank/train.conf of LightGBM.
LIGHTGBM = {
    "n_estimators": 100,
    "learning_rate": 0.1,
    "num_leaves": 31,
    "min_child_samples": 50,
    "min_child_weight": 5.0,
    "subsample": 0.9,
    "subsample_freq": 1,
    "verbose": -1,
    "n_jobs": 1,
}


def fit_ours(name, seed, X, y, qid):
    """Return a fitted pipeline; the queries go to the ranker at its end."""
    model = NETWORKS[name](seed)
    is_ranker = isinstance(model[-1], MLPRanker)
    return model.fit(X, y, **({"mlpranker__qid": qid} if is_ranker else {}))


def fit_lightgbm(seed, X, y, qid):
    """Return LightGBM's ranker; rows of a query must stand together."""
    from lightgbm import LGBMRanker

    sizes = np.unique(qid, return_counts=True)[1]
    return LGBMRanker(**LIGHTGBM, random_state=seed).fit(X, y, group=sizes)


def run(options):
    """Return the figures of the test part, means over seeds."""
    if options.data_dir is None:
        print("needs --data-dir, the folder of load.py and ltr_lightgbm")
        return []
    X, y, about = load("ltr_lightgbm", options.data_dir)
    X, test, qid = X.toarray().astype(np.float32), about["test"], about["groups"]
    members, starts = group_by_query(qid[test], test.sum())
    gains = gains_of(y[test].astype(float), "exponential")[members]
    contestants = {
        name: lambda *args, name=name: fit_ours(name, *args) for name in NETWORKS
    }
    contestants["LGBMRanker"] = fit_lightgbm
    rows, found = [], {}
    for name, fit in contestants.items():
        scores, seconds = [], []
        for seed in range(2 if options.quick else 5):
            with on_cores(1):
                begin = time.perf_counter()
                model = fit(seed, X[~test], y[~test], qid[~test])
                seconds.append(time.perf_counter() - begin)
            predicted = model.predict(X[test])[members]
            scores.append(mean_ndcg(gains, predicted, starts, k=5))
        found[name] = mean(scores)
        rows.append(
            {
                "ranker": name,
                "NDCG@5": found[name],
                "least": min(scores),
                "most": max(scores),
                "fit, s": min(seconds),
            }
        )
    print(as_text(pd.DataFrame(rows)))
    of_regression = found["pointwise regression"]
    figures = [
        Figure(
            "ranking",
            "NDCG@5 of lambdarank",
            found["lambdarank"],
            ">=",
            found["LGBMRanker"] - ALLOWED_LOSS,
        )
    ]
    figures += [
        Figure("ranking", f"{name} - regression", found[name] - of_regression, ">=", 0)
        for name in ("lambdarank", "listnet")
    ]
    return figures
