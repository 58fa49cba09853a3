"""The team of learners, which replaces those lost with their workers."""

import asyncio
from concurrent.futures import CancelledError
from contextlib import suppress

from skbackprop.distributed.learners import Learner, begun
from skbackprop.distributed.partitions import (
    all_labels,
    check_alike,
    place,
    summarize,
)
from skbackprop.utils.optional import import_optional

_MOST_LOSSES = 3  # of a learner in a round; then the data are probably to blame
_SECONDS_BETWEEN_LOOKS = 5
_SECONDS_FOR_REPLACEMENT = 10  # a nanny starts a worker in two or three
# Exceptions of clients when a worker or the scheduler is lost.
_LOST = (OSError, CancelledError, asyncio.TimeoutError)


class TeamLost(RuntimeError):
    """The scheduler, partitions or a learner are lost and cannot be replaced."""


class Share:
    """A learner and the partitions that it trains on.

    Attributes
    ----------
    partitions : list of Future
    weight : float
        Total weight of their rows.
    address : str
        Address of the worker.
    learner : Actor or None
        None if it is lost.
    """

    def __init__(self, partitions, weight, address):
        self.partitions, self.weight, self.address = partitions, weight, address
        self.learner = None


class Team:
    """One learner on each worker that holds partitions.

    Rows never leave the workers. The client receives the number of rows, their total
    weight, the names of columns and the labels.

    Parameters
    ----------
    client : Client
    X, y, sample_weight : object
        The data, as for :func:`skbackprop.distributed.fit`.
    wants_labels : bool
        Whether to collect the labels, for classifiers.
    """

    def __init__(self, client, X, y, sample_weight, wants_labels):
        self._client = client
        if not client.nthreads():
            raise ValueError("client must be connected to workers, but has none.")
        partitions = place(client, X, y, sample_weight)
        asked = [
            client.submit(summarize, partition, number, wants_labels, pure=False)
            for number, partition in enumerate(partitions)
        ]
        # In order, so that errors name the first invalid partition.
        summaries = [summary.result() for summary in asked]
        check_alike(summaries)
        self._classes = all_labels(summaries) if wants_labels else None
        self.n_rows = sum(summary.n_rows for summary in summaries)
        pairs = zip(partitions, summaries, strict=True)
        self.shares = self._divide({p: s.weight for p, s in pairs if s.n_rows})
        self._estimator = None

    def _divide(self, weights):
        """Return one share per worker, in the order of partitions."""
        holders, of_worker = self._client.who_has(list(weights)), {}
        for partition in weights:
            of_worker.setdefault(min(holders[partition.key]), []).append(partition)
        return [
            Share(those, sum(weights[partition] for partition in those), address)
            for address, those in of_worker.items()
        ]

    def begin(self, estimator):
        """Initialize a network on the first share, and return it to the client."""
        share = self.shares[0]
        return self._client.submit(
            begun,
            estimator,
            share.partitions,
            self._classes,
            workers=[share.address],
            allow_other_workers=True,
            pure=False,
        ).result()

    def gather(self, estimator):
        """Start a learner for each share, with an initialized network."""
        self._estimator = estimator
        settings = [self._submit(share) for share in self.shares]
        for share, setting in zip(self.shares, settings, strict=True):
            self._await_learner(share, setting)

    def _submit(self, share):
        return self._client.submit(
            Learner,
            self._estimator,
            share.partitions,
            self._classes,
            workers=[share.address],
            actor=True,
            pure=False,
        )

    def _await_learner(self, share, setting):
        """Wait until the learner of a share is ready, or lost with its worker."""
        with suppress(*_LOST):
            share.learner = self._wait_for(share, setting)

    # A round

    def learn(self, parameters, n_epochs, seeds):
        """Train all learners in parallel; return a Learnt for each share, in order.

        Raises
        ------
        TeamLost
            If the scheduler cannot be reached, a learner is lost several times, or its
            partitions are lost.
        """
        orders = [(parameters, n_epochs, seed) for seed in seeds]
        pairs = list(zip(self.shares, orders, strict=True))
        asked = [_ask(share, order) for share, order in pairs]
        return [
            self._answer(share, order, answer)
            for (share, order), answer in zip(pairs, asked, strict=True)
        ]

    def _answer(self, share, order, answer):
        """Wait for an answer, from another worker if the first one is lost."""
        for _ in range(_MOST_LOSSES):
            # The kind of error does not matter: the learner is lost.
            with suppress(*_LOST):
                if answer is not None:
                    return self._wait_for(share, answer)
            self._replace(share)
            answer = _ask(share, order)
        # The client may learn only now that the partitions are lost as well.
        self._await_partitions(share)
        raise TeamLost(
            f"The learner of {len(share.partitions)} partitions was lost "
            f"{_MOST_LOSSES} times in one round. Workers may not have enough memory to "
            "hold their partitions twice. Use smaller partitions, or more workers."
        )

    def _wait_for(self, share, answer):
        """Return an answer; raise an error if its worker or the scheduler is lost."""
        while True:
            try:
                return answer.result(timeout=_SECONDS_BETWEEN_LOOKS)
            except asyncio.TimeoutError:
                if answer.done():  # it has just arrived, or is an error itself
                    return answer.result()
                # dask does not always notify waiting clients of a closed connection.
                self._check_scheduler()
                if share.address not in self._client.nthreads():
                    raise

    def _replace(self, share):
        """Start a new learner for the partitions of a lost one."""
        share.learner = None
        self._check_scheduler()
        share.address = self._free_worker(share)
        self._await_partitions(share)
        self._await_learner(share, self._submit(share))

    def _await_partitions(self, share):
        """Wait until dask has recomputed the partitions of a lost worker."""
        wait = import_optional("distributed", "dask").wait
        try:
            wait(share.partitions)
        except _LOST as error:
            self._check_scheduler()
            raise TeamLost(
                "Partitions were lost with a worker and cannot be recomputed. Use a "
                "collection that dask can compute, or replicate scattered data with "
                "client.replicate()."
            ) from error

    def _free_worker(self, share):
        """Return the address of another worker, preferably without a learner."""
        with suppress(asyncio.TimeoutError):  # then the remaining workers share it
            self._client.wait_for_workers(len(self.shares), _SECONDS_FOR_REPLACEMENT)
        there = set(self._client.nthreads()) - {share.address}
        taken = [other.address for other in self.shares if other is not share]
        if not there:
            raise TeamLost("The cluster has no workers left.")
        return min(sorted(there), key=taken.count)

    def _check_scheduler(self):
        """Raise TeamLost if the scheduler is gone.

        A reconnected client does not find its futures there, even if it is the same
        scheduler.
        """
        with suppress(*_LOST):
            if self._client.status == "running":
                self._client.nthreads()  # its machine may have failed silently
                return
        raise TeamLost("The scheduler cannot be reached.")


def _ask(share, order):
    """Start a round and return its future, or None if the learner is lost."""
    if share.learner is None:
        return None
    try:
        return share.learner.learn(*order)
    except RuntimeError:  # raised by actors of dead workers
        return None
