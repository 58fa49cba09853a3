"""Test errors and times on eight real tabular sets, everyone with its defaults.

An error is the share of wrong classes, or for regression RMSE / standard deviation
of the training targets; a ratio is the geometric mean over sets of error / that of
scikit-learn's MLP, means over splits. At most 10,000 rows are learnt from. We take
frames as they are, RealMLP frames without missing numbers, everyone else arrays:
imputed, standardised, one-hot. That preparation is not timed. One thread each.
Imports and compilation were done before.
"""

import time

import numpy as np
import pandas as pd

from tests.benchmarks.measure import best_times, wall_time
from tests.benchmarks.report import Figure, as_line, as_text
from tests.benchmarks.tabular_contestants import CONTESTANTS, ours, taking_part
from tests.benchmarks.tabular_sets import QUICK, SEEDS, as_it_is, cases

BASE = "sklearn_mlp"
N_ROWS_OF_LATENCY = 2000  # to learn from: a prediction takes as long as with all


def warm_up(contestants):
    """Let everyone import and compile what it needs."""
    random = np.random.default_rng(0)
    X = pd.DataFrame(random.standard_normal((300, 4))).add_prefix("x")
    for contestant in contestants.values():
        for is_regression in (False, True):
            y = X["x0"] if is_regression else (X["x0"] > 0).astype(int)
            contestant.make(is_regression, 0).fit(X, y.to_numpy()).predict(X)


def error(case, predicted):
    """Return the share of wrong classes, or RMSE / deviation of training targets."""
    y = case.data.y
    if not case.data.is_regression:
        return np.mean(predicted != y[case.test])
    rmse = np.sqrt(np.mean((predicted - y[case.test]) ** 2))
    return rmse / np.std(y[case.train])


def log_loss(case, probabilities):
    """Return the mean log loss; no probability is taken to be less than 1e-7."""
    probabilities = np.clip(probabilities, 1e-7, 1)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    y = case.data.y[case.test]
    return -np.mean(np.log(probabilities[np.arange(len(y)), y]))


def measured(case, name, contestant):
    """Return the row of one contestant on one split."""
    X_train, X_test = contestant.inputs(case)
    model = contestant.make(case.data.is_regression, case.seed)
    times = [time.process_time()]
    model.fit(X_train, case.data.y[case.train])
    times.append(time.process_time())
    predicted = model.predict(X_test)
    times.append(time.process_time())
    fit_seconds, predict_seconds = np.diff(times)
    return {
        "set": case.data.name,
        "seed": case.seed,
        "contestant": name,
        "error": error(case, predicted),
        "log loss": np.nan
        if case.data.is_regression
        else log_loss(case, model.predict_proba(X_test)),
        "fit, CPU s": fit_seconds,
        "predict, CPU s": predict_seconds,
    }


def table(results, measure):
    """Return means over splits of a measure: a row for a set, contestants beside it."""
    means = results.groupby(["set", "contestant"], sort=False)[measure].mean()
    return means.unstack(sort=False).dropna(how="all")


def aggregate(results):
    """Return ratios to scikit-learn's MLP, and times over all sets."""
    columns = {}
    for measure in ("error", "log loss"):
        values = table(results, measure)
        if BASE in values:
            logs = np.log(values.div(values[BASE], axis=0))
            columns[f"{measure} ratio"] = np.exp(logs.mean())
    for measure in ("fit, CPU s", "predict, CPU s"):
        columns[measure] = table(results, measure).sum()
    return pd.DataFrame(columns)


def wall_times(names, data_dir):
    """Return the seconds of our fits with one and with two jobs, a row for a set."""
    rows = {}
    for case in cases(names, data_dir):
        X, y = as_it_is(case)[0], case.data.y[case.train]
        rows[case.data.name] = {
            n_jobs: wall_time(ours(case.data.is_regression, 0, n_jobs=n_jobs).fit, X, y)
            for n_jobs in (1, 2)
        }
    return pd.DataFrame(rows).T


def milliseconds_of_a_row(name, data_dir):
    """Return how long ``predict_proba`` of a row takes, as a frame and as an array.

    The array has the numeric columns alone.
    """
    case = next(cases([name], data_dir))
    rows = case.train[:N_ROWS_OF_LATENCY]
    frame, y = as_it_is(case._replace(train=rows))[0], case.data.y[rows]
    calls = {}
    for kind, X in {
        "frame": frame,
        "array": frame.select_dtypes("number").to_numpy(),
    }.items():
        model = ours(False, 0).fit(X, y)
        calls[kind] = lambda model=model, row=X[:1]: model.predict_proba(row)
    return {kind: 1e3 * s for kind, s in best_times(calls, repeats=200).items()}


def figures_of(totals, errors):
    """Yield what the tables say about us, beside its targets."""
    if "error ratio" in totals:
        ratios = totals.loc["ours"]
        yield Figure("tabular", "error ratio", ratios["error ratio"], "<=", 0.44)
        yield Figure("tabular", "log-loss ratio", ratios["log loss ratio"], "<=", 0.57)
    yield Figure("tabular", "fit", totals["fit, CPU s"]["ours"], "<=", 25, "CPU s")
    if "lightgbm" in errors:
        ratio = errors["ours"]["adult"] / errors["lightgbm"]["adult"]
        yield Figure("tabular", "error on adult / LightGBM's", ratio, "<=", 1.01)


def run(options):
    """Fit everyone on every split; targets are those of all sets."""
    if options.data_dir is None:
        print("needs --data-dir, the folder of load.py and the sets:", *SEEDS)
        return []
    names = options.sets or (QUICK if options.quick else tuple(SEEDS))
    contestants = taking_part(options.contestants or CONTESTANTS)
    warm_up(contestants)
    rows = []
    for case in cases(names, options.data_dir):
        for name, contestant in contestants.items():
            rows.append(measured(case, name, contestant))
            print(as_line(rows[-1]), flush=True)
    results = pd.DataFrame(rows)
    for measure in ("error", "log loss", "fit, CPU s", "predict, CPU s"):
        print(f"\n{measure}\n{as_text(table(results, measure).reset_index())}")
    totals = aggregate(results)
    print(f"\nall sets\n{as_text(totals.reset_index(names='contestant'))}")
    if "ours" not in contestants:
        return []
    seconds = wall_times(names, options.data_dir).rename_axis("set")
    print(f"\nour fits, s of wall time by n_jobs\n{as_text(seconds.reset_index())}")
    if set(names) != set(SEEDS):
        return []
    took = milliseconds_of_a_row("adult", options.data_dir)
    return [
        *figures_of(totals, table(results, "error")),
        Figure(
            "tabular",
            "wall, two jobs / one",
            seconds[2].sum() / seconds[1].sum(),
            "<=",
            0.55,
        ),
        *(
            Figure("tabular", f"predict_proba, one row, {kind}", ms, "<=", 0.5, "ms")
            for kind, ms in took.items()
        ),
    ]
