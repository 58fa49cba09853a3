"""One column in every form in which libraries hold it, and what it becomes.

A form is a function of a list of Python values, None where one is missing, that
returns a table of one column, "x" where it has names.
"""

from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa


def in_pandas(dtype):
    return lambda values: pd.DataFrame({"x": pd.Series(values, dtype=dtype)})


def in_polars(dtype):
    return lambda values: pl.DataFrame({"x": pl.Series(values, dtype=dtype)})


def in_arrow(dtype):
    return lambda values: pa.table({"x": pa.array(values, dtype)})


def in_list(values):
    return [[value] for value in values]


def in_objects(values):
    column = np.empty((len(values), 1), dtype=object)
    column[:, 0] = values
    return column


def masked(values, filler=7.0):
    mask = np.array([[value is None] for value in values])
    filled = [[filler if value is None else value] for value in values]
    return np.ma.masked_array(filled, mask)


def masked_objects(values):
    held = in_objects(["seven" if value is None else value for value in values])
    return np.ma.masked_array(held, [[value is None] for value in values])


def with_na(values):
    held = [pd.NA if value is None else value for value in values]
    return pd.DataFrame({"x": pd.Series(held, dtype=object)})


def with_nan(values):
    held = [float("nan") if value is None else value for value in values]
    return pd.DataFrame({"x": pd.Series(held, dtype=object)})


def in_floats(values):
    held = [[np.nan if value is None else value] for value in values]
    return np.array(held, dtype=np.float64)


def in_float_frame(values):
    return pd.DataFrame(in_floats(values), columns=["x"])


def sparse_floats(values):
    dtype = pd.SparseDtype(float, 0.0)
    return pd.DataFrame({"x": in_floats(values)[:, 0]}).astype(dtype)


def decimals(values):
    return [None if value is None else Decimal(value) for value in values]


