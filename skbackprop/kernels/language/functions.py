"""Functions of vectors, the ``xp`` of modules, losses and optimizers.

They are written in the vector language, and are accurate to about one unit in the last
place, with correct limits at zero and infinity. NaN stays NaN. Results of :func:`exp`
below the smallest normal number are zero.
"""

import math
import struct
from typing import NamedTuple

from llvmlite import ir

from skbackprop.kernels.language.values import Value, fma, target, where


class _Format(NamedTuple):
    """A floating-point format, with the constants that the functions need."""

    mantissa_bits: int
    bias: int
    # Added to |x| < 2^(mantissa_bits - 2), it rounds x to the integer in the lowest
    # bits of the sum.
    rounder: float
    # ln 2 in two parts; multiples of the first are exact.
    ln2_high: float
    ln2_low: float
    exp_degree: int
    log_terms: int
    exp_lowest: float  # logarithm of the smallest normal number
    exp_highest: float  # logarithm of a number that is too large
    expm1_lowest: float  # below it, exp(x) - 1 is -1
    newton_steps: int  # from 14 correct bits to nearly all


# Polynomials for erf: least squares at Chebyshev points with 60 digits, weighted to
# make the relative error of erf uniform, about a tenth of a unit or less.
_ERF_BELOW_1 = {  # erf(x) / x - 1 in x^2, for |x| <= 1
    32: (
        *(0.12837916651, -0.37612628832, 0.1128361235, -0.026854806104),
        *(0.0051900498107, -0.00080243257082, 7.8981268575e-05),
    ),
    64: (
        *(0.12837916709551256, -0.37612638903183593, 0.1128379167094651),
        *(-0.026866170643423483, 0.005223977608355123, -0.0008548326025150898),
        *(0.00012055296178928476, -1.492475820314971e-05, 1.6447656272626815e-06),
        *(-1.6210063286917179e-07, 1.3726203419604646e-08, -7.806273685938074e-10),
    ),
}
_ERF_ABOVE_1 = {  # -log(1 - erf(x)) in x - 1, up to where erf(x) rounds to 1
    32: (
        *(1.8496055152, 2.6389669184, 0.84311708935, 0.041505820708),
        *(-0.0098998109913, 0.0018328885548, -0.00018737525354),
    ),
    64: (
        *(1.8496055099332482, 2.638967514234776, 0.8431072563593973),
        *(0.041561098025287416, -0.010033825180340617, 0.0019779012182863714),
        *(-0.0002373164273954782, -2.6296386681032528e-05, 2.7199150375514624e-05),
        *(-9.67169329038008e-06, 2.1323150390331287e-06, -2.0512064931337593e-07),
        *(-5.783307361392379e-08, 3.331906251573084e-08, -8.498830113436506e-09),
        *(1.3155287392337188e-09, -1.1895254387391002e-10, 4.8478352068685295e-12),
    ),
}
_ERF_IS_1 = {32: 4.0, 64: 6.0}

_FORMATS = {
    32: _Format(
        mantissa_bits=23,
        bias=127,
        rounder=1.5 * 2.0**23,
        ln2_high=0.693359375,
        ln2_low=-2.12194440e-4,
        exp_degree=7,
        log_terms=5,
        exp_lowest=-87.33654,
        exp_highest=89.0,
        expm1_lowest=-20.0,
        newton_steps=1,
    ),
    64: _Format(
        mantissa_bits=52,
        bias=1023,
        rounder=1.5 * 2.0**52,
        ln2_high=6.93147180369123816490e-01,
        ln2_low=1.90821492927058770002e-10,
        exp_degree=13,
        log_terms=10,
        exp_lowest=-708.3964185322641,
        exp_highest=710.0,
        expm1_lowest=-40.0,
        newton_steps=2,
    ),
}


def maximum(a, b):
    """Return the larger of a and b; NaN where either is NaN."""
    return _extremum(a, b, lambda a, b: a < b)


def minimum(a, b):
    """Return the smaller of a and b; NaN where either is NaN."""
    return _extremum(a, b, lambda a, b: a > b)


def _extremum(a, b, gives_way):
    if not isinstance(a, Value):
        a, b = b, a
    chosen = where(gives_way(a, b), b, a)  # NaN in a stays, as comparisons are false
    return where(b != b, b, chosen) if isinstance(b, Value) else chosen


