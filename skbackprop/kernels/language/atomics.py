"""Atomic operations on fields of rows, for communication between threads."""

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

_TABLE = types.CPointer(types.int64)
_ALIGNMENT = 8


@intrinsic
def load_atomic(typing_context, row, field):
    """Return a field; memory written before its value is visible afterwards."""

    def codegen(context, builder, signature, arguments):
        place = builder.gep(arguments[0], [arguments[1]])
        return builder.load_atomic(place, "acquire", _ALIGNMENT)

    return types.int64(_TABLE, types.int64), codegen


@intrinsic
def store_atomic(typing_context, row, field, value):
    """Set a field; readers of the value see all memory written before."""

    def codegen(context, builder, signature, arguments):
        place = builder.gep(arguments[0], [arguments[1]])
        builder.store_atomic(arguments[2], place, "release", _ALIGNMENT)
        return context.get_dummy_value()

    return types.void(_TABLE, types.int64, types.int64), codegen


@intrinsic
def add_atomic(typing_context, row, field, value):
    """Add to a field and return its previous value, which is unique to a thread."""

    def codegen(context, builder, signature, arguments):
        place = builder.gep(arguments[0], [arguments[1]])
        return builder.atomic_rmw("add", place, arguments[2], "acq_rel")

    return types.int64(_TABLE, types.int64, types.int64), codegen


@intrinsic
def pause(typing_context):
    """Wait for a few cycles."""

    def codegen(context, builder, signature, arguments):
        if builder.module.triple.startswith(("x86_64", "i686")):
            _call(builder, "llvm.x86.sse2.pause", ir.VoidType())
        return context.get_dummy_value()

    return types.void(), codegen


@intrinsic
def yield_core(typing_context):
    """Yield the core to another thread that is ready to run."""

    def codegen(context, builder, signature, arguments):
        is_windows = "windows" in builder.module.triple
        name = "SwitchToThread" if is_windows else "sched_yield"
        _call(builder, name, ir.IntType(32))
        return context.get_dummy_value()

    return types.void(), codegen


def _call(builder, name, returned):
    functions = builder.module.globals
    function = functions.get(name) or ir.Function(
        builder.module, ir.FunctionType(returned, []), name
    )
    builder.call(function, [])