def chunked(values):
    parts = values[: len(values) // 2], values[len(values) // 2 :]
    dtype = pa.array(values).type
    return pa.table({"x": pa.chunked_array([pa.array(part, dtype) for part in parts])})


ANYWHERE = {  # whatever the values are
    "list": in_list,
    "objects": in_objects,
    "pandas object": in_pandas(object),
    "pandas object with NA": with_na,
    "pandas object with NaN": with_nan,
    "chunked": chunked,
    "record batch": lambda values: chunked(values).combine_chunks().to_batches()[0],
}
FLOATS = ANYWHERE | {
    "array": in_floats,
    "float frame": in_float_frame,
    "fortran": lambda values: np.asfortranarray(in_floats(values)),
    "big endian": lambda values: in_floats(values).astype(">f8"),
    "float32": lambda values: in_floats(values).astype(np.float32),
    "float16": lambda values: in_floats(values).astype(np.float16),
    "masked": masked,
    "masked objects": masked_objects,
    "Float64": in_pandas("Float64"),
    "Float32": in_pandas("Float32"),
    "double[pyarrow]": in_pandas("double[pyarrow]"),
    "sparse": sparse_floats,
    "pandas decimals": lambda values: in_pandas(object)(decimals(values)),
    "polars Float64": in_polars(pl.Float64),
    "polars Float32": in_polars(pl.Float32),
    "polars Decimal": lambda values: in_polars(pl.Decimal(9, 1))(decimals(values)),
    "polars Object": in_polars(pl.Object),
    "arrow double": in_arrow(pa.float64()),
    "arrow float": in_arrow(pa.float32()),
    "arrow decimal": lambda values: in_arrow(pa.decimal128(9, 1))(decimals(values)),
}
INTEGERS = FLOATS | {
    "Int64": in_pandas("Int64"),
    "Int8": in_pandas("Int8"),
    "int64[pyarrow]": in_pandas("int64[pyarrow]"),
    "polars Int16": in_polars(pl.Int16),
    "arrow int8": in_arrow(pa.int8()),
}
BOOLEANS = {name: form for name, form in INTEGERS.items() if name != "arrow int8"} | {
    "boolean": in_pandas("boolean"),
    "bool[pyarrow]": in_pandas("bool[pyarrow]"),
    "polars Boolean": in_polars(pl.Boolean),
    "arrow bool": in_arrow(pa.bool_()),
}
LABELS = ANYWHERE | {
    "masked objects": masked_objects,
    "default": lambda values: pd.DataFrame({"x": values}),
    "string": in_pandas("string"),
    "string[pyarrow]": in_pandas("string[pyarrow]"),
    "arrow strings of pandas": in_pandas(pd.ArrowDtype(pa.string())),
    "category": in_pandas("category"),
    "category, unused": lambda values: pd.DataFrame(
        {"x": pd.Categorical(values, ["?", *sorted(set(values) - {None})[::-1], "!"])}
    ),
    "category, ordered": lambda values: pd.DataFrame(
        {"x": pd.Categorical(values, sorted(set(values) - {None}), ordered=True)}
    ),
    "dictionary of pandas": lambda values: pd.DataFrame(
        {"x": pd.Series(pd.array(values, pd.ArrowDtype(pa.string()))).astype(_codes())}
    ),
    "polars String": in_polars(pl.String),
    "polars Categorical": in_polars(pl.Categorical),
    "polars Enum": lambda values: in_polars(
        pl.Enum(["?", *sorted(set(values) - {None})])
    )(values),
    "arrow string": in_arrow(pa.string()),
    "arrow large string": in_arrow(pa.large_string()),
    "arrow dictionary": lambda values: pa.table(
        {"x": pa.array(values, pa.string()).dictionary_encode()}
    ),
}
# Those in which nothing can be missing.
WHOLE = {
    "int64": (INTEGERS, lambda values: np.array(values, np.int64)[:, np.newaxis]),
    "uint8": (BOOLEANS, lambda values: np.array(values, np.uint8)[:, np.newaxis]),
    "bool": (BOOLEANS, lambda values: np.array(values, bool)[:, np.newaxis]),
    "pandas int32": (INTEGERS, in_pandas(np.int32)),
    "pandas bool": (BOOLEANS, in_pandas(bool)),
    "polars UInt8": (BOOLEANS, in_polars(pl.UInt8)),
    "strings": (LABELS, lambda values: np.array(values, str)[:, np.newaxis]),
}


def _codes():
    return pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string()))


def forms_of(kind, is_whole):
    """Return the names of forms of a kind, and the functions."""
    forms = dict(kind)
    if is_whole:
        forms |= {name: form for name, (of, form) in WHOLE.items() if of is kind}
    return forms


def scaled(columns):
    """Return columns scaled as the documentation says, step by step, in float32."""
    Z = []
    for x in np.array(columns, float):
        present = x[~np.isnan(x)]
        if len(present) == 0:
            Z.append(np.zeros(len(x)))
            continue
        lower, median, upper = np.percentile(present, [25, 50, 75])
        spread, span = upper - lower, present.max() - present.min()
        factor = 1 / spread if spread else 2 / span if span else 0
        Z.append((np.where(np.isnan(x), median, x) - median) * factor)
    return np.array(Z).T.astype(np.float32)


def numbers_as_columns(values):
    """Return what a column of numbers becomes, before scaling."""
    x = np.array([np.nan if value is None else float(value) for value in values])
    is_missing = np.isnan(x)
    if is_missing.any() and not is_missing.all():
        return [x, is_missing.astype(float)]
    return [x]


def labels_as_columns(values):
    """Return what a column of labels becomes, before scaling."""
    levels = sorted(set(values) - {None})
    if len(levels) == 2:
        return [[0 if v is None else 2 * levels.index(v) - 1 for v in values]]
    if not levels:
        return [[0.0] * len(values)]
    return [[float(value == level) for value in values] for level in levels]
