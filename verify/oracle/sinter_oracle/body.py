"""The text of one function or task: lines of Python, locals, operands in order.

An expression becomes an Ex: Python text and a type. Code that does not fit into a
Python expression becomes lines before it. Earlier operands are then kept in separate
names, so everything is evaluated from left to right.
"""

from . import kinds as K


class Fault(Exception):
    """The oracle cannot run the program. The message gives the position."""


def fault(node, text):
    """Raises a Fault at a node."""
    f, line, col = node.pos
    raise Fault(f"{f}:{line}.{col}: {text}")


class Ex:
    """The code of a value: Python text and a type. place: it is in a variable.
    stable: no later code changes it."""

    __slots__ = ("code", "t", "place", "stable")

    def __init__(self, code, t, place=False, stable=False):
        self.code, self.t, self.place, self.stable = code, t, place, stable


class Local:
    """A name in a body: Python text and a type. held: an assignment must reach the
    caller's value. out: the value is copied back when the function returns."""

    __slots__ = ("code", "t", "held", "out")

    def __init__(self, code, t, held=False, out=False):
        self.code, self.t, self.held, self.out = code, t, held, out


class Place:
    """An assignable place: its text and a function that assigns to it."""

    def __init__(self, code, t, put):
        self.code, self.t, self.put = code, t, put


class Use:
    """A function's use of a net.Udp: whether it receives and sends, and the longest
    messages."""

    def __init__(self):
        self.rx = self.tx = False
        self.longest_in = self.longest_out = 0

    def receives(self, n):
        self.rx, self.longest_in = True, max(self.longest_in, n)

    def sends(self, n):
        self.tx, self.longest_out = True, max(self.longest_out, n)

    def add(self, other):
        """Adds the uses in other."""
        self.rx, self.tx = self.rx or other.rx, self.tx or other.tx
        self.longest_in = max(self.longest_in, other.longest_in)
        self.longest_out = max(self.longest_out, other.longest_out)


class Lines:
    """Lines of text with an indentation, and names."""

    def __init__(self, prog, pkg, generics):
        self.prog, self.pkg, self.generics = prog, pkg, generics
        self.out, self.ind, self.scopes, self.count = [], 1, [{}], 0
        self.prologue = []
        self.uses = {}  # of net.Udp parameters
        self.needs = None  # in a layout: what must be present for a condition to hold

    def emit(self, text):
        self.out.append((self.ind, text))

    def text(self):
        """All lines."""
        return "\n".join("    " * i + t for i, t in [(1, p) for p in self.prologue] + self.out)

    def tmp(self, stem="t"):
        self.count += 1
        return f"{stem}_{self.count}"

    def captured(self, make):
        """The result of make, and the lines that it made, which are not added."""
        saved, self.out = self.out, []
        try:
            got = make()
            return got, self.out
        finally:
            self.out = saved

    def keep(self, ex):
        """Puts a value into a name that nothing changes."""
        if not ex.stable:
            name = self.tmp()
            self.emit(f"{name} = {K.copied(ex.t, ex.code) if ex.place else ex.code}")
            ex.code, ex.place, ex.stable = name, False, True
        return ex

    def operands(self, makers):
        """The values of makers, from left to right."""
        done = []
        for make in makers:
            ex, lines = self.captured(make)
            if lines:
                for d in done:
                    self.keep(d)
                self.out += lines
            done.append(ex)
        return done

    def declare(self, name, t, **how):
        """A new local with a unique Python name."""
        code = self.tmp(name)
        if name != "_":
            self.scopes[-1][name] = Local(code, t, **how)
        return code

    def local(self, name):
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        return None

    def use(self, code):
        """The use of the parameter that a device's text begins with."""
        return self.uses.setdefault(code.split("[")[0], Use())

    def trap(self, node, code):
        """Text of the call that traps."""
        return f"trap({self.prog.place(node.pos)}, {code!r})"
