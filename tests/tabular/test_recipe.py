"""Rates, epochs and minibatches follow from the number of rows."""

import numpy as np
import pytest

from skbackprop.tabular.recipe import Recipe, auto_batch_size, auto_max_iter


@pytest.mark.parametrize(
    ("n_rows", "n_epochs", "batch_size"),
    [
        (1, 256, 64),
        (200, 256, 64),
        (1000, 256, 128),
        (4000, 75, 256),
        (10_000, 30, 256),
        (40_000, 15, 256),
        (10**6, 5, 256),
    ],
)
def test_numbers_for_so_many_rows(n_rows, n_epochs, batch_size):
    assert auto_max_iter(n_rows) == n_epochs
    assert auto_batch_size(n_rows) == batch_size


def test_waves_end_within_training():
    for n_epochs in range(1, 300):
        recipe = Recipe(n_epochs, 64, 0.1, {})
        ends = [recipe.epochs_until(wave) for wave in range(3)]
        assert 1 <= ends[0] <= ends[1] <= ends[2] == n_epochs
        assert recipe.ends(np.arange(n_epochs))[2] == n_epochs - 1
        assert recipe.pilot.n_epochs <= n_epochs
