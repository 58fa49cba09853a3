"""Building blocks of plain kernels: typed pointers, copies, calls of kernels."""

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from skbackprop.kernels.abi import KERNEL

_INT64 = ir.IntType(64)
_FLOATS = {32: types.float32, 64: types.float64}
_INTEGERS = {32: types.int32, 64: types.int64}
_TABLE = types.CPointer(types.int64)
_SIGNATURE = types.void(_TABLE, _TABLE, types.CPointer(types.float64))


def plain_kernel(function, signature=_SIGNATURE):
    """Return a function for ``jit.compile_kernel``, given loops in plain Python.

    Parameters
    ----------
    function : callable
        ``function(row, context, scalars)`` in Python that numba can compile, with the
        tables of :mod:`skbackprop.kernels.abi` as pointers.
    signature : numba signature, default=void(int64*, int64*, float64*)
        Other signatures are for functions that kernels call with numbers.
    """
    function.signature = signature
    return function


def pointer_type(dtype):
    """Return an intrinsic that converts an int64 address to a pointer to ``dtype``."""

    @intrinsic
    def as_pointer(typing_context, address):
        def codegen(context, builder, signature, arguments):
            target = context.get_value_type(signature.return_type)
            return builder.inttoptr(arguments[0], target)

        return types.CPointer(dtype)(types.int64), codegen

    return as_pointer


as_int64s = pointer_type(types.int64)
as_uint32s = pointer_type(types.uint32)
as_float64s = pointer_type(types.float64)


def as_floats(bits):
    """Return the intrinsic that converts an address to a pointer to floats."""
    return pointer_type(_FLOATS[bits])


def as_integers(bits):
    """Return the intrinsic that converts an address to a pointer to integers."""
    return pointer_type(_INTEGERS[bits])


@intrinsic
def copy_bytes(typing_context, target, source, n_bytes):
    """Copy memory that does not overlap."""

    def codegen(context, builder, signature, arguments):
        target, source, n_bytes = arguments
        byte_pointer = ir.IntType(8).as_pointer()
        cgutils.raw_memcpy(
            builder,
            builder.inttoptr(target, byte_pointer),
            builder.inttoptr(source, byte_pointer),
            n_bytes,
            1,
        )
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64), codegen


@intrinsic
def clear_bytes(typing_context, target, n_bytes):
    """Set memory to zero."""

    def codegen(context, builder, signature, arguments):
        target, n_bytes = arguments
        pointer = builder.inttoptr(target, ir.IntType(8).as_pointer())
        cgutils.memset(builder, pointer, n_bytes, 0)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), codegen


@intrinsic
def call_kernel(typing_context, row, context, scalars):
    """Call the kernel of the row at an address."""
    _, context_type, scalars_type = _SIGNATURE.args

    def codegen(target, builder, signature, arguments):
        address, context, scalars = arguments
        row = builder.inttoptr(address, _INT64.as_pointer())
        code = builder.load(builder.gep(row, [_INT64(KERNEL)]))
        function = ir.FunctionType(
            ir.VoidType(), [row.type, context.type, scalars.type]
        )
        builder.call(
            builder.inttoptr(code, function.as_pointer()), [row, context, scalars]
        )
        return target.get_dummy_value()

    return types.void(types.int64, context_type, scalars_type), codegen
