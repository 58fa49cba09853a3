"""An epoch that is cut off is undone: what stays is the end of the one before."""

from contextlib import contextmanager


@contextmanager
def undone_if_cut_off(epochs):
    """Restore what an epoch changes where it, or its validation, ends by an error.

    Parameters
    ----------
    epochs : object
        Has an ``executor``, a ``state``, a ``random_state`` or None, and ``n_done``.
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
