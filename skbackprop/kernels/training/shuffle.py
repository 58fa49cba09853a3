"""Shuffling with the same random numbers as NumPy's ``RandomState``.

scikit-learn shuffles with the Mersenne twister (Matsumoto & Nishimura 1998). To
reproduce its loss curves, the samples must be in the same order.
"""

import numpy as np

from skbackprop.kernels.abi import Shuffle
from skbackprop.kernels.language.memory import as_int64s, as_uint32s, plain_kernel

N, M = 624, 397
UPPER, LOWER, MATRIX = 0x80000000, 0x7FFFFFFF, 0x9908B0DF


def make_shuffle():
    """Return the kernel that shuffles int64 in place, like ``RandomState.shuffle``.

    This is Fisher-Yates from the end: element i is swapped with element j, drawn from
    0..i by rejection of 32-bit words truncated to the bits of i. A rejected word swaps
    element i with itself. This avoids a branch, of which the processor would mispredict
    one in three.
    """

    def shuffle(row, context, scalars):
        key = as_uint32s(row[Shuffle.key])
        position = as_int64s(row[Shuffle.position])
        items = as_int64s(row[Shuffle.items])
        next_word = position[0]
        mask, i = 0, row[Shuffle.n_items] - 1
        while mask < i:
            mask = 2 * mask + 1
        while i > 0:
            if next_word == N:
                # The twist computes all words of the state anew. Three loops without
                # wraparound can be vectorized by LLVM.
                for k in range(N - M):
                    word = (key[k] & UPPER) | (key[k + 1] & LOWER)
                    key[k] = key[k + M] ^ (word >> 1) ^ (word & 1) * MATRIX
                for k in range(N - M, N - 1):
                    word = (key[k] & UPPER) | (key[k + 1] & LOWER)
                    key[k] = key[k + M - N] ^ (word >> 1) ^ (word & 1) * MATRIX
                word = (key[N - 1] & UPPER) | (key[0] & LOWER)
                key[N - 1] = key[M - 1] ^ (word >> 1) ^ (word & 1) * MATRIX
                next_word = 0
            while i > 0 and next_word < N:
                word = key[next_word]
                next_word += 1
                word ^= word >> 11
                word ^= (word << 7) & 0x9D2C5680
                word ^= (word << 15) & 0xEFC60000
                word ^= word >> 18
                drawn = np.int64(word) & mask
                accepted = drawn <= i
                j = drawn if accepted else i
                items[i], items[j] = items[j], items[i]
                i -= accepted
                mask >>= mask >> 1 >= i
        position[0] = next_word

    return plain_kernel(shuffle)
