"""A recorder, which turns computations with its tensors into nodes of an ONNX graph.

It can replace ``xp`` in formulas: tensors have arithmetic and comparisons, and the
recorder has the functions. onnxruntime has kernels in single and double precision for
all operators that are recorded here.
"""

import itertools
import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from skbackprop.utils.optional import import_optional

LEAST_OPSET = 13
# Operators whose form recorded here is from a later opset.
_SINCE = {"ReduceMax": 18, "ReduceLogSumExp": 18}
_ERF_DEGREE = 28


@dataclass(frozen=True, eq=False)
class Tensor:
    """A value in the recorded graph.

    Attributes
    ----------
    name : str
    dtype : dtype
        The dtype of strings is object.
    recorder : Recorder
    """

    name: str
    dtype: np.dtype
    recorder: object

    def __add__(self, other):
        return self.recorder.combine("Add", self, other)

    def __radd__(self, other):
        return self.recorder.combine("Add", other, self)

    def __sub__(self, other):
        return self.recorder.combine("Sub", self, other)

    def __rsub__(self, other):
        return self.recorder.combine("Sub", other, self)

    def __mul__(self, other):
        return self.recorder.combine("Mul", self, other)

    def __rmul__(self, other):
        return self.recorder.combine("Mul", other, self)

    def __truediv__(self, other):
        return self.recorder.combine("Div", self, other)

    def __rtruediv__(self, other):
        return self.recorder.combine("Div", other, self)

    def __neg__(self):
        return self.recorder.apply("Neg", self)

    def __abs__(self):
        return self.recorder.apply("Abs", self)

    def __lt__(self, other):
        return self.recorder.compare("Less", self, other)

    def __gt__(self, other):
        return self.recorder.compare("Greater", self, other)


