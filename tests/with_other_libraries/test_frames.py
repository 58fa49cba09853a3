"""category_encoders and skrub: what stands between a table and a network."""

import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline
from twins import assert_equal_for_twins, import_client


@pytest.fixture
def table(flowers):
    return pd.DataFrame(
        {
            "kind": list("abcab" * 30),
            "size": flowers[0][:, 0],
            "day": pd.date_range("2020-01-01", periods=150),
        }
    )


def test_a_network_reads_encoded_categories(table, flowers):
    encoders = import_client("category_encoders")
    X, y = table[["kind", "size"]], flowers[1] == 1

    def client(clf):
        model = make_pipeline(encoders.TargetEncoder(), clf)
        return model.fit(X, y).predict_proba(X)

    assert_equal_for_twins(client)


def test_a_network_stands_in_a_tabular_pipeline(table, flowers):
    skrub = import_client("skrub")

    def client(clf):
        model = skrub.tabular_pipeline(clf).fit(table, flowers[1])
        return model.predict_proba(table)

    # skrub hands on float32.
    assert_equal_for_twins(client, rtol=1e-3)
