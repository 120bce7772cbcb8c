"""A run: tasks, channels, the clock and the world (sections 10 to 13)."""

from fractions import Fraction

from . import arith
from . import trace


class Trap(Exception):
    """A task has trapped."""

    def __init__(self, pos, code):
        super().__init__(code)
        self.pos, self.code = pos, code


def trap(pos, code):
    """Traps at a source position."""
    raise Trap(pos, code)


class LogSite:
    """A log site: the parts of its text and the types of the values. A part is bytes, or for
    a value, whether it is in hexadecimal."""

    def __init__(self, pos, parts, types):
        self.pos, self.parts, self.types = pos, parts, types

    def text(self, values):
        """The text with the values filled in."""
        out, k = b"", 0
        for p in self.parts:
            if isinstance(p, bytes):
                out += trace.escaped(p)
            else:
                out += trace.shown(self.types[k], values[k], p)
                k += 1
        return out


class Task:
    """A task of the system: its steps, the arms that it waits for and its last choices."""

    def __init__(self, name, steps):
        self.name, self.steps = name, steps
        self.wait, self.done, self.last, self.due = None, False, {}, {}
        self.serves = False  # a library task that no program names


class Chan:
    """A channel. With capacity 0 the ring holds the offered value."""

    def __init__(self, world, name, t, cap):
        self.world, self.name, self.t, self.cap = world, name, t, cap
        self.ring = []

    def words(self, value):
        """The words of a value in a trace."""
        return trace.words(self.t, value)

    def send(self, value):
        """Waits for room, or with capacity 0 until the value is taken."""
        words = self.words(value)  # the reader may change the value before this task goes on
        if self.cap == 0:
            while self.ring:
                yield [(True, "room", self, 0)]
            self.ring.append(value)
            while self.ring and self.ring[0] is value:
                yield [(True, "taken", self, value)]
        else:
            while len(self.ring) >= self.cap:
                yield [(True, "room", self, 0)]
            self.ring.append(value)
        self.world.event("send", self.name, *words)

    def try_send(self, value):
        """Sends if nobody has to wait."""
        room = len(self.ring) < self.cap
        if room:
            self.ring.append(value)
            self.world.event("send", self.name, *self.words(value))
        return room

    def recv(self):
        """Waits for a value."""
        while not self.ring:
            yield [(True, "chan", self, 0)]
        return self.take()

    def take(self):
        """Takes the first value."""
        value = self.ring.pop(0)
        self.world.event("recv", self.name, *self.words(value))
        return value

    def try_recv(self):
        """A value in a tuple, or None."""
        return (self.take(),) if self.ring else None


class World:
    """The clock, the tasks and the inputs. It acts only when every task waits."""

    def __init__(self):
        self.clock, self.tasks, self.task, self.inputs = 0, [], None, []
        self.until, self.events, self.trapped, self.traps = None, [], False, []
        self.ports = []

    # what tasks do

    def event(self, *what):
        """An event of the task that runs."""
        if self.task:
            self.events.append((self.task.name, *what))

    def log(self, site, values):
        """log.print."""
        args = [w for t, v in zip(site.types, values) for w in trace.words(t, v)]
        self.event("log", site, args, site.text(values))

    def mark(self, which, name):
        self.event("mark", which, name)

    def select(self, fair, site, arms):
        """Waits until an arm is ready and returns the chosen arm."""
        me = self.task
        while True:
            first = (me.last.get(site, -1) + 1) % len(arms) if fair else 0
            for k in range(len(arms)):
                i = (first + k) % len(arms)
                if self.ready(arms[i]):
                    me.last[site] = i
                    if arms[i][1] == "every":
                        me.due[arms[i][2]] = arms[i][3]
                    return i
            yield arms

    def again(self, site, arm):
        """The next choice begins with the arm that was chosen."""
        self.task.last[site] = arm - 1

    def arms(self, arms):
        """Arms with deadlines in place of durations."""
        return [self.timed(a) for a in arms]

    def timed(self, arm):
        guard, kind, obj, d = arm
        if kind == "every":
            return guard, kind, obj, self.task.due.get(obj, 0) + d
        if kind == "after":
            return guard, kind, obj, self.clock + d
        return arm

    def ready(self, arm):
        """Whether an arm is ready."""
        guard, kind, obj, more = arm
        if not guard:
            return False
        if kind == "turn":
            return True
        if kind in ("every", "after"):
            return self.clock >= more
        if kind == "chan":
            return bool(obj.ring)
        if kind == "room":
            return len(obj.ring) < max(obj.cap, 1)
        if kind == "taken":
            return not obj.ring or obj.ring[0] is not more
        return obj.ready(more)

    # the run

    def step(self, task):
        """Runs a task until it waits."""
        self.task = task
        try:
            task.wait = next(task.steps)
        except StopIteration:
            task.done, task.wait = True, None
        except Trap as t:
            task.done, task.wait, self.trapped = True, None, True
            self.events.append((task.name, "trap", t.pos, t.code))
            self.traps.append((task.name, t.pos, t.code))
        self.task = None

    def settle(self):
        """Runs the tasks in order, cyclically, until all wait."""
        moved = True
        while moved:
            moved = False
            for task in self.tasks:
                if not task.done and (task.wait is None or any(self.ready(a) for a in task.wait)):
                    self.step(task)
                    moved = True

    def deadline(self):
        """The next deadline, or None."""
        due = [a[3] for t in self.tasks if t.wait for a in t.wait if a[0] and a[1] in ("every", "after")]
        return min(due, default=None)

    def run(self):
        """Runs to the end and returns the status."""
        end = self.until
        if end is None:
            end = max((t for t, _, _ in self.inputs), default=0)
        at = 0
        while True:
            self.settle()
            if self.trapped or self.over():
                break
            due = self.deadline()
            arrives = self.inputs[at][0] if at < len(self.inputs) else None
            if due is not None and (arrives is None or due <= arrives):
                if due > end:
                    break
                self.clock = max(self.clock, due)
            elif arrives is not None and arrives <= end:
                self.clock = max(self.clock, arrives)
                at = self.commit(at)
            else:
                break
        return self.status()

    def commit(self, at):
        """Makes an input arrive. All levels that change at the same time change at once.
        Returns the number of the next input."""
        time, port, what = self.inputs[at]
        port.arrive(what)
        if hasattr(port, "level"):
            for later in self.inputs[at + 1:]:
                if later[0] != time:
                    break
                if hasattr(later[1], "level"):
                    later[1].arrive(later[2])
        return at + 1

    def status(self):
        """How the run has ended."""
        if self.trapped:
            return "trap"
        own = [t for t in self.tasks if not t.serves and not t.done]
        if not own:
            return "ended"
        outside = any(a[0] and a[1] in ("port", "every", "after") for t in own for a in t.wait)
        return "waiting" if outside else "stuck"

    def over(self):
        """Whether no input can change the status: the program's tasks have ended, or wait
        for each other while only services run."""
        status = self.status()
        return status == "ended" or status == "stuck" and any(t.serves for t in self.tasks)


