"""Shuffling as NumPy's ``RandomState`` does it, draw by draw.

scikit-learn shuffles with the Mersenne twister (Matsumoto & Nishimura 1998);
a network follows its loss curve only if it sees the samples in the same order.
"""

from skbackprop.kernels import abi
from skbackprop.kernels.memory import as_int64s, as_uint32s

N, M = 624, 397
UPPER, LOWER, MATRIX = 0x80000000, 0x7FFFFFFF, 0x9908B0DF


def make_shuffle():
    """Return the kernel that shuffles int64 in place, as ``RandomState.shuffle``.

    Fisher-Yates from the end: element i changes places with element j, drawn
    from 0..i by rejection of 32-bit words cut to the bits of i.
    """

    def shuffle(row, context, scalars):
        key, position = as_uint32s(row[abi.X]), as_int64s(row[abi.W])
        items = as_int64s(row[abi.Y])
        next_word = position[0]
        mask, i = 0, row[abi.N_ELEMENTS] - 1
        while mask < i:
            mask = 2 * mask + 1
        while i > 0:
            while mask >> 1 >= i:
                mask >>= 1
            j = i + 1
            while j > i:
                if next_word == N:
                    # The twist: all 624 words of the state anew.
                    for k in range(N):
                        following = key[k + 1] if k + 1 < N else key[0]
                        word = (key[k] & UPPER) | (following & LOWER)
                        far = key[k + M] if k + M < N else key[k + M - N]
                        key[k] = far ^ (word >> 1) ^ (MATRIX if word & 1 else 0)
                    next_word = 0
                word = key[next_word]
                next_word += 1
                word ^= word >> 11
                word ^= (word << 7) & 0x9D2C5680
                word ^= (word << 15) & 0xEFC60000
                word ^= word >> 18
                j = word & mask
            items[i], items[j] = items[j], items[i]
            i -= 1
        position[0] = next_word

    return shuffle
