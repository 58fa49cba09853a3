"""Calls as the documentation shows them, for mypy and pyright: never run.

A line that ends in ``type: ignore`` must be an error to both; both are told to
report an ignored line that is none.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.datasets import load_digits, load_iris, make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skbackprop
from skbackprop import (
    DivergenceError,
    DrLIM,
    FeaturePooling,
    LinearSeparator,
    MLPClassifier,
    MLPRanker,
    MLPRegressor,
    MonomialFeatures,
    NetworkClassifier,
    PiecewiseLinearFeatures,
    RecurrentClassifier,
    RecurrentRegressor,
    SeparabilityResult,
    SparseRandomExpansion,
    TabularClassifier,
    TabularRegressor,
    TrainingCurveDisplay,
    linear_separability,
    n_output_features,
)
from skbackprop.chunks import ArrayChunks, ArrowChunks, TransformedChunks
from skbackprop.engine.losses import Huber
from skbackprop.engine.schedules import Cosine
from skbackprop.inspection import check_gradients, layer_report
from skbackprop.manifold import intrinsic_dimension
from skbackprop.network import Add, Graph, Input, Linear, ReLU

X, y = np.zeros((9, 4)), np.arange(9) % 2
rows, labels = [[0.0, 1.0], [1.0, 0.0]], ["no", "yes"]
sequences = [np.zeros((3, 2)), np.zeros((5, 2))]
table = pd.DataFrame({"age": [1.0, 2.0], "town": ["Bonn", "Kiel"]})
version: str = skbackprop.__version__


def networks() -> None:
    """Hidden layers by number, list, tuple and array; all kinds of data."""
    MLPClassifier()
    MLPClassifier(8)
    MLPClassifier(hidden_layer_sizes=8)
    MLPClassifier(hidden_layer_sizes=[8, 8])
    MLPClassifier(hidden_layer_sizes=(8, 8), activation=["tanh", "relu"])
    MLPClassifier(hidden_layer_sizes=np.array([8, 8]), dropout=(0.2, 0.5, 0.5))
    MLPClassifier(solver="lbfgs", alpha=0, batch_size="auto", max_iter=10)
    MLPClassifier(learning_rate=Cosine(), class_weight={0: 1, 1: 2.5}, tol=None)
    MLPClassifier(n_iter_no_change=np.inf, checkpoint=Path("net"), dtype="float32")
    MLPClassifier(random_state=np.random.RandomState(0), bias_init="data")
    MLPClassifier(learning_rate_factors={"bias": 2.0}, class_weight="balanced")
    MLPRegressor(loss="squared_error", hidden_layer_sizes=8)
    MLPRegressor(Huber())
    RecurrentClassifier(8)
    RecurrentClassifier([8, 8])
    RecurrentRegressor(8).fit(sequences, [0.5, 1.5])
    DrLIM(2, hidden_layer_sizes=8).fit(X, y).transform(X)
    MLPRanker(hidden_layer_sizes=[8])
    MLPClassifier().fit(rows, labels).predict(rows)
    MLPClassifier().fit(sparse.csr_array(X), y)
    MLPClassifier().fit(sparse.csr_matrix(X), y, X_val=X, y_val=y)
    MLPClassifier().fit(table[["age"]], table["town"])
    MLPClassifier().partial_fit(X, y, classes=[0, 1])
    MLPClassifier().set_fit_request(sample_weight=True).set_params(alpha=1)


def fitted() -> None:
    """What was found by fit, with its type."""
    clf: MLPClassifier = MLPClassifier(random_state=0).fit(X, y)
    probabilities: NDArray[np.float64] = clf.predict_proba(X)
    first: NDArray[np.float64] = clf.coefs_[0] @ clf.coefs_[1]
    epochs: int = clf.n_iter_
    losses: list[float] = clf.loss_curve_
    graph: Graph = clf.graph_
    print(probabilities, first, epochs, losses, graph, clf.classes_)
    print(pd.DataFrame(clf.history_), clf.score(X, y), clf.get_params())
    clf.save("net.skbackprop")
    loaded: MLPClassifier = MLPClassifier.load("net.skbackprop")
    TrainingCurveDisplay.from_estimator(loaded).figure_.savefig("curve.png")
    report = layer_report(clf, X, y)
    print(report.table.round(2))
    check_gradients(clf, X, y)


def graphs() -> None:
    """A graph of the user's own."""
    signal = Input(4)
    hidden = ReLU()(Linear(4)(signal))
    NetworkClassifier(Graph(Linear(2)(Add()(hidden, signal))))
    NetworkClassifier()


def chunks() -> None:
    """More data than memory."""
    MLPClassifier().fit(ArrayChunks("X.npy", "y.npy"))
    MLPClassifier().fit([(X, y), (X, y)], X_val=X, y_val=y)
    arrow = ArrowChunks("table.parquet", "town", features=["age"])
    scaled = TransformedChunks(arrow, StandardScaler())
    NetworkClassifier().fit(scaled, X_val=scaled)


def transformers() -> None:
    """Features, and how separable points are."""
    MonomialFeatures(2).fit_transform(X)
    MonomialFeatures(degree=(1, 3)).fit(X).transform(X)
    PiecewiseLinearFeatures().fit(X).transform(X)
    SparseRandomExpansion(100, random_state=0).fit(X).transform(X)
    FeaturePooling("max").fit(X)
    LinearSeparator().fit(X, y).predict(X)
    n_output_features(4, 2)
    result: SeparabilityResult = linear_separability(rows, labels)
    print(result.separable, bool(result), result.verify())
    print(intrinsic_dimension(X).dimension)


def tables() -> None:
    """Tables as they come."""
    TabularClassifier(n_jobs=2).fit(table, labels).predict_proba(table)
    TabularRegressor().fit(table, [1.0, 2.0]).predict(table)


def with_scikit_learn() -> None:
    """Wherever scikit-learn takes an estimator."""
    estimator: BaseEstimator = MLPClassifier()
    cross_val_score(MLPClassifier(), X, y)
    GridSearchCV(MLPClassifier(), {"alpha": [1e-4, 1e-3]}).fit(X, y)
    make_pipeline(StandardScaler(), MonomialFeatures(), LogisticRegression())
    make_pipeline(StandardScaler(), MLPClassifier(8)).fit(X, y)
    digits, numbers = load_digits(return_X_y=True)
    MLPClassifier().fit(digits, numbers).predict(digits[:1])
    flowers, kinds = load_iris(return_X_y=True, as_frame=True)
    MLPClassifier().fit(flowers, kinds)
    samples, classes = make_classification(random_state=0)
    MLPClassifier().fit(samples, classes)
    try:
        MLPClassifier().fit(X, y)
    except DivergenceError:
        print(estimator)


def errors() -> None:
    """What a checker must refuse."""
    MLPClassifier(hidden_layers=8)  # type: ignore
    MLPClassifier(solver="adan")  # type: ignore
    MLPClassifier(max_iter="many")  # type: ignore
    MLPClassifier(8, "relu", 0.5)  # type: ignore
    MLPClassifier().predict()  # type: ignore
    MLPRegressor(batch_size="large")  # type: ignore
    RecurrentClassifier(cell="gur")  # type: ignore
    linear_separability(X)  # type: ignore
    FeaturePooling("median")  # type: ignore
    skbackprop.MLPClasifier()  # type: ignore
