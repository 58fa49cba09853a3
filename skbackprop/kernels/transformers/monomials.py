"""Kernels of monomials: a block of columns times a feature gives the next block.

A table of segments (source, target, length, feature) defines the rows of the output
from left to right,

    y[target + i] = x[feature] y[source + i],    0 <= i < length.

Columns below zero are those of lower degree that are not in the output; they are in a
scratch row. A segment is written in whole vectors, and the next segment overwrites the
excess, so that only the end of the memory needs a tail.
"""

from typing import NamedTuple

from skbackprop.kernels.language.codegen import Code, kernel
from skbackprop.kernels.language.values import INTEGER, INTEGER32, where

# Fields of the rows in this file.
N_ROWS = 1
X, LDX, N_FEATURES = 2, 3, 4
OUT, WIDTH = 5, 6  # rows follow each other without a gap
SEGMENTS, N_SEGMENTS = 7, 8
SCRATCH_END = 9  # address after column -1
HAS_BIAS = 10  # 1 if column 0 holds ones
FIRST = 11  # column of the first feature
# Fields for CSR input.
ROW_STARTS, N_ENTRIES = 12, 13  # int64 each row, and the number of all entries
SHIFTS = 14  # address of max_degree vectors of an int64 for each entry
CAPS, CAP_STEP = 15, 16  # int64 of entry i is at CAPS[i * CAP_STEP]
OUT_STARTS, OUT_COLUMNS = 17, 18  # int64 each row, integers each entry
MIN_DEGREE, MAX_DEGREE = 19, 20
SCRATCH, SCRATCH_COLUMNS = 21, 22  # values and columns of lower degree
STARTS, LD_STARTS = 23, 24  # scratch of int64, a row for each degree
FIELDS = 25
_PLENTY = 1 << 62
_LONG = 4  # entries


def make_expand(bits):
    """Return the kernel that expands dense rows."""

    def write(code, row, context, scalars):
        size = code.size
        last, bias = row[N_ROWS] - 1, row[HAS_BIAS]
        with code.range(row[N_ROWS]) as r:
            x = code.scalars(row[X] + r * row[LDX] * size)
            out = row[OUT] + r * row[WIDTH] * size
            room = (last - r + 1) * row[WIDTH]
            with code.when(bias != 0):
                code.scalars(out)[0] = code.constant(1.0, code.number)
            first = _column(row, out, row[FIRST], size)
            with code.range(row[N_FEATURES]) as j:
                code.scalars(first)[j] = x[j]
            with code.range(row[N_SEGMENTS]) as q:
                segment = code.scalars(row[SEGMENTS], INTEGER).from_(4 * q)
                source, target, length = (segment[i] for i in range(3))
                _multiply(
                    code,
                    _column(row, out, source, size),
                    _column(row, out, target, size),
                    x[segment[3]],
                    length,
                    room - target,
                )

    return kernel(write, bits)


def _column(row, out, column, size):
    """Return the address of a column of the output or of the scratch row."""
    return where(column < 0, row[SCRATCH_END], out) + column * size


def _multiply(code, source, target, factor, length, room):
    """Write target = factor * source, in whole vectors if there is room."""
    fits = length + code.lanes <= room
    with code.when(fits):
        _multiply_vectors(code, source, target, factor, length)
    with code.when(fits == 0):
        x, y = code.scalars(source), code.scalars(target)
        with code.range(length) as i:
            y[i] = factor * x[i]


def _multiply_vectors(code, source, target, factor, length):
    x, y = code.vectors(source), code.vectors(target)
    factors = code.repeat(factor)
    with code.range(length, step=code.lanes) as i:
        y[i] = factors * x[i]


def _shift_vectors(code, source, target, shift, length):
    """Write target = source + shift for integers as wide as this code's numbers."""
    x, y = code.vectors(source), code.vectors(target)
    shifts = code.repeat(code.narrow_integer(shift))
    with code.range(length, step=code.lanes) as i:
        y[i] = (x[i].as_bits() + shifts).as_numbers()


def _integers(code, address):
    """Return memory of integers that are as wide as this code's numbers."""
    return code.scalars(address, INTEGER if code.bits == 64 else INTEGER32)


