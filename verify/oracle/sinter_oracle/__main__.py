"""The command: python3 -m sinter_oracle PROGRAM [options], as `sinter run`."""

import argparse
import os
import re
import shlex
import sys

from . import devices, trace
from .body import Fault
from .program import Program
from .syntax import SyntaxFault
from .system import System

UNITS = {"us": 1, "ms": 1000, "s": 1000000}


class Options:
    """Inputs of a run."""

    def __init__(self, args):
        self.captures = [p for p in (pair(x) for x in many(args.pcap_in)) if p[1] != "none"]
        self.dumps = dict(p for p in (pair(x) for x in many(args.vcd_in)) if p[1] != "none")
        self.bytes = [p for p in (pair(x) for x in many(args.bytes_in)) if p[1] != "none"]
        self.answers = dict(p for p in (pair(x) for x in many(args.answers)) if p[1] != "none")
        self.disks = {}
        for x in many(args.disk):
            name, path = pair(x)
            with open(path, "rb") as f:
                self.disks[name] = f.read()
        self.until = duration(args.until) if args.until else None


def many(values):
    """The parts of an option that may be repeated or contain commas."""
    return [x for v in values for x in v.split(",")]


def pair(text):
    """NAME=FILE; the name is optional."""
    name, eq, path = text.partition("=")
    return (name, path) if eq else ("", text)


def duration(text):
    """A duration such as 20ms, in us."""
    m = re.fullmatch(r"([0-9]+)(us|ms|s)", text)
    if not m:
        raise SystemExit(f"oracle: {text} is not a duration")
    return int(m.group(1)) * UNITS[m.group(2)]


def arguments(argv):
    p = argparse.ArgumentParser(prog="oracle", description="Run a program by the text of the language alone.")
    p.add_argument("path", help="a program, or with --jobs a file with the arguments of one run a line")
    p.add_argument("-D", "--define", action="append", default=[], metavar="NAME=VALUE")
    p.add_argument("--pcap-in", action="append", default=[], metavar="DEVICE=FILE")
    p.add_argument("--vcd-in", action="append", default=[], metavar="PIN=FILE")
    p.add_argument("--bytes-in", action="append", default=[], metavar="PORT=FILE")
    p.add_argument("--answers", action="append", default=[], metavar="PORT=FILE")
    p.add_argument("--disk", action="append", default=[], metavar="DISK=FILE")
    p.add_argument("--until", metavar="TIME")
    p.add_argument("--trace", metavar="FILE", help="write the trace")
    p.add_argument("--lines", metavar="FILE", help="write what is printed to a file")
    p.add_argument("--jobs", action="store_true")
    p.add_argument("--std", default=os.path.join(os.path.dirname(__file__), "..", "..", "..", "std"))
    return p.parse_args(argv)


def run(args):
    """Runs a program. Returns the name of its system, its world and the status."""
    prog = Program(args.path, args.std, [pair(x) for x in many(args.define)])
    system = System(prog, Options(args))
    return system.node.name, prog.world, prog.world.run()


def lines(world):
    """The output of a run: its logs and traps."""
    out, several = [], sum(not t.serves for t in world.tasks) > 1
    for e in world.events:
        if e[1] == "log":
            out.append((e[0] + ": " if several else "") + e[4].decode("utf-8", "replace"))
        elif e[1] == "trap":
            out.append(f"trap in task {e[0]}: {e[3]} at {e[2][0]}:{e[2][1]}.{e[2][2]}")
    return "".join(x + "\n" for x in out)


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def one(argv):
    """Makes one run and returns the exit code."""
    args = arguments(argv)
    try:
        name, world, status = run(args)
    except (Fault, SyntaxFault, devices.InputFault, OSError) as f:
        print(f"oracle: {f}", file=sys.stderr)
        return 1
    if args.trace:
        write(args.trace, trace.text(name, world, status))
    if args.lines:
        write(args.lines, lines(world))
    else:
        sys.stdout.write(lines(world))
        print(f"ends: {status}", file=sys.stderr)
    return 0


def main(argv):
    args = arguments(argv)
    if not args.jobs:
        return one(argv)
    code = 0
    with open(args.path, encoding="utf-8") as jobs:
        for job in jobs:
            code |= one(shlex.split(job))
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
