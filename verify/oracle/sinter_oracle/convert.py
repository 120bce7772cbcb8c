"""Implicit and explicit conversions (sections 2 and 8)."""

from fractions import Fraction

from . import arith
from . import kinds as K
from .body import Ex, Fault


def number(value):
    """Python text of a float."""
    if value != value:
        return "NAN"
    if value in (arith.INF, -arith.INF):
        return "INF" if value > 0 else "(-INF)"
    return repr(value)


def exact(t):
    """The number that a literal type stands for, or None."""
    if isinstance(t, K.Frac):
        return t.value
    if isinstance(t, K.Range) and t.lo == t.hi:
        return t.lo
    return None


def coerce(ex, t):
    """ex as a value of type t, by an implicit conversion."""
    if ex.t == t or t is None:
        return ex
    if isinstance(t, K.Option):
        return to_option(ex, t)
    if isinstance(t, (K.Float, K.Fix)):
        return to_real(ex, t)
    if isinstance(t, K.Bytes):
        if isinstance(ex.t, K.Bytes):
            return Ex(ex.code, t, ex.place, ex.stable)
        return Ex(f"bytearray({ex.code})", t)
    if isinstance(t, K.Array) and isinstance(ex.t, (K.Str, K.Bytes, K.Slice)):
        return Ex(f"list({ex.code})", t)
    if isinstance(t, K.Slice) or K.is_num(t) and K.is_num(ex.t) or isinstance(t, K.Array):
        return Ex(ex.code, t, ex.place, ex.stable)
    raise Fault(f"a value of type {ex.t} where one of {t} is needed")


def to_option(ex, t):
    """ex as an option."""
    if ex.t == K.NONE:
        return Ex("None", t, stable=True)
    if isinstance(ex.t, K.Option) and not isinstance(t.t, K.Option):
        return Ex(ex.code, t, ex.place, ex.stable)
    ex = coerce(ex, t.t)
    code = K.copied(ex.t, ex.code) if ex.place else ex.code
    return Ex(f"({code},)" if isinstance(t.t, K.Option) else code, t)


def to_real(ex, t):
    """A literal as a float or a fix."""
    value = exact(ex.t)
    if value is None:
        raise Fault(f"a value of type {ex.t} where one of {t} is needed")
    if isinstance(t, K.Float):
        return Ex(number(arith.nearest(value, t.bits)), t, stable=True)
    return Ex(wrapped(str(arith.fix_of(value, t.f)), t.i + t.f, True), t, stable=True)


def wrapped(code, bits, signed):
    """Text of the low bits of an integer."""
    if signed:
        half = 1 << bits - 1
        return f"(({code} + {half} & {2 * half - 1}) - {half})"
    return f"({code} & {(1 << bits) - 1})"


def fits(t, lo, hi):
    """Whether all values of t lie in lo..=hi."""
    return t.lo >= lo and t.hi <= hi


def convert(ex, t):
    """T(x)."""
    if isinstance(t, K.Int):
        return to_int(ex, t)
    if isinstance(t, K.Float):
        return to_float(ex, t)
    if isinstance(t, K.Fix):
        return to_fix(ex, t)
    if t in (K.TIME, K.DURATION) and K.is_num(ex.t):
        return Ex(wrapped(ex.code, 64, t == K.DURATION), t)
    return coerce(ex, t)


def to_int(ex, t):
    """x as uN or iN."""
    if K.is_num(ex.t):
        if fits(ex.t, t.lo, t.hi):
            return Ex(ex.code, t, ex.place, ex.stable)
        return Ex(wrapped(ex.code, t.bits, t.signed), t)
    if ex.t == K.BOOL:
        return Ex(wrapped(f"int({ex.code})", t.bits, t.signed), t)
    if isinstance(ex.t, K.Float):
        return Ex(f"to_int({ex.code}, {t.lo}, {t.hi})", t)
    if isinstance(ex.t, K.Fix):
        return Ex(wrapped(f"({ex.code} >> {ex.t.f})", t.bits, t.signed), t)
    if isinstance(ex.t, K.Frac):
        return Ex(str(min(max(int(ex.t.value), t.lo), t.hi)), t)
    if ex.t in (K.TIME, K.DURATION):
        return Ex(wrapped(ex.code, t.bits, t.signed), t)
    raise Fault(f"a value of type {ex.t} as an integer")


def to_float(ex, t):
    """x as f32 or f64."""
    value = exact(ex.t)
    if value is not None:
        return to_real(ex, t)
    if K.is_num(ex.t):
        return Ex(f"nearest({ex.code}, {t.bits})", t)
    if isinstance(ex.t, K.Fix):
        return Ex(f"nearest(Fraction({ex.code}, {1 << ex.t.f}), {t.bits})", t)
    if t.bits == 32 and ex.t.bits == 64:
        return Ex(f"single({ex.code})", t)
    return Ex(ex.code, t, ex.place, ex.stable)


def to_fix(ex, t):
    """x as a fix."""
    value = exact(ex.t)
    if value is not None:
        return to_real(ex, t)
    bits = t.i + t.f
    if K.is_num(ex.t):
        return Ex(wrapped(f"({ex.code} << {t.f})", bits, True), t)
    if isinstance(ex.t, K.Fix):
        by = t.f - ex.t.f
        code = f"({ex.code} << {by})" if by >= 0 else f"({ex.code} >> {-by})"
        return Ex(wrapped(code, bits, True), t)
    return Ex(f"float_fix({ex.code}, {bits}, {t.f})", t)


def common(a, b):
    """Both values as values of one type, for an operator."""
    ra, rb = isinstance(a.t, (K.Range, K.Frac)), isinstance(b.t, (K.Range, K.Frac))
    if a.t == b.t or ra and rb:
        return a, b
    if isinstance(a.t, K.Option) or b.t == K.NONE:
        return a, coerce(b, a.t)
    if isinstance(b.t, K.Option) or a.t == K.NONE:
        return coerce(a, b.t), b
    if ra and isinstance(b.t, (K.Fix, K.Float)):
        return coerce(a, b.t), b
    if rb and isinstance(a.t, (K.Fix, K.Float)):
        return a, coerce(b, a.t)
    return a, b


def as_fraction(t):
    """The exact number of a literal type as a fraction."""
    return Fraction(exact(t))
