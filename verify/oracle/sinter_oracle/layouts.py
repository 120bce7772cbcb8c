"""Layouts: messages bit by bit (section 6)."""

import zlib

from . import kinds as K
from .body import Local, fault


class Field:
    """A field: its value's type, and functions that compute the rest from earlier fields."""

    def __init__(self, name, index, t):
        self.name, self.index, self.t = name, index, t
        self.little = self.seal_all = False
        self.span = self.fixed = self.when = self.size = self.seal = self.shape = None


class Layout:
    """Reads and writes the values of a layout; a value is the list of its named fields."""

    def __init__(self, prog, record, thing):
        self.prog, self.record, self.pkg = prog, record, thing.pkg
        self.fields, self.most = [], 0
        for node in thing.node.fields:
            self.fields.append(self.field(node))
        bits = sum(self.width(f) for f in self.fields)
        self.most = (bits + 7) // 8

    def width(self, f):
        """The maximum number of bits of a field."""
        t = f.t.t if f.when else f.t
        if f.shape == "upto":
            return 16 + 8 * t.n
        return self.bits(t)

    def bits(self, t):
        """The maximum number of bits of a value of a type."""
        if isinstance(t, K.Bytes):
            return 8 * t.n
        if isinstance(t, K.Record):
            return 8 * t.layout.most
        if isinstance(t, K.Array):
            return t.n * self.bits(t.t)
        return width(t)

    def field(self, node):
        """A field from its declaration."""
        f = Field(node.name, len(self.record.names), None)
        f.little, f.seal, f.seal_all = node.little, node.seal, node.seal_all
        size = node.t.args[0] if node.t.kind == "named" and node.t.names == ["bytes"] else None
        if size is not None and size.kind in ("upto", "rest"):
            f.shape = size.kind
            f.t = K.Bytes(self.prog.fixed(size.e, self.pkg, {}))
        elif size is not None:
            f.shape = "sized"
            f.size, t = self.function(size)
            f.t = K.Bytes(max(t.hi, 0))
        else:
            f.t = self.prog.type(node.t, self.pkg, {})
        if node.within:
            f.span = self.prog.bounds(node.within, self.pkg, {})
        if node.value is not None:
            f.fixed = self.prog.evaluate(lambda b: b.value(node.value, f.t), self.pkg, {})[1]
        if node.when is not None:
            f.when, _ = self.function(node.when)
            f.t = K.Option(f.t)
        if node.name != "_":
            self.record.names.append(node.name)
            self.record.types.append(f.t)
        elif f.when or f.shape:
            fault(node, "a field without a name has a size of its own")
        return f

    def function(self, node):
        """A Python function of the values before a field, and its result type."""
        from .stmts import Body
        body = Body(self.prog, self.pkg)
        for f in self.fields:
            if f.name != "_":
                body.scopes[0][f.name] = self.seen(f)
        body.needs = []
        ex = body.expr(node)
        name = f"field_{self.prog.number()}"
        body.prologue += [f"if {code} is None: return False" for code in body.needs]
        body.emit(f"return {ex.code}")
        self.prog.run(f"def {name}(v):\n{body.text()}\n")
        return self.prog.globals[name], ex.t

    def seen(self, f):
        """An earlier field in an expression."""
        t = f.t
        if f.span:
            t = K.Option(K.Range(*f.span)) if f.when else K.Range(*f.span)
        return Local(f"v[{f.index}]", t)

    def read_as(self, name):
        """The range type of a bounded field in reads; None for other fields."""
        for f in self.fields:
            if f.name == name and f.span and not f.when:
                return K.Range(*f.span)
        return None

    def preset(self, body, parts, given):
        """Sets fields with a fixed value if a constructor omits them."""
        for f in self.fields:
            if f.fixed is not None and f.name != "_" and f.name not in given:
                parts[f.index] = body.prog.literal(f.t, f.fixed)

    # reading

    def parse(self, data):
        """The value in a prefix of the bytes, or None."""
        got = self.read(bytes(data), 0)
        return got[0] if got else None

    def read(self, data, start):
        """The value at a bit position, and the position after it; None if there is no value."""
        values, pos, seal = [], start, None
        for f in self.fields:
            if f.when and not f.when(values):
                values.append(None)
                continue
            at = pos
            got = self.read_field(f, data, pos, values)
            if got is None:
                return None
            value, pos = got
            if not self.allowed(f, value):
                return None
            if f.name != "_":
                values.append((value,) if f.when and isinstance(f.t.t, K.Option) else value)
            if f.seal:
                seal = (f, value, at, pos)
        if seal and seal[1] != checksum(seal[0], data[start // 8:(pos + 7) // 8], seal[2] - start, seal[3] - start):
            return None
        return values, pos

    def allowed(self, f, value):
        """Whether the value of a field is allowed."""
        if f.fixed is not None and value != f.fixed:
            return False
        return not f.span or f.span[0] <= value <= f.span[1]

    def read_field(self, f, data, pos, values):
        """The value of one field, and the bit position after it."""
        t = f.t.t if f.when else f.t
        if not f.shape:
            return read_value(t, data, pos, f.little)
        if f.shape == "rest":
            size = (8 * len(data) - pos) // 8
        elif f.shape == "upto":
            head = read_value(K.U16, data, pos, False)
            if head is None:
                return None
            size, pos = head
        else:
            size = f.size(values)
        if size < 0 or size > t.n:
            return None
        got = take(data, pos, 8 * size)
        return None if got is None else (bytearray(got.to_bytes(size, "big")), pos + 8 * size)

    # writing

    def bytes(self, value, place):
        """The bytes of a value."""
        out = Bits()
        self.write(value, out, place)
        return bytearray(out.bytes())

    def write(self, value, out, place):
        """Adds the bits of a value and returns the position of the seal."""
        seal = None
        for f in self.fields:
            x = self.nameless(f) if f.name == "_" else value[f.index]
            t = f.t
            if f.when:
                there = x is not None
                if there != bool(f.when(value)):
                    self.prog.globals["trap"](place, "layout")
                if not there:
                    continue
                t = t.t
                x = x[0] if isinstance(t, K.Option) else x
            at = out.n
            if f.shape:
                self.write_bytes(f, t, x, out, value, place)
            else:
                write_value(t, x, out, f.little, place)
            if f.seal:
                seal = (f, at, out.n)
        return seal

    def nameless(self, f):
        """The number written for an unnamed field: its fixed value, or else the allowed
        number nearest to zero."""
        if f.fixed is not None:
            return f.fixed
        return min(max(0, f.span[0]), f.span[1]) if f.span else 0

    def write_bytes(self, f, t, x, out, value, place):
        """Adds bytes. The field gives their number."""
        if f.shape == "upto":
            out.add(len(x), 16)
        if f.shape == "sized" and len(x) != f.size(value):
            self.prog.globals["trap"](place, "layout")
        out.add(int.from_bytes(x, "big"), 8 * len(x))

    def sealed(self, value, place):
        """The value with its seals computed."""
        for f in self.fields:
            if f.seal:
                value[f.index] = 0
        out = Bits()
        seal = self.write(value, out, place)
        if seal:
            f, at, end = seal
            value[f.index] = checksum(f, out.bytes(), at, end)
        return value


class Bits:
    """A sequence of bits."""

    def __init__(self):
        self.x = self.n = 0

    def add(self, x, width):
        self.x = self.x << width | x & (1 << width) - 1
        self.n += width

    def bytes(self):
        size = (self.n + 7) // 8
        return (self.x << 8 * size - self.n).to_bytes(size, "big")


def width(t):
    """The bits of a numeric value."""
    if isinstance(t, (K.Int, K.Float)):
        return t.bits
    if isinstance(t, K.Fix):
        return t.i + t.f
    if isinstance(t, K.Enum):
        return t.base.bits
    return 1 if t == K.BOOL else 64


def take(data, pos, bits):
    """The number in the next bits, or None if too few are left."""
    end = pos + bits
    if end > 8 * len(data):
        return None
    if bits == 0:
        return 0
    first, last = pos // 8, (end + 7) // 8
    x = int.from_bytes(data[first:last], "big")
    return x >> 8 * last - end & (1 << bits) - 1


def swapped(x, bits):
    """The number with its bytes in reverse order."""
    return int.from_bytes(x.to_bytes(bits // 8, "little"), "big")


def read_value(t, data, pos, little):
    """A value of a fixed-size type, and the bit position after it."""
    if isinstance(t, K.Record):
        return t.layout.read(data, pos)
    if isinstance(t, K.Array):
        return read_array(t, data, pos, little)
    bits = width(t)
    x = take(data, pos, bits)
    if x is None:
        return None
    if little:
        x = swapped(x, bits)
    if isinstance(t, K.Enum):
        x = next((i for i, v in enumerate(t.variants) if v[3] & (1 << bits) - 1 == x), None)
        return None if x is None else (x, pos + bits)
    if t == K.BOOL:
        return x == 1, pos + bits
    if isinstance(t, K.Fix) or isinstance(t, K.Int) and t.signed:
        x = x - (1 << bits) if x >> bits - 1 else x
    return x, pos + bits


def read_array(t, data, pos, little):
    """The elements of an array."""
    out = []
    for _ in range(t.n):
        got = read_value(t.t, data, pos, little)
        if got is None:
            return None
        out.append(got[0])
        pos = got[1]
    return out, pos


def write_value(t, x, out, little, place):
    """Adds the bits of a value of a fixed-size type."""
    if isinstance(t, K.Record):
        t.layout.write(x, out, place)
        return
    if isinstance(t, K.Array):
        for y in x:
            write_value(t.t, y, out, little, place)
        return
    bits = width(t)
    if isinstance(t, K.Enum):
        x = t.variants[x][3]
    x = int(x) & (1 << bits) - 1
    out.add(swapped(x, bits) if little else x, bits)


def checksum(f, whole, at, end):
    """The seal of a message. Its field begins at bit at and ends before bit end."""
    if f.seal_all:
        zero = int.from_bytes(whole, "big") & ~((1 << end - at) - 1 << 8 * len(whole) - end)
        data = zero.to_bytes(len(whole), "big")
    else:
        data = whole[:at // 8]
    if f.seal == "crc32":
        x = zlib.crc32(data)
    else:
        x = inet_sum(data)
    return x


def inet_sum(data):
    """The checksum of RFC 1071."""
    if len(data) % 2:
        data += b"\0"
    total = sum(int.from_bytes(data[i:i + 2], "big") for i in range(0, len(data), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


