"""imbalanced-learn: networks behind resampling, and in ensembles of it."""

import numpy as np
from twins import assert_equal_for_twins, import_client

imblearn = import_client("imblearn")
RARE = np.r_[0:50, 50:60, 100:110]


def test_a_network_learns_from_resampled_rows_in_a_pipeline(flowers):
    X, y = flowers
    over_sampling = import_client("imblearn.over_sampling")
    pipeline = import_client("imblearn.pipeline")

    def client(clf):
        smote = over_sampling.SMOTE(random_state=0, k_neighbors=3)
        model = pipeline.make_pipeline(smote, clf).fit(X[RARE], y[RARE])
        return model.predict_proba(X)

    assert_equal_for_twins(client)


def test_a_balanced_ensemble_has_the_same_members(flowers):
    X, y = flowers
    ensemble = import_client("imblearn.ensemble")

    def client(clf):
        bagging = ensemble.BalancedBaggingClassifier(
            clf, n_estimators=2, random_state=0
        )
        return bagging.fit(X[RARE], y[RARE]).predict_proba(X)

    assert_equal_for_twins(client)
