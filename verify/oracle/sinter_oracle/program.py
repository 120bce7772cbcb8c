"""A program: its packages, declarations, constants, types and used functions.

Everything is made at its first use. A constant is computed by running its initialiser.
A function becomes Python text for each set of its generic arguments.
"""

import os
from fractions import Fraction

from . import kinds as K
from . import layouts
from . import runtime
from . import syntax
from .body import Ex, fault
from .stmts import Body, waits

BUILTIN = {
    "bool": K.BOOL, "time": K.TIME, "duration": K.DURATION, "f32": K.Float(32), "f64": K.Float(64),
}
BUILTIN.update({f"u{n}": K.Int(n, False) for n in range(1, 65)})
BUILTIN.update({f"i{n}": K.Int(n, True) for n in range(1, 65)})
DEVICES = {("net", "Eth"), ("net", "Udp"), ("blk", "Disk"), ("gpio", "In"), ("gpio", "Out"), ("uart", "Port"), ("spi", "Port"), ("i2c", "Bus"), ("rng", "Source")}
ALWAYS = ("log", "time", "bits")


class Thing:
    """A declaration of a package. kind 'builtin' holds a type that needs none."""

    def __init__(self, kind, node, pkg):
        self.kind, self.node, self.pkg, self.done, self.declared = kind, node, pkg, None, None


class Package:
    """Declarations by name, and the packages that the files use."""

    def __init__(self, name):
        self.name, self.things, self.uses, self.system = name, {}, set(ALWAYS), None


class Instance:
    """A function for one set of generic arguments."""

    def __init__(self, name, params, result, waits_):
        self.name, self.params, self.result, self.waits = name, params, result, waits_
        self.uses = [None] * len(params)


