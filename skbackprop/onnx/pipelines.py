"""Converters for skl2onnx, which exports pipelines."""

from sklearn.base import ClassifierMixin

from skbackprop.estimators.dag import NetworkClassifier, NetworkRegressor
from skbackprop.estimators.drlim import DrLIM
from skbackprop.estimators.mlp import MLPClassifier, MLPRegressor
from skbackprop.estimators.ranker import MLPRanker
from skbackprop.estimators.recurrent import RecurrentClassifier, RecurrentRegressor
from skbackprop.onnx.export import model_of
from skbackprop.onnx.models import interface_of
from skbackprop.onnx.recorder import Recorder, Tensor
from skbackprop.separability.linear_separator import LinearSeparator
from skbackprop.tabular.classifier import TabularClassifier
from skbackprop.tabular.regressor import TabularRegressor
from skbackprop.transformers.expansion import SparseRandomExpansion
from skbackprop.transformers.monomials.features import MonomialFeatures
from skbackprop.transformers.piecewise import PiecewiseLinearFeatures
from skbackprop.transformers.pooling import FeaturePooling
from skbackprop.transformers.scaling import SmoothClippingScaler
from skbackprop.utils.optional import import_optional

KINDS = (
    *(MLPClassifier, MLPRegressor, MLPRanker, NetworkClassifier, NetworkRegressor),
    *(RecurrentClassifier, RecurrentRegressor, TabularClassifier, TabularRegressor),
    *(DrLIM, LinearSeparator, MonomialFeatures, SparseRandomExpansion),
    *(FeaturePooling, PiecewiseLinearFeatures, SmoothClippingScaler),
)
# Options that skl2onnx applies to the labels and probabilities of classifiers.
_OF_CLASSIFIERS = {"zipmap": [True, False, "columns"], "nocl": [True, False]}


def register_skl2onnx():
    """Register converters for the models of this package with skl2onnx.

    Call it once in a process, before ``skl2onnx.to_onnx`` or ``convert_sklearn``. By
    default, skl2onnx returns probabilities as a list of dicts; pass
    ``options={"zipmap": False}`` for a matrix. In float32 pipelines, networks that were
    fitted in float64 are computed in float32.

    Raises
    ------
    ImportError
        If skl2onnx is not installed.

    See Also
    --------
    to_onnx : Export one model, without skl2onnx.

    Examples
    --------
    ::

        from skl2onnx import to_onnx
        from skbackprop.onnx import register_skl2onnx

        register_skl2onnx()
        pipe = make_pipeline(StandardScaler(), MLPClassifier()).fit(X, y)
        model = to_onnx(pipe, X[:1], options={"zipmap": False})
    """
    skl2onnx = import_optional("skl2onnx", "onnx")
    for kind in KINDS:
        options = (
            {"options": _OF_CLASSIFIERS} if issubclass(kind, ClassifierMixin) else {}
        )
        skl2onnx.update_registered_converter(
            kind, f"Skbackprop{kind.__name__}", _tell_shapes, _convert, **options
        )


def _convert(scope, operator, container):
    """Append the nodes of a model: a converter of skl2onnx."""
    xp = Recorder(container.target_opset, scope.get_unique_variable_name)
    given = [Tensor(x.full_name, _dtype_of(x.type), xp) for x in operator.inputs]
    interface = _interface(operator)
    found = interface.record(_arranged(given, interface.inputs, xp), xp)
    for tensor, output in zip(found.values(), operator.outputs, strict=True):
        xp.finish(xp.cast(tensor, _dtype_of(output.type)), output.full_name)
    container.initializers.extend(xp.initializers)
    helper = xp.onnx.helper
    for node in xp.nodes:
        attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
        container.add_node(
            node.op_type,
            list(node.input),
            list(node.output),
            op_domain=node.domain,
            op_version=2 if node.domain else None,
            name=scope.get_unique_operator_name(node.op_type),
            **attributes,
        )


def _tell_shapes(operator):
    """Set types and shapes of the outputs: a shape calculator of skl2onnx.

    They are the same as for the model exported alone.
    """
    types = import_optional("skl2onnx.common.data_types", "onnx")
    n_rows = operator.inputs[0].get_first_dimension()
    alone = model_of(_interface(operator), operator.target_opset)
    for output, found in zip(operator.outputs, alone.graph.output, strict=True):
        kind = types._guess_type_proto(found.type.tensor_type.elem_type, [])
        columns = [d.dim_value for d in found.type.tensor_type.shape.dim[1:]]
        output.set_type(type(kind)(shape=[n_rows, *columns]))


def _interface(operator):
    """Return the Interface of a model, with the dtype of its input."""
    dtype = _dtype_of(operator.inputs[0].type)
    return interface_of(
        operator.raw_operator, dtype if dtype.kind == "f" else None, None
    )


def _arranged(given, wanted, xp):
    """Return the inputs of a model, made from those of a pipeline."""
    if len(given) == len(wanted):
        pairs = zip(given, wanted, strict=True)
        return [x if w.dtype == object else xp.cast(x, w.dtype) for x, w in pairs]
    if len(wanted) == 1:
        return [xp.concatenate([xp.cast(x, wanted[0].dtype) for x in given])]
    if len(given) > 1:
        raise ValueError(
            f"The model has {len(wanted)} columns, which must be one input each or one "
            f"matrix together, got {len(given)} inputs."
        )
    return [xp.cast(xp.columns(*given, [j]), w.dtype) for j, w in enumerate(wanted)]


def _dtype_of(kind):
    """Return the NumPy dtype of a skl2onnx type."""
    helper = import_optional("onnx.helper", "onnx")
    number = kind.to_onnx_type().tensor_type.elem_type
    return helper.tensor_dtype_to_np_dtype(number)
