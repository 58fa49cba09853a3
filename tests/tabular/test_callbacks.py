"""scikit-learn's callbacks see all networks of an ensemble, and may stop them."""

import numpy as np
import pytest

from skbackprop import TabularClassifier

pytest.importorskip("sklearn.callback", reason="callbacks came with scikit-learn 1.9")
X = np.random.default_rng(0).normal(size=(2100, 4))
Y = (X[:, 0] > 0).astype(int)


class Diary:
    """Writes down what ends, and stops networks after some epochs."""

    max_propagation_depth = None

    def __init__(self, stop_after=np.inf):
        self.stop_after, self.pages = stop_after, []

    def setup(self, estimator, context):
        self.pages.append("setup")

    def teardown(self, estimator, context):
        self.pages.append("teardown")

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context):
        self.pages.append((type(estimator).__name__, context.task_name))
        return context.task_name == "epoch" and context.task_id + 1 >= self.stop_after


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("n_rows", [300, 2100])
def test_all_networks_and_their_epochs_are_seen(n_jobs, n_rows):
    diary = Diary()
    clf = TabularClassifier(n_estimators=3, max_iter=6, random_state=0, n_jobs=n_jobs)
    clf.set_callbacks(diary).fit(X[:n_rows], Y[:n_rows])
    assert diary.pages[0] == "setup"
    assert diary.pages[-2:] == [("TabularClassifier", "fit"), "teardown"]
    n_pilots = 6 if n_rows < 2000 else 2
    n_epochs = 6 * n_pilots + len(clf.history_["epoch"])
    assert diary.pages.count(("NetworkClassifier", "epoch")) == n_epochs
    assert not any("callback" in name for net in clf.estimators_ for name in vars(net))


@pytest.mark.parametrize("n_rows", [300, 2100])
def test_networks_that_a_callback_stops_are_done(n_rows):
    clf = TabularClassifier(n_estimators=2, max_iter=50, random_state=0)
    clf.set_callbacks(Diary(stop_after=2)).fit(X[:n_rows], Y[:n_rows])
    assert len(clf.estimators_) == 2
    assert max(clf.history_["epoch"]) <= 4
    assert np.isfinite(clf.predict_proba(X)).all()


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_progress_bar_shows_networks_and_epochs(n_jobs, capsys):
    pytest.importorskip("rich")
    from sklearn.callback import ProgressBar

    clf = TabularClassifier(n_estimators=2, max_iter=3, random_state=0, n_jobs=n_jobs)
    clf.set_callbacks(ProgressBar(max_propagation_depth=None)).fit(X, Y)
    shown = capsys.readouterr().out
    assert "TabularClassifier - fit" in shown
    assert all(
        f"{name} | NetworkClassifier" in shown for name in ("pilot raw 1", "member 2")
    )
