"""Blocks of rows: as much of a minibatch as runs through the network at once.

A minibatch goes through all instructions, forward and backward, block by block, and
gradients add up in the order of the blocks. Signals of a block stay in the cache on
their way, and the workspace is as large as a block.
"""

import math
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
_WORTH_A_THREAD = 3_000_000  # multiply-adds forward; some tenth of a millisecond
MOST_LANES = 8  # of a minibatch; each takes as much memory as the parameters

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
    what fits into the cache, or fewer where there is work for several threads, and not
    so few that to read the parameters again, block after block, would cost more than is
    saved. How many threads there are makes no difference.
    """
    if any(instruction.module.mixes_rows for instruction in program.instructions):
        return batch_size
    rows = chosen_rows.get()
    if rows is None:
        bytes_per_row = 2 * itemsize * program.workspace_width  # adjoints too
        in_cache = _PART_OF_SIGNALS * second_level_cache() / bytes_per_row
        as_large = itemsize * program.n_parameters / bytes_per_row
        rows = max(in_cache, as_large, _FEWEST_ROWS)
        shared = batch_size / _threads_worth(program, batch_size)
        rows = min(rows, max(shared, as_large / 2, _FEWEST_ROWS))
    n_blocks = max(1, round(batch_size / rows))
    # As equal as can be.
    rows = -(-batch_size // n_blocks)
    return min(batch_size, -(-rows // _QUANTUM) * _QUANTUM)


def _threads_worth(program, batch_size):
    """Return how many threads at most a minibatch has enough work for."""
    work = batch_size * multiply_adds(program)
    return min(MOST_LANES, max(1, work // _WORTH_A_THREAD))


def multiply_adds(program):
    """Return how many multiplications a row takes forward, in matrices and vectors."""
    return sum(
        n_times * math.prod(program.blocks[index].shape)
        for instruction, n_times in zip(
            program.instructions, program.times, strict=True
        )
        for index in instruction.blocks
    )


def n_lanes(block_size, batch_size):
    """Return how many lanes the blocks of a minibatch are dealt to."""
    return min(MOST_LANES, -(-batch_size // block_size))


def run_blocks(rows, block_size):
    """Return the row that runs a minibatch block by block.

    Parameters
    ----------
    rows : Row
        Loads a block, and adds its gradient to what is there.
    block_size : int
    """
    return new_list(
        RunBlocks,
        table.loop_kernel("run_blocks"),
        [rows],
        block_size=block_size,
    )