def sqrt(x):
    """Return the square root s, on AVX-512 from an estimate of y = 1 / sqrt(x).

    Newton's y <- y (3 - x y^2) / 2 doubles the number of correct bits, and s = x y is
    rounded by s <- s + y (x - s^2) / 2. The square root instruction would take three
    times as long.
    """
    if not target().has_avx512:
        return x.code.intrinsic("sqrt", x)
    form = _FORMATS[x.code.bits]
    positive = maximum(x, 2.0 ** (1 - form.bias))
    y = _estimate("rsqrt14", positive)
    for _ in range(form.newton_steps):
        y = y * fma(positive * y, -0.5 * y, 1.5)
    s = x * y
    s = fma(0.5 * y, fma(-s, s, x), s)
    return where(x < math.inf, where(x < 0.0, math.nan, s), x)


def divide(a, b):
    """Return a / b, on AVX-512 from an estimate of y = 1 / b.

    Newton's y <- y (2 - b y) doubles the number of correct bits, and q = a y is
    rounded by q <- q + y (a - b q). This is valid for finite a, if b and 1 / b are not
    close to infinity. The operator ``/`` is valid for all numbers, but takes three
    times as long.
    """
    if not target().has_avx512:
        return a / b
    y = _estimate("rcp14", b)
    for _ in range(_FORMATS[b.code.bits].newton_steps):
        y = y * fma(-b, y, 2.0)
    q = a * y
    return fma(y, fma(-b, q, a), q)


def _estimate(name, x):
    """Return the estimate of an AVX-512 instruction, correct to 14 bits."""
    code, lanes = x.code, ir.IntType(max(8, x.lanes))
    name = f"llvm.x86.avx512.{name}.p{'s' if code.bits == 32 else 'd'}.512"
    estimate = code.declare(name, code.vector, code.vector, code.vector, lanes)
    arguments = [x.llvm, x.llvm, ir.Constant(lanes, -1)]
    return Value(code, code.builder.call(estimate, arguments))


def exp(x):
    """Return exp(x) = 2^n exp(r) where x = n ln 2 + r, |r| <= ln 2 / 2."""
    form = _FORMATS[x.code.bits]
    n, r = _split(minimum(x, form.exp_highest))
    return where(x < form.exp_lowest, 0.0, _scale(1.0 + _expm1_near_zero(r), n))


def expm1(x):
    """Return exp(x) - 1 = 2^n (exp(r) - 1) + (2^n - 1), with n and r as in exp."""
    form = _FORMATS[x.code.bits]
    n, r = _split(minimum(maximum(x, form.expm1_lowest), form.exp_highest))
    half = _power_of_two(n - 1.0)  # 2^n itself may overflow where exp(x) does not
    return 2.0 * fma(_expm1_near_zero(r), half, half - 0.5)


def tanh(x):
    """Return tanh(|x|) = -t / (t + 2), t = exp(-2 |x|) - 1, with the sign of x."""
    form = _FORMATS[x.code.bits]
    n, r = _split(maximum(-2.0 * abs(x), form.expm1_lowest))
    power = _power_of_two(n)
    t = fma(_expm1_near_zero(r), power, power - 1.0)
    return x.code.intrinsic("copysign", divide(t, t + 2.0), x)


def erf(x):
    """Return the error function: x + x P(x^2) near zero, else 1 - exp(-Q(|x|))."""
    bits, size = x.code.bits, abs(x)
    near_zero = fma(x, _polynomial(_ERF_BELOW_1[bits], x * x), x)
    tail = _polynomial(_ERF_ABOVE_1[bits], minimum(size, _ERF_IS_1[bits]) - 1.0)
    far = x.code.intrinsic("copysign", 1.0 - exp(-tail), x)
    return where(size < 1.0, near_zero, far)


def log(x):
    """Return log(x) = e ln 2 + log(1 + f), x = 2^e (1 + f), 1/2 <= (1 + f)^2 < 2."""
    form = _FORMATS[x.code.bits]
    finite = _log_of_positive(x, form)
    limit = where(x == 0.0, -math.inf, where(x > 0.0, x, math.nan))
    return where(x > 0.0, where(x < math.inf, finite, limit), limit)


