"""Memory, loops and functions of the vector language, in which kernels are written.

The loop of ::

    def write(code, row, context, scalars):
        x, y = code.vectors(row[Module.x]), code.vectors(row[Module.y])
        with code.range(row[Module.width_y], step=code.lanes) as i:
            y[i] = x[i] * x[i] + 1.0

runs once in Python, when the kernel is compiled, and whenever the machine code is
called.
"""

from contextlib import contextmanager

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from skbackprop.kernels.language.memory import plain_kernel
from skbackprop.kernels.language.values import (
    DOUBLE,
    INTEGER,
    INTEGER32,
    Value,
    shuffle,
    target,
)


def kernel(write, bits):
    """Return the function written by ``write``, for ``jit.compile_kernel``.

    Parameters
    ----------
    write : callable
        ``write(code, row, context, scalars)``, with the tables of
        :mod:`skbackprop.kernels.abi` as :class:`Scalars`.
    bits : {32, 64}
        Size of the floating-point numbers of vectors.
    """

    @intrinsic
    def body(typing_context, row, context, scalars):
        def generate(_, builder, signature, tables):
            code = Code(builder, bits)
            write(code, *(Scalars(code, table) for table in tables))

        return types.void(row, context, scalars), _returning_nothing(generate)

    def run(row, context, scalars):
        body(row, context, scalars)

    return plain_kernel(run)


def routine(write, bits):
    """Return an intrinsic that calls the code of ``write`` with a tuple of int64."""

    @intrinsic
    def call(typing_context, arguments):
        def generate(_, builder, signature, arguments):
            code = Code(builder, bits)
            numbers = cgutils.unpack_tuple(builder, arguments[0])
            code.call(write, *(Value(code, number) for number in numbers))

        integers = types.UniTuple(types.int64, len(arguments))
        return types.void(integers), _returning_nothing(generate)

    return call


def _returning_nothing(generate):
    def codegen(context, *arguments):
        generate(context, *arguments)
        return context.get_dummy_value()

    return codegen


