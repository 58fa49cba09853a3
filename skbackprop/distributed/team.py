"""The team: who learns where, and who takes over from a worker that is lost."""

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

_MOST_LOSSES = 3  # of a learner in a round; then it is the data that kills workers
_SECONDS_BETWEEN_LOOKS = 5
_SECONDS_FOR_REPLACEMENT = 10  # a nanny starts a worker in two or three
# What clients raise of workers and schedulers that are gone.
_LOST = (OSError, CancelledError, asyncio.TimeoutError)


class TeamLost(RuntimeError):
    """The scheduler is gone, or partitions are, or whoever learns from them."""


class Share:
    """The partitions that one learner trains on, and the learner.

    Attributes
    ----------
    partitions : list of Future
    weight : float
        Of their rows, together.
    address : str
        Of the worker.
    learner : Actor or None
        None where it is lost.
    """

    def __init__(self, partitions, weight, address):
        self.partitions, self.weight, self.address = partitions, weight, address
        self.learner = None


class Team:
    """One learner on each worker that holds partitions.

    Rows never leave the workers: the client sees how many there are, the names of
    columns and the labels that occur.

    Parameters
    ----------
    client : Client
    X, y, sample_weight : object
        As :func:`skbackprop.distributed.fit` has them.
    wants_labels : bool
    """

    def __init__(self, client, X, y, sample_weight, wants_labels):
        self._client = client
        if not client.nthreads():
            raise ValueError("client must have workers, there are none.")
        partitions = place(client, X, y, sample_weight)
        asked = [
            client.submit(summarize, partition, number, wants_labels, pure=False)
            for number, partition in enumerate(partitions)
        ]
        # In their order: of several that are wrong, the first one is named.
        summaries = [summary.result() for summary in asked]
        check_alike(summaries)
        self._classes = all_labels(summaries) if wants_labels else None
        self.n_rows = sum(summary.n_rows for summary in summaries)
        pairs = zip(partitions, summaries, strict=True)
        self.shares = self._divide({p: s.weight for p, s in pairs if s.n_rows})
        self._estimator = None

    def _divide(self, weights):
        """Return a share for each worker that holds partitions, in their order."""
        holders, of_worker = self._client.who_has(list(weights)), {}
        for partition in weights:
            of_worker.setdefault(min(holders[partition.key]), []).append(partition)
        return [
            Share(those, sum(weights[partition] for partition in those), address)
            for address, those in of_worker.items()
        ]

    def begin(self, estimator):
        """Let a network begin on the first share, and return it to the client."""
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
        """Set a learner to each share, with a network that is begun."""
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
        """Wait until the learner of a share is there, or lost with its worker."""
        with suppress(*_LOST):
            share.learner = self._wait_for(share, setting)

    # A round

    def learn(self, parameters, n_epochs, seeds):
        """Let all train at once; return what they learnt, in the order of the shares.

        Raises
        ------
        TeamLost
            If the scheduler cannot be reached, a learner is lost again and again, or
            its partitions are.
        """
        orders = [(parameters, n_epochs, seed) for seed in seeds]
        pairs = list(zip(self.shares, orders, strict=True))
        asked = [_ask(share, order) for share, order in pairs]
        return [
            self._answer(share, order, answer)
            for (share, order), answer in zip(pairs, asked, strict=True)
        ]

    def _answer(self, share, order, answer):
        """Wait for an answer, from another worker where the first one is lost."""
        for _ in range(_MOST_LOSSES):
            # That a learner is lost is all there is to know.
            with suppress(*_LOST):
                if answer is not None:
                    return self._wait_for(share, answer)
            self._replace(share)
            answer = _ask(share, order)
        # The client may have heard only by now that these were lost as well.
        self._await_partitions(share)
        raise TeamLost(
            f"The learner of {len(share.partitions)} partitions was lost "
            f"{_MOST_LOSSES} times in one round. Workers may lack the memory to hold "
            "their partitions twice: use smaller partitions, or more workers."
        )

    def _wait_for(self, share, answer):
        """Return an answer, unless its worker or the scheduler is seen to be gone."""
        while True:
            try:
                return answer.result(timeout=_SECONDS_BETWEEN_LOOKS)
            except asyncio.TimeoutError:
                if answer.done():  # it came just now, or is an error itself
                    return answer.result()
                # A closed connection is not always told to those who wait.
                self._check_scheduler()
                if share.address not in self._client.nthreads():
                    raise

    def _replace(self, share):
        """Set a new learner to the partitions of one that is lost."""
        share.learner = None
        self._check_scheduler()
        share.address = self._free_worker(share)
        self._await_partitions(share)
        self._await_learner(share, self._submit(share))

    def _await_partitions(self, share):
        """Wait until dask has computed anew what was lost with a worker."""
        wait = import_optional("distributed", "dask").wait
        try:
            wait(share.partitions)
        except _LOST as error:
            self._check_scheduler()
            raise TeamLost(
                "Partitions were lost with a worker and cannot be computed anew. Use a "
                "collection that dask knows how to compute, or client.replicate() what "
                "was scattered."
            ) from error

    def _free_worker(self, share):
        """Return the address of a worker without a learner, else that of another."""
        with suppress(asyncio.TimeoutError):  # then those that are left share the work
            self._client.wait_for_workers(len(self.shares), _SECONDS_FOR_REPLACEMENT)
        there = set(self._client.nthreads()) - {share.address}
        taken = [other.address for other in self.shares if other is not share]
        if not there:
            raise TeamLost("The cluster has no workers any more.")
        return min(sorted(there), key=taken.count)

    def _check_scheduler(self):
        """Raise TeamLost if the scheduler is gone.

        A client that connects anew, be it to the same one, finds nothing there that
        is its own.
        """
        with suppress(*_LOST):
            if self._client.status == "running":
                self._client.nthreads()  # its machine may be gone without a word
                return
        raise TeamLost("The scheduler cannot be reached.")


def _ask(share, order):
    """Begin a round, and return its future; None where the learner is lost."""
    if share.learner is None:
        return None
    try:
        return share.learner.learn(*order)
    except RuntimeError:  # of an actor whose worker was seen to die
        return None
