"""Matrix products of any size: C = D + A B by tiles, panels and blocks.

The sums of a tile of C, a few rows by a few vectors, stay in registers during the loop
over k. Each step loads a few vectors of a row of B, broadcasts an element of each row
of A, and multiplies all pairs. Around the tile there are three loops (Goto & van de
Geijn 2008): over blocks of rows of A and of k, which stay in the second-level cache,
and over panels of B as wide as a tile, which stay in the first-level cache.
"""

from skbackprop.kernels.language.values import fma, smaller, target, where
from skbackprop.kernels.matmul.matrices import (
    LeftMatrix,
    Matrix,
    transpose_block,
    where_all,
)

DEPTH, HEIGHT = 256, 512  # steps of k, and rows of A, in a block
MIN_ROWS_TO_PACK_PANEL = 96  # with fewer rows, packing costs more than it saves

# A block of a transpose is packed if enough panels use it, and is smaller.
PACKED_HEIGHT_BYTES = 1024
MIN_PANELS_TO_PACK_BLOCK = 5
_BLOCK_AT = DEPTH * 3 * 64  # after a panel, on the processor with the widest vectors
PACK_BYTES = _BLOCK_AT + DEPTH * PACKED_HEIGHT_BYTES


def product(code, m, n, k, a, b, transposed, d, c, pack):
    """Write the loops over blocks of rows, blocks of k, and panels of B."""
    n_vectors = (n + (code.lanes - 1)) // code.lanes
    enough_vectors = MIN_PANELS_TO_PACK_BLOCK * target().tile_vectors
    is_packed = (
        (a.row_stride == 1) & (a.column_stride > 1) & (n_vectors >= enough_vectors)
    )
    packed_height = PACKED_HEIGHT_BYTES // code.size
    block_height = where(is_packed, *code.integers(packed_height, HEIGHT))
    with code.range(m, step=block_height) as i, code.range(k, step=DEPTH) as p:
        height, depth = smaller(m - i, block_height), smaller(k - p, DEPTH)
        a_part, packed = a.part(i, p), _packed_block(code, depth, pack + _BLOCK_AT)
        with code.when(is_packed):
            _pack_block(code, height, depth, a_part, packed)
        a_part = where_all(is_packed, packed, a_part)
        for panel_vectors, first, count in _panels(n_vectors):
            with code.range(count) as panel:
                j = (first + panel * panel_vectors) * code.lanes
                c_part, d_part = c.part(i, j), d.part(i, j)
                # Later blocks of k add to the results of the first in C.
                start = where_all(p == 0, d_part, c_part)
                b_part = where_all(transposed != 0, b.part(j, p), b.part(p, j))
                n_to_transpose = where(transposed != 0, n - j, 0)
                code.call(
                    _panel_writer(panel_vectors),
                    *(height, depth, a_part, b_part, n_to_transpose),
                    *(start, c_part, pack),
                )


