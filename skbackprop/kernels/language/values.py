"""Values of the vector language: registers that can be used like numbers.

A kernel is *written* by a Python function whose variables stand for registers:
every operation on a :class:`Value` appends an instruction to the kernel's LLVM
code (:mod:`skbackprop.kernels.language.codegen`). All other files depend on the
processor only through :func:`target`.
"""

import functools
import operator
from typing import NamedTuple

from llvmlite import ir

INTEGER, INTEGER32 = ir.IntType(64), ir.IntType(32)
DOUBLE = ir.DoubleType()
_FUSE = ("contract",)  # a * b + c may become one instruction; NaN stays NaN


class Target(NamedTuple):
    """Properties of the processor that kernels use."""

    vector_bytes: int
    tile_rows: int  # of a matrix product: rows and vectors of sums in registers
    tile_vectors: int
    has_avx512: bool  # and instructions for x 2^n, estimates of 1 / x, 1 / sqrt(x)


@functools.cache
def target():
    """Return the processor's properties as seen by numba.

    They match the code that numba generates and caches, so that ``NUMBA_CPU_NAME`` and
    ``NUMBA_CPU_FEATURES`` apply here too.
    """
    from numba.core.registry import cpu_target

    triple, _, features = cpu_target.target_context.codegen().magic_tuple()
    features = set(features.split(","))
    if {"+avx512f", "+avx512vl"} <= features:
        return Target(64, tile_rows=8, tile_vectors=3, has_avx512=True)
    if {"+avx2", "+fma"} <= features:
        return Target(32, tile_rows=4, tile_vectors=3, has_avx512=False)
    if triple.startswith(("aarch64", "arm64")):
        return Target(16, tile_rows=8, tile_vectors=3, has_avx512=False)
    return Target(16, tile_rows=4, tile_vectors=2, has_avx512=False)


def _operation(of_numbers, of_integers, flags=_FUSE):
    """Return the pair (a op b, b op a) for methods of Value."""

    def operate(left, right):
        left, right = left.code.alike(left, right)
        builder = left.code.builder
        if left.is_number:
            result = getattr(builder, of_numbers)(left.llvm, right.llvm, flags=flags)
        else:
            result = getattr(builder, of_integers)(left.llvm, right.llvm)
        return Value(left.code, result)

    return operate, lambda right, left: operate(*right.code.alike(left, right))


def _integer_operation(name):
    def operate(left, right):
        left, right = left.code.alike(left, right)
        return Value(left.code, getattr(left.code.builder, name)(left.llvm, right.llvm))

    return operate


def _comparison(symbol):
    def compare(left, right):
        left, right = left.code.alike(left, right)
        builder = left.code.builder
        if not left.is_number:
            result = builder.icmp_signed(symbol, left.llvm, right.llvm)
        elif symbol == "!=":  # as usual, NaN differs from all numbers
            result = builder.fcmp_unordered(symbol, left.llvm, right.llvm)
        else:
            result = builder.fcmp_ordered(symbol, left.llvm, right.llvm)
        return Value(left.code, result)

    return compare


