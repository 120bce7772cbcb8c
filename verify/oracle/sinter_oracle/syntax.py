"""Text of the language: tokens and the tree of a file (docs/language.md, sections 1 and 16)."""

import re


class SyntaxFault(Exception):
    """The text is not a program. The message gives the position."""


class Node:
    """A node of the tree: a kind, a position (file, line, column) and named parts."""

    def __init__(self, kind, pos, **parts):
        self.kind = kind
        self.pos = pos
        self.__dict__.update(parts)

    def __repr__(self):
        parts = {k: v for k, v in self.__dict__.items() if k not in ("kind", "pos")}
        return f"{self.kind}{parts}"


class Token:
    """A token: kind is 'name', 'int', 'frac', 'dur', 'str', 'op', 'nl' or 'end'."""

    __slots__ = ("kind", "text", "value", "pos")

    def __init__(self, kind, text, value, pos):
        self.kind, self.text, self.value, self.pos = kind, text, value, pos


LEX = re.compile(
    r"""(?P<space>[ \t\r]+)|(?P<comment>//[^\n]*)|(?P<nl>\n)
  |(?P<dur>[0-9][0-9_]*(?:us|ms|s)\b)
  |(?P<frac>[0-9][0-9_]*\.[0-9][0-9_]*(?:[eE][+-]?[0-9]+)?|[0-9][0-9_]*[eE][+-]?[0-9]+)
  |(?P<int>0x[0-9a-fA-F_]+|0b[01_]+|[0-9][0-9_]*)
  |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
  |(?P<str>"(?:\\.|[^"\\\n])*")
  |(?P<op>\.\.=|\.\.|->|<<|<=|>=|==|!=|[-+*/%&|^~<>=(){}\[\],:;.?@])""",
    re.X,
)

UNITS = {"us": 1, "ms": 1000, "s": 1000000}


def _value(kind, text):
    """The value of a literal."""
    plain = text.replace("_", "")
    if kind == "int":
        return int(plain, 0) if plain[:2] in ("0x", "0b") else int(plain, 10)
    if kind == "dur":
        number = re.match(r"[0-9]+", plain).group()
        return int(number) * UNITS[plain[len(number):]]
    return plain


def tokens(text, name, line=1, col=1):
    """The tokens of a text that begins at a position. Newlines inside ( ) and [ ] are
    omitted; ; is a newline."""
    out, at, start, depth = [], 0, 1 - col, []
    while at < len(text):
        m = LEX.match(text, at)
        pos = (name, line, at - start + 1)
        if not m:
            raise SyntaxFault(f"{name}:{line}.{at - start + 1}: no token begins here")
        kind, word = m.lastgroup, m.group()
        at = m.end()
        if kind == "nl":
            line, start = line + 1, at
            if not depth or depth[-1] == "{":
                out.append(Token("nl", "\n", None, pos))
        elif kind == "op" and word == ";":
            out.append(Token("nl", ";", None, pos))
        elif kind not in ("space", "comment"):
            if word in ("(", "[", "{"):
                depth.append(word)
            elif word in (")", "]", "}") and depth and kind == "op":
                depth.pop()
            out.append(Token(kind, word, _value(kind, word), pos))
    out.append(Token("end", "", None, (name, line, 1)))
    return out


ESCAPES = {"n": 10, "r": 13, "t": 9, '"': 34, "\\": 92, "{": 123, "}": 125}


def unescape(text):
    """The bytes of a string's text (without its quotes)."""
    out, i = bytearray(), 0
    while i < len(text):
        if text[i] != "\\":
            out += text[i].encode()
            i += 1
        elif text[i + 1] == "x":
            out.append(int(text[i + 2:i + 4], 16))
            i += 4
        else:
            out.append(ESCAPES[text[i + 1]])
            i += 2
    return bytes(out)


LEVELS = [
    ("or",), ("and",), ("not",),
    ("==", "!=", "<", "<=", ">", ">=", "within"),
    ("|",), ("^",), ("&",), ("<<", ">>"), ("+", "-"), ("*", "/", "%"),
]
COMPARE, BITOR, SHIFT, SUM = 3, 4, 7, 8
# Words that begin a statement and are not names. A list may follow.
RESERVED = ("if", "while", "match", "return")
SEARCHES = ("first", "count", "any", "all")


