"""The system of a program: its channels, devices and tasks (section 10), and its inputs."""

from . import devices
from . import kinds as K
from . import runtime
from .body import Local, fault
from .stmts import Body


class System:
    """Builds the system of a program in its world."""

    def __init__(self, prog, options):
        self.prog, self.world, self.options = prog, prog.world, options
        self.node = prog.main.system
        self.env, self.made, self.ports, self.disks = {}, {}, {}, 0
        self.tasks = []
        self.items(self.node.items, {})
        self.start()

    def items(self, items, numbers):
        for item in items:
            getattr(self, "i_" + item.kind)(item, numbers)

    def number(self, node, numbers):
        """A constant expression with the variables of loops."""
        body = Body(self.prog, self.prog.main)
        body.scopes[0].update({n: Local(str(v), K.Range(v, v)) for n, v in numbers.items()})
        return self.prog.fixed(node, self.prog.main, {}, body)

    def i_chan(self, item, numbers):
        t = self.prog.type(item.t, self.prog.main, {})
        cap = self.number(item.cap, numbers)
        if item.count is None:
            self.env[item.name] = runtime.Chan(self.world, item.name, t, cap)
            return
        n = self.number(item.count, numbers)
        self.env[item.name] = [runtime.Chan(self.world, f"{item.name}.{k}", t, cap) for k in range(n)]

    def i_device(self, item, numbers):
        self.env[item.name] = self.device(item.e, item.name, numbers)

    def i_for(self, item, numbers):
        lo, hi = self.number(item.range.lo, numbers), self.number(item.range.hi, numbers)
        step = self.number(item.step, numbers) if item.step else 1
        for v in range(lo, hi + item.range.closed, step):
            self.items(item.items, {**numbers, item.var: v})

    def device(self, node, name, numbers):
        """A device: net.eth(n), net.udp(nic, port), blk.virtio(n)."""
        what = node.f.name
        args = [a for _, a in node.args]
        if what == "eth":
            self.ports[name] = devices.Eth(self.world, name)
            return self.ports[name]
        if what == "udp":
            nic = self.env[args[0].name] if args[0].kind == "name" else self.device(args[0], name, numbers)
            self.ports.pop(nic.name)
            port = devices.Udp(self.world, name or nic.name)
            port.number = self.number(args[1], numbers)
            self.ports[port.name] = port
            return port
        if what == "virtio":
            name = name or f"disk{self.number(args[0], numbers)}"
            image = self.options.disks.get(name, self.options.disks.get("", bytes(1 << 20)))
            self.ports[name] = devices.Disk(self.world, name, image, runtime.trap)
            return self.ports[name]
        return fault(node, f"no device {what}")

    def i_run(self, item, numbers):
        call = item.call
        body = Body(self.prog, self.prog.main)
        thing = body.static(call.f)
        decl = thing.node
        name = decl.name if call.f.kind == "name" else f"{call.f.e.name}.{decl.name}"
        types = [self.prog.type(p.t, thing.pkg, {}) for p in decl.params]
        args = [self.argument(a, t, numbers) for a, t in zip(body.in_order(decl, call), types)]
        self.tasks.append((name, self.task(thing, types), args))

    def argument(self, node, t, numbers):
        """An end, a device or a constant."""
        inner = t.t if isinstance(t, K.Array) else t
        if isinstance(inner, K.End) or isinstance(inner, K.Named) and "." in inner.name:
            return self.object(node, numbers)
        body = Body(self.prog, self.prog.main)
        body.scopes[0].update({n: Local(str(v), K.Range(v, v)) for n, v in numbers.items()})
        return self.prog.evaluate(lambda b: b.stored(node, t), self.prog.main, {}, body)[1]

    def object(self, node, numbers):
        if node.kind == "name":
            return self.env[node.name]
        if node.kind == "index":
            return self.object(node.e, numbers)[self.number(node.i, numbers)]
        if node.kind == "list":
            return [self.object(x, numbers) for x in node.items]
        return self.device(node, "", numbers)

    def task(self, thing, types):
        """The Python function of a task, made once."""
        if thing not in self.made:
            name = f"task_{thing.node.name}_{self.prog.number()}"
            params = [(p.name, t, p.inout) for p, t in zip(thing.node.params, types)]
            self.prog.run(Body(self.prog, thing.pkg).function(name, params, thing.node.body, K.VOID, True))
            self.made[thing] = self.prog.globals[name]
        return self.made[thing]

    def start(self):
        """Makes the tasks; one that runs more than once has a number after its name."""
        names = [n for n, _, _ in self.tasks]
        seen = {}
        for name, make, args in self.tasks:
            k = seen[name] = seen.get(name, -1) + 1
            full = f"{name}.{k}" if names.count(name) > 1 else name
            self.world.tasks.append(runtime.Task(full, make(*args)))
        self.world.ports = list(self.ports.values())
        self.inputs()

    # inputs

    def inputs(self):
        """The frames of all captures in the order in which the world commits them."""
        files = {self.port_name(n): devices.capture(p) for n, p in self.options.captures}
        first = min((f[0][0] for f in files.values() if f), default=0)
        out = []
        for k, (name, port) in enumerate(self.ports.items()):
            now = first
            for at, frame in files.get(name, []):
                at = now = max(at, now)
                message = self.message(port, frame)
                if message is not None:
                    out.append((at - first, k, port, message))
        out.sort(key=lambda x: x[:2])
        self.world.inputs = [(at, port, m) for at, _, port, m in out]
        self.world.until = self.options.until

    def port_name(self, name):
        if name in self.ports or name:
            return name
        eths = [n for n, p in self.ports.items() if isinstance(p, devices.Eth)]
        return eths[0]

    def message(self, port, frame):
        """What a frame is at a port."""
        if not isinstance(port, devices.Udp):
            return frame
        return devices.datagram(frame, port.number)
