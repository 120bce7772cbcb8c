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
        self.tasks, self.sockets = [], []
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
        """A device: net.eth(n), net.udp(nic, port), port.udp("s"), blk.virtio(n)."""
        make = getattr(self, f"d_{node.f.e.name}_{node.f.name}", None)
        return make(node.args, name, numbers) if make else fault(node, f"no device {node.f.name}")

    def d_net_eth(self, args, name, numbers):
        nic = self.ports[name] = devices.Eth(self.world, name or f"eth{self.number(args[0][1], numbers)}")
        nic.home = {n: self.number(a, numbers) for n, a in args[1:]}
        return nic

    def d_net_udp(self, args, name, numbers):
        nic = args[0][1]
        nic = self.env[nic.name] if nic.kind == "name" else self.device(nic, name, numbers)
        number = self.number(args[1][1], numbers)
        socket = devices.Socket(name or f"{nic.name}.udp{number}", nic, number)
        self.sockets.append(socket)
        return socket

    def d_port_udp(self, args, name, numbers):
        name = name or self.line(args)
        self.ports[name] = devices.Udp(self.world, name)
        return self.ports[name]

    def line(self, args):
        """The name of a pin or a port."""
        return self.prog.unescape(args[0][1].text).decode()

    def d_gpio_in(self, args, name, numbers):
        name = name or self.line(args)
        self.ports[name] = devices.In(name, self.line(args))
        return self.ports[name]

    def d_gpio_out(self, args, name, numbers):
        name = name or self.line(args)
        self.ports[name] = devices.Out(self.world, name)
        return self.ports[name]

    def d_uart_port(self, args, name, numbers):
        name = name or self.line(args)
        self.ports[name] = devices.Serial(self.world, name)
        return self.ports[name]

    def d_spi_port(self, args, name, numbers):
        name = name or self.line(args)
        self.ports[name] = devices.Spi(self.world, name, self.options.answers)
        return self.ports[name]

    def d_i2c_bus(self, args, name, numbers):
        name = name or self.line(args)
        self.ports[name] = devices.I2c(self.world, name, self.options.answers)
        return self.ports[name]

    def d_rng_source(self, args, name, numbers):
        name = name or self.line(args)
        self.ports[name] = devices.Random(self.world, name, self.options.answers)
        return self.ports[name]

    def d_blk_virtio(self, args, name, numbers):
        name = name or f"disk{self.number(args[0][1], numbers)}"
        image = self.options.disks.get(name, self.options.disks.get("", bytes(1 << 20)))
        self.ports[name] = devices.Disk(self.world, name, image, self.options.answers)
        return self.ports[name]

    def i_run(self, item, numbers):
        call = item.call
        body = Body(self.prog, self.prog.main)
        thing = body.static(call.f)
        decl = thing.node
        name = decl.name if call.f.kind == "name" else f"{call.f.e.name}.{decl.name}"
        types = [self.prog.type(p.t, thing.pkg, {}) for p in decl.params]
        args = [self.argument(a, t, numbers) for a, t in zip(body.in_order(decl, call), types)]
        make, uses = self.task(thing, types)
        for arg, use in zip(args, uses):
            for socket in arg if isinstance(arg, list) else [arg]:
                if isinstance(socket, devices.Socket):
                    socket.use = use
        self.tasks.append((name, make, args))

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
        """The Python function of a task. It is made once."""
        if thing not in self.made:
            self.made[thing] = self.compiled(thing, types, {})
        return self.made[thing]

    def compiled(self, thing, types, generics):
        """A task as a Python function, and its uses of sockets."""
        name = f"task_{thing.node.name}_{self.prog.number()}"
        params = [(p.name, t, p.inout) for p, t in zip(thing.node.params, types)]
        body = Body(self.prog, thing.pkg, generics)
        self.prog.run(body.function(name, params, thing.node.body, K.VOID, True))
        return self.prog.globals[name], body.param_uses(types)

    # sockets

    def services(self):
        """Gives each device with sockets its stack. The stacks are the first tasks."""
        for nic in self.ports.values():
            mine = [s for s in self.sockets if s.nic is nic and s.use is not None]
            if mine:
                self.world.tasks.append(self.stack(nic, mine))

    def stack(self, nic, mine):
        """The task of a device, with a channel to each receiving socket and one channel
        from the sending sockets."""
        thing = self.prog.package("net").things["_stack"]
        rx = [s for s in mine if s.use.rx]
        room = max((s.use.longest_in for s in rx), default=0)
        sent = max((s.use.longest_out for s in mine if s.use.tx), default=0)
        frame = max(devices.SHORTEST_FRAME, devices.HEADERS + max(room, sent))
        for s in rx or mine[:1]:
            s.arrivals = devices.Frames(self.world, s.name + ".in", K.Bytes(frame), 8 if rx else 1)
        out = devices.Frames(self.world, nic.name + ".out", K.Bytes(frame), 1)
        for s in mine:
            s.out = out
        receivers = rx or mine[:1]
        sizes = {"_sockets": len(receivers), "_room": devices.HEADERS + room, "_frame": frame}
        generics = {n: (K.Range(v, v), v) for n, v in sizes.items()}
        types = [self.prog.type(p.t, thing.pkg, generics) for p in thing.node.params]
        make, _ = self.compiled(thing, types, generics)
        home = [nic.home.get(n, self.config(n)) for n in ("host", "mask", "gateway")]
        station = 0  # the MAC address that follows from the IPv4 address
        steps = make(nic, *home, station, [s.port for s in receivers], [s.arrivals for s in receivers], out)
        task = runtime.Task(f"stack.{nic.name}", steps)
        task.serves = True
        return task

    def config(self, name):
        """A number that the package net sets."""
        return int(self.prog.const(self.prog.package("net").things[name]).code)

    def start(self):
        """Makes the tasks. A task that runs more than once gets a number after its name."""
        self.services()
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
        said = {self.serial_name(n): devices.said(p) for n, p in self.options.bytes}
        first = min((f[0][0] for f in files.values() if f), default=0)
        out = []
        for k, (name, port) in enumerate(self.ports.items()):
            now = first
            for at, frame in files.get(name, []):
                at = now = max(at, now)
                out.append((at - first, k, port, port.message(frame)))
            out += [(at, k, port, data) for at, data in said.get(name, [])]
            if name in self.options.dumps:
                out += [(at, k, port, level) for at, level in devices.levels(self.options.dumps[name], (port.line, name))]
        out.sort(key=lambda x: (x[0], not isinstance(x[2], devices.In), x[1]))  # levels before messages
        self.world.inputs = [(at, port, m) for at, _, port, m in out]
        self.world.until = self.options.until
        if self.world.until is None and (rows := [a for p in self.ports.values() for a in getattr(p, "answers", [])]):
            self.world.until = max([a[0] for a in rows] + [i[0] for i in self.world.inputs])

    def port_name(self, name):
        if name in self.ports or name:
            return name
        eths = [n for n, p in self.ports.items() if isinstance(p, devices.Eth)]
        return eths[0]

    def serial_name(self, name):
        """The port that a file of bytes belongs to."""
        return name or next(n for n, p in self.ports.items() if isinstance(p, devices.Serial))
