"""Calls: functions, conversions, methods of values, channels and devices."""

from . import convert as C
from . import kinds as K
from .body import Ex, fault
from .exprs import Exprs

WORDS = {f"{end}{bits}": (end, bits // 8) for end in ("be", "le") for bits in (16, 32, 64)}


class Calls(Exprs):
    """Makes Python text of calls."""

    def e_call(self, node, want):
        f = node.f
        if f.kind == "instance":
            return self.call(node, self.prog.lookup(self.pkg, f.name))
        t = self.static_type(f)
        if t is not None:
            return self.make(node, t)
        thing = self.static(f)
        if thing is not None and thing.kind == "fn":
            return self.call(node, thing)
        if f.kind == "name" and thing is None and not self.local(f.name):
            make = getattr(self, "b_" + f.name, None)
            if f.name in WORDS:
                return self.word_bytes(node, *WORDS[f.name])
            if make:
                return make(node, [a for _, a in node.args])
            return fault(node, f"no function {f.name}")
        if f.kind == "dot":
            return self.member(node, f)
        return fault(node, "this cannot be called")

    def member(self, node, f):
        """x.f(...): of a type, of the log, or of a value."""
        if f.e.kind == "name" and f.e.name == "log" and not self.local("log"):
            return self.log(node, f.name)
        t = self.static_type(f.e)
        if t is not None:
            return self.of_type(node, t, f.name)
        base = self.place(f.e)
        for kind, prefix in ((K.Bytes, "bytes"), (K.Map, "map"), (K.End, "end"), (K.Record, "record"), (K.Named, "port")):
            if isinstance(base.t, kind):
                make = getattr(self, f"m_{prefix}_{f.name}", None)
                if make:
                    return make(node, base, [a for _, a in node.args])
        return fault(node, f"no operation {f.name}")

    # of types

    def make(self, node, t):
        """T(...): a struct, a layout, or a conversion."""
        if isinstance(t, K.Record):
            parts = self.fields(t.names, t.types, node.args)
            if t.layout:
                t.layout.preset(self, parts, {n for n, _ in node.args})
            return Ex("[" + ", ".join(p.code for p in parts) + "]", t)
        inner = t if isinstance(t, (K.Float, K.Fix)) else None
        return C.convert(self.expr(node.args[0][1], inner), t)

    def of_type(self, node, t, name):
        """T.from_bits(x), L.parse(b), L.sealed(...), E.variant(...)."""
        args = [a for _, a in node.args]
        if name == "from_bits":
            return self.from_bits(t, self.expr(args[0]))
        if isinstance(t, K.Record) and t.layout and name == "parse":
            layout = self.prog.layout_name(t)
            return Ex(f"{layout}.parse({self.expr(args[0]).code})", K.Option(t))
        if isinstance(t, K.Record) and t.layout and name == "sealed":
            parts = self.fields(t.names, t.types, node.args)
            t.layout.preset(self, parts, {n for n, _ in node.args})
            layout = self.prog.layout_name(t)
            at = self.prog.place(node.pos)
            return Ex(f"{layout}.sealed([{', '.join(p.code for p in parts)}], {at})", t)
        if isinstance(t, K.Enum):
            return self.variant(node, t, name, node.args)
        return fault(node, f"no operation {name}")

    def from_bits(self, t, ex):
        """The value with these bits."""
        if isinstance(t, K.Fix):
            return Ex(C.wrapped(ex.code, t.i + t.f, True), t)
        if isinstance(t, K.Float):
            return Ex(f"from_bits({ex.code} & {(1 << t.bits) - 1}, {t.bits})", t)
        values = {v[3]: i for i, v in enumerate(t.variants)}
        return Ex(f"{values}.get({ex.code})", K.Option(t))

    # functions

    def call(self, node, thing):
        """A call of a function of the program."""
        decl = thing.node
        order = self.in_order(decl, node)
        inst, args, backs = self.prog.instance(self, thing, node, order)
        for t, a, use in zip(inst.params, args, inst.uses):
            if use is not None:
                self.use(a.code).add(use)
        code = f"{inst.name}({', '.join(a.code for a in args)})"
        if inst.waits:
            code = f"(yield from {code})"
        if not backs:
            if inst.waits or inst.result == K.VOID:
                got = self.tmp()
                self.emit(f"{got} = {code}")
                return Ex(got, inst.result, stable=True)
            return Ex(code, inst.result)
        return self.give_back(code, inst, backs)

    def give_back(self, code, inst, backs):
        """A call whose inout arguments get their values back: numbers from the call's result,
        slices from the copy that the function changed."""
        got, k = self.tmp(), 0
        self.emit(f"{got} = {code}")
        for place, name in backs:
            if name is None:
                k += 1
                place.put(f"{got}[{k}]")
            else:
                place.put(name)
        return Ex(f"{got}[0]" if k else got, inst.result, stable=True)

    def in_order(self, decl, node):
        """The arguments of a call in the order of the parameters."""
        names = [p.name for p in decl.params]
        by = {}
        for k, (n, a) in enumerate(node.args):
            by[n or names[k]] = a
        return [by[n] for n in names]

    def argument(self, param, t, node):
        """An argument, and for inout the place that gets a value back, else None."""
        if not param.inout:
            return self.value(node, t), None
        place = self.place(node)
        if node.kind == "slice":
            name = self.tmp()
            self.emit(f"{name} = {place.code}")
            return Ex(name, t, stable=True), (place, name)
        return Ex(place.code, t, stable=True), (place, None)

    # built in

    def word_bytes(self, node, end, size):
        order = "big" if end == "be" else "little"
        x = self.value(node.args[0][1], K.Int(size * 8, False))
        return Ex(f"bytearray(({x.code}).to_bytes({size}, {order!r}))", K.Bytes(size))

    def b_bits(self, node, args):
        e = self.expr(args[0])
        t = K.bits_of(e.t)
        if isinstance(e.t, K.Float):
            return Ex(f"float_bits({e.code}, {e.t.bits})", t)
        if isinstance(e.t, K.Enum):
            return Ex(f"{tuple(v[3] for v in e.t.variants)}[{e.code}]", t)
        return Ex(C.wrapped(f"int({e.code})" if e.t == K.BOOL else e.code, t.bits, False), t)

    def b_now(self, node, args):
        return Ex("W.clock", K.TIME)

    def b_sqrt(self, node, args):
        e = self.expr(args[0])
        return Ex(f"single(fsqrt({e.code}))" if e.t.bits == 32 else f"fsqrt({e.code})", e.t)

    def span(self, args):
        """The bounds of clamp and wrap."""
        ends = [self.prog.fixed(a, self.pkg, self.generics, self) for a in args[1:]]
        return ends[0], ends[1]

    def b_clamp(self, node, args):
        e = self.expr(args[0])
        lo, hi = self.span(args)
        return Ex(f"min(max({e.code}, {lo}), {hi})", K.Range(lo, hi))

    def b_wrap(self, node, args):
        e = self.expr(args[0])
        lo, hi = self.span(args)
        return Ex(f"(({e.code} - {lo}) % {hi - lo + 1} + {lo})", K.Range(lo, hi))

    # values

    def m_bytes_append(self, node, base, args):
        e = self.expr(args[0])
        one = K.is_num(e.t)
        size = "1" if one else f"len({e.code})"
        if not one:
            e = self.keep(Ex(e.code, e.t))
            size = f"len({e.code})"
        else:
            e = self.keep(C.coerce(e, K.U8))
        self.emit(f"if len({base.code}) + {size} > {base.t.n}: {self.trap(node, 'length')}")
        self.emit(f"{base.code}{f'.append({e.code})' if one else f' += bytes({e.code})'}")
        return Ex("None", K.VOID, stable=True)

    def m_bytes_resize(self, node, base, args):
        e = self.keep(self.expr(args[0]))
        self.emit(f"if not 0 <= {e.code} <= {base.t.n}: {self.trap(node, 'length')}")
        self.emit(f"resize({base.code}, {e.code})")
        return Ex("None", K.VOID, stable=True)

    def m_map_get(self, node, base, args):
        k, v = self.operands([lambda: self.value(args[0], base.t.k), lambda: self.value(args[1], base.t.v)])
        return Ex(f"{base.code}.get({k.code}, {v.code})", base.t.v, place=True)

    def m_map_put(self, node, base, args):
        k, v = self.operands([lambda: self.stored(args[0], base.t.k), lambda: self.stored(args[1], base.t.v)])
        self.emit(f"{base.code}.put({k.code}, {v.code})")
        return Ex("None", K.VOID, stable=True)

    def m_map_remove(self, node, base, args):
        k = self.value(args[0], base.t.k)
        self.emit(f"{base.code}.remove({k.code})")
        return Ex("None", K.VOID, stable=True)

    def m_record_bytes(self, node, base, args):
        layout = self.prog.layout_name(base.t)
        return Ex(f"{layout}.bytes({base.code}, {self.prog.place(node.pos)})", K.Bytes(base.t.layout.most))

    # channels and devices

    def awaited(self, text, t):
        """A value that the task waits for."""
        got = self.tmp()
        self.emit(f"{got} = yield from {text}")
        return Ex(got, t, stable=True)

    def m_end_send(self, node, base, args):
        v = self.stored(args[0], base.t.t)
        return self.awaited(f"{base.code}.send({v.code})", K.VOID)

    def m_end_recv(self, node, base, args):
        return self.awaited(f"{base.code}.recv()", base.t.t)

    def m_end_try_send(self, node, base, args):
        v = self.stored(args[0], base.t.t)
        got = self.tmp()
        self.emit(f"{got} = {base.code}.try_send({v.code})")
        return Ex(got, K.BOOL, stable=True)

    def m_end_try_recv(self, node, base, args):
        got, t = self.tmp(), K.Option(base.t.t)
        self.emit(f"{got} = {base.code}.try_recv()")
        if isinstance(base.t.t, K.Option):
            return Ex(got, t, stable=True)
        return Ex(f"(None if {got} is None else {got}[0])", t)

    def message(self, node):
        """The bytes of a message: bytes, [N]u8 or a layout."""
        e = self.expr(node)
        if isinstance(e.t, K.Record):
            return f"{self.prog.layout_name(e.t)}.bytes({e.code}, {self.prog.place(node.pos)})"
        return e.code

    def m_port_recv(self, node, base, args):
        p = self.place(args[0])
        if base.t.name == "net.Udp":
            self.use(base.code).receives(p.t.n)
        got = self.awaited(f"{base.code}.recv({p.t.n}, {p.code})", base.t)
        return self.received(base, p, got.code)

    def received(self, base, p, got):
        """Puts a message into its buffer."""
        if base.t.name == "net.Udp":
            self.emit(f"{p.code}[:] = {got}[1]")
            return Ex(f"{got}[0]", K.Int(48, False), stable=True)
        self.emit(f"{p.code}[:] = {got}")
        return Ex("None", K.VOID, stable=True)

    def m_port_send(self, node, base, args):
        if base.t.name != "net.Udp":
            self.emit(f"{base.code}.send({self.message(args[0])})")
            return Ex("None", K.VOID, stable=True)
        self.use(base.code).sends(self.longest(args[1]))
        to, data = self.operands([lambda: self.value(args[0], K.Int(48, False)), lambda: Ex(self.message(args[1]), K.VOID)])
        return self.awaited(f"{base.code}.send({to.code}, {data.code})", K.VOID)

    def longest(self, node):
        """The maximum number of bytes of a message."""
        t = self.type_of(node)
        return t.layout.most if isinstance(t, K.Record) else len(t.data) if isinstance(t, K.Str) else t.n

    def m_port_transfer(self, node, base, args):
        p = self.place(args[0])
        self.emit(f"{p.code}[:] = {base.code}.transfer({p.code})")
        return Ex("None", K.VOID, stable=True)

    def m_port_fill(self, node, base, args):
        p = self.place(args[0])
        self.emit(f"{p.code}[:] = {base.code}.fill(len({p.code}))")
        return Ex("None", K.VOID, stable=True)

    def m_port_ask(self, node, base, args):
        return self.i2c(base, args[0], args[1], args[2])

    def i2c(self, base, address, sent, into):
        """A message over an I2C bus. The received bytes replace the bytes of `into`."""
        parts = [lambda: self.value(address, K.Int(7, False))]
        if sent:
            parts.append(lambda: Ex(self.message(sent), K.VOID))
        got = self.operands(parts)
        p = self.place(into) if into else None
        answer = self.tmp()
        wanted = f"len({p.code})" if p else "0"
        self.emit(f"{answer} = {base.code}.message({got[0].code}, {got[1].code if sent else repr(b'')}, {wanted})")
        if p:
            self.emit(f"if {answer} is not None: {p.code}[:] = {answer}")
        return self.keep(Ex(f"({answer} is not None)", K.BOOL))

    def m_port_read(self, node, base, args):
        if base.t.name == "i2c.Bus":
            return self.i2c(base, args[0], None, args[1])
        if base.t.name == "gpio.In":
            got = self.tmp()
            self.emit(f"{got} = {base.code}.take()")
            return Ex(got, K.BOOL, stable=True)
        i = self.keep(self.expr(args[0]))
        p, got = self.place(args[1]), self.tmp()
        self.emit(f"{got} = {base.code}.read({i.code})")
        ex = self.succeeded(node, f"{got} is not None")
        self.emit(f"if {got} is not None: {p.code}[:] = {got}")
        return ex

    def succeeded(self, node, code):
        """Whether a disk command succeeded. Without an else, a failure traps."""
        ok = self.tmp()
        self.emit(f"{ok} = {code}")
        if getattr(node, "tries", False):
            return Ex(ok, K.BOOL, stable=True)
        self.emit(f"if not {ok}: {self.trap(node, 'disk')}")
        return Ex("None", K.VOID, stable=True)

    def m_port_write(self, node, base, args):
        if base.t.name == "i2c.Bus":
            return self.i2c(base, args[0], args[1], None)
        if base.t.name == "gpio.Out":
            self.emit(f"{base.code}.write({self.value(args[0], K.BOOL).code})")
            return Ex("None", K.VOID, stable=True)
        i, b = self.operands([lambda: self.expr(args[0]), lambda: Ex(self.message(args[1]), K.VOID)])
        return self.succeeded(node, f"{base.code}.write({i.code}, {b.code})")

    def m_port_lost(self, node, base, args):
        got = self.tmp()
        self.emit(f"{got} = {base.code}.lost")
        return Ex(got, K.U16, stable=True)

    def m_port_flush(self, node, base, args):
        return self.succeeded(node, f"{base.code}.flush()")

    # the log

    def log(self, node, level):
        """log.print("...") and the levels."""
        if level not in self.prog.LEVELS and level != "print":
            return fault(node, f"no log.{level}")
        if level != "print" and self.prog.LEVELS.index(level) < self.prog.log_level():
            return Ex("None", K.VOID, stable=True)
        parts = self.prog.log_parts(node.args[0][1], "" if level == "print" else level + ": ")
        exprs = [p for p in parts if not isinstance(p, bytes)]
        got = self.operands([lambda p=p: self.expr(p[0]) for p in exprs])
        site = self.prog.log_site(node, parts, [g.t for g in got])
        self.emit(f"W.log({site}, ({''.join(g.code + ', ' for g in got)}))")
        return Ex("None", K.VOID, stable=True)
