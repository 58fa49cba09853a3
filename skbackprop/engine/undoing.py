"""An epoch that is cut off is undone: what stays is the end of the one before."""

from contextlib import contextmanager


@contextmanager
def undone_if_cut_off(executor, state, random_state):
    """Restore what an epoch changes in place where it ends by an error or Ctrl-C."""
    changed = executor.parameters, state.slots, state.order
    before = [array.copy() for array in changed]
    drawn = random_state and random_state.get_state(legacy=False)
    try:
        yield
    except BaseException:
        for array, values in zip(changed, before, strict=True):
            array[:] = values
        if random_state is not None:
            random_state.set_state(drawn)
        raise
