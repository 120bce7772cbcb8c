"""Statements (section 5), select (section 11) and the bodies of functions and tasks."""

from . import kinds as K
from .body import Ex, Use, fault
from .calls import Calls


class Body(Calls):
    """Makes Python text of a function or a task."""

    def __init__(self, prog, pkg, generics=None):
        super().__init__(prog, pkg, generics or {})
        self.result, self.outs, self.codes = K.VOID, [], []

    def function(self, name, params, body, result, waits):
        """The text of a function. Each parameter is (name, type, inout)."""
        self.result = result
        codes = self.codes = []
        for n, t, inout in params:
            code = self.declare(n, t, held=inout and t.heap, out=inout and not t.heap)
            if inout and not t.heap:
                self.outs.append(code)
            codes.append(code)
        self.block(body)
        if self.outs:
            self.emit(f"return (None, {', '.join(self.outs)})")
        elif not self.out:
            self.emit("pass")
        if waits:
            self.emit("yield from ()")
        return f"def {name}({', '.join(codes)}):\n{self.text()}\n"

    def param_uses(self, types):
        """The function's use of each net.Udp parameter."""
        return [self.uses.get(code, Use()) if is_udp(t) else None for code, t in zip(self.codes, types)]

    def block(self, stmts):
        self.scopes.append({})
        for s in stmts:
            getattr(self, "s_" + s.kind)(s)
        self.scopes.pop()

    def nested(self, stmts):
        """A block as the body of the line before."""
        self.ind += 1
        at = len(self.out)
        self.block(stmts)
        if len(self.out) == at:
            self.emit("pass")
        self.ind -= 1

    # names

    def s_let(self, s):
        t = self.prog.type(s.t, self.pkg, self.generics) if s.t else None
        if s.other is None:
            ex = self.stored(s.e, t)
            code = self.declare(s.name, ex.t)
            self.emit(f"{code} = {ex.code}")
            return
        ex = self.keep(self.expr(s.e, K.Option(t) if t else None))
        self.emit(f"if {ex.code} is None:")
        self.nested(s.other)
        code = self.declare(s.name, t or ex.t.t)
        self.emit(f"{code} = {self.content(ex)}")

    def content(self, ex):
        """The value in an option that is not none."""
        return f"{ex.code}[0]" if isinstance(ex.t.t, K.Option) else ex.code

    def start(self, s):
        """The type and the first value of a variable."""
        t = self.prog.type(s.t, self.pkg, self.generics) if s.t else None
        if s.e is None:
            return Ex(K.zero(t), t)
        if t is None:  # a constant is a number, but a variable needs a type
            thing = self.static(s.e)
            if thing is not None and thing.kind in ("const", "config"):
                self.prog.const(thing)
                t = thing.declared
        return self.stored(s.e, t)

    def s_var(self, s):
        ex = self.start(s)
        self.emit(f"{self.declare(s.name, ex.t)} = {ex.code}")

    def s_state(self, s):
        """A variable that is declared directly in the body of the task."""
        self.s_var(s)

    def s_assign(self, s):
        p = self.place(s.place)
        if p.put is None:
            fault(s, "this cannot be assigned")
        p.put(self.stored(s.e, p.t).code)

    def s_exprstmt(self, s):
        if s.other is not None:  # the statements after a failed device operation
            s.e.tries = True
            self.emit(f"if not {self.expr(s.e).code}:")
            self.nested(s.other)
            return
        ex = self.expr(s.e)
        if not ex.stable:
            self.emit(ex.code)

    # control

    def s_if(self, s, word="if"):
        if s.bind:
            ex = self.keep(self.expr(s.cond))
            self.emit(f"if {ex.code} is not None:")
            self.scopes.append({})
            self.ind += 1
            self.emit(f"{self.declare(s.bind, ex.t.t)} = {self.content(ex)}")
            self.ind -= 1
            self.nested(s.then)
            self.scopes.pop()
        else:
            self.emit(f"{word} {self.value(s.cond, K.BOOL).code}:")
            self.nested(s.then)
        if s.other is not None:
            self.otherwise(s.other)

    def otherwise(self, stmts):
        """An else. A chain stays flat if no lines come before its condition."""
        if len(stmts) == 1 and stmts[0].kind == "if" and not stmts[0].bind:
            count = self.count
            _, lines = self.captured(lambda: self.value(stmts[0].cond, K.BOOL))
            self.count = count
            if not lines:
                self.s_if(stmts[0], "elif")
                return
        self.emit("else:")
        self.nested(stmts)

    def s_for(self, s):
        lo, hi = self.operands([lambda: self.expr(s.range.lo), lambda: self.expr(s.range.hi)])
        step = f", {self.expr(s.step).code}" if s.step else ""
        self.scopes.append({})
        t = K.Range(lo.t.lo, max(hi.t.hi - (not s.range.closed), lo.t.lo))
        var = self.declare(s.var, t)
        self.emit(f"for {var} in range({lo.code}, {hi.code}{' + 1' if s.range.closed else ''}{step}):")
        self.nested(s.body)
        self.scopes.pop()

    def s_while(self, s):
        most, n = self.expr(s.most), self.tmp()
        self.keep(most)
        self.emit(f"{n} = 0")
        self.ind += 1
        cond, lines = self.captured(lambda: self.value(s.cond, K.BOOL))
        self.ind -= 1
        self.emit("while True:" if lines else f"while {cond.code}:")
        self.ind += 1
        if lines:
            self.out += lines
            self.emit(f"if not {cond.code}: break")
        self.emit(f"if {n} == {most.code}: {self.trap(s.most, 'max')}")
        self.emit(f"{n} += 1")
        self.ind -= 1
        self.nested(s.body)

    def s_loop(self, s):
        self.emit("while True:")
        self.nested(s.body)

    def s_break(self, s):
        self.emit("break")

    def s_continue(self, s):
        self.emit("continue")

    def s_return(self, s):
        code = self.stored(s.e, self.result).code if s.e is not None else "None"
        self.emit(f"return ({code}, {', '.join(self.outs)})" if self.outs else f"return {code}")

    def s_assert(self, s):
        self.emit(f"if not {self.value(s.e, K.BOOL).code}: {self.trap(s, 'assert')}")

    def s_timed(self, s):
        self.emit(f"W.mark('begin', {s.name!r})")
        self.block(s.body)
        self.emit(f"W.mark('end', {s.name!r})")

    # match

    def s_match(self, s):
        ex = self.keep(self.expr(s.e))
        word = "if"
        for pats, body in s.cases:
            self.scopes.append({})
            tests = [self.pattern(p, ex) for p in pats]
            self.emit(f"{word} {' or '.join(t for t, _ in tests)}:")
            self.ind += 1
            for name, t, code in tests[0][1]:
                self.emit(f"{self.declare(name, t)} = {code}")
            self.ind -= 1
            self.nested(body)
            self.scopes.pop()
            word = "elif"
        if s.other is not None:
            self.emit("else:" if s.cases else "if True:")
            self.nested(s.other)

    def pattern(self, p, ex):
        """The test of a pattern, and its bindings: (name, type, text)."""
        t = ex.t
        if p.kind == "range":
            lo, hi = self.prog.bounds(p, self.pkg, self.generics, self)
            return f"{lo} <= {ex.code} <= {hi}", []
        if isinstance(t, K.Enum):
            return self.variant_pattern(p, ex)
        if isinstance(t, K.Option):
            if p.kind == "none":
                return f"{ex.code} is None", []
            name = p.args[0][1].name if p.kind == "call" else p.name
            return f"{ex.code} is not None", [(name, t.t, self.content(ex))]
        value = self.value(p, t if not K.is_num(t) else None)
        return f"{ex.code} == {value.code}", []

    def variant_pattern(self, p, ex):
        """A variant, with names for its fields."""
        call = p.kind == "call"
        head = p.f if call else p
        name = head.name
        i = ex.t.find(name)
        if i is None:
            fault(p, f"no variant {name}")
        if ex.t.plain:
            return f"{ex.code} == {i}", []
        types = ex.t.variants[i][2]
        names = [a.name for _, a in p.args] if call else []
        binds = [(n, types[k], f"{ex.code}[{k + 1}]") for k, n in enumerate(names) if n != "_"]
        return f"{ex.code}[0] == {i}", binds

    # select

    def s_select(self, s):
        arms = [self.arm(a) for a in s.arms]
        site, got, all_ = self.prog.number(), self.tmp(), self.tmp()
        if s.way == "turn":
            self.emit('yield [(True, "turn", None, 0)]')
        self.emit(f"{all_} = W.arms([{', '.join(a.code for a in arms)}])")
        self.choose(s, arms, f"{got} = yield from W.select({s.way != 'prio'}, {site}, {all_})", got, site)
        for k, (a, made) in enumerate(zip(s.arms, arms)):
            self.emit(f"{'if' if k == 0 else 'elif'} {got} == {k}:")
            self.scopes.append({})
            self.ind += 1
            made.take(a.bind)
            self.ind -= 1
            self.nested(a.body)
            self.scopes.pop()

    def choose(self, s, arms, text, got, site):
        """The choice of an arm. A message that is longer than its buffer empties the
        buffer. The choice is then made again, from the same arm."""
        ports = [(k, m) for k, m in enumerate(arms) if m.buffer is not None]
        if not ports:
            self.emit(text)
            return
        self.emit("while True:")
        self.ind += 1
        self.emit(text)
        for k, m in ports:
            self.emit(f"if {got} == {k}:")
            self.ind += 1
            m.place = self.place(m.buffer)
            if m.t.name == "net.Udp":
                self.use(m.base).receives(m.place.t.n)
            self.emit(f"if not {m.obj}.fits({m.place.t.n}):")
            self.emit(f"    {m.place.code}.clear()")
            self.emit(f"    W.again({site}, {k})")
            self.emit("    continue")
            self.ind -= 1
        self.emit("break")
        self.ind -= 1

    def arm(self, a):
        """An arm. If its guard is false, nothing else in the arm is evaluated."""
        made = Arm(self, a)
        guard = "True"
        if a.guard is not None:
            guard = self.keep(self.value(a.guard, K.BOOL)).code
        self.ind += 1
        _, lines = self.captured(made.prepare)
        self.ind -= 1
        if lines and guard != "True":
            self.emit(f"{made.obj} = {made.more} = 0")
            self.emit(f"if {guard}:")
            self.out += lines
        else:
            self.out += [(i - 1, t) for i, t in lines]
        made.code = f"({guard}, {made.kind!r}, {made.obj}, {made.more})"
        return made


