"""Recording of ensembles for tables: preprocessing, members and their mean."""

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skbackprop.network.compiler import compile_graph
from skbackprop.onnx.models import Column, Interface, interface_of, matrix_of
from skbackprop.onnx.networks import labels_of, record_predictions, record_program
from skbackprop.tabular.classifier import TabularClassifier
from skbackprop.tabular.numeric import NumericColumn
from skbackprop.tabular.regressor import TabularRegressor
from skbackprop.tabular.scaling import BOUND


@interface_of.register
def _(model: TabularClassifier, dtype, X):
    def record(inputs, xp):
        mean = _weighted_mean(model, inputs, "probabilities", xp)
        predict = _of_labels if model._is_multilabel else _of_classes
        found = predict(model, mean, xp)
        return {
            **found,
            "probabilities": xp.cast(found["probabilities"], _float(inputs)),
        }

    return Interface(_columns_of(model, dtype), record)


@interface_of.register
def _(model: TabularRegressor, dtype, X):
    def record(inputs, xp):
        mean = _weighted_mean(model, inputs, "variable", xp)
        return {"variable": xp.cast(mean * model._scale + model._mean, _float(inputs))}

    return Interface(_columns_of(model, dtype), record)


def _float(inputs):
    """Return the dtype of numeric inputs, or float64 if there are none."""
    floats = [x.dtype for x in inputs if x.dtype.kind == "f"]
    return floats[0] if floats else np.dtype(np.float64)


def _columns_of(model, dtype):
    """Return one input per column, or a matrix if all are numeric and unnamed."""
    check_is_fitted(model)
    columns, dtype = model.table_.columns, np.dtype(dtype or np.float64)
    are_numeric = all(isinstance(column, NumericColumn) for column in columns)
    if are_numeric and not hasattr(model, "feature_names_in_"):
        return matrix_of(len(columns), dtype)
    return [
        Column(
            column.name,
            dtype if isinstance(column, NumericColumn) else _dtype_of_levels(column),
            (1,),
        )
        for column in columns
    ]


def _dtype_of_levels(column):
    are_integers = column.levels and {type(level) for level in column.levels} == {int}
    return np.dtype(np.int64 if are_integers else object)


def _weighted_mean(model, inputs, output, xp):
    """Return the weighted mean of an output over members, in double precision."""
    xp.subject = model
    x, mean = _read_table(model, inputs, xp), None
    for net, weight in zip(model.estimators_, model.weights_, strict=True):
        program = compile_graph(net.graph_)
        logits = record_program(program, net._parameters, x, xp)
        found = record_predictions(net._targets, logits, xp)[output]
        if output == "variable":
            lowest, highest = model._range
            found = xp.minimum(xp.maximum(found, lowest), highest)
        term = float(weight) * xp.cast(found, np.float64)
        mean = term if mean is None else mean + term
    return mean


def _of_classes(model, mean, xp):
    """Return label and probabilities from the mean of probabilities."""
    index = xp.apply("ArgMax", mean, dtype=np.int64, axis=1, keepdims=0)
    logarithms = xp.log(xp.maximum(mean, np.finfo(np.float64).tiny))
    sharpened = xp.apply("Softmax", logarithms / model.temperature_, axis=-1)
    label = labels_of(model.classes_, index, xp)
    return {"label": label, "probabilities": sharpened}


def _of_labels(model, mean, xp):
    """Return label indicators and probabilities of multilabel targets."""
    label = xp.cast(mean > 0.5, np.int64)
    tiny = np.finfo(np.float64).tiny
    yes, no = (xp.log(xp.maximum(p, tiny)) for p in (mean, 1.0 - mean))
    odds = (yes - no) / model.temperature_
    return {"label": label, "probabilities": xp.apply("Sigmoid", odds)}


# The input matrix of members


def _read_table(model, inputs, xp):
    """Return the preprocessed columns as a float32 matrix."""
    columns = model.table_.columns
    if len(inputs) < len(columns):  # one matrix, of numbers only
        inputs = [xp.columns(*inputs, [j]) for j in range(len(columns))]
    numeric, nominal, places, n_before = [], [], {"numeric": [], "nominal": []}, 0
    for column, values in zip(columns, inputs, strict=True):
        is_numeric = isinstance(column, NumericColumn)
        own = np.arange(n_before, n_before + len(column.names))
        n_before += len(own)
        places["numeric" if is_numeric else "nominal"].append(own)
        if is_numeric:
            numeric.append((column, values))
        else:
            nominal.append(_read_levels(column, values, xp))
    parts = [*_read_numbers(numeric, xp), *nominal]
    # Parts are numbers, indicators of missing values and levels; restore the order.
    of_numbers = [own[0] for own in places["numeric"]]
    of_missing = [own[1] for own in places["numeric"] if len(own) > 1]
    order = np.concatenate([of_numbers, of_missing, *places["nominal"]]).astype(int)
    joined = xp.concatenate(parts)
    return xp.columns(joined, np.argsort(order))


def _read_numbers(pairs, xp):
    """Return the scaled numeric columns, and their indicators of missing values."""
    if not pairs:
        return []
    columns = [column for column, _ in pairs]
    x = xp.concatenate([xp.cast(values, np.float64) for _, values in pairs])
    half_medians = np.array([column.scale.median for column in columns]) / 2
    factors = np.array([column.scale.factor for column in columns]) * 2
    is_missing = xp.apply("IsNaN", x, dtype=bool)
    scaled = xp.where(is_missing, 0.0, (0.5 * x - half_medians) * factors)
    scaled = xp.minimum(xp.maximum(scaled, -BOUND), BOUND)
    parts = [xp.cast(scaled, np.float32)]
    marked = [j for j, column in enumerate(columns) if column.indicator is not None]
    if marked:
        missing = [columns[j].indicator.of(1) for j in marked]
        present = [columns[j].indicator.of(0) for j in marked]
        marks = xp.columns(is_missing, marked)
        missing, present = (xp.constant(np.array(m)) for m in (missing, present))
        parts.append(xp.where(marks, missing, present))
    return parts


def _read_levels(column, values, xp):
    """Return the encoded columns of a nominal column."""
    if not column.levels:
        return xp.full(values, 1, 0, np.float32)
    rows = column._scaled
    unknown = len(column.levels)  # the row for unknown levels
    if values.dtype == object:
        keys, place_of = "keys_strings", _places_of_texts(column, len(rows) - 1)
    else:
        places = {level: place for place, level in enumerate(column.levels)}
        keys, place_of = "keys_int64s", places
    index = xp.apply(
        "LabelEncoder",
        values,
        dtype=np.int64,
        domain="ai.onnx.ml",
        values_int64s=list(place_of.values()),
        default_int64=unknown,
        **{keys: list(place_of)},
    )
    return xp.apply("Gather", rows, xp.reshape(index, -1), axis=0, dtype=np.float32)


def _places_of_texts(column, missing):
    """Return the row of each string: levels that are strings first, then numbers.

    Numbers are formatted as in Python. An empty string stands for a missing value,
    unless it is a level.
    """
    levels = list(enumerate(column.levels))
    place_of = {level: place for place, level in levels if isinstance(level, str)}
    for place, level in levels:
        if not isinstance(level, str):
            place_of.setdefault(str(level), place)
            if not isinstance(level, bool):
                place_of.setdefault(str(float(level)), place)
    place_of.setdefault("", missing)
    return place_of
