"""Rollback of an epoch that fails to the end of the epoch before."""

from contextlib import contextmanager


@contextmanager
def undone_if_cut_off(epochs):
    """Undo all changes of an epoch if it, or its validation, raises an error.

    Parameters
    ----------
    epochs : object
        Has attributes ``executor``, ``state``, ``random_state`` (or None), ``n_done``.
    """
    state, random_state = epochs.state, epochs.random_state
    arrays = epochs.executor.parameters, state.slots, state.order
    values = [array.copy() for array in arrays]
    lists = state.losses, *state.history.values()
    lengths = [len(entries) for entries in lists]
    counts = epochs.n_done, state.n_seen, state.n_steps
    drawn = random_state and random_state.get_state(legacy=False)
    try:
        yield
    except BaseException:
        for array, before in zip(arrays, values, strict=True):
            array[:] = before
        for entries, length in zip(lists, lengths, strict=True):
            del entries[length:]
        epochs.n_done, state.n_seen, state.n_steps = counts
        if random_state is not None:
            random_state.set_state(drawn)
        raise
