"""optuna: a search, and trials that are given up epoch by epoch."""

from sklearn.base import clone
from twins import assert_equal_for_twins, import_client

optuna = import_client("optuna")
optuna.logging.set_verbosity(optuna.logging.ERROR)


def test_a_search_tries_the_same_with_the_same_scores(flowers):
    integration = import_client("optuna_integration")
    alpha = optuna.distributions.FloatDistribution(1e-4, 1, log=True)

    def client(clf):
        search = integration.OptunaSearchCV(
            clf, {"alpha": alpha}, n_trials=3, random_state=0, cv=2
        ).fit(*flowers)
        return [search.best_params_["alpha"], search.best_score_]

    assert_equal_for_twins(client)


def test_trials_are_pruned_by_what_partial_fit_has_reached(flowers):
    X, y = flowers

    def run(clf, trial):
        rate = trial.suggest_float("learning_rate_init", 1e-4, 0.1, log=True)
        clf = clone(clf).set_params(learning_rate_init=rate)
        for epoch in range(5):
            clf.partial_fit(X[::2], y[::2], classes=[0, 1, 2])
            trial.report(clf.score(X[1::2], y[1::2]), epoch)
            if trial.should_prune():
                raise optuna.TrialPruned
        return clf.score(X[1::2], y[1::2])

    def client(clf):
        study = optuna.create_study(
            direction="maximize",
            sampler=optuna.samplers.TPESampler(seed=0),
            pruner=optuna.pruners.MedianPruner(n_startup_trials=2),
        )
        study.optimize(lambda trial: run(clf, trial), n_trials=8)
        states = [trial.state for trial in study.trials]
        assert {*states} == {
            optuna.trial.TrialState.PRUNED,
            optuna.trial.TrialState.COMPLETE,
        }
        return [trial.value for trial in study.trials]

    assert_equal_for_twins(client)