class Parser:
    """A recursive-descent parser over the tokens of one file."""

    def __init__(self, text, name, line=1, col=1):
        self.toks = tokens(text, name, line, col)
        self.at = 0

    # tokens

    @property
    def tok(self):
        return self.toks[self.at]

    def peek(self, n=1):
        return self.toks[min(self.at + n, len(self.toks) - 1)]

    def next(self):
        t = self.tok
        self.at += 1
        return t

    def fault(self, want):
        f, line, col = self.tok.pos
        raise SyntaxFault(f"{f}:{line}.{col}: {want} expected, not {self.tok.text!r}")

    def is_op(self, text):
        return self.tok.kind == "op" and self.tok.text == text

    def is_word(self, text):
        return self.tok.kind == "name" and self.tok.text == text

    def take(self, text):
        """Takes an operator or a word if it is next."""
        if self.tok.kind in ("op", "name") and self.tok.text == text:
            self.at += 1
            return True
        return False

    def need(self, text):
        if not self.take(text):
            self.fault(repr(text))

    def name(self):
        if self.tok.kind != "name":
            self.fault("a name")
        return self.next().text

    def seps(self):
        while self.tok.kind == "nl":
            self.at += 1

    def end_of_item(self):
        """A separator, unless the block ends here."""
        if self.tok.kind not in ("nl", "end") and not self.is_op("}"):
            self.fault("a newline")
        self.seps()

    def braced(self, item):
        """{ item sep item sep ... }"""
        self.need("{")
        out = []
        self.seps()
        while not self.take("}"):
            out.append(item())
            self.end_of_item()
        return out

    def listed(self, item, close):
        """item, item, ... up to the closing bracket, which is taken."""
        out = []
        while not self.take(close):
            out.append(item())
            if not self.is_op(close):
                self.need(",")
        return out

    # declarations

    def file(self):
        out = []
        self.seps()
        while self.tok.kind != "end":
            out.append(self.decl())
            self.end_of_item()
        return out

    def decl(self):
        pos, word = self.tok.pos, self.name()
        if word == "use":
            names = [self.name()]
            while self.take(","):
                names.append(self.name())
            return Node("use", pos, names=names)
        if word in ("const", "config") and not (word == "const" and self.is_word("assert")):
            return self.const(word, pos)
        if word == "const":
            self.next()
            return Node("constassert", pos, e=self.expr())
        if word == "type":
            name = self.name()
            self.need("=")
            return Node("type", pos, name=name, t=self.type())
        if word == "struct":
            return Node("struct", pos, name=self.name(), fields=self.braced(self.field))
        if word == "enum":
            return self.enum(pos)
        if word == "layout":
            return Node("layout", pos, name=self.name(), fields=self.braced(self.lfield))
        if word == "fn":
            return self.fn(pos)
        if word == "task":
            return Node("task", pos, name=self.name(), params=self.params(), body=self.block())
        if word == "system":
            name = self.name()
            self.hints()
            return Node("system", pos, name=name, items=self.braced(self.item))
        if word == "test":
            title = self.next().text
            return Node("test", pos, name=title, body=self.block())
        if word == "budget":
            return Node("budget", pos, lines=self.braced(self.expr))
        self.at -= 1
        return self.fault("a declaration")

    def const(self, word, pos):
        name = self.name()
        t = self.type() if self.take(":") else None
        self.need("=")
        return Node(word, pos, name=name, t=t, e=self.expr())

    def field(self):
        pos, name = self.tok.pos, self.name()
        self.need(":")
        return Node("field", pos, name=name, t=self.type())

    def enum(self, pos):
        name = self.name()
        base = self.type() if self.take(":") else None
        return Node("enum", pos, name=name, base=base, variants=self.braced(self.variant))

    def variant(self):
        pos, name = self.tok.pos, self.name()
        fields = self.listed(self.field, ")") if self.take("(") else []
        value = self.expr() if self.take("=") else None
        return Node("variant", pos, name=name, fields=fields, value=value)

    def lfield(self):
        f = self.field()
        f.little = self.take("little")
        f.within = self.range() if self.take("in") else None
        f.seal, f.seal_all, f.value, f.when = None, False, None, None
        if self.take("="):
            if self.is_word("seal") and self.peek().kind == "name":
                self.next()
                f.seal_all = self.is_word("all") and self.peek().kind == "name" and self.take("all")
                f.seal = self.name()
            else:
                f.value = self.expr()
        if self.take("when"):
            f.when = self.expr()
        return f

    def fn(self, pos):
        name, generics = self.name(), []
        if self.take("<"):
            generics = self.listed(self.generic, ">")
        params = self.params()
        result = self.type() if self.take("->") else None
        if self.take("where"):
            self.expr()
        self.hints()
        return Node("fn", pos, name=name, generics=generics, params=params, result=result, body=self.block())

    def generic(self):
        name = self.name()
        bound = None
        if self.take(":"):
            bound = self.type(angle=True)
        return (name, bound)

    def params(self):
        self.need("(")
        return self.listed(self.param, ")")

    def param(self):
        pos, name = self.tok.pos, self.name()
        self.need(":")
        inout = self.take("inout")
        return Node("param", pos, name=name, inout=inout, t=self.type())

    def item(self):
        pos, word = self.tok.pos, self.name()
        if word == "chan" and self.tok.kind == "name":
            name = self.name()
            count = None
            if self.take("["):
                count = self.expr()
                self.need("]")
            self.need(":")
            t = self.type()
            self.need("cap")
            return Node("chan", pos, name=name, count=count, t=t, cap=self.expr())
        if word == "run" and self.tok.kind == "name":
            return Node("run", pos, call=self.expr())
        if word == "for":
            var, r, step = self.for_head()
            return Node("for", pos, var=var, range=r, step=step, items=self.braced(self.item))
        self.need("=")
        return Node("device", pos, name=word, e=self.expr())

    # types

    def type(self, angle=False):
        pos = self.tok.pos
        t = self.plain_type(pos, angle)
        while self.take("?"):
            t = Node("option", pos, t=t)
        return t

    def range_type(self, angle):
        """A range as a type, or None if the text is a different type."""
        start = self.at
        try:
            lo = self.level(SUM if angle else SHIFT)
            if not (self.is_op("..") or self.is_op("..=")):
                self.at = start
                return None
        except SyntaxFault:
            self.at = start
            return None
        closed = self.next().text == "..="
        return Node("range", lo.pos, lo=lo, hi=self.level(SUM if angle else SHIFT), closed=closed)

    def plain_type(self, pos, angle):
        if self.take("["):
            size = None
            if not self.is_op("]"):
                size = self.expr()
            self.need("]")
            return Node("array", pos, size=size, t=self.type(angle))
        if (self.is_word("in") or self.is_word("out")) and self.peek().text == "chan":
            way = self.next().text
            self.next()
            self.need("<")
            t = self.type(angle=True)
            self.need(">")
            return Node("end", pos, way=way, t=t)
        if self.tok.kind != "op" or self.tok.text in ("-", "("):
            r = self.range_type(angle)
            if r:
                return r
        if self.take("("):
            t = self.type()
            self.need(")")
            return t
        return self.named_type(pos)

    def named_type(self, pos):
        names = [self.name()]
        if self.is_op(".") and self.peek().kind == "name":
            self.next()
            names.append(self.name())
        args = []
        if self.is_op("<"):
            self.next()
            args = self.listed(lambda: self.targ(names[0]), ">") if not names[0] == "bytes" else [self.bytes_size()]
        return Node("named", pos, names=names, args=args)

    def targ(self, of):
        """An argument of a type: a type or an expression, kept as both readings allow."""
        if of == "fix":
            return self.level(SUM)
        start = self.at
        try:
            t = self.type(angle=True)
            if self.is_op(",") or self.is_op(">"):
                return t
        except SyntaxFault:
            pass
        self.at = start
        return self.level(SUM)

    def bytes_size(self):
        pos = self.tok.pos
        if self.take("*"):
            self.need("..")
            e = Node("rest", pos, e=self.level(SUM))
        elif self.take(".."):
            e = Node("upto", pos, e=self.level(SUM))
        else:
            e = self.level(SUM)
        self.need(">")
        return e

    # statements

    def block(self):
        return self.braced(self.stmt)

    def hints(self):
        while self.take("@"):
            self.name()
            if self.take("("):
                self.listed(self.expr, ")")

    def range(self):
        lo = self.level(BITOR)
        if not (self.is_op("..") or self.is_op("..=")):
            self.fault("'..'")
        closed = self.next().text == "..="
        return Node("range", lo.pos, lo=lo, hi=self.level(BITOR), closed=closed)

    def for_head(self):
        var = self.name()
        self.need("in")
        r = self.range()
        step = self.level(BITOR) if self.take("step") else None
        self.hints()
        return var, r, step

    def stmt(self):
        pos = self.tok.pos
        if self.tok.kind == "name":
            make = getattr(self, "stmt_" + self.tok.text, None)
            follows = self.peek()
            if make and not (follows.kind == "op" and follows.text in ("=", ".", "[") and self.tok.text not in RESERVED):
                self.next()
                return make(pos)
        e = self.expr()
        if self.take("="):
            return Node("assign", pos, place=e, e=self.expr())
        return Node("exprstmt", pos, e=e, other=self.block() if self.take("else") else None)

    def stmt_let(self, pos):
        name = self.name()
        t = self.type() if self.take(":") else None
        self.need("=")
        e = self.expr()
        other = self.block() if self.take("else") else None
        return Node("let", pos, name=name, t=t, e=e, other=other)

    def stmt_var(self, pos, kind="var"):
        name = self.name()
        t = self.type() if self.take(":") else None
        e = self.expr() if self.take("=") else None
        self.hints()
        return Node(kind, pos, name=name, t=t, e=e)

    def stmt_state(self, pos):
        return self.stmt_var(pos, "state")

    def stmt_if(self, pos):
        bind = None
        if self.take("let"):
            bind = self.name()
            self.need("=")
        cond = self.expr()
        then, other = self.block(), None
        if self.take("else"):
            at = self.tok.pos
            other = [self.stmt_if(at)] if self.take("if") else self.block()
        return Node("if", pos, bind=bind, cond=cond, then=then, other=other)

    def stmt_for(self, pos):
        var, r, step = self.for_head()
        return Node("for", pos, var=var, range=r, step=step, body=self.block())

    def stmt_while(self, pos):
        cond = self.expr()
        self.need("max")
        most = self.expr()
        self.hints()
        return Node("while", pos, cond=cond, most=most, body=self.block())

    def stmt_loop(self, pos):
        self.hints()
        return Node("loop", pos, body=self.block())

    def stmt_break(self, pos):
        return Node("break", pos)

    def stmt_continue(self, pos):
        return Node("continue", pos)

    def stmt_return(self, pos):
        if self.tok.kind == "nl" or self.is_op("}"):
            return Node("return", pos, e=None)
        return Node("return", pos, e=self.expr())

    def stmt_match(self, pos):
        e, cases, other = self.expr(), [], None
        self.need("{")
        self.seps()
        while not self.take("}"):
            if self.take("else"):
                other = self.block()
            else:
                self.need("case")
                pats = [self.pattern()]
                while self.take(","):
                    pats.append(self.pattern())
                cases.append((pats, self.block()))
            self.seps()
        return Node("match", pos, e=e, cases=cases, other=other)

    def pattern(self):
        pos = self.tok.pos
        lo = self.level(BITOR)
        if self.is_op("..") or self.is_op("..="):
            closed = self.next().text == "..="
            return Node("range", pos, lo=lo, hi=self.level(BITOR), closed=closed)
        return lo

    def stmt_select(self, pos):
        way, arms = self.name(), []

        def arm():
            at = self.tok.pos
            self.need("on")
            bind = None
            if self.take("let"):
                bind = self.name()
                self.need("=")
            call = self.level(BITOR)
            guard = self.expr() if self.take("when") else None
            return Node("arm", at, bind=bind, call=call, guard=guard, body=self.block())

        arms = self.braced(arm)
        return Node("select", pos, way=way, arms=arms)

    def stmt_assert(self, pos):
        return Node("assert", pos, e=self.expr())

    def stmt_timed(self, pos):
        return Node("timed", pos, name=self.name(), body=self.block())

    def stmt_expect(self, pos):
        return Node("expect", pos, e=self.expr())

    def stmt_fail(self, pos):
        return Node("fail", pos, e=self.expr())

    def stmt_start(self, pos):
        return Node("start", pos, e=self.expr())

    def stmt_crash(self, pos):
        e = self.expr()
        return Node("crash", pos, e=e, losing=self.expr() if self.take("losing") else None)

    # expressions

    def expr(self):
        return self.level(0)

    def level(self, n):
        if n == len(LEVELS):
            return self.prefix()
        if LEVELS[n] == ("not",):
            if self.is_word("not"):
                pos = self.next().pos
                return Node("unary", pos, op="not", e=self.level(n))
            return self.level(n + 1)
        e = self.level(n + 1)
        while self.operator() in LEVELS[n]:
            op = self.operator()
            self.at += 2 if op == ">>" else 1
            if op == "within":
                e = Node("within", e.pos, e=e, range=self.range())
            else:
                e = Node("binary", e.pos, op=op, a=e, b=self.level(n + 1))
        return e

    def operator(self):
        """The next operator. Two adjacent > are two tokens, since types end with >, but one operator."""
        t, after = self.tok, self.peek()
        if t.kind not in ("op", "name"):
            return ""
        if t.text == ">" and after.text == ">" and after.pos == (t.pos[0], t.pos[1], t.pos[2] + 1):
            return ">>"
        return t.text

    def prefix(self):
        pos = self.tok.pos
        for op in ("-", "~"):
            if self.take(op):
                return Node("unary", pos, op=op, e=self.prefix())
        return self.suffix(self.primary())

    def suffix(self, e):
        pos = e.pos
        while True:
            if self.take("("):
                e = Node("call", pos, f=e, args=self.listed(self.arg, ")"))
            elif self.take("["):
                e = self.index(pos, e)
            elif self.is_op(".") and self.peek().kind == "name":
                self.next()
                e = Node("dot", pos, e=e, name=self.name())
            else:
                return e

    def index(self, pos, e):
        at = Node("at", self.tok.pos)
        lo = None if self.is_op("..") or self.is_op("..=") else self.expr()
        if self.is_op("..") or self.is_op("..="):
            closed = self.next().text == "..="
            hi = None if self.is_op("]") else self.expr()
            self.need("]")
            return Node("slice", pos, e=e, lo=lo, hi=hi, closed=closed, range=at)
        self.need("]")
        return Node("index", pos, e=e, i=lo)

    def arg(self):
        if self.tok.kind == "name" and self.peek().kind == "op" and self.peek().text == ":":
            name = self.name()
            self.next()
            return (name, self.expr())
        return (None, self.expr())

    def primary(self):
        t = self.tok
        if t.kind in ("int", "frac", "dur"):
            self.next()
            return Node(t.kind, t.pos, value=t.value)
        if t.kind == "str":
            self.next()
            return Node("str", t.pos, text=t.text[1:-1])
        if self.take("("):
            e = self.expr()
            self.need(")")
            e.pos = t.pos
            return e
        if self.take("["):
            return Node("list", t.pos, items=self.listed(self.expr, "]"))
        if t.kind != "name":
            self.fault("an expression")
        if t.text in SEARCHES and self.peek().kind == "name" and self.peek(2).text == "in":
            return self.search()
        if t.text == "fix" and self.peek().text == "<" or t.text == "bytes" and self.peek().text == "<":
            return Node("typeexpr", t.pos, t=self.named_type(t.pos))
        if t.kind == "name" and self.peek().text == "<" and self.touches(1):
            made = self.instance()
            if made:
                return made
        self.next()
        if t.text in ("true", "false"):
            return Node("bool", t.pos, value=t.text == "true")
        if t.text == "none":
            return Node("none", t.pos)
        return Node("name", t.pos, name=t.text)

    def touches(self, n):
        """Whether no space separates token n of the lookahead from the token before it."""
        a, b = self.peek(n - 1), self.peek(n)
        return a.pos[1] == b.pos[1] and a.pos[2] + len(a.text) == b.pos[2]

    def instance(self):
        """f<u8, 4>(...): a function for generic arguments, or None for a comparison."""
        start = self.at
        t = self.next()
        self.next()
        try:
            args = self.listed(lambda: self.targ(""), ">")
            if self.is_op("(") and self.touches(0):
                return Node("instance", t.pos, name=t.text, args=args)
        except SyntaxFault:
            pass
        self.at = start
        return None

    def search(self):
        pos, op = self.tok.pos, self.next().text
        var = self.name()
        self.need("in")
        r = self.range()
        self.need("where")
        return Node("search", pos, op=op, var=var, range=r, cond=self.expr())


def parse(text, name):
    """The declarations of a file."""
    return Parser(text, name).file()