class Map:
    """map<K, V, N> (section 7)."""

    def __init__(self, n, canonical):
        self.canonical, self.ways = canonical, min(4, n)
        self.sets = [[None] * self.ways for _ in range(max(n // self.ways, 1))]
        self.pointers = [0] * len(self.sets)

    def place(self, key):
        """The number of a key's set, and its canonical bytes."""
        data = self.canonical(key)
        return crc32c(data) % len(self.sets), data

    def find(self, key):
        """Set, bytes and way of a key. The way is None if the map lacks the key."""
        s, x = self.place(key)
        for w, e in enumerate(self.sets[s]):
            if e and e[0] == x:
                return s, x, w
        return s, x, None

    def get(self, key, default):
        s, _, w = self.find(key)
        return default if w is None else self.sets[s][w][1]

    def put(self, key, value):
        s, x, w = self.find(key)
        if w is None and None in self.sets[s]:
            w = self.sets[s].index(None)
        if w is None:
            w = self.pointers[s]
            self.pointers[s] = (w + 1) % self.ways
        self.sets[s][w] = (x, value)

    def remove(self, key):
        s, _, w = self.find(key)
        if w is not None:
            self.sets[s][w] = None

    def copy(self):
        m = Map.__new__(Map)
        m.canonical, m.ways = self.canonical, self.ways
        m.sets, m.pointers = [s[:] for s in self.sets], self.pointers[:]
        return m

    def assign(self, other):
        self.sets, self.pointers = other.sets, other.pointers


def crc_table():
    table = []
    for n in range(256):
        for _ in range(8):
            n = n >> 1 ^ (0x82F63B78 if n & 1 else 0)
        table.append(n)
    return table


CASTAGNOLI = crc_table()


def crc32c(data):
    """CRC-32C (RFC 3720)."""
    c = 0xFFFFFFFF
    for b in data:
        c = c >> 8 ^ CASTAGNOLI[(c ^ b) & 255]
    return c ^ 0xFFFFFFFF


def resize(b, n):
    """b.resize(n): shorter, or longer with zeros."""
    if n < len(b):
        del b[n:]
    else:
        b += bytes(n - len(b))


def equal(a, b):
    """Equality of values that may hold floats or bytes of different kinds."""
    rows = (list, tuple, bytes, bytearray)
    if isinstance(a, rows) and isinstance(b, rows):
        return len(a) == len(b) and all(equal(x, y) for x, y in zip(a, b))
    if a is None or b is None:
        return a is b
    return a == b


def fixdiv(a, b, f):
    """a / b of fixed point, rounded toward minus infinity; by 0 all ones."""
    return (a << f) // b if b else -1


def float_fix(x, bits, f):
    """A float as a fixed point number."""
    half = 1 << bits - 1
    if x != x or abs(x) == arith.INF:
        return half - 1 if x != x or x > 0 else -half
    return min(max(int(Fraction(x) * (1 << f)), -half), half - 1)


NAMES = {n: getattr(arith, n) for n in (
    "NAN", "INF", "quotient", "remainder", "udiv", "umod", "sdiv", "smod", "rdiv", "single",
    "fdiv", "fsqrt", "nearest", "to_int", "float_bits", "from_bits")}
NAMES.update(Fraction=Fraction, trap=trap, Map=Map, resize=resize, equal=equal, fixdiv=fixdiv, float_fix=float_fix)

__all__ = ["World", "Task", "Chan", "Map", "LogSite", "NAMES"]
