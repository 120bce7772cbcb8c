"""The command: python3 -m sinter_oracle PROGRAM [options], as `sinter run`."""

import argparse
import os
import re
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
        self.captures = [pair(x) for x in many(args.pcap_in)]
        self.disks = {}
        for x in many(args.disk):
            name, path = pair(x)
            with open(path, "rb") as f:
                self.disks[name] = f.read()
        self.until = duration(args.until) if args.until else None


def many(values):
    """The parts of an option that may be given more than once, or with commas."""
    return [x for v in values for x in v.split(",")]


def pair(text):
    """NAME=FILE; the name may be left out."""
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
    p.add_argument("path")
    p.add_argument("-D", "--define", action="append", default=[], metavar="NAME=VALUE")
    p.add_argument("--pcap-in", action="append", default=[], metavar="DEVICE=FILE")
    p.add_argument("--disk", action="append", default=[], metavar="DISK=FILE")
    p.add_argument("--until", metavar="TIME")
    p.add_argument("--trace", metavar="FILE")
    p.add_argument("--std", default=os.path.join(os.path.dirname(__file__), "..", "..", "..", "std"))
    return p.parse_args(argv)


def run(argv):
    """Runs a program and writes its trace; returns the trace's text and the world."""
    args = arguments(argv)
    prog = Program(args.path, args.std, [pair(x) for x in many(args.define)])
    system = System(prog, Options(args))
    status = prog.world.run()
    text = trace.text(system.node.name, prog.world, status)
    return args, text, prog.world, status


def main(argv):
    try:
        args, text, world, status = run(argv)
    except (Fault, SyntaxFault, devices.InputFault, OSError) as f:
        print(f"oracle: {f}", file=sys.stderr)
        return 1
    if args.trace:
        with open(args.trace, "w", encoding="utf-8") as f:
            f.write(text)
    many_tasks = len(world.tasks) > 1
    for e in world.events:
        if e[1] == "log":
            print((e[0] + ": " if many_tasks else "") + e[4].decode("utf-8", "replace"))
    for name, pos, code in world.traps:
        print(f"trap in task {name}: {code} at {pos[0]}:{pos[1]}.{pos[2]}")
    print(f"ends: {status}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
