"""Rows and their layouts: what the executor and the kernels agree on."""

import gc
import weakref

import numpy as np
import pytest

from skbackprop.kernels import abi, lanes
from skbackprop.kernels.calling import address
from skbackprop.kernels.rows import new_list, new_row

TABLES = [abi.Context, abi.Scalar, abi.Penalty]
LAYOUTS = [
    layout
    for layout in [*vars(abi).values(), *vars(lanes).values()]
    if hasattr(layout, "_fields") and layout not in TABLES
]


def name_of(layout):
    return type(layout).__name__


@pytest.mark.parametrize("layout", LAYOUTS, ids=name_of)
def test_fields_stand_behind_the_kernel_and_within_a_row(layout):
    assert list(layout) == list(range(1, len(layout) + 1))
    assert abi.KERNEL == 0
    assert len(layout) < abi.ROW_FIELDS


def test_rows_of_a_list_begin_on_cache_lines():
    assert abi.ROW_BYTES % 64 == 0


@pytest.mark.parametrize("layout", TABLES, ids=name_of)
def test_fields_of_shared_tables_are_numbered_from_the_first(layout):
    assert list(layout) == list(range(len(layout)))


def test_a_row_is_filled_by_names_and_arrays_stand_for_their_addresses():
    targets = np.zeros(3)
    row = new_row(abi.Loss, 77, targets=targets, width=5)
    assert row[abi.KERNEL] == 77
    assert row[abi.Loss.targets] == address(targets)
    assert row[abi.Loss.width] == 5
    assert np.count_nonzero(row) == 3


def test_a_row_has_only_the_fields_of_its_layout():
    with pytest.raises(AttributeError, match="slots"):
        new_row(abi.Loss, 0, slots=1)


def test_a_row_keeps_alive_what_it_points_at_until_it_points_elsewhere():
    vector = np.zeros(3)
    reference = weakref.ref(vector)
    row = new_row(abi.Clip, 0, gradient=vector)
    del vector
    gc.collect()
    assert reference() is not None
    row.set(gradient=np.zeros(2))
    gc.collect()
    assert reference() is None


def test_a_list_runs_copies_of_its_rows_in_their_order():
    rows = [new_row(abi.Clip, i, n_elements=10 * i) for i in range(3)]
    run = new_list(abi.RowList, 5, rows)
    table = run.memory["rows"]
    assert run[abi.RowList.rows] == address(table)
    assert run[abi.RowList.n_rows] == 3
    np.testing.assert_array_equal(table, rows)
    assert table.strides[0] == abi.ROW_BYTES