class Code:
    """The code of a kernel, or of a function in it, while it is written.

    Attributes
    ----------
    lanes : int
        Number of elements of a vector.
    size : int
        Bytes of an element.
    """

    def __init__(self, builder, bits):
        self.builder = builder
        self.bits = bits
        self.size = bits // 8
        self.lanes = target().vector_bytes // self.size
        self.number = ir.FloatType() if bits == 32 else DOUBLE
        self.vector = ir.VectorType(self.number, self.lanes)

    # Values.

    def constant(self, number, type_=None):
        """Return a Python number as a Value, by default a vector of it."""
        type_ = type_ or self.vector
        if isinstance(type_, ir.VectorType):
            lane = ir.Constant(type_.element, number)
            return Value(self, ir.Constant(type_, [lane] * type_.count))
        return Value(self, ir.Constant(type_, number))

    def integers(self, *numbers):
        """Return int64 Values for Python integers or Values."""
        return [self.cast(number, INTEGER) for number in numbers]

    def cast(self, value, type_):
        """Return a Python number or a scalar as a Value of ``type_``."""
        if not isinstance(value, Value):
            return self.constant(value, type_)
        if isinstance(type_, ir.VectorType) and value.lanes == 1:
            return self.repeat(value, type_.count)
        return value

    def alike(self, *values):
        """Return the values as Values of the widest type among them."""
        widest = max(
            (value for value in values if isinstance(value, Value)),
            key=lambda value: value.lanes,
        )
        return [self.cast(value, widest.type) for value in values]

    def repeat(self, scalar, lanes=None):
        """Return a vector with ``scalar`` in all lanes."""
        vector = ir.VectorType(scalar.type, lanes or self.lanes)
        undefined = ir.Constant(vector, ir.Undefined)
        zero = ir.Constant(INTEGER32, 0)
        first = self.builder.insert_element(undefined, scalar.llvm, zero)
        first = Value(self, first)
        return shuffle(first, first, [0] * vector.count)

    def collect(self, scalars):
        """Return a vector of these scalars."""
        vector = ir.Constant(ir.VectorType(scalars[0].type, len(scalars)), ir.Undefined)
        for i, scalar in enumerate(scalars):
            index = ir.Constant(INTEGER32, i)
            vector = self.builder.insert_element(vector, scalar.llvm, index)
        return Value(self, vector)

    def lane_numbers(self, bits=None):
        """Return the integers 0, 1, 2 ..., by default as wide as the numbers."""
        integer = ir.IntType(bits or self.bits)
        lanes = [ir.Constant(integer, i) for i in range(self.lanes)]
        return Value(self, ir.Constant(ir.VectorType(integer, self.lanes), lanes))

    def narrow(self, scalar):
        """Return a float64 scalar rounded to the precision of this code."""
        if self.bits == 64:
            return scalar
        return Value(self, self.builder.fptrunc(scalar.llvm, self.number))

    def narrow_integer(self, scalar, bits=None):
        """Return an int64 scalar with fewer bits, by default as many as a number."""
        bits = bits or self.bits
        if bits == 64:
            return scalar
        return Value(self, self.builder.trunc(scalar.llvm, ir.IntType(bits)))

    def variable(self, initial, type_=None):
        """Return a Variable; by default a Python number becomes a vector."""
        if not isinstance(initial, Value):
            initial = self.constant(initial, type_)
        return Variable(self, initial)

    # Memory.

    def vectors(self, address):
        """Return the memory at an address, accessed by vectors."""
        return Vectors(self, self._pointer(address, self.number))

    def scalars(self, address, type_=None):
        """Return the memory at an address, accessed by elements."""
        return Scalars(self, self._pointer(address, type_ or self.number))

    def _pointer(self, address, type_):
        return self.builder.inttoptr(address.llvm, type_.as_pointer())

    def scratch(self, n_vectors):
        """Return memory for ``n_vectors`` vectors, valid until the end of the call."""
        with self.builder.goto_entry_block():
            memory = self.builder.alloca(self.vector, size=n_vectors)
            memory.align = target().vector_bytes
        return Vectors(self, self.builder.bitcast(memory, self.number.as_pointer()))

    # Control.

    @contextmanager
    def range(self, stop, start=0, step=1):
        """Repeat the code inside for start, start + step, ... < stop."""
        bounds = [bound.llvm for bound in self.integers(start, stop, step)]
        with cgutils.for_range_slice(self.builder, *bounds) as (index, _):
            yield Value(self, index)

    @contextmanager
    def when(self, condition):
        """Run the code inside only if a scalar condition holds."""
        with self.builder.if_then(condition.llvm):
            yield

    def intrinsic(self, name, *values):
        """Call the LLVM intrinsic ``name`` with values of one type."""
        values = self.alike(*values)
        suffix = "f32" if isinstance(values[0].element, ir.FloatType) else "f64"
        if values[0].lanes > 1:
            suffix = f"v{values[0].lanes}{suffix}"
        function = self.declare(
            f"llvm.{name}.{suffix}", values[0].type, *(v.type for v in values)
        )
        return Value(self, self.builder.call(function, [v.llvm for v in values]))

    def declare(self, name, result, *parameters):
        """Return the function ``name`` in the kernel's module, declared once."""
        return cgutils.get_or_insert_function(
            self.builder.module, ir.FunctionType(result, parameters), name
        )

    def call(self, write, *arguments):
        """Call the function written by ``write(code, *arguments)``.

        Arguments are integers and tuples of them. The function is written once per
        kernel, under the name of ``write``, and is not inlined.
        """
        numbers = self.integers(*_flattened(arguments))
        function = self.declare(
            f"{write.__name__}_{self.bits}",
            ir.VoidType(),
            *(number.type for number in numbers),
        )
        if function.is_declaration:
            function.linkage = "internal"
            function.attributes.add("noinline")
            function.attributes.add("nounwind")
            code = Code(ir.IRBuilder(function.append_basic_block()), self.bits)
            values = iter([Value(code, argument) for argument in function.args])
            write(code, *_shaped_like(arguments, values))
            code.builder.ret_void()
        self.builder.call(function, [number.llvm for number in numbers])

    def call_address(self, address, *arguments):
        """Call the machine code at ``address`` with int64 arguments."""
        arguments = self.integers(*arguments)
        function = ir.FunctionType(ir.VoidType(), [INTEGER] * len(arguments))
        pointer = self.builder.inttoptr(address.llvm, function.as_pointer())
        self.builder.call(pointer, [argument.llvm for argument in arguments])