class Arm:
    """An arm of a select: text of its object and its duration, and its buffer."""

    def __init__(self, body, a):
        self.body, self.a = body, a
        self.kind = self.code = self.t = self.place = self.buffer = self.base = None
        self.obj, self.more = body.tmp(), body.tmp()

    def prepare(self):
        """Evaluates the end or the duration."""
        body, f = self.body, self.a.call.f
        args = [x for _, x in self.a.call.args]
        if f.kind == "name" and f.name in ("every", "after"):
            self.kind = f.name
            body.emit(f"{self.obj} = {body.prog.number()}")
            body.emit(f"{self.more} = {body.value(args[0], K.DURATION).code}")
            return
        base = body.place(f.e)
        body.emit(f"{self.obj}, {self.more} = {base.code}, 0")
        self.t, self.base = base.t, base.code
        self.kind = "chan" if isinstance(base.t, K.End) else "port"
        if self.kind == "port" and args:
            self.buffer = args[0]

    def take(self, bind):
        """Takes the message of the chosen arm."""
        body = self.body
        if self.kind == "chan":
            code = body.declare(bind, self.t.t) if bind else body.tmp()
            body.emit(f"{code} = {self.obj}.take()")
        elif self.kind == "port":
            got = body.tmp()
            body.emit(f"{got} = {self.obj}.take()")
            ex = Ex(got, K.BOOL) if self.buffer is None else body.received(self, self.place, got)
            if bind:
                body.emit(f"{body.declare(bind, ex.t)} = {ex.code}")


def is_udp(t):
    """Whether a type is net.Udp, or an array of them."""
    return t == K.Named("net.Udp") or isinstance(t, K.Array) and is_udp(t.t)


def waits(types):
    """Whether a function with parameters of these types may wait."""
    def end(t):
        return isinstance(t, K.End) or isinstance(t, K.Named) and "." in t.name or isinstance(t, K.Array) and end(t.t)
    return any(end(t) for t in types)
