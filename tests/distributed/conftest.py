"""Clusters of two workers: processes, which tests share, and threads of one test."""

import logging

import pytest

pytest.importorskip("distributed")

from distributed import Client, LocalCluster

from skbackprop.distributed.team import Team

SETTINGS = {
    "n_workers": 2,
    "threads_per_worker": 1,
    "dashboard_address": ":0",
    "silence_logs": logging.CRITICAL,
}


@pytest.fixture(scope="session")
def cluster():
    with LocalCluster(**SETTINGS) as cluster:
        yield cluster


@pytest.fixture
def client(cluster):
    with Client(cluster) as client:
        client.wait_for_workers(2, timeout=30)  # a test before may have killed some
        yield client


@pytest.fixture
def cluster_of_threads():
    """Return a cluster of one test, which sees its workers and may patch them."""
    with LocalCluster(**SETTINGS, processes=False, protocol="tcp://") as cluster:
        yield cluster


@pytest.fixture
def before_round(monkeypatch):
    """Return a function that lets something happen before a round of the next fit."""

    def arrange(number, happens):
        learn, calls = Team.learn, []

        def learn_or_meet(team, *order):
            calls.append(team)
            if len(calls) == number:
                happens(team)
            return learn(team, *order)

        monkeypatch.setattr(Team, "learn", learn_or_meet)

    return arrange
