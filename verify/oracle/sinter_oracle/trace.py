"""Text of logs and traces (docs/trace.md)."""

from . import arith
from . import kinds as K

ESCAPES = {10: b"\\n", 13: b"\\r", 9: b"\\t", 34: b'\\"', 92: b"\\\\"}


def escaped(data):
    """Text of bytes: printable bytes as they are, others escaped."""
    return data


def text_bytes(data):
    """The bytes of a value in the text of a log."""
    out = b""
    for b in data:
        if b in ESCAPES:
            out += ESCAPES[b]
        else:
            out += bytes([b]) if 32 <= b < 127 else b"\\x%02x" % b
    return out


def shown(t, v, hexa):
    """A value in the text of a log."""
    if t == K.BOOL:
        return b"true" if v else b"false"
    if isinstance(t, (K.Bytes, K.Str, K.Slice, K.Array)):
        return text_bytes(bytes(v))
    if isinstance(t, K.Float):
        return arith.hex_float(v).encode()
    if isinstance(t, K.Fix) and not hexa:
        return arith.decimal_fix(v, t.f).encode()
    if hexa:
        return b"%x" % (v & (1 << K.word(t)) - 1)
    return str(v).encode()


def words(t, v):
    """A value as the arguments of an event: numbers, and bytes in hexadecimal."""
    if isinstance(t, (K.Bytes, K.Str)):
        return [("bytes " + str(len(v)) + (" " + bytes(v).hex() if len(v) else ""))]
    if isinstance(t, K.Float):
        return [str(arith.float_bits(v, t.bits))]
    if isinstance(t, (K.Array, K.Slice)):
        return [w for x in v for w in words(t.t, x)]
    if isinstance(t, K.Record):
        return [w for x, y in zip(t.types, v) for w in words(x, y)]
    if isinstance(t, K.Option):
        return option_words(t, v)
    if isinstance(t, K.Enum):
        return enum_words(t, v)
    if t == K.BOOL:
        return [str(int(v))]
    return [str(v & (1 << K.word(t)) - 1)]


def zeros(t):
    """The words of the zero value."""
    names = {"Map": lambda *a: None}
    return words(t, eval(K.zero(t), names))


def option_words(t, v):
    if v is None:
        return ["0"] + zeros(t.t)
    return ["1"] + words(t.t, v[0] if isinstance(t.t, K.Option) else v)


def enum_words(t, v):
    """The variant, and the fields of all variants. Fields of other variants are zero."""
    if t.plain:
        return [str(v)]
    out = [str(v[0])]
    for i, (_, _, types, _) in enumerate(t.variants):
        for k, x in enumerate(types):
            out += words(x, v[k + 1]) if i == v[0] else zeros(x)
    return out


QUOTED = {7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}


def quoted(data):
    """Bytes as a string of a trace."""
    out = ""
    for c in data.decode("utf-8", "surrogateescape"):
        n = ord(c)
        if n in QUOTED:
            out += QUOTED[n]
        elif 0xDC80 <= n <= 0xDCFF:
            out += f"\\x{n - 0xDC00:02x}"
        elif n < 32 or n == 127:
            out += f"\\x{n:02x}"
        else:
            out += c if c.isprintable() else f"\\u{n:04x}"
    return '"' + out + '"'


def name(text):
    """A name: identifiers and numbers with points, or else a string."""
    parts = text.split(".")
    plain = all(p.replace("_", "a").isalnum() for p in parts) and not text[0].isdigit()
    return text if plain else quoted(text.encode())


def line(event, sites):
    """The line of an event. sites numbers the positions of logs and traps."""
    task, kind, *rest = event
    head = f"  {name(task)} {kind}"
    if kind == "log":
        site, args, text = rest
        return " ".join([head, str(sites.setdefault(site, len(sites)))] + args + [quoted(text)])
    if kind == "trap":
        return f"{head} {sites.setdefault(rest[0], len(sites))} {rest[1]}"
    if kind in ("in", "out"):
        port, clock, data = rest
        at = f" @{clock}" if kind == "out" else ""
        return f"{head} {name(port)}{at} {len(data)}{' ' + data.hex() if data else ''}"
    return " ".join([head] + [name(rest[0]) if kind in ("send", "recv") else rest[0]] + list(rest[1:]))


def text(system, world, status):
    """The trace of a run."""
    sites = {}
    lines = [f"trace {name(system)}"] + [line(e, sites) for e in world.events]
    return "\n".join(lines + [f"  status {status}", "end"]) + "\n"
