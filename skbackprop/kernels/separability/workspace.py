"""The memory of the active-set method, shared by its kernels and their caller.

In a call, ``context`` has the fields below, and ``scalars`` the numbers. Addresses are
in bytes, and all numbers in memory take eight bytes.
"""

# The kernels, in the order of their addresses.
NAMES = (
    *("active_set.decide_many", "active_set.solve", "active_set.begin"),
    *("active_set.judge", "active_set.project", "active_set.step"),
    *("active_set.add", "active_set.drop", "proof.prove"),
)
DECIDE_MANY, SOLVE, BEGIN, JUDGE, PROJECT, STEP, ADD, DROP, PROVE = range(9)

# Fields of the context: addresses of the kernels' addresses, of this table
# itself and of the scalars,
KERNELS, CONTEXT, SCALARS = 0, 1, 2
# sizes: points, columns, elements from row to row of the points and of T',
N_POINTS, WIDTH, STRIDE, T_STRIDE = 3, 4, 5, 6
# what to decide: sets of points (scaled in place), bytes from one to the next,
# their labels, labelings of each set, labelings in all, where verdicts go,
POINTS, SET_STRIDE, LABELS, PER_SET, N_TRIALS, VERDICTS = range(7, 13)
# memory: powers of two that scaled the columns, norms of the points, z_i, their
# sum, w, all z_i . w, the step's direction and its coordinates, lam, multipliers
# u, rows in the slots, two vectors to work with, zeros, matrices,
FACTORS, NORMS, ROWS, TOTAL, W, VALUES = range(13, 19)
DIRECTION, COORDINATES, LAM, U, ACTIVE, WORK, WORK2, ZEROS = range(19, 27)
Q, T, INVERSE, GATHERED = range(27, 31)
VECTORS = ("FACTORS", "TOTAL", "W", "DIRECTION", "COORDINATES", "LAM", "U", "ACTIVE")
VECTORS += ("WORK", "WORK2", "ZEROS")  # of the length of a row
# state and results: slots in use, the row that enters or contradicts them, an
# index just found, whether w is the sum of all rows, whether the row is to
# become active, the verdict.
N_ACTIVE, ENTERING, FOUND, IS_SUM, ENTERS, VERDICT = range(31, 37)
CONTEXT_FIELDS = 40

# Fields of the scalars: z_j . w; |z_j|^2 and that of its part outside the active
# span; the multiplier of row j; what routines read and write.
VALUE, LENGTH, OUTSIDE, MULTIPLIER = 0, 1, 2, 3
FACTOR, MAGNITUDES, SQUARES, SMALLEST = 4, 5, 6, 7
SCALAR_FIELDS = 8

# Verdicts. Cases without proof are decided by exact arithmetic.
INSEPARABLE, SEPARABLE = 0, 1
INSEPARABLE_UNPROVED, SEPARABLE_UNPROVED, LOST, NONE = 2, 3, 4, 5

ROWS_AT_ONCE = 8  # of a product; matrices have memory for a multiple of this
