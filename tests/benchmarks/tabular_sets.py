"""Eight real tabular sets, cut into parts to learn from and to test, and prepared.

A seed draws 20 % to test where a set has no test part of its own; 20 % more (25 %
with an official test part) are put aside, as settings are to be chosen without the
test part. Of the rest at most 10,000 rows are learnt from. Classes are stratified.
The draws are ``RandomState``'s, whose stream NumPy keeps for ever.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from tests.benchmarks.real_data import load

# seeds of the splits: three where the test part is small
SEEDS = {
    "adult": (0,),
    "letter": (0,),
    "phoneme": (0,),
    "california": (0,),
    "concrete": (0, 1, 2),
    "energy": (0, 1, 2),
    "yacht": (0, 1, 2),
    "kin8nm": (0,),
}
QUICK = ("phoneme", "energy", "yacht")
MAX_TRAINING_ROWS = 10_000


class DataSet(NamedTuple):
    """A frame with its targets; classes are 0, 1, ..."""

    name: str
    frame: pd.DataFrame
    y: np.ndarray
    nominal: list
    is_regression: bool
    is_test: np.ndarray | None  # the official test part


class Case(NamedTuple):
    """A set with the rows of one split."""

    data: DataSet
    seed: int
    train: np.ndarray
    test: np.ndarray


def read(name, data_dir):
    """Return a set of the folder; an array becomes a frame."""
    X, y, about = load(name, data_dir)
    frame = X if isinstance(X, pd.DataFrame) else pd.DataFrame(X).add_prefix("x")
    is_regression = about["task"] == "regression"
    if not is_regression:
        y = np.unique(y.astype(str) if y.dtype == object else y, return_inverse=True)[1]
    nominal = about.get("categorical", [])
    return DataSet(name, frame, y, nominal, is_regression, about.get("test"))


def draw(rows, n_drawn, classes, random):
    """Return some of the rows and the others, in random order.

    ``classes`` of all rows, or None, are met in proportion, by largest remainders.
    """
    rows = random.permutation(rows)
    if classes is None:
        return rows[:n_drawn], rows[n_drawn:]
    labels, counts = np.unique(classes[rows], return_counts=True)
    shares = counts * (n_drawn / len(rows))
    takes = np.floor(shares).astype(int)
    n_more = n_drawn - takes.sum()
    takes[np.argsort(takes - shares, kind="stable")[:n_more]] += 1
    is_drawn = np.zeros(len(rows), bool)
    for label, take in zip(labels, takes, strict=True):
        is_drawn[np.flatnonzero(classes[rows] == label)[:take]] = True
    return rows[is_drawn], rows[~is_drawn]


def split(data, seed):
    """Return the rows to learn from, those put aside, and those to test."""
    random = np.random.RandomState(7000 + seed)
    classes = None if data.is_regression else data.y
    rows = np.arange(len(data.y))
    if data.is_test is None:
        n_aside = n_test = round(0.2 * len(rows))
        test, rows = draw(rows, n_test, classes, random)
    else:
        test, rows = rows[data.is_test], rows[~data.is_test]
        n_aside = round(0.25 * len(rows))
    aside, train = draw(rows, n_aside, classes, random)
    if len(train) > MAX_TRAINING_ROWS:
        train, _ = draw(train, MAX_TRAINING_ROWS, classes, random)
    return train, aside, test


def cases(names, data_dir):
    """Yield every split of the sets."""
    for name in names:
        data = read(name, data_dir)
        for seed in SEEDS[name]:
            train, _, test = split(data, seed)
            yield Case(data, seed, train, test)


def as_it_is(case):
    """Return both parts as a person has them: missing values, texts as categories."""
    frame = case.data.frame.astype(dict.fromkeys(case.data.nominal, "category"))
    return frame.iloc[case.train], frame.iloc[case.test]


def without_missing_numbers(case):
    """Return both parts, medians instead of missing numbers, categories known."""
    train, test = (frame.copy() for frame in as_it_is(case))
    numeric = train.columns.difference(case.data.nominal, sort=False)
    known = {
        name: train[name].cat.remove_unused_categories() for name in case.data.nominal
    }
    medians = train[numeric].median()
    for part in (train, test):
        part[numeric] = part[numeric].astype(float).fillna(medians)
        for name, column in known.items():
            part[name] = part[name].cat.set_categories(column.cat.categories)
    return train, test


def prepared(case):
    """Return both parts as arrays: imputed, standardised, one-hot."""
    numeric = case.data.frame.columns.difference(case.data.nominal, sort=False)
    transformer = make_column_transformer(
        (make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numeric),
        (
            OneHotEncoder(handle_unknown="ignore", sparse_output=False),
            case.data.nominal,
        ),
    )
    frame = case.data.frame.astype(
        dict.fromkeys(numeric, float) | dict.fromkeys(case.data.nominal, object)
    )
    train = transformer.fit_transform(frame.iloc[case.train])
    return np.ascontiguousarray(train), np.ascontiguousarray(
        transformer.transform(frame.iloc[case.test])
    )
