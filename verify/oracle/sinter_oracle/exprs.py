"""Expressions: operators, names, places, searches (sections 1, 2 and 5)."""

from fractions import Fraction

from . import arith
from . import convert as C
from . import kinds as K
from .body import Ex, Lines, Place, fault


class Exprs(Lines):
    """Makes Python text of expressions."""

    def expr(self, node, want=None):
        """The value of an expression; want is the expected type, if known."""
        return getattr(self, "e_" + node.kind)(node, want)

    def value(self, node, t):
        """The value of an expression as one of type t."""
        try:
            return C.coerce(self.expr(node, t), t)
        except C.Fault as f:
            return fault(node, str(f))

    def stored(self, node, t):
        """The same, copied if it stands in a variable."""
        ex = self.value(node, t)
        return Ex(K.copied(ex.t, ex.code), ex.t) if ex.place else ex

    # literals and names

    def e_int(self, node, want):
        return Ex(str(node.value), K.Range(node.value, node.value), stable=True)

    def e_frac(self, node, want):
        return Ex("0", K.Frac(Fraction(node.value)), stable=True)

    def e_dur(self, node, want):
        return Ex(str(node.value), K.DURATION, stable=True)

    def e_str(self, node, want):
        data = self.prog.unescape(node.text)
        return Ex(repr(data), K.Str(data), stable=True)

    def e_bool(self, node, want):
        return Ex(str(node.value), K.BOOL, stable=True)

    def e_none(self, node, want):
        return Ex("None", K.NONE, stable=True)

    def e_list(self, node, want):
        t = want.t if isinstance(want, (K.Array, K.Slice)) else None
        if t is None:
            firsts, _ = self.captured(lambda: [self.expr(x) for x in node.items])
            ranges = all(isinstance(x.t, K.Range) for x in firsts)
            t = K.Range(min(x.t.lo for x in firsts), max(x.t.hi for x in firsts)) if ranges else firsts[0].t
        items = self.operands([lambda x=x: self.stored(x, t) for x in node.items])
        return Ex("[" + ", ".join(x.code for x in items) + "]", K.Array(len(items), t))

    def e_name(self, node, want):
        found = self.local(node.name)
        if found:
            return self.there(Ex(found.code, found.t, place=True))
        bound = self.generics.get(node.name)
        if isinstance(bound, tuple):
            return Ex(str(bound[1]), bound[0], stable=True)
        thing = self.prog.lookup(self.pkg, node.name)
        if thing and thing.kind in ("const", "config"):
            return self.prog.const(thing)
        inner = want.t if isinstance(want, K.Option) else want
        if isinstance(inner, K.Enum) and inner.find(node.name) is not None:
            return self.variant(node, inner, node.name, [])
        return fault(node, f"{node.name} has no value")

    def e_dot(self, node, want):
        thing = self.static(node)
        if thing is not None and thing.kind in ("const", "config"):
            return self.prog.const(thing)
        base = self.static(node.e)
        if base is not None:
            t = self.prog.named(base)
            if t == K.TIME and node.name == "start":
                return Ex("0", K.TIME, stable=True)
            if isinstance(t, K.Enum):
                return self.variant(node, t, node.name, [])
        known = self.constant_length(node)
        return known or self.part(node, self.expr(node.e), node.name)

    def constant_length(self, node):
        """The length of an array, without evaluating the array; else None."""
        if node.name != "len":
            return None
        t = self.type_of(node.e)
        return self.length(Ex("", t)) if isinstance(t, K.Array) else None

    def part(self, node, e, name):
        """A field of a value, or its length."""
        if name == "len" and isinstance(e.t, (K.Bytes, K.Str, K.Array, K.Slice)):
            return self.length(e)
        t = e.t
        if not isinstance(t, K.Record) or name not in t.names:
            return fault(node, f"no part {name}")
        i = t.names.index(name)
        kind = t.layout.read_as(name) if t.layout else None
        return self.there(Ex(f"{e.code}[{i}]", kind or t.types[i], place=True))

    def there(self, ex):
        """A value in an expression of a layout: numbers are exact, and values that may be
        missing are noted. Elsewhere the value is unchanged."""
        if self.needs is None:
            return ex
        t = ex.t
        if isinstance(t, K.Option):
            self.needs.append(ex.code)
            ex, t = Ex(f"({ex.code} or {K.zero(t.t)})", t.t), t.t
        if isinstance(t, K.Int):
            ex.t = K.Range(t.lo, t.hi)
        return ex

    def length(self, e):
        """x.len."""
        if isinstance(e.t, K.Array):
            return Ex(str(e.t.n), K.Range(e.t.n, e.t.n), stable=True)
        if isinstance(e.t, K.Str):
            n = len(e.t.data)
            return Ex(str(n), K.Range(n, n), stable=True)
        most = e.t.n if isinstance(e.t, K.Bytes) else 0x7FFFFFFF
        return Ex(f"len({e.code})", K.Range(0, most))

    def static(self, node):
        """The declaration that a name or package.name means, unless it means a value."""
        if node.kind == "typeexpr":
            return node
        if node.kind == "name" and not self.local(node.name):
            if isinstance(self.generics.get(node.name), K.Kind):
                return node
            return self.prog.lookup(self.pkg, node.name)
        if node.kind == "dot" and node.e.kind == "name" and not self.local(node.e.name):
            return self.prog.member(self.pkg, node.e.name, node.name)
        return None

    def static_type(self, node):
        """The type that an expression names, or None."""
        if node.kind == "typeexpr":
            return self.prog.type(node.t, self.pkg, self.generics)
        thing = self.static(node)
        if thing is node:
            return self.generics[node.name]
        return self.prog.named(thing) if thing is not None else None

    # enums

    def variant(self, node, t, name, args):
        """A value of an enum."""
        i = t.find(name)
        if i is None:
            return fault(node, f"no variant {name}")
        if t.plain:
            return Ex(str(i), t, stable=True)
        _, names, types, _ = t.variants[i]
        parts = self.fields(names, types, args)
        return Ex("(" + ", ".join([str(i)] + [p.code for p in parts]) + ",)", t)

    def fields(self, names, types, args):
        """The values of fields in declaration order. Omitted fields are zero."""
        order = [names.index(n) if n else k for k, (n, _) in enumerate(args)]
        got = self.operands([lambda k=k, a=a: self.stored(a[1], types[k]) for k, a in zip(order, args)])
        if order != sorted(order):
            for g in got:
                self.keep(g)
        by = dict(zip(order, got))
        return [by.get(i) or Ex(K.zero(t), t) for i, t in enumerate(types)]

    # operators

    def e_unary(self, node, want):
        if node.op == "not":
            return Ex(f"(not {self.value(node.e, K.BOOL).code})", K.BOOL)
        e = self.expr(node.e, want)
        t = e.t
        if isinstance(t, K.Frac):
            return Ex("0", K.Frac(-t.value), stable=True)
        if isinstance(t, K.Float):
            return Ex(f"(-{e.code})", t)
        code = f"({node.op}{e.code})"
        if isinstance(t, K.Range):
            ends = (-t.lo, -t.hi) if node.op == "-" else (~t.lo, ~t.hi)
            return Ex(code, K.Range(min(ends), max(ends)), stable=e.stable)
        if node.op == "~" and t == K.BOOL:
            return Ex(f"(not {e.code})", t)
        return Ex(self.wrap(code, t), t)

    def wrap(self, code, t):
        """The low bits of an exact result."""
        if isinstance(t, K.Int):
            return C.wrapped(code, t.bits, t.signed)
        if isinstance(t, K.Fix):
            return C.wrapped(code, t.i + t.f, True)
        return C.wrapped(code, 64, t == K.DURATION)

    def e_binary(self, node, want):
        if node.op in ("and", "or"):
            return self.both(node)
        if node.op in ("<<", ">>"):
            return self.shift(node, want)
        compare = node.op in ("==", "!=", "<", "<=", ">", ">=")
        hint = None if compare else want
        if node.a.kind == "name" and not self.known(node.a):
            hint = self.type_of(node.b)
        bare = compare and (node.b.kind == "list" or node.b.kind == "name" and not self.known(node.b))
        other = self.type_of(node.a) if bare else hint
        a, b = self.operands([lambda: self.expr(node.a, hint), lambda: self.expr(node.b, other)])
        a, b = C.common(a, b)
        if compare:
            return self.compare(node, a, b)
        return self.arithmetic(node, a, b)

    def known(self, node):
        """Whether a name has a value even if the expected type is unknown."""
        return self.local(node.name) or node.name in self.generics or self.prog.lookup(self.pkg, node.name)

    def type_of(self, node):
        """The type of an expression without adding lines; None if it depends on the context."""
        count = self.count
        try:
            ex, _ = self.captured(lambda: self.expr(node))
            return ex.t
        except C.Fault:
            return None
        finally:
            self.count = count

    def both(self, node):
        """and, or: the right side only when it matters."""
        a = self.value(node.a, K.BOOL)
        self.ind += 1
        b, lines = self.captured(lambda: self.value(node.b, K.BOOL))
        self.ind -= 1
        if not lines:
            return Ex(f"({a.code} {node.op} {b.code})", K.BOOL)
        t = self.tmp()
        self.emit(f"{t} = {a.code}")
        self.emit(f"if {'' if node.op == 'and' else 'not '}{t}:")
        self.out += lines
        self.out.append((self.ind + 1, f"{t} = {b.code}"))
        return Ex(t, K.BOOL, stable=True)

    def shift(self, node, want):
        """<< and >>: the amount counts modulo the power of two that covers the width."""
        a, b = self.operands([lambda: self.expr(node.a, want), lambda: self.expr(node.b)])
        t = a.t
        if isinstance(t, K.Range):
            if isinstance(want, (K.Int, K.Fix)) and not (isinstance(b.t, K.Range) and b.t.hi <= 64):
                a, t = C.coerce(a, want), want
            else:
                lo, hi = arith.bounds((t.lo, t.hi), node.op, (max(b.t.lo, 0), min(b.t.hi, 64)))
                return Ex(f"({a.code} {node.op} {b.code})", K.Range(lo, hi))
        width = t.i + t.f if isinstance(t, K.Fix) else t.bits if isinstance(t, K.Int) else 64
        size = 1 << (width - 1).bit_length()
        by = f"({b.code} & {size - 1})"
        code = f"({a.code} {node.op} {by})"
        return Ex(code if node.op == ">>" else self.wrap(code, t), t)

    def compare(self, node, a, b):
        """== to >=."""
        if K.NONE in (a.t, b.t):
            return Ex("True", K.BOOL)
        rows = (K.Str, K.Bytes, K.Slice, K.Array)
        op = node.op
        if isinstance(a.t, rows):
            one = (K.Str, K.Bytes)
            if isinstance(a.t, one) and isinstance(b.t, one) or a.t == b.t and not K.has_float(a.t):
                return Ex(f"({a.code} {op} {b.code})", K.BOOL)
            b = C.coerce(b, a.t) if isinstance(a.t, K.Array) else b
        elif isinstance(b.t, K.Option) and b.code == "None":
            return Ex(f"({a.code} {'is' if op == '==' else 'is not'} None)", K.BOOL)
        elif isinstance(a.t, K.Frac) or isinstance(b.t, K.Frac):
            result = eval(f"a {op} b", {"a": C.as_fraction(a.t), "b": C.as_fraction(b.t)})
            return Ex(str(result), K.BOOL, stable=True)
        elif isinstance(a.t, K.Float) or not K.has_float(a.t):
            return Ex(f"({a.code} {op} {b.code})", K.BOOL)
        same = f"equal({a.code}, {b.code})"
        return Ex(same if op == "==" else f"(not {same})", K.BOOL)

    def arithmetic(self, node, a, b):
        """+ - * / % & | ^."""
        op = node.op
        ra, rb = isinstance(a.t, (K.Range, K.Frac)), isinstance(b.t, (K.Range, K.Frac))
        if K.DURATION in (a.t, b.t) or K.TIME in (a.t, b.t):
            return self.timely(op, a, b)
        if isinstance(a.t, K.Float):
            return self.floating(op, a, b)
        if isinstance(a.t, K.Fix):
            return self.fixed(op, a, b)
        if a.t == K.BOOL:
            return Ex(f"({a.code} {op} {b.code})", K.BOOL)
        if ra and rb:
            return self.exact(op, a, b)
        t = b.t if ra else a.t
        return Ex(self.integer(op, a, b, t), t)

    def exact(self, op, a, b):
        """Ranges and literals: exact."""
        if isinstance(a.t, K.Frac) or isinstance(b.t, K.Frac):
            x, y = C.as_fraction(a.t), C.as_fraction(b.t)
            return Ex("0", K.Frac({"+": x + y, "-": x - y, "*": x * y, "/": x / y if y else x}[op]), stable=True)
        lo, hi = arith.bounds((a.t.lo, a.t.hi), op, (b.t.lo, b.t.hi))
        if lo == hi and a.stable and b.stable:
            return Ex(str(lo) if lo >= 0 else f"({lo})", K.Range(lo, hi), stable=True)
        if op == "/":
            positive = a.t.lo >= 0 and b.t.lo > 0
            code = f"({a.code} // {b.code})" if positive else f"rdiv({a.code}, {b.code})"
        elif op == "%":
            positive = a.t.lo >= 0 and b.t.lo > 0
            code = f"({a.code} % {b.code})" if positive else f"smod({a.code}, {b.code})"
        else:
            code = f"({a.code} {op} {b.code})"
        return Ex(code, K.Range(lo, hi), stable=a.stable and b.stable)

    def integer(self, op, a, b, t):
        """Integers that wrap."""
        if op in ("&", "|", "^"):
            return self.wrap(f"({a.code} {op} {b.code})", t) if isinstance(b.t, K.Range) and b.t.lo < 0 else f"({a.code} {op} {b.code})"
        if op == "/":
            return f"sdiv({a.code}, {b.code}, {t.lo})" if t.signed else f"udiv({a.code}, {b.code}, {t.hi})"
        if op == "%":
            return f"smod({a.code}, {b.code})" if t.signed else f"umod({a.code}, {b.code})"
        return self.wrap(f"({a.code} {op} {b.code})", t)

    def floating(self, op, a, b):
        """IEEE 754."""
        code = f"fdiv({a.code}, {b.code})" if op == "/" else f"({a.code} {op} {b.code})"
        return Ex(f"single{code}" if a.t.bits == 32 and op != "/" else f"single({code})" if a.t.bits == 32 else code, a.t)

    def fixed(self, op, a, b):
        """Fixed point: exact, rounded toward minus infinity, wrapped."""
        t = a.t
        code = {
            "+": f"({a.code} + {b.code})", "-": f"({a.code} - {b.code})",
            "*": f"({a.code} * {b.code} >> {t.f})", "/": f"fixdiv({a.code}, {b.code}, {t.f})",
            "%": f"smod({a.code}, {b.code})", "&": f"({a.code} & {b.code})",
            "|": f"({a.code} | {b.code})", "^": f"({a.code} ^ {b.code})",
        }[op]
        return Ex(self.wrap(code, t), t)

    def timely(self, op, a, b):
        """Times and durations."""
        if op == "-" and a.t == K.TIME and b.t == K.TIME:
            return Ex(self.wrap(f"({a.code} - {b.code})", K.DURATION), K.DURATION)
        if op in ("/", "%") and b.t == K.DURATION:
            t = K.I64 if op == "/" else K.DURATION
            return Ex(self.integer(op, a, b, K.I64), t)
        t = K.TIME if K.TIME in (a.t, b.t) else K.DURATION
        if op in ("/", "%"):
            return Ex(self.integer(op, a, b, K.I64), t)
        return Ex(self.wrap(f"({a.code} {op} {b.code})", t), t)

    def e_within(self, node, want):
        e = self.keep(self.expr(node.e))
        lo, hi = self.prog.bounds(node.range, self.pkg, self.generics, self)
        return Ex(f"({e.code} if {lo} <= {e.code} <= {hi} else None)", K.Option(K.Range(lo, hi)))

    # places

    def e_index(self, node, want):
        p = self.place(node)
        return Ex(p.code, p.t, place=True)

    def e_slice(self, node, want):
        p = self.place(node)
        return Ex(p.code, p.t)

    def place(self, node):
        """A place. Its indices are evaluated here."""
        if node.kind == "name":
            found = self.local(node.name)
            if found:
                return Place(found.code, found.t, lambda v: self.set_local(found, v))
        elif node.kind == "dot" and self.static(node) is None and self.static(node.e) is None:
            b = self.place(node.e)
            e = self.part(node, Ex(b.code, b.t, True), node.name)
            return Place(e.code, e.t, lambda v: self.emit(f"{e.code} = {v}"))
        elif node.kind == "index":
            return self.element(node)
        elif node.kind == "slice":
            return self.section(node)
        e = self.expr(node)
        if e.t.heap and not e.stable:
            e = Ex(e.code, e.t, True)
        return Place(e.code, e.t, None)

    def set_local(self, found, v):
        """Assigns to a local. A held parameter changes in place."""
        if found.held and isinstance(found.t, K.Map):
            self.emit(f"{found.code}.assign({v})")
        elif found.held and found.t.heap:
            self.emit(f"{found.code}[:] = {v}")
        else:
            self.emit(f"{found.code} = {v}")

    def base(self, node):
        """The indexed place, and its number of elements (None: known only at run time)."""
        b = self.place(node)
        if b.put is None and "(" in b.code:
            name = self.tmp()
            self.emit(f"{name} = {b.code}")
            b.code = name
        n = b.t.n if isinstance(b.t, K.Array) else len(b.t.data) if isinstance(b.t, K.Str) else None
        return b, n

    def element(self, node):
        """a[i]: traps unless i is below the length."""
        b, n = self.base(node.e)
        i = self.expr(node.i)
        t = b.t.t if isinstance(b.t, (K.Array, K.Slice)) else K.U8
        if n is None or i.t.lo < 0 or i.t.hi >= n:
            i = self.keep(i)
            below = f"0 <= {i.code} < " if i.t.lo < 0 else f"{i.code} < "
            self.emit(f"if not {below}{n if n is not None else f'len({b.code})'}: {self.trap(node.i, 'index')}")
        elif not i.stable:
            i = self.keep(i)
        code = f"{b.code}[{i.code}]"
        return Place(code, t, lambda v: self.emit(f"{code} = {v}"))

    def section(self, node):
        """a[i..j]."""
        b, n = self.base(node.e)
        size = str(n) if n is not None else f"len({b.code})"
        ends = self.operands([
            lambda: self.expr(node.lo) if node.lo else Ex("0", K.Range(0, 0), stable=True),
            lambda: self.expr(node.hi) if node.hi else Ex(size, K.Range(0, 0)),
        ])
        lo, hi = (self.keep(e) for e in ends)
        top = f"{hi.code} + 1" if node.closed else hi.code
        if not (lo.t.lo == lo.t.hi and hi.t.lo == hi.t.hi and n is not None and node.hi):
            self.emit(f"if not 0 <= {lo.code} <= {top} <= {size}: {self.trap(node.range, 'slice')}")
        code = f"{b.code}[{lo.code}:{top}]"
        t = K.Bytes(b.t.n) if isinstance(b.t, K.Bytes) else K.Slice(b.t.t) if isinstance(b.t, (K.Array, K.Slice)) else b.t
        return Place(code, K.Slice(K.U8) if isinstance(t, (K.Bytes, K.Str)) else t, lambda v: self.emit(f"{code} = {v}"))

    # searches

    def e_search(self, node, want):
        lo, hi = self.operands([lambda: self.expr(node.range.lo), lambda: self.expr(node.range.hi)])
        got = self.tmp()
        start = {"first": "None", "count": "0", "any": "False", "all": "True"}[node.op]
        self.emit(f"{got} = {start}")
        self.scopes.append({})
        t = K.Range(lo.t.lo, max(hi.t.hi - (not node.range.closed), lo.t.lo))
        var = self.declare(node.var, t)
        self.emit(f"for {var} in range({lo.code}, {hi.code}{' + 1' if node.range.closed else ''}):")
        self.ind += 1
        cond = self.value(node.cond, K.BOOL).code
        if node.op == "count":
            self.emit(f"if {cond}: {got} += 1")
        else:
            self.emit(f"if {'not ' if node.op == 'all' else ''}{cond}:")
            self.emit(f"    {got} = {({'first': var, 'any': 'True', 'all': 'False'})[node.op]}")
            self.emit("    break")
        self.ind -= 1
        self.scopes.pop()
        most = max(hi.t.hi - lo.t.lo + (1 if node.range.closed else 0), 0)
        kind = {"first": K.Option(t), "count": K.Range(0, most)}.get(node.op, K.BOOL)
        return Ex(got, kind, stable=True)
