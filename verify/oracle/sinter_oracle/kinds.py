"""Types of the language, and their values in Python (section 2).

A number, a time or a duration is an int, a fix its word, a float a float, a bool a
bool. [N]T, a struct and a layout are lists, bytes<N> is a bytearray, a map an object.
An enum is the index of its variant or, when one has fields, a tuple that begins with
it. T? is None or the value, which is wrapped in a tuple when T is an option itself.
"""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Kind:
    """A type. heap says that its values can be changed in place."""

    heap = False


@dataclass(frozen=True)
class Int(Kind):
    """uN or iN: arithmetic wraps."""

    bits: int
    signed: bool

    @property
    def lo(self):
        return -(1 << self.bits - 1) if self.signed else 0

    @property
    def hi(self):
        return (1 << self.bits - 1) - 1 if self.signed else (1 << self.bits) - 1


@dataclass(frozen=True)
class Range(Kind):
    """lo..=hi: arithmetic is exact. A literal is a range of one number."""

    lo: int
    hi: int


@dataclass(frozen=True)
class Frac(Kind):
    """A literal with a fraction. It is exact until converted to a type."""

    value: Fraction


@dataclass(frozen=True)
class Str(Kind):
    """A string literal."""

    data: bytes


@dataclass(frozen=True)
class Named(Kind):
    """bool, time, duration, none, or a device."""

    name: str


@dataclass(frozen=True)
class Fix(Kind):
    """fix<I, F>."""

    i: int
    f: int


@dataclass(frozen=True)
class Float(Kind):
    """f32 or f64."""

    bits: int


@dataclass(frozen=True)
class Array(Kind):
    """[N]T."""

    n: int
    t: Kind
    heap = True


@dataclass(frozen=True)
class Slice(Kind):
    """[]T, a parameter."""

    t: Kind
    heap = True


@dataclass(frozen=True)
class Bytes(Kind):
    """bytes<N>."""

    n: int
    heap = True


@dataclass(frozen=True)
class Option(Kind):
    """T?."""

    t: Kind


@dataclass(frozen=True)
class Map(Kind):
    """map<K, V, N>."""

    k: Kind
    v: Kind
    n: int
    heap = True


@dataclass(frozen=True)
class End(Kind):
    """An end of a channel."""

    way: str
    t: Kind


class Record(Kind):
    """A struct or a layout: names and types of its fields, in order."""

    heap = True

    def __init__(self, name):
        self.name, self.names, self.types, self.layout = name, [], [], None

    def __eq__(self, other):
        return self is other

    def __hash__(self):
        return id(self)

    def __repr__(self):
        return f"Record({self.name})"


class Enum(Kind):
    """An enum: variants are (name, names of fields, types of fields, value)."""

    def __init__(self, name):
        self.name, self.variants, self.base, self.plain = name, [], None, True

    def __eq__(self, other):
        return self is other

    def __hash__(self):
        return id(self)

    def find(self, name):
        """The index of a variant, or None."""
        for i, v in enumerate(self.variants):
            if v[0] == name:
                return i
        return None


BOOL, TIME, DURATION, NONE, VOID = (Named(n) for n in ("bool", "time", "duration", "none", "void"))
I64, U64, U32, U16, U8 = Int(64, True), Int(64, False), Int(32, False), Int(16, False), Int(8, False)


def is_num(t):
    """Whether t is an integer, wrapping or exact."""
    return isinstance(t, (Int, Range))


def bits_of(t):
    """The integer type that holds the bits of an enum, fix or float."""
    if isinstance(t, Fix):
        return Int(t.i + t.f, False)
    if isinstance(t, (Float, Int)):
        return Int(t.bits, False)
    if isinstance(t, Range):
        return Int(word(t), False)
    if isinstance(t, Named):
        return Int(1, False) if t == BOOL else U64
    return t.base


def zero(t):
    """Python text of the zero value of a type."""
    if isinstance(t, Range):
        return "0"
    if isinstance(t, Float):
        return "0.0"
    if t == BOOL:
        return "False"
    if isinstance(t, Option):
        return "None"
    if isinstance(t, Bytes):
        return "bytearray()"
    if isinstance(t, Array):
        if t.t.heap:
            return f"[{zero(t.t)} for _ in range({t.n})]"
        return f"[{zero(t.t)}] * {t.n}"
    if isinstance(t, Record):
        return "[" + ", ".join(zero(x) for x in t.types) + "]"
    if isinstance(t, Map):
        return f"Map({t.n}, {key_name(t.k)})"
    if isinstance(t, Enum) and not t.plain:
        return "(0, " + ", ".join(zero(x) for x in t.variants[0][2]) + ")"
    return "0"


def copied(t, code):
    """Python text of a copy of a value that stands in a variable."""
    if not t.heap or isinstance(t, Named):
        return code
    if isinstance(t, (Bytes, Slice)) or isinstance(t, Array) and not t.t.heap:
        return f"{code}[:]"
    if isinstance(t, Array):
        return f"[{copied(t.t, 'x_')} for x_ in {code}]"
    if isinstance(t, Record):
        if not any(x.heap for x in t.types):
            return f"{code}[:]"
        parts = ", ".join(copied(x, f"x_[{i}]") for i, x in enumerate(t.types))
        return f"(lambda x_: [{parts}])({code})"
    return f"{code}.copy()"


def has_float(t):
    """Whether equality of values of t needs more than Python's."""
    if isinstance(t, (Array, Slice, Option)):
        return has_float(t.t)
    if isinstance(t, Record):
        return any(has_float(x) for x in t.types)
    if isinstance(t, Enum):
        return any(has_float(x) for v in t.variants for x in v[2])
    return isinstance(t, Float)


KEYS = {}


def key_name(t):
    """The name of the key function of a type in generated text."""
    return KEYS.setdefault(t, f"key_{len(KEYS)}")


def key_bytes(t, v):
    """The bytes of a key's canonical bits. Zeros fill the last byte."""
    x, width = key_bits(t, v)
    size = (width + 7) // 8
    return (x << 8 * size - width).to_bytes(size, "big")


def key_bits(t, v):
    """The canonical bits of a key, as (number, width): its leaves in order, the first leaf
    highest, each with the bits of its word."""
    if isinstance(t, Bytes):
        return (len(v) << 8 * len(v)) | int.from_bytes(v, "big"), 32 + 8 * len(v)
    if isinstance(t, (Array, Record)):
        parts = [key_bits(x, y) for x, y in zip([t.t] * t.n if isinstance(t, Array) else t.types, v)]
        out = at = 0
        for n, width in parts:
            out, at = out << width | n, at + width
        return out, at
    width = word(t)
    return int(v) & (1 << width) - 1, width


def word(t):
    """The number of bits of a value's word: 1 for a bool, 8 or 32 for an enum, 32 or 64 for
    a range."""
    if isinstance(t, (Int, Float)):
        return t.bits
    if isinstance(t, Fix):
        return t.i + t.f
    if t == BOOL:
        return 1
    if isinstance(t, Enum):
        return 8 if len(t.variants) <= 256 else 32
    if isinstance(t, Range):
        small = -(1 << 31) <= t.lo and t.hi < 1 << 31 or 0 <= t.lo and t.hi < 1 << 32
        return 32 if small else 64
    return 64
