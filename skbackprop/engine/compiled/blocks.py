"""Blocks of rows: as much of a minibatch as runs through the network at once.

A minibatch goes through all instructions, forward and backward, block by block, and
gradients add up in the order of the blocks. Signals of a block stay in the cache on
their way, and the workspace is as large as a block.
"""

from contextvars import ContextVar
from functools import cache
from pathlib import Path

from skbackprop.kernels import table
from skbackprop.kernels.abi import RunBlocks
from skbackprop.kernels.rows import new_list

_CACHE_BYTES = 1 << 20  # where the system does not say
_SIZE_OF_CACHE = Path("/sys/devices/system/cpu/cpu0/cache/index2/size")
_PART_OF_SIGNALS = 1 / 3  # of the cache, that signals and adjoints of a block fill
_FEWEST_ROWS = 64  # of a block: products of less are slow
_QUANTUM = 32  # rows of blocks; kernels work on several at a time

# Rows of a block, where skbackprop.engine.debugging has chosen them.
chosen_rows = ContextVar("chosen_rows", default=None)


@cache
def second_level_cache():
    """Return the bytes of the cache that a core has to itself."""
    try:
        size = _SIZE_OF_CACHE.read_text().strip()
        return int(size.removesuffix("K")) << 10
    except (OSError, ValueError):
        return _CACHE_BYTES


def rows_per_block(program, itemsize, batch_size):
    """Return how many rows of a minibatch go through the network at once.

    That is all of them where a module compares rows, as BatchNorm does. Else it is
    what fits into the cache, and not so few that to read the parameters again, block
    after block, would cost more than is saved.
    """
    if any(instruction.module.mixes_rows for instruction in program.instructions):
        return batch_size
    rows = chosen_rows.get()
    if rows is None:
        bytes_per_row = 2 * itemsize * program.workspace_width  # adjoints too
        in_cache = _PART_OF_SIGNALS * second_level_cache() / bytes_per_row
        as_large = itemsize * program.n_parameters / bytes_per_row
        rows = max(in_cache, as_large, _FEWEST_ROWS)
    n_blocks = max(1, round(batch_size / rows))
    # As equal as can be.
    rows = -(-batch_size // n_blocks)
    return min(batch_size, -(-rows // _QUANTUM) * _QUANTUM)


def run_blocks(rows, block_size, gradient=None):
    """Return the row that runs a minibatch block by block.

    Parameters
    ----------
    rows : Row
        Loads a block, and adds its gradient to that of the others.
    block_size : int
    gradient : ndarray, default=None
        To be made 0 before the first block. None: what there is is added to.
    """
    return new_list(
        RunBlocks,
        table.loop_kernel("run_blocks"),
        [rows],
        block_size=block_size,
        gradient=0 if gradient is None else gradient,
        gradient_bytes=0 if gradient is None else gradient.nbytes,
    )