class Program:
    """All packages of a program, and the Python names made for the program."""

    LEVELS = ("debug", "info", "warn", "error")

    def __init__(self, path, std, defines):
        self.std, self.defines = std, dict(defines)
        self.packages, self.instances, self.numbers = {}, {}, 0
        self.world = runtime.World()
        self.globals = dict(runtime.NAMES)
        self.globals.update(W=self.world)
        self.sites, self.types = [], {}
        self.main = self.load(path, "")

    # packages

    def load(self, path, name):
        """Reads the files of a package."""
        pkg = self.packages[name] = Package(name)
        files = [path]
        if os.path.isdir(path):
            files = [os.path.join(path, f) for f in sorted(os.listdir(path)) if f.endswith(".sn")]
        for f in files:
            with open(f, encoding="utf-8") as text:
                for node in syntax.parse(text.read(), f):
                    self.declare(pkg, node)
        return pkg

    def declare(self, pkg, node):
        if node.kind == "use":
            pkg.uses.update(node.names)
        elif node.kind == "system":
            pkg.system = node
        elif hasattr(node, "name") and node.kind != "test":
            pkg.things[node.name] = Thing(node.kind, node, pkg)

    def package(self, name):
        """A package of the library."""
        if name not in self.packages:
            path = os.path.join(self.std, name)
            self.packages[name] = Package(name)
            if os.path.isdir(path):
                self.load(path, name)
        return self.packages[name]

    def lookup(self, pkg, name):
        """The declaration that a name means in a package, or None."""
        if name in pkg.things:
            return pkg.things[name]
        if name in self.package("prelude").things:
            return self.package("prelude").things[name]
        if name in BUILTIN:
            return Thing("builtin", BUILTIN[name], pkg)
        return None

    def member(self, pkg, base, name):
        """The declaration of base.name when base is a package, or None."""
        if base not in pkg.uses and base != pkg.name or base in pkg.things:
            return None
        if (base, name) in DEVICES:
            return Thing("builtin", K.Named(f"{base}.{name}"), pkg)
        return self.package(base).things.get(name)

    # helpers for bodies

    def unescape(self, text):
        return syntax.unescape(text)

    def number(self):
        self.numbers += 1
        return self.numbers

    def place(self, pos):
        """The Python name of a source position."""
        name = f"at_{os.path.basename(pos[0]).replace('.', '_').replace('-', '_')}_{pos[1]}_{pos[2]}"
        self.globals[name] = pos
        return name

    def run(self, text):
        """Makes the names that a text declares."""
        exec(compile(text, "<program>", "exec"), self.globals)

    def evaluate(self, make, pkg, generics, near=None):
        """Runs an expression now: (type, value)."""
        body = Body(self, pkg, generics)
        if near is not None:
            body.scopes = near.scopes + [{}]
        ex = make(body)
        if isinstance(ex.t, K.Frac):
            return ex.t, ex.t.value
        if isinstance(ex.t, K.Range) and ex.t.lo == ex.t.hi:
            return ex.t, ex.t.lo
        name = f"value_{self.number()}"
        body.emit(f"return {ex.code}")
        self.run(f"def {name}():\n{body.text()}\n")
        return ex.t, self.globals[name]()

    def fixed(self, node, pkg, generics, near=None):
        """The value of a constant expression that is a number."""
        return self.evaluate(lambda b: b.expr(node), pkg, generics, near)[1]

    def bounds(self, node, pkg, generics, near=None):
        """The numbers lo and hi of a range of constants."""
        lo = self.fixed(node.lo, pkg, generics, near)
        hi = self.fixed(node.hi, pkg, generics, near)
        return lo, hi if node.closed else hi - 1

    # constants

    def const(self, thing):
        """The value of a const or config."""
        if thing.done is None:
            thing.done = self.make_const(thing)
        ex = thing.done
        return Ex(ex.code, ex.t, ex.place, ex.stable)

    def make_const(self, thing):
        node, pkg = thing.node, thing.pkg
        t = self.type(node.t, pkg, {}) if node.t else None
        e = node.e
        given = (pkg.name + "." if pkg.name else "") + node.name
        if node.kind == "config" and given in self.defines:
            e = syntax.Parser(self.defines[given], "-D " + given).expr()
        t2, value = self.evaluate(lambda b: b.value(e, t), pkg, {})
        t = thing.declared = t or t2
        return self.literal(K.Range(value, value) if K.is_num(t) else t, value)

    def literal(self, t, value):
        """A value as text: a number itself, anything else under a name."""
        if isinstance(t, K.Frac):
            return Ex("0", K.Frac(Fraction(value)), stable=True)
        if isinstance(t, K.Range):
            t = K.Range(value, value)
        if isinstance(value, bool) or isinstance(value, int):
            return Ex(str(value) if value >= 0 else f"({value})", t, stable=True)
        name = f"const_{self.number()}"
        self.globals[name] = value
        return Ex(name, t, place=True)

    # types

    def named(self, thing):
        """The type that a declaration defines, or None."""
        if thing.kind == "builtin":
            return thing.node
        if thing.kind not in ("struct", "enum", "layout", "type"):
            return None
        if thing.done is None:
            make = getattr(self, "make_" + thing.kind)
            make(thing)
        return thing.done

    def make_type(self, thing):
        thing.done = self.type(thing.node.t, thing.pkg, {})

    def make_struct(self, thing):
        t = thing.done = K.Record(thing.node.name)
        for f in thing.node.fields:
            t.names.append(f.name)
            t.types.append(self.type(f.t, thing.pkg, {}))

    def make_layout(self, thing):
        t = thing.done = K.Record(thing.node.name)
        t.layout = layouts.Layout(self, t, thing)

    def make_enum(self, thing):
        t = thing.done = K.Enum(thing.node.name)
        value = -1
        for v in thing.node.variants:
            value = self.fixed(v.value, thing.pkg, {}) if v.value else value + 1
            types = [self.type(f.t, thing.pkg, {}) for f in v.fields]
            t.variants.append((v.name, [f.name for f in v.fields], types, value))
        t.plain = not any(v[1] for v in t.variants)
        t.base = self.type(thing.node.base, thing.pkg, {}) if thing.node.base else K.U32

    def type(self, node, pkg, generics):
        """The type that a node of the tree denotes."""
        return getattr(self, "t_" + node.kind)(node, pkg, generics)

    def t_option(self, node, pkg, generics):
        return K.Option(self.type(node.t, pkg, generics))

    def t_range(self, node, pkg, generics):
        return K.Range(*self.bounds(node, pkg, generics))

    def t_array(self, node, pkg, generics):
        t = self.type(node.t, pkg, generics)
        if node.size is None:
            return K.Slice(t)
        return K.Array(self.fixed(node.size, pkg, generics), t)

    def t_end(self, node, pkg, generics):
        return K.End(node.way, self.type(node.t, pkg, generics))

    def t_named(self, node, pkg, generics):
        name = node.names[0]
        if len(node.names) == 2:
            thing = self.member(pkg, name, node.names[1])
            return self.named(thing) if thing else fault(node, f"no type {'.'.join(node.names)}")
        if name == "fix":
            return K.Fix(*(self.fixed(a, pkg, generics) for a in node.args))
        if name == "bytes":
            size = node.args[0]
            return K.Bytes(self.fixed(size.e if size.kind in ("upto", "rest") else size, pkg, generics))
        if name == "map":
            return self.map_type(node, pkg, generics)
        if isinstance(generics.get(name), K.Kind):
            return generics[name]
        thing = self.lookup(pkg, name)
        t = self.named(thing) if thing else None
        return t or fault(node, f"no type {name}")

    def map_type(self, node, pkg, generics):
        t = K.Map(self.arg_type(node.args[0], pkg, generics), self.arg_type(node.args[1], pkg, generics), self.arg_size(node.args[2], pkg, generics))
        name = K.key_name(t.k)
        self.globals[name] = lambda v, k=t.k: K.key_bytes(k, v)
        return t

    def arg_type(self, node, pkg, generics):
        return self.type(node, pkg, generics)

    def arg_size(self, node, pkg, generics):
        """An argument that is a number. The parser may have read it as the name of a type."""
        if node.kind == "named":
            node = syntax.Node("name", node.pos, name=node.names[0]) if len(node.names) == 1 else syntax.Node(
                "dot", node.pos, e=syntax.Node("name", node.pos, name=node.names[0]), name=node.names[1])
        return self.fixed(node, pkg, generics)

    def layout_name(self, t):
        """The Python name of a layout."""
        name = f"layout_{t.name}_{id(t)}"
        self.globals[name] = t.layout
        return name

    # functions

    def instance(self, body, thing, node, args):
        """The function for the arguments of a call, the arguments as text, and the places and
        names for the inout arguments."""
        decl = thing.node
        generics = {}
        if node.f.kind == "instance":
            generics = self.written(body, decl, node.f.args)
        elif decl.generics:
            generics = self.infer(body, thing, node, args)
        types = [self.type(p.t, thing.pkg, generics) for p in decl.params]
        found = []
        makers = [lambda p=p, t=t, a=a: self.one(body, p, t, a, found) for p, t, a in zip(decl.params, types, args)]
        got = body.operands(makers)
        key = (id(decl), tuple(sorted(generics.items(), key=lambda x: x[0])))
        if key not in self.instances:
            self.make_instance(key, thing, generics, types)
        return self.instances[key], got, found

    def one(self, body, param, t, node, found):
        """An argument. found collects the values to copy back after the call."""
        ex, back = body.argument(param, t, node)
        if back and (back[1] or not t.heap):
            found.append(back)
        return ex

    def make_instance(self, key, thing, generics, types):
        decl = thing.node
        result = self.type(decl.result, thing.pkg, generics) if decl.result else K.VOID
        inst = Instance(f"fn_{decl.name}_{self.number()}", types, result, waits(types))
        self.instances[key] = inst
        params = [(p.name, t, p.inout) for p, t in zip(decl.params, types)]
        body = Body(self, thing.pkg, generics)
        self.run(body.function(inst.name, params, decl.body, result, inst.waits))
        inst.uses = body.param_uses(types)

    def written(self, body, decl, args):
        """The generic arguments that a call states."""
        found = {}
        for (name, bound), a in zip(decl.generics, args):
            t = BUILTIN.get(bound.names[0]) if bound is not None and bound.kind == "named" else None
            if t is not None:
                found[name] = (t, self.arg_size(a, body.pkg, body.generics))
            else:
                found[name] = self.type(a, body.pkg, body.generics)
        return found

    def infer(self, body, thing, node, args):
        """The generic arguments of a call, from its arguments."""
        found, names = {}, {n: b for n, b in thing.node.generics}
        late = []
        for p, a in zip(thing.node.params, args):
            t, _ = body.captured(lambda: body.expr(a).t)
            if isinstance(t, K.Range) and t.lo == t.hi:
                late.append((p, t))
            else:
                self.unify(p.t, t, names, found)
        for p, t in late:
            self.unify(p.t, t, names, found)
        missing = [n for n in names if n not in found]
        if missing:
            fault(node, f"nothing says what {missing[0]} is")
        return found

    def unify(self, node, t, names, found):
        """Finds generic names in the type of a parameter."""
        if node.kind == "array":
            if isinstance(t, (K.Array, K.Slice, K.Bytes, K.Str)):
                inner = t.t if isinstance(t, (K.Array, K.Slice)) else K.U8
                self.unify(node.t, inner, names, found)
                if node.size is not None and isinstance(t, K.Array):
                    self.bind_number(node.size, t.n, names, found)
        elif node.kind in ("option", "end") and isinstance(t, (K.Option, K.End)):
            self.unify(node.t, t.t, names, found)
        elif node.kind == "named" and node.names[0] == "bytes" and isinstance(t, (K.Bytes, K.Str)):
            self.bind_number(node.args[0], t.n if isinstance(t, K.Bytes) else len(t.data), names, found)
        elif node.kind == "named" and node.names[0] == "map" and isinstance(t, K.Map):
            for a, x in zip(node.args, (t.k, t.v)):
                self.unify(a, x, names, found)
            self.bind_number(node.args[2], t.n, names, found)
        elif node.kind == "named" and node.names[0] == "fix" and isinstance(t, K.Fix):
            for a, x in zip(node.args, (t.i, t.f)):
                self.bind_number(a, x, names, found)
        elif node.kind == "named" and node.names[0] in names:
            found.setdefault(node.names[0], t)

    def bind_number(self, node, n, names, found):
        name = node.name if node.kind == "name" else node.names[0] if node.kind == "named" else None
        if name in names and name not in found:
            bound = names[name]
            t = BUILTIN.get(bound.names[0], K.U32) if bound is not None and bound.kind == "named" else K.U32
            found[name] = (t, n)

    # the log

    def log_level(self):
        thing = self.package("log").things.get("level")
        return int(self.const(thing).code)

    def log_parts(self, node, prefix):
        """The parts of a log's text: bytes, or (expression, whether in hexadecimal)."""
        text, at, out, start = node.text, 0, [], 0
        if prefix:
            out.append(prefix.encode())
        while at < len(text):
            if text[at] == "\\":
                at += 2
            elif text[at] == "{":
                end = text.index("}", at)
                if at > start:
                    out.append(syntax.unescape(text[start:at]))
                out.append(self.log_expr(text[at + 1:end], node.pos, at))
                at = start = end + 1
            else:
                at += 1
        if at > start:
            out.append(syntax.unescape(text[start:]))
        return out

    def log_expr(self, text, pos, at):
        hexa = text.rstrip().endswith(":hex")
        if hexa:
            text = text.rstrip()[:-4]
        p = syntax.Parser(text, pos[0], pos[1], pos[2] + at + 2)
        return p.expr(), hexa

    def log_site(self, node, parts, types):
        """The Python name of a log site."""
        site = runtime.LogSite(node.pos, [p if isinstance(p, bytes) else p[1] for p in parts], types)
        name = f"log_{self.number()}"
        self.globals[name] = site
        self.sites.append(site)
        return name