def log1p(x):
    """Return log(1 + x) as log(u) of the rounded sum u, plus rounding error / u."""
    u = 1.0 + x
    lost = x - (u - 1.0)
    # The comparison also excludes infinity minus infinity.
    return log(u) + where(abs(lost) > 0.0, lost / u, 0.0)


def _polynomial(coefficients, x):
    """Return c_0 + c_1 x + c_2 x^2 + ..."""
    *lower, highest = coefficients
    value = x.code.constant(highest)
    for coefficient in reversed(lower):
        value = fma(value, x, coefficient)
    return value


def _split(x):
    """Return (n, r) with x = n ln 2 + r, an integer n and |r| <= ln 2 / 2."""
    form = _FORMATS[x.code.bits]
    n = fma(x, 1.0 / math.log(2.0), form.rounder) - form.rounder
    return n, fma(n, -form.ln2_low, fma(n, -form.ln2_high, x))


def _expm1_near_zero(r):
    """Return r + r^2/2! + r^3/3! + ... for |r| <= ln 2 / 2."""
    degree = _FORMATS[r.code.bits].exp_degree
    factors = [1.0 / math.factorial(i) for i in range(2, degree + 1)]
    return fma(r * r, _polynomial(factors, r), r)


def _power_of_two(n):
    """Return 2^n for an integer n, if normal; n + bias is the exponent."""
    form = _FORMATS[n.code.bits]
    return ((n + form.rounder).as_bits() + form.bias << form.mantissa_bits).as_numbers()


def _scale(x, n):
    """Return x 2^n, or infinity if it overflows."""
    code = x.code
    if not target().has_avx512:
        # 2^n itself may overflow or underflow, so multiply by about its root twice.
        half = fma(n, 0.5, _FORMATS[code.bits].rounder) - _FORMATS[code.bits].rounder
        return x * _power_of_two(half) * _power_of_two(n - half)
    mask = ir.IntType(code.lanes)
    rounding = ir.IntType(32)
    name = f"llvm.x86.avx512.mask.scalef.p{'s' if code.bits == 32 else 'd'}.512"
    vector = code.vector
    scalef = code.declare(name, vector, vector, vector, vector, mask, rounding)
    as_set, all_lanes = ir.Constant(rounding, 4), ir.Constant(mask, -1)
    arguments = [x.llvm, n.llvm, x.llvm, all_lanes, as_set]
    return Value(code, code.builder.call(scalef, arguments))


def _log_of_positive(x, form):
    """Return log(x) for 0 < x < infinity.

    log(1 + f) = 2 artanh(s) with s = f / (2 + f), and 2 s = f - s f, hence
    log(1 + f) = f - s (f - 2 (s^2/3 + s^4/5 + ...)), exact for small f
    (the scheme of FreeBSD's e_log.c).
    """
    smallest_normal = 2.0 ** (1 - form.bias)
    lift = form.mantissa_bits + 2
    subnormal = x < smallest_normal
    lifted = where(subnormal, x * 2.0**lift, x)
    # The exponent changes at a mantissa of sqrt(1/2) instead of 1.
    root = _bits_of(math.sqrt(0.5), form)
    shifted = lifted.as_bits() + (_bits_of(1.0, form) - root)
    f = ((shifted & (1 << form.mantissa_bits) - 1) + root).as_numbers() - 1.0
    # To convert an integer below 2^mantissa_bits, set the mantissa bits of that number.
    anchor = 2.0**form.mantissa_bits
    exponent = (shifted >> form.mantissa_bits) + _bits_of(anchor, form)
    e = exponent.as_numbers() - (anchor + form.bias)
    e = e - where(subnormal, float(lift), 0.0)

    s = divide(f, 2.0 + f)
    z = s * s
    series = [2.0 / (2 * i + 1) for i in range(1, form.log_terms + 1)]
    correction = fma(e, form.ln2_low, -(s * (f - z * _polynomial(series, z))))
    return fma(e, form.ln2_high, f + correction)


def _bits_of(number, form):
    kinds = ("<f", "<I") if form.mantissa_bits == 23 else ("<d", "<Q")
    return struct.unpack(kinds[1], struct.pack(kinds[0], number))[0]
