"""Buckets: which sequences of unequal length are padded and run together."""

import numpy as np

# What a bucket costs beyond its sequences, spread over its steps: as much as so many
# sequences more. To compile and bind its program takes some milliseconds, in which 8
# units run some 50,000 steps of a sequence and 64 units 3000. Of 2, 10, 100 and 1000
# none was better in all, for 600 sequences of three distributions of lengths.
OWN_STEP = 1000
# As sequences go back too, and go again in each epoch.
OWN_STEP_TO_TRAIN = 100


def find_buckets(lengths, own_step=OWN_STEP):
    """Return boolean masks of sequences, each to be padded to its longest one.

    A bucket saves padding and costs a graph of its own. Those returned take the least
    time in all: at most twice that of one graph and no padding, as buckets that each
    hold the lengths down to a half would take no more. The longest come first.

    Parameters
    ----------
    lengths : ndarray of int64
    own_step : float, default=OWN_STEP
        How many sequences more a step of its own is worth.
    """
    if (lengths == lengths[0]).all():
        return [np.ones(len(lengths), bool)]
    distinct, counts = np.unique(lengths, return_counts=True)
    n_shorter = np.append(0, counts.cumsum())
    # Dynamic programming: of the k shortest lengths, the time in steps, and how many
    # of these lengths are in buckets before the last.
    time = np.zeros(len(distinct) + 1)
    n_before = np.zeros(len(distinct) + 1, int)
    for k, longest in enumerate(distinct, start=1):
        n_in_last = n_shorter[k] - n_shorter[:k]
        times = time[:k] + (n_in_last + own_step) * longest
        n_before[k] = times.argmin()
        time[k] = times[n_before[k]]
    masks, k = [], len(distinct)
    while k > 0:
        shortest, longest = distinct[n_before[k]], distinct[k - 1]
        masks.append((lengths >= shortest) & (lengths <= longest))
        k = n_before[k]
    return masks