class Recorder:
    """Recorder of the nodes and constants of an ONNX graph.

    Parameters
    ----------
    target_opset : int
    new_name : callable, default=None
        Takes a prefix and returns a unique name.

    Attributes
    ----------
    nodes : list of NodeProto
    initializers : list of TensorProto
    subject : object
        The module, loss or model being recorded, for error messages.
    """

    def __init__(self, target_opset, new_name=None):
        self.onnx = import_optional("onnx", "onnx")
        self.target_opset, self.subject = target_opset, None
        self.nodes, self.initializers, self._constants = [], [], {}
        numbers = itertools.count()
        self._new_name = new_name or (lambda beginning: f"{beginning}_{next(numbers)}")

    # Nodes

    def apply(self, operator, *inputs, dtype=None, domain="", **attributes):
        """Append a node with one output and return it; see ``outputs_of``."""
        (output,) = self.outputs_of(
            operator, *inputs, dtypes=[dtype], domain=domain, **attributes
        )
        return output

    def outputs_of(self, operator, *inputs, dtypes, domain="", **attributes):
        """Append a node and return its outputs.

        Parameters
        ----------
        operator : str
        *inputs : Tensor or array-like
        dtypes : list of dtype
            Dtypes of the outputs. None stands for the dtype of the first input.
        domain : str, default=""
        **attributes : object

        Returns
        -------
        list of Tensor
        """
        since = _SINCE.get(operator, LEAST_OPSET)
        if since > self.target_opset:
            raise ValueError(
                f"{self.subject!r} needs the operator {operator} of opset {since}, but "
                f"target_opset={self.target_opset}. Use target_opset={since} or higher."
            )
        inputs = [self.constant(x) for x in inputs]
        dtypes = [inputs[0].dtype if d is None else np.dtype(d) for d in dtypes]
        outputs = [Tensor(self._new_name(operator.lower()), d, self) for d in dtypes]
        node = self.onnx.helper.make_node(
            operator,
            [x.name for x in inputs],
            [y.name for y in outputs],
            name=self._new_name(f"{operator}_node"),
            domain=domain,
            **attributes,
        )
        self.nodes.append(node)
        return outputs

    def finish(self, tensor, name):
        """Make a tensor an output of the graph, with a given name."""
        node = self.onnx.helper.make_node("Identity", [tensor.name], [name])
        self.nodes.append(node)

    def combine(self, operator, first, second, dtype=None):
        """Append a node with two inputs, one of which may be a number."""
        first, second = self._alike(first, second)
        return self.apply(operator, first, second, dtype=dtype)

    def compare(self, operator, first, second):
        """Append a node with two inputs and a boolean output."""
        return self.combine(operator, first, second, dtype=bool)

    def _alike(self, *values):
        """Convert numbers to tensors with the dtype of the existing tensors."""
        dtype = next(x.dtype for x in values if isinstance(x, Tensor))
        return [
            x if isinstance(x, Tensor) else self.constant(np.asarray(x, dtype))
            for x in values
        ]

    def constant(self, value):
        """Return an array as a tensor. Equal arrays are stored once."""
        if isinstance(value, Tensor):
            return value
        array = np.asarray(value)
        key = array.shape, array.dtype.str, _bytes_of(array)
        if key not in self._constants:
            proto = self.onnx.numpy_helper.from_array(
                np.ascontiguousarray(array).reshape(array.shape),
                self._new_name("constant"),
            )
            self.initializers.append(proto)
            self._constants[key] = Tensor(proto.name, array.dtype, self)
        return self._constants[key]

    # Functions that formulas call as ``xp``

    def divide(self, x, y):
        """Return x / y."""
        return self.combine("Div", x, y)

    def maximum(self, x, y):
        """Return the larger of each pair."""
        return self.combine("Max", x, y)

    def minimum(self, x, y):
        """Return the smaller of each pair."""
        return self.combine("Min", x, y)

    def where(self, condition, x, y):
        """Return x where the condition is true, else y."""
        x, y = self._alike(x, y)
        return self.apply("Where", condition, x, y, dtype=x.dtype)

    def exp(self, x):
        """Return e^x."""
        return self.apply("Exp", x)

    def expm1(self, x):
        """Return e^x - 1 with absolute precision only, as ONNX has no operator."""
        return self.exp(x) - 1.0

    def log(self, x):
        """Return the natural logarithm."""
        return self.apply("Log", x)

    def log1p(self, x):
        """Return log(1 + x) with absolute precision only, as ONNX has no operator."""
        return self.log(1.0 + x)

    def sqrt(self, x):
        """Return the square root."""
        return self.apply("Sqrt", x)

    def tanh(self, x):
        """Return the hyperbolic tangent."""
        return self.apply("Tanh", x)

    def erf(self, x):
        r"""Return the error function.

        onnxruntime has no kernel for double precision, which is computed as

        .. math:: erf(x) = sign(x) (1 - t e^{P(t) - x^2}), \quad t = 2 / (2 + |x|)

        with a polynomial P fitted to the scaled complementary error function (Press et
        al. 2007, section 6.2.2).
        """
        if x.dtype != np.float64:
            return self.apply("Erf", x)
        size = abs(x)
        t = 2.0 / (size + 2.0)
        rest = t * self.exp(self._clenshaw(_erf_coefficients(), 2.0 * t - 1.0) - x * x)
        return self.apply("Sign", x) * (1.0 - rest)

    def _clenshaw(self, coefficients, x):
        """Return a sum of Chebyshev polynomials, by Clenshaw's recurrence."""
        twice, last, before = 2.0 * x, 0.0 * x, 0.0 * x
        for coefficient in coefficients[:0:-1]:
            last, before = twice * last - before + coefficient, last
        return x * last - before + coefficients[0]

    # Other functions

    def cast(self, x, dtype):
        """Return x converted to a dtype."""
        if x.dtype == np.dtype(dtype):
            return x
        to = self.onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
        return self.apply("Cast", x, dtype=dtype, to=to)

    def concatenate(self, parts):
        """Return matrices concatenated along columns."""
        return parts[0] if len(parts) == 1 else self.apply("Concat", *parts, axis=1)

    def columns(self, x, indices):
        """Return the columns with given indices."""
        return self.apply("Gather", x, np.asarray(indices, np.int64), axis=1)

    def reshape(self, x, *shape):
        """Return x in another shape, in which one size may be -1."""
        return self.apply("Reshape", x, np.array(shape, np.int64))

    def sum(self, x, axis, keepdims=True):
        """Return the sum over an axis."""
        axes = np.array([axis], np.int64)
        return self.apply("ReduceSum", x, axes, keepdims=int(keepdims))

    def lengths(self, x, start, stop):
        """Return the lengths of x along the axes from start to stop."""
        shape = self.apply("Shape", x, dtype=np.int64)
        return self.apply("Slice", shape, *np.array([[start], [stop]], np.int64))

    def full(self, like, n_columns, value, dtype):
        """Return a constant matrix with as many rows as ``like``."""
        n_rows = self.lengths(like, 0, 1)
        shape = self.apply("Concat", n_rows, np.array([n_columns], np.int64), axis=0)
        value = self.onnx.numpy_helper.from_array(np.array([value], dtype))
        return self.apply("ConstantOfShape", shape, dtype=dtype, value=value)


def _bytes_of(array):
    return tuple(array.ravel().tolist()) if array.dtype == object else array.tobytes()


def _erf_coefficients():
    """Return Chebyshev coefficients of log(erfc(x) e^(x^2) / t), in t = 2 / (2 + x)."""

    def complement(place):
        t = np.maximum(0.5 * (place + 1), 1e-300)
        return np.log(special.erfcx(2 / t - 2) / t)

    limit = math.log(0.5 / math.sqrt(math.pi))  # at t = 0, where x is infinite
    places = np.polynomial.chebyshev.chebpts1(_ERF_DEGREE + 1)
    values = np.where(places > -1, complement(places), limit)
    return np.polynomial.chebyshev.chebfit(places, values, _ERF_DEGREE).tolist()
