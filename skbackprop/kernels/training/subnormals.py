"""Execution without subnormal numbers.

A processor may need a hundred cycles for a number below the smallest normal one. They
are common in training: the moments of Adam decay to such numbers if gradients stay zero
(dead units, rare features), and rounding keeps them there. While a network runs, such
numbers are treated as zero.
"""

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from skbackprop.kernels.abi import Flushed
from skbackprop.kernels.language.memory import call_kernel, plain_kernel

_CONTROL = ir.IntType(32)
# Flush results to zero, and treat operands as zero (Intel SDM, volume 1, 10.2.3).
_FLUSH = 1 << 15 | 1 << 6


def make_run_flushed():
    """Return the kernel that runs another row without subnormals."""

    def run_flushed(row, context, scalars):
        before = flush_subnormals()
        call_kernel(row[Flushed.row], context, scalars)
        restore(before)

    return plain_kernel(run_flushed)


@intrinsic
def flush_subnormals(typing_context):
    """Treat subnormals as zero from here on; return the argument of ``restore``."""

    def codegen(context, builder, signature, arguments):
        if not _has_mxcsr(builder):
            return ir.Constant(_CONTROL, 0)
        memory = cgutils.alloca_once(builder, _CONTROL)
        _call(builder, "llvm.x86.sse.stmxcsr", memory)
        before = builder.load(memory)
        builder.store(builder.or_(before, ir.Constant(_CONTROL, _FLUSH)), memory)
        _call(builder, "llvm.x86.sse.ldmxcsr", memory)
        return before

    return types.uint32(), codegen


@intrinsic
def restore(typing_context, control):
    """Restore the previous treatment of subnormals."""

    def codegen(context, builder, signature, arguments):
        if _has_mxcsr(builder):
            memory = cgutils.alloca_once_value(builder, arguments[0])
            _call(builder, "llvm.x86.sse.ldmxcsr", memory)
        return context.get_dummy_value()

    return types.void(types.uint32), codegen


def _has_mxcsr(builder):
    return builder.module.triple.startswith(("x86_64", "i686"))


def _call(builder, name, memory):
    pointer = ir.IntType(8).as_pointer()
    kind = ir.FunctionType(ir.VoidType(), [pointer])
    function = cgutils.get_or_insert_function(builder.module, kind, name)
    builder.call(function, [builder.bitcast(memory, pointer)])