def _flattened(arguments):
    for argument in arguments:
        if isinstance(argument, tuple):
            yield from _flattened(argument)
        else:
            yield argument


def _shaped_like(arguments, values):
    for argument in arguments:
        if isinstance(argument, tuple):
            parts = _shaped_like(argument, values)
            named = hasattr(argument, "_fields")
            yield type(argument)(*parts) if named else tuple(parts)
        else:
            yield next(values)


class Variable:
    """A mutable value: read and assign ``.value``."""

    def __init__(self, code, initial):
        self._code = code
        self._memory = cgutils.alloca_once(code.builder, initial.type)
        self.value = initial

    @property
    def value(self):
        """The current value."""
        return Value(self._code, self._code.builder.load(self._memory))

    @value.setter
    def value(self, value):
        self._code.builder.store(value.llvm, self._memory)


class DoubleSum:
    """A sum of products of vectors over all lanes, in float64."""

    def __init__(self, code):
        lanes = target().vector_bytes // 8
        zero = code.constant(0.0, ir.VectorType(DOUBLE, lanes))
        self._parts = [code.variable(zero) for _ in range(64 // code.bits)]

    def add(self, left, right):
        """Add left * right."""
        pairs = zip(self._parts, left.widened(), right.widened(), strict=True)
        for part, left_part, right_part in pairs:
            part.value = part.value + left_part * right_part

    def total(self):
        """Return the sum as a scalar."""
        vector = self._parts[0].value
        for part in self._parts[1:]:
            vector = vector + part.value
        return vector.sum()


class Scalars:
    """Memory accessed by elements."""

    def __init__(self, code, pointer):
        self.code = code
        self.pointer = pointer

    def _at(self, index):
        (index,) = self.code.integers(index)
        return self.code.builder.gep(self.pointer, [index.llvm])

    def __getitem__(self, index):
        return Value(self.code, self.code.builder.load(self._at(index)))

    def __setitem__(self, index, value):
        self.code.builder.store(value.llvm, self._at(index))

    def from_(self, index):
        """Return the same memory, counted from element ``index`` on."""
        return type(self)(self.code, self._at(index))


class Vectors(Scalars):
    """Memory accessed by vectors; indices count elements.

    It need not be aligned, as it may belong to the user.
    """

    def __init__(self, code, pointer, lanes=None):
        super().__init__(code, pointer)
        self.lanes = lanes or code.lanes

    def of(self, lanes):
        """Return the same memory, accessed by vectors of this number of lanes."""
        return Vectors(self.code, self.pointer, lanes)

    def from_(self, index):
        """Return the same memory, counted from element ``index`` on."""
        return Vectors(self.code, self._at(index), self.lanes)

    def scalars(self):
        """Return the same memory, accessed by elements."""
        return Scalars(self.code, self.pointer)

    def address(self):
        """Return the address of the memory."""
        return Value(self.code, self.code.builder.ptrtoint(self.pointer, INTEGER))

    def _vector_at(self, index):
        pointer = self._at(index)
        if self.lanes == 1:
            return pointer
        vector = ir.VectorType(self.code.number, self.lanes)
        return self.code.builder.bitcast(pointer, vector.as_pointer())

    def __getitem__(self, index):
        pointer = self._vector_at(index)
        return Value(self.code, self.code.builder.load(pointer, align=1))

    def __setitem__(self, index, value):
        pointer = self._vector_at(index)
        self.code.builder.store(value.llvm, pointer, align=1)
