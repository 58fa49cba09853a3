"""Kernels reached by name and run on arrays."""

import sys

import numpy as np
import pytest
from jit_marks import needs_jit

from skbackprop.kernels import calling, jit


def test_a_factory_is_found_by_the_name_of_its_kernel():
    pytest.importorskip("numba")
    factory = calling.kernel_factory("training.gather.gather")
    file = sys.modules["skbackprop.kernels.training.gather"]
    assert factory is file.make_gather


@needs_jit
def test_tables_that_a_kernel_does_not_read_may_be_left_out():
    from skbackprop.kernels.language.memory import plain_kernel

    def make():
        def write_seven(row, context, scalars):
            row[1] = 7

        return plain_kernel(write_seven)

    row = np.zeros(2, np.int64)
    calling.run_kernel(jit.compile_kernel(make, "seven", is_cached=False), row)
    assert row.tolist() == [0, 7]


def test_the_address_of_a_part_is_where_it_begins():
    whole = np.zeros((3, 4))
    assert calling.address(whole[1:]) == calling.address(whole) + 4 * 8