class Value:
    """A register that can be used like a number.

    It is a scalar or a vector of numbers (floats), integers or truth values. In
    operations, Python numbers become constants, and scalars are repeated in vectors.
    """

    __slots__ = ("code", "llvm")
    __hash__ = None

    def __init__(self, code, llvm):
        self.code = code
        self.llvm = llvm

    @property
    def type(self):
        """The LLVM type."""
        return self.llvm.type

    @property
    def element(self):
        """The LLVM type of one lane."""
        return getattr(self.type, "element", self.type)

    @property
    def lanes(self):
        """Elements of the vector, 1 for a scalar."""
        return getattr(self.type, "count", 1)

    @property
    def is_number(self):
        """Whether the lanes are floating-point numbers."""
        return isinstance(self.element, (ir.FloatType, ir.DoubleType))

    def __bool__(self):
        raise TypeError("A Value is not known yet. Use where() or code.when().")

    def __neg__(self):
        negate = self.code.builder.fneg if self.is_number else self.code.builder.neg
        return Value(self.code, negate(self.llvm))

    def __abs__(self):
        return self.code.intrinsic("fabs", self)

    __add__, __radd__ = _operation("fadd", "add")
    __sub__, __rsub__ = _operation("fsub", "sub")
    __mul__, __rmul__ = _operation("fmul", "mul")
    __truediv__, __rtruediv__ = _operation("fdiv", None, flags=())
    __floordiv__ = _integer_operation("sdiv")
    __mod__ = _integer_operation("srem")
    __and__ = _integer_operation("and_")
    __or__ = _integer_operation("or_")
    __xor__ = _integer_operation("xor")
    __lshift__ = _integer_operation("shl")
    __rshift__ = _integer_operation("lshr")
    __lt__ = _comparison("<")
    __le__ = _comparison("<=")
    __gt__ = _comparison(">")
    __ge__ = _comparison(">=")
    __eq__ = _comparison("==")
    __ne__ = _comparison("!=")

    def as_bits(self):
        """Return the bits of the lanes as integers."""
        return self._reread(ir.IntType(self.code.bits))

    def as_numbers(self):
        """Return integer lanes as the numbers with these bits."""
        return self._reread(self.code.number)

    def _reread(self, element):
        type_ = ir.VectorType(element, self.lanes) if self.lanes > 1 else element
        return Value(self.code, self.code.builder.bitcast(self.llvm, type_))

    def as_integer(self):
        """Return a number, rounded towards zero, or a truth value as int64."""
        builder = self.code.builder
        convert = builder.fptosi if self.is_number else builder.zext
        return Value(self.code, convert(self.llvm, INTEGER))

    def as_number(self):
        """Return an int64 scalar as a number."""
        return Value(self.code, self.code.builder.sitofp(self.llvm, self.code.number))

    def as_double(self):
        """Return an int64 scalar as the float64 with these bits."""
        return Value(self.code, self.code.builder.bitcast(self.llvm, DOUBLE))

    def lane(self, i):
        """Return lane ``i`` as a scalar."""
        index = ir.Constant(INTEGER32, i)
        return Value(self.code, self.code.builder.extract_element(self.llvm, index))

    def sum(self):
        """Return the sum of the lanes by pairwise addition of halves."""
        return self.fold(operator.add)

    def any(self):
        """Return whether a truth value is true in any lane, as a scalar."""
        bits = ir.IntType(self.lanes)
        together = self.code.builder.bitcast(self.llvm, bits)
        return Value(self.code, together) != 0

    def fold(self, combine):
        """Return the reduction of the lanes by ``combine``, halves with halves."""
        folded = self
        while folded.lanes > 1:
            folded = combine(*folded.halves())
        return folded

    def halves(self):
        """Return the lower and the upper half of the lanes."""
        half = self.lanes // 2
        if half == 1:
            return [self.lane(0), self.lane(1)]
        return [shuffle(self, self, range(i, i + half)) for i in (0, half)]

    def widened(self):
        """Return the lanes as float64, in one or two full vectors."""
        if self.code.bits == 64:
            return [self]
        double = ir.VectorType(DOUBLE, self.lanes // 2)
        extend = self.code.builder.fpext
        return [Value(self.code, extend(half.llvm, double)) for half in self.halves()]


def where(condition, chosen, otherwise):
    """Return ``chosen`` where the condition holds, else ``otherwise``."""
    code = condition.code
    if not isinstance(chosen, Value) and not isinstance(otherwise, Value):
        chosen = code.constant(chosen, code.vector)
    chosen, otherwise = code.alike(chosen, otherwise)
    selected = code.builder.select(condition.llvm, chosen.llvm, otherwise.llvm)
    return Value(code, selected)


def smaller(left, right):
    """Return the smaller of two integers."""
    left, right = left.code.alike(left, right)
    return where(left < right, left, right)


def fma(a, b, c):
    """Return a b + c, with a single rounding if the processor supports it."""
    code = next(value.code for value in (a, b, c) if isinstance(value, Value))
    return code.intrinsic("fmuladd", a, b, c)


def shuffle(left, right, lanes):
    """Return the lanes with these indices in the concatenation of left and right."""
    code = left.code
    lanes = [ir.Constant(INTEGER32, lane) for lane in lanes]
    mask = ir.Constant(ir.VectorType(INTEGER32, len(lanes)), lanes)
    return Value(code, code.builder.shuffle_vector(left.llvm, right.llvm, mask))


def concatenate(vectors):
    """Return the concatenation of vectors, whose number is a power of two."""
    while len(vectors) > 1:
        lanes = range(2 * vectors[0].lanes)
        pairs = zip(vectors[::2], vectors[1::2], strict=True)
        vectors = [shuffle(left, right, lanes) for left, right in pairs]
    return vectors[0]


def transpose(vectors):
    """Transpose the square blocks in n vectors, which are side by side.

    In each block of n lanes, lane j of vector i is exchanged with lane i of vector j:
    first the off-diagonal halves of the block are exchanged, then those of its
    quarters, and so on.
    """
    vectors = list(vectors)
    half = len(vectors) // 2
    while half:
        for i in range(len(vectors)):
            if i & half == 0:
                vectors[i], vectors[i + half] = _exchange(
                    vectors[i], vectors[i + half], half
                )
        half //= 2
    return vectors


def _exchange(upper, lower, half):
    """Exchange odd blocks of ``half`` lanes in upper with even ones in lower."""
    n = upper.lanes
    lanes = range(n)
    from_even = [lane if lane & half == 0 else n + lane - half for lane in lanes]
    from_odd = [lane + half if lane & half == 0 else n + lane for lane in lanes]
    return shuffle(upper, lower, from_even), shuffle(upper, lower, from_odd)
