"""The most multiply-adds per second that one core reaches, measured."""

import time

import numpy as np
from llvmlite import ir
from numba import njit
from numba.core import cgutils
from numba.extending import intrinsic

# Vector widths and numbers of accumulators; the right pair differs between SSE,
# AVX2, AVX-512 and NEON. A wrong one spills registers and is merely slower, so
# the fastest of all is the peak, and nothing has to be known about the machine.
VECTOR_BYTES = (16, 32, 64)
N_ACCUMULATORS = (12, 24)

LLVM_FLOAT = {np.float32: ir.FloatType, np.float64: ir.DoubleType}


def make_fma_loop(dtype, vector_bytes, n_accumulators):
    """Compile ``loop(scale, shift, n_steps)``: a <- a * scale + shift, over and over.

    The accumulators are independent of each other, so that the processor can
    overlap the latency of one multiply-add with the others.
    """
    lanes = vector_bytes // np.dtype(dtype).itemsize
    vector = ir.VectorType(LLVM_FLOAT[dtype](), lanes)
    undefined = ir.Constant(vector, ir.Undefined)
    lane_index = ir.IntType(32)
    first_lane = ir.Constant(ir.VectorType(lane_index, lanes), [0] * lanes)

    @intrinsic
    def fma_loop(typingctx, scale, shift, n_steps):
        def codegen(context, builder, signature, args):
            def broadcast(scalar):
                one_lane = builder.insert_element(undefined, scalar, lane_index(0))
                return builder.shuffle_vector(one_lane, undefined, first_lane)

            scales, shifts = broadcast(args[0]), broadcast(args[1])
            fmuladd = cgutils.get_or_insert_function(
                builder.module,
                ir.FunctionType(vector, [vector] * 3),
                f"llvm.fmuladd.v{lanes}f{8 * np.dtype(dtype).itemsize}",
            )
            # LLVM promotes these stack slots to registers.
            accumulators = [
                cgutils.alloca_once_value(
                    builder,
                    builder.fmul(shifts, ir.Constant(vector, [float(i)] * lanes)),
                )
                for i in range(n_accumulators)
            ]
            with cgutils.for_range(builder, args[2]):
                for slot in accumulators:
                    value = builder.load(slot)
                    value = builder.call(fmuladd, [value, scales, shifts])
                    builder.store(value, slot)
            total = builder.load(accumulators[0])
            for slot in accumulators[1:]:
                total = builder.fadd(total, builder.load(slot))
            result = builder.extract_element(total, lane_index(0))
            for lane in range(1, lanes):
                other = builder.extract_element(total, lane_index(lane))
                result = builder.fadd(result, other)
            return result

        return scale(scale, shift, n_steps), codegen

    @njit
    def loop(scale, shift, n_steps):
        return fma_loop(scale, shift, n_steps)

    flops_per_step = 2 * lanes * n_accumulators
    return loop, flops_per_step


def fma_peak(dtype, repeats=30, seconds=0.01):
    """Return the peak in FLOP/s: a multiply-add counts as two."""
    scale, shift = dtype(0.9), dtype(0.1)  # a -> 1: neither overflow nor denormals
    peak = 0.0
    for vector_bytes in VECTOR_BYTES:
        for n_accumulators in N_ACCUMULATORS:
            loop, flops = make_fma_loop(dtype, vector_bytes, n_accumulators)
            loop(scale, shift, 1)
            n_steps = int(seconds * 100e9 / flops)
            for _ in range(repeats):
                start = time.perf_counter()
                loop(scale, shift, n_steps)
                elapsed = time.perf_counter() - start
                peak = max(peak, n_steps * flops / elapsed)
    return peak


def gemm_rates(dtype, size=1024, repeats=10):
    """Return the FLOP/s of a large matrix product per library, to judge the peak."""
    rng = np.random.default_rng(0)
    a = rng.standard_normal((size, size)).astype(dtype)
    products = {"numpy": lambda: a @ a}
    try:
        import torch
    except ImportError:
        pass
    else:
        torch.set_num_threads(1)
        t = torch.from_numpy(a)
        products["torch"] = lambda: t @ t
    rates = {}
    for library, product in products.items():
        product()
        best = np.inf
        for _ in range(repeats):
            start = time.perf_counter()
            product()
            best = min(best, time.perf_counter() - start)
        rates[library] = 2 * size**3 / best
    return rates
