"""Arithmetic of the language where Python's differs (sections 2 and 8)."""

import math
from ctypes import c_float
from fractions import Fraction

NAN, INF = math.nan, math.inf


def quotient(a, b):
    """a / b of exact numbers, rounded toward zero."""
    q = abs(a) // abs(b)
    return q if (a < 0) == (b < 0) else -q


def remainder(a, b):
    """a % b of exact numbers, with the sign of a."""
    return a - quotient(a, b) * b


def udiv(a, b, ones):
    """uN: x / 0 is all ones."""
    return a // b if b else ones


def umod(a, b):
    """uN: x % 0 is x."""
    return a % b if b else a


def sdiv(a, b, least):
    """iN: x / 0 is all ones, which is -1. The least number divided by -1 is itself."""
    if b == 0:
        return -1
    if b == -1 and a == least:
        return a
    return quotient(a, b)


def smod(a, b):
    """iN: x % 0 is x."""
    return remainder(a, b) if b else a


def rdiv(a, b):
    """The quotient of a range by a range that may contain 0."""
    return quotient(a, b) if b else -1


def signed(x, bits):
    """The low bits of x as a number in two's complement."""
    x &= (1 << bits) - 1
    return x - (1 << bits) if x >> bits - 1 else x


def single(x):
    """x rounded to 32 bits."""
    return c_float(x).value


def fdiv(a, b):
    """a / b of floats by IEEE 754."""
    if b == 0:
        if a == 0 or a != a:
            return NAN
        return math.copysign(INF, a) * math.copysign(1.0, b)
    return a / b


def fsqrt(a):
    """The square root of a float by IEEE 754."""
    if a < 0 or a != a:
        return NAN
    return math.sqrt(a) if a else a


FORMAT = {32: (24, -149, 128), 64: (53, -1074, 1024)}


def nearest(x, bits):
    """The float of the given width nearest to an exact number, ties to even."""
    x = Fraction(x)
    if x == 0:
        return 0.0
    digits, least, most = FORMAT[bits]
    size = abs(x)
    e = size.numerator.bit_length() - size.denominator.bit_length()
    if Fraction(2) ** e > size:
        e -= 1
    unit = max(e - digits + 1, least)
    n = round(size / Fraction(2) ** unit)
    if n.bit_length() + unit > most:
        return INF if x > 0 else -INF
    return math.ldexp(n, unit) if x > 0 else -math.ldexp(n, unit)


def to_int(x, lo, hi):
    """A float as an integer of lo..=hi: truncated and saturated, the largest for NaN."""
    if x != x:
        return hi
    if x >= hi:
        return hi
    if x <= lo:
        return lo
    return int(x)


def float_bits(x, bits):
    """The bits of a float; all NaNs are one."""
    if x != x:
        return 0x7FC00000 if bits == 32 else 0x7FF8000000000000
    sign = 1 if math.copysign(1.0, x) < 0 else 0
    digits, least, most = FORMAT[bits]
    width, x = digits - 1, abs(x)
    if x == INF:
        e, frac = 2 * most - 1, 0
    elif x == 0:
        e, frac = 0, 0
    else:
        m, ex = math.frexp(x)
        e = max(ex - 1 + most - 1, 0)
        unit = max(ex - digits, least)
        n = int(math.ldexp(m, ex - unit))
        frac = n & (1 << width) - 1
    return sign << bits - 1 | e << width | frac


def from_bits(n, bits):
    """The float with these bits."""
    digits, least, most = FORMAT[bits]
    width = digits - 1
    e, frac = n >> width & 2 * most - 1, n & (1 << width) - 1
    if e == 2 * most - 1:
        x = NAN if frac else INF
    elif e == 0:
        x = math.ldexp(frac, least)
    else:
        x = math.ldexp(frac | 1 << width, e - 1 + least)
    return -x if n >> bits - 1 else x


def fix_of(x, f):
    """The word of the fix nearest to an exact number, ties to even."""
    return round(Fraction(x) * (1 << f))


def hex_float(x):
    """A float in the format of %a in C99. A subnormal too has a leading 1."""
    if x != x:
        return "nan"
    sign = "-" if math.copysign(1.0, x) < 0 else ""
    x = abs(x)
    if x == INF:
        return sign + "inf"
    if x == 0:
        return sign + "0x0p+0"
    m, e = math.frexp(x)
    n = int(math.ldexp(m, 53)) & (1 << 52) - 1
    rest = f"{n:013x}".rstrip("0")
    return f"{sign}0x1{'.' + rest if rest else ''}p{e - 1:+d}"


def decimal_fix(n, f):
    """A fix exactly in decimal, with at least one digit after the point."""
    sign, n = ("-" if n < 0 else ""), abs(n)
    whole, part = n >> f, n & (1 << f) - 1
    digits = ""
    while part:
        part *= 10
        digits += str(part >> f)
        part &= (1 << f) - 1
    return f"{sign}{whole}.{digits or '0'}"


def lowest(a, op, b):
    """The result of an operator on two exact numbers."""
    return {
        "+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b,
        "/": lambda: rdiv(a, b), "%": lambda: smod(a, b),
        "&": lambda: a & b, "|": lambda: a | b, "^": lambda: a ^ b,
        "<<": lambda: a << min(b, 64), ">>": lambda: a >> min(b, 64),
    }[op]()


def bounds(a, op, b):
    """The least and the greatest result of an operator on two ranges (lo, hi)."""
    if a[0] == a[1] and b[0] == b[1]:
        x = lowest(a[0], op, b[0])
        return x, x
    if op in ("&", "|", "^"):
        return bit_bounds(a, op, b)
    if op == "%":
        m = max(abs(b[0]), abs(b[1])) - 1
        whole = b[0] <= 0 <= b[1]
        lo = a[0] if whole else max(a[0], -m)
        hi = a[1] if whole else min(a[1], m)
        return (min(lo, 0), max(hi, 0))
    if op == "/":
        ends = {x for x in (b[0], b[1], 1, -1) if x and b[0] <= x <= b[1]}
        all_ = [quotient(x, y) for x in (*a, 0) if a[0] <= x <= a[1] for y in ends]
        if b[0] <= 0 <= b[1]:
            all_.append(-1)
    else:
        all_ = [lowest(x, op, y) for x in a for y in b]
    return min(all_), max(all_)


def bit_bounds(a, op, b):
    """bounds of & | ^."""
    if op == "&" and (a[0] >= 0 or b[0] >= 0):
        return 0, min(x[1] for x in (a, b) if x[0] >= 0)
    width = max(x.bit_length() if x >= 0 else (~x).bit_length() for x in (*a, *b))
    return (0 if a[0] >= 0 and b[0] >= 0 else -(1 << width)), (1 << width) - 1