def _panels(n_vectors):
    """Divide vectors of columns into panels: (vectors of a panel, first, panels).

    Panels of one vector are slow, and three vectors are best. Any number except 1 is a
    sum of threes and at most two twos.
    """
    if target().tile_vectors == 3:
        ones = (n_vectors == 1).as_integer()
        twos = n_vectors * 2 % 3 * (1 - ones)
        threes = (n_vectors - twos * 2 - ones) // 3
        counts = {3: threes, 2: twos, 1: ones}
    else:
        counts = {2: n_vectors // 2, 1: n_vectors % 2}
    first = 0
    for width, count in counts.items():
        yield width, first, count
        first = count * width + first


def _panel_writer(n_vectors):
    """Return the writer of the product of a block of A and a panel of B.

    The panel is packed, row after row, if it is used often enough; a panel of B^T is
    always packed.
    """

    def write(code, m, k, a, b, n_to_transpose, d, c, pack):
        packed = Matrix(pack, code.integers(n_vectors * code.lanes)[0])
        is_transposed = n_to_transpose != 0
        is_copied = (
            (n_to_transpose == 0)
            & (m >= MIN_ROWS_TO_PACK_PANEL)
            & (packed.stride < b.stride)
        )
        with code.when(is_transposed):
            _pack_transposed(code, n_vectors, k, b, n_to_transpose, packed)
        with code.when(is_copied):
            _pack_panel(code, n_vectors, k, b, packed)
        b = where_all(is_transposed | is_copied, packed, b)
        done = 0
        for n_rows in _tile_heights():
            n_tiles = (m - done) // n_rows
            with code.range(n_tiles) as tile:
                i = tile * n_rows + done
                first = a.row(i)
                row_bytes = a.row_stride * code.size
                a_rows = tuple(first + row_bytes * row for row in range(n_rows))
                code.call(
                    _tile_writer(n_rows, n_vectors),
                    *(k, a_rows, a.column_stride, b, d.part(i, 0), c.part(i, 0)),
                )
            done = n_tiles * n_rows + done

    write.__name__ = f"panel_{n_vectors}"
    return write


def _tile_heights():
    height = target().tile_rows
    while height:
        yield height
        height //= 2


def _tile_writer(n_rows, n_vectors):
    """Return the writer of C = D + A B for a tile of C that fits into registers.

    The rows of A are passed as separate addresses. From one address and a stride, LLVM
    would compute the address of each row from the previous one at every step, a chain
    of additions that takes longer than the multiplications.
    """

    def write(code, k, a_rows, a_stride, b, d, c):
        columns = range(0, n_vectors * code.lanes, code.lanes)
        sums = [
            [code.variable(row[j]) for j in columns] for row in d.rows(code, n_rows)
        ]
        a_rows = [code.scalars(address) for address in a_rows]
        b_rows = code.vectors(b.address)
        with code.range(k) as p:
            b_vectors = [b_rows[p * b.stride + j] for j in columns]
            for a_row, row_sums in zip(a_rows, sums, strict=True):
                repeated = code.repeat(a_row[p * a_stride])
                for vector, total in zip(b_vectors, row_sums, strict=True):
                    total.value = fma(repeated, vector, total.value)
        for c_row, row_sums in zip(c.rows(code, n_rows), sums, strict=True):
            for j, total in zip(columns, row_sums, strict=True):
                c_row[j] = total.value

    write.__name__ = f"tile_{n_rows}x{n_vectors}"
    return write


def _pack_panel(code, n_vectors, k, b, packed):
    """Copy k rows of a panel to contiguous memory."""
    source, copy = code.vectors(b.address), code.vectors(packed.address)
    with code.range(k) as p:
        for j in range(0, n_vectors * code.lanes, code.lanes):
            copy[p * packed.stride + j] = source[p * b.stride + j]


def _pack_transposed(code, n_vectors, k, b, n, packed):
    """Copy a panel from n rows of the transpose, in blocks as wide as a vector.

    Lanes beyond the n-th are zero, as they become the padding of C and of a gradient.
    """
    for first in range(0, n_vectors * code.lanes, code.lanes):
        with code.range(k, step=code.lanes) as p:
            code.call(
                transpose_block,
                *(b.part(first, p), n - (first + 1), packed.part(p, first)),
            )


def _packed_block(code, depth, address):
    """Return the packed block of A, in which each group is stored by columns."""
    height = target().tile_rows
    return LeftMatrix(address, depth * height, *code.integers(1, height))


def _pack_block(code, m, k, a, packed):
    """Copy a block of a transpose, whose columns are contiguous, by groups.

    The rows of x of a group are far apart in memory. A few rows are read for all groups
    before the next rows, as each row stays on one memory page.
    """
    height, rows_at_once = target().tile_rows, 8
    with code.range(k, step=rows_at_once) as p, code.range(m, step=height) as i:
        source = code.vectors(a.part(i, p).address).of(height)
        copy = code.vectors(packed.part(i, p).address).of(height)
        with code.range(smaller(k - p, rows_at_once)) as row:
            copy[row * packed.column_stride] = source[row * a.column_stride]
