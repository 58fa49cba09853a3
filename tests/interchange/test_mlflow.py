"""Models in MLflow's default format, and what its autologging sees of them."""

import warnings

import numpy as np
import pytest
from fitted_estimators import BRIEF, SEQUENCES, X, Y, fitted, outputs
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skbackprop import MLPClassifier
from skbackprop.interchange import trusted_types

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # its own, and those of what it imports
    mlflow = pytest.importorskip("mlflow")

# Of MLflow and its dependencies; what is ours is tested without it.
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(autouse=True, scope="module")
def server(tmp_path_factory):
    """Keep all that is logged in a folder of these tests."""
    folder = tmp_path_factory.mktemp("mlflow")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        mlflow.set_tracking_uri(f"sqlite:///{folder / 'runs.db'}")
        yield mlflow.MlflowClient()
        mlflow.sklearn.autolog(disable=True)
        mlflow.set_tracking_uri(None)


def log(model):
    """Return where a model is that was logged as the documentation says."""
    with mlflow.start_run():
        return mlflow.sklearn.log_model(
            model, name="model", skops_trusted_types=trusted_types()
        )


@pytest.mark.slow
def test_a_model_comes_back_from_the_default_format():
    model = fitted("RecurrentRegressor")
    info = log(model)
    assert info.flavors["sklearn"]["serialization_format"] == "skops"
    loaded = mlflow.sklearn.load_model(info.model_uri)
    np.testing.assert_array_equal(outputs(loaded), outputs(model))


@pytest.mark.slow
def test_a_pipeline_serves_predictions():
    pipe = make_pipeline(StandardScaler(), MLPClassifier((5,), **BRIEF)).fit(X, Y)
    served = mlflow.pyfunc.load_model(log(pipe).model_uri)
    np.testing.assert_array_equal(served.predict(X), pipe.predict(X))


@pytest.mark.slow
def test_autologging_sees_pipelines_and_leaves_networks_alone(server):
    mlflow.sklearn.autolog(log_models=False)
    with mlflow.start_run() as run:
        fitted("RecurrentClassifier").predict(SEQUENCES)
    assert not server.get_run(run.info.run_id).data.params
    with mlflow.start_run() as run:
        make_pipeline(StandardScaler(), MLPClassifier((5,), **BRIEF)).fit(X, Y)
    logged = server.get_run(run.info.run_id).data
    assert logged.params["mlpclassifier__max_iter"] == "2"
    assert "training_accuracy_score" in logged.metrics
