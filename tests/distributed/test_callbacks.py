"""scikit-learn's callbacks on a fit by a cluster: told of rounds, in the client."""

import warnings

import dask.array as da
import numpy as np
import pytest
from sklearn.datasets import load_digits

from skbackprop import MLPClassifier
from skbackprop.distributed import fit

pytest.importorskip("sklearn.callback", reason="callbacks came with scikit-learn 1.9")

DIGITS, LABELS = load_digits(return_X_y=True)
DIGITS /= 16
X, Y = da.from_array(DIGITS, (450, 64)), da.from_array(LABELS, 450)


class Diary:
    """Writes down what it is told, keeps the networks, and acts at the end of one."""

    def __init__(self, acts_in=np.inf, act=None):
        self.acts_in, self.act = acts_in, act
        self.pages, self.networks = [], []

    def setup(self, estimator, context):
        self.pages.append("setup")

    def teardown(self, estimator, context):
        self.pages.append("teardown")

    def on_fit_task_begin(self, estimator, context, *, X=None, y=None):
        self.data = X, y
        self.pages.append(f"begin {context.task_name} {context.task_id}")

    def on_fit_task_end(self, estimator, context, *, fitted_estimator=None):
        self.pages.append(f"end {context.task_name} {context.task_id}")
        if context.task_name == "round":
            self.most = context.parent.max_subtasks
            self.networks.append(fitted_estimator)
            if context.task_id + 1 == self.acts_in:
                return self.act()
        return False


def net(callback=None, **parameters):
    parameters = {"max_iter": 4, "tol": None, "random_state": 0} | parameters
    clf = MLPClassifier((10,), **parameters)
    return clf.set_callbacks(callback) if callback else clf


def pages_of(n_rounds):
    """What a diary says after so many rounds."""
    rounds = [f"{way} round {i}" for i in range(n_rounds) for way in ("begin", "end")]
    return ["setup", "begin fit 0", *rounds, "end fit 0", "teardown"]


def broken():
    raise OSError("No space left on device")


@pytest.mark.parametrize(("epochs_per_round", "n_rounds"), [(1, 4), (3, 2)])
def test_each_round_begins_and_ends_and_nothing_else_changes(
    client, epochs_per_round, n_rounds
):
    diary = Diary()
    settings = {"client": client, "epochs_per_round": epochs_per_round}
    clf = fit(net(diary), X, Y, **settings)
    assert diary.pages == pages_of(n_rounds)
    assert diary.most == n_rounds
    assert diary.data[0] is X
    assert diary.data[1] is Y
    expected = fit(net(), X, Y, **settings)
    np.testing.assert_array_equal(clf._parameters, expected._parameters)
    np.testing.assert_array_equal(diary.networks[-1]._parameters, clf._parameters)


def test_a_request_to_stop_is_honoured_without_a_warning(client):
    diary = Diary(2, lambda: True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        clf = fit(net(diary, tol=0), X, Y, client=client)
    assert diary.pages == pages_of(2)
    assert clf.n_iter_ == 2
    assert clf.best_loss_ == min(clf.loss_curve_)
    expected = fit(net(max_iter=2), X, Y, client=client)
    np.testing.assert_array_equal(clf._parameters, expected._parameters)


def test_an_error_in_a_callback_leaves_what_was_learned(client):
    diary = Diary(2, broken)
    clf = net(diary, warm_start=True)
    with pytest.raises(OSError, match="No space left"):
        fit(clf, X, Y, client=client)
    assert diary.pages == [*pages_of(2)[:-2], "teardown"]
    assert clf.n_iter_ == len(clf.loss_curve_) == 2
    expected = fit(net(max_iter=2), X, Y, client=client)
    np.testing.assert_array_equal(clf._parameters, expected._parameters)
    diary.acts_in = np.inf
    fit(clf, X, Y, client=client)
    assert len(clf.loss_curve_) == 6


def test_an_error_before_the_first_round_leaves_nothing(client):
    diary = Diary()
    diary.on_fit_task_begin = lambda estimator, context: broken()
    clf = net(diary)
    with pytest.raises(OSError, match="No space left"):
        fit(clf, X, Y, client=client)
    assert not hasattr(clf, "classes_")
    assert diary.pages == ["setup", "teardown"]


def test_a_network_that_a_callback_has_saved_goes_on(client, tmp_path):
    path = tmp_path / "last.skb"
    diary = Diary(2, lambda: diary.networks[-1].save(path))
    fit(net(diary), X, Y, client=client)
    clf = MLPClassifier.load(path).set_params(warm_start=True)
    fit(clf, X, Y, client=client)
    assert len(clf.loss_curve_) == 6
    assert clf.loss_ < clf.loss_curve_[0]
