"""Blocks of rows: parts of a minibatch that run through the network one by one.

Each block of a minibatch runs through all instructions, forward and backward, and
gradients are added in the order of the blocks. The signals of a block stay in the
cache, and the workspace has the size of a block.
"""

import math
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from skbackprop.kernels import table
from skbackprop.kernels.abi import RunBlocks
from skbackprop.kernels.rows import new_list

_CACHE_BYTES = 1 << 20  # if the system does not report it
_SIZE_OF_CACHE = Path("/sys/devices/system/cpu/cpu0/cache/index2/size")
_PART_OF_SIGNALS = 1 / 3  # of the cache, for signals and adjoints of a block
_FEWEST_ROWS = 64  # of a block, as smaller products are slow
_QUANTUM = 32  # block sizes are multiples; kernels process several rows together
_WORTH_A_THREAD = 3_000_000  # multiply-adds forward, about a tenth of a millisecond
MOST_LANES = 8  # of a minibatch; each takes as much memory as the parameters

# Rows of a block, if set by skbackprop.engine.debugging.
chosen_rows = ContextVar("chosen_rows", default=None)


@cache
def second_level_cache():
    """Return the size of a core's second-level cache in bytes."""
    try:
        size = _SIZE_OF_CACHE.read_text().strip()
        return int(size.removesuffix("K")) << 10
    except (OSError, ValueError):
        return _CACHE_BYTES


def rows_per_block(program, itemsize, batch_size):
    """Return the number of rows in a block of a minibatch.

    If a module mixes rows, like BatchNorm, the block is the whole minibatch. Otherwise
    it is the number of rows that fit into the cache, or fewer if there is work for
    several threads, but not so few that reading the parameters again for each block
    would cost more than is saved. It does not depend on the number of threads.
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
    # Blocks of equal size, if possible.
    rows = -(-batch_size // n_blocks)
    return min(batch_size, -(-rows // _QUANTUM) * _QUANTUM)


def _threads_worth(program, batch_size):
    """Return the maximum number of threads for which a minibatch has enough work."""
    work = batch_size * multiply_adds(program)
    return min(MOST_LANES, max(1, work // _WORTH_A_THREAD))


def multiply_adds(program):
    """Return the number of multiplications of a row in the forward pass."""
    return sum(
        n_times * math.prod(program.blocks[index].shape)
        for instruction, n_times in zip(
            program.instructions, program.times, strict=True
        )
        for index in instruction.blocks
    )


def n_lanes(block_size, batch_size):
    """Return the number of lanes among which the blocks of a minibatch are divided."""
    return min(MOST_LANES, -(-batch_size // block_size))


def run_blocks(rows, block_size):
    """Return the row that runs a minibatch block by block.

    Parameters
    ----------
    rows : Row
        Loads a block, and adds its gradient to the existing one.
    block_size : int
    """
    return new_list(
        RunBlocks,
        table.loop_kernel("run_blocks"),
        [rows],
        block_size=block_size,
    )