def make_expand_csr(bits, index_bits):
    """Return the kernel that expands CSR rows, with columns of ``index_bits``.

    In a row, the monomials of a degree are ordered by their leading entry. Those led by
    entry j are those of the degree below, from the first that x_j may lead on: values
    are multiplied by x_j, and columns are shifted by a number that depends only on the
    degree and the feature.
    """

    def write(code, row, context, scalars):
        integers = Code(code.builder, index_bits)
        row_starts = code.scalars(row[ROW_STARTS], INTEGER)
        out_starts = code.scalars(row[OUT_STARTS], INTEGER)
        with code.range(row[N_ROWS]) as r:
            first, at = row_starts[r], out_starts[r]
            entries = first, row_starts[r + 1] - first
            with code.when(row[HAS_BIAS] != 0):
                code.scalars(row[OUT])[at] = code.constant(1.0, code.number)
                (zero,) = code.integers(0)
                _integers(integers, row[OUT_COLUMNS])[at] = integers.narrow_integer(
                    zero
                )
            place = code.variable(at + row[HAS_BIAS])
            place_below = code.variable(code.integers(0)[0])
            with code.range(row[MAX_DEGREE] + 1, start=1) as degree:
                is_below = degree < row[MIN_DEGREE]
                start = where(is_below, place_below.value, place.value)
                end = _write_degree(code, integers, row, entries, degree, start)
                place.value = where(is_below, place.value, end)
                place_below.value = where(is_below, end, place_below.value)

    return kernel(write, bits)


def _write_degree(code, integers, row, entries, degree, start):
    """Write the monomials of one degree of a row, and return their end.

    STARTS[degree] has their positions: slot 0 the end, slot 1 + j the first one led by
    entry j, and one more slot the end again.
    """
    first, n_entries = entries
    n_out = code.scalars(row[OUT_STARTS], INTEGER)[row[N_ROWS]]
    room = where(degree < row[MIN_DEGREE], _PLENTY, n_out)
    values, columns = _where_degree_stands(row, degree)
    old_values, old_columns = _where_degree_stands(row, degree - 1)
    data = code.scalars(row[X]).from_(first)
    shifts = code.scalars(row[SHIFTS], INTEGER)
    shifts = shifts.from_((degree - 1) * row[N_ENTRIES] + first)
    starts = _starts(code, row, degree)
    old_starts = _starts(code, row, degree - 1)
    place = code.variable(start)
    with code.range(n_entries) as j:
        at = place.value
        starts[j + 1] = at
        with code.when(degree == 1):
            code.scalars(values)[at] = data[j]
            column = integers.narrow_integer(shifts[j])
            _integers(integers, columns)[at] = column
            place.value = at + 1
        with code.when(degree > 1):
            source = old_starts[j + 1] + _skip(code, row, first, j, degree - 1)
            length = old_starts[0] - source
            sources = _Entries(old_values, old_columns).from_(source, code, integers)
            targets = _Entries(values, columns).from_(at, code, integers)
            lead = data[j], shifts[j]
            _lead(code, integers, lead, sources, targets, length, room - at)
            place.value = at + length
    starts[0] = place.value
    starts[n_entries + 1] = place.value
    return place.value


class _Entries(NamedTuple):
    """Addresses of values and columns of entries."""

    values: object
    columns: object

    def from_(self, entry, code, integers):
        """Return the addresses from a later entry on."""
        return _Entries(
            self.values + entry * code.size, self.columns + entry * integers.size
        )


def _lead(code, integers, lead, sources, targets, length, room):
    """Write entries times the leading value, with columns shifted."""
    value, shift = lead
    # Reading a vector has to wait for single numbers that were just written to its
    # place. A few entries are therefore faster one by one.
    lanes = max(code.lanes, integers.lanes)
    is_long = (length >= _LONG) & (length + lanes <= room)
    with code.when(is_long):
        _multiply_vectors(code, sources.values, targets.values, value, length)
        _shift_vectors(integers, sources.columns, targets.columns, shift, length)
    with code.when(is_long == 0):
        x, y = code.scalars(sources.values), code.scalars(targets.values)
        columns = _integers(integers, sources.columns)
        moved = _integers(integers, targets.columns)
        shift = integers.narrow_integer(shift)
        with code.range(length) as i:
            y[i] = value * x[i]
            moved[i] = columns[i] + shift


def _where_degree_stands(row, degree):
    """Return the addresses of values and columns of the monomials of a degree."""
    is_below = degree < row[MIN_DEGREE]
    return (
        where(is_below, row[SCRATCH], row[OUT]),
        where(is_below, row[SCRATCH_COLUMNS], row[OUT_COLUMNS]),
    )


def _starts(code, row, degree):
    return code.scalars(row[STARTS], INTEGER).from_(degree * row[LD_STARTS])


def _skip(code, row, first, j, degree):
    """Count the monomials of a degree that contain x_j to the power of its cap.

    Their other factors are entries after j. STARTS[0] is for the constant, which ends
    at 1 and begins at 0 for any leading entry.
    """
    cap = code.scalars(row[CAPS], INTEGER)[(first + j) * row[CAP_STEP]]
    rest = degree - cap
    starts = _starts(code, row, where(rest < 0, 0, rest))
    return where(rest < 0, 0, starts[0] - starts[j + 2])
