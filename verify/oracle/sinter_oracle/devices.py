"""Devices and their inputs: captures and disk images (section 12)."""

import re
import struct
from fractions import Fraction

from . import runtime


class InputFault(Exception):
    """A capture or an image cannot be used."""


class Eth:
    """net.Eth: frames."""

    def __init__(self, world, name):
        self.world, self.name, self.queue = world, name, []
        self.dropped = 0

    def message(self, record):
        """The message at this port for a record of a capture."""
        return record

    def arrive(self, frame):
        self.queue.append(frame)

    def ready(self, size):
        """Whether a frame has arrived."""
        return bool(self.queue)

    def fits(self, size):
        """Whether the next frame fits in the buffer. A longer frame is dropped."""
        if self.length(self.queue[0]) <= size:
            return True
        self.queue.pop(0)
        self.dropped += 1
        return False

    def length(self, frame):
        return len(frame)

    def recv(self, size, empty):
        """Waits for a frame. A frame that is too long empties the buffer."""
        while True:
            while not self.queue:
                yield [(True, "port", self, size)]
            if self.fits(size):
                return self.take()
            empty.clear()

    def take(self):
        frame = self.queue.pop(0)
        self.world.event("in", self.name, None, bytes(frame))
        return frame

    def send(self, frame):
        """Sends a frame. An empty frame is not sent."""
        if frame:
            self.world.event("out", self.name, self.world.clock, bytes(frame))


class Udp(Eth):
    """A port of datagrams, as (peer, bytes). A record of a capture holds the peer (8 bytes,
    little-endian) and the datagram."""

    lost = 0  # a full port waits instead

    def message(self, record):
        return int.from_bytes(record[:8], "little"), record[8:]

    def length(self, message):
        return len(message[1])

    def take(self):
        peer, data = self.queue.pop(0)
        self.world.event("in", self.name, None, struct.pack("<Q", peer) + data)
        return peer, data

    def send(self, peer, data):
        """Sends a datagram. On a port of datagrams this does not wait."""
        self.world.event("out", self.name, self.world.clock, struct.pack("<Q", peer) + bytes(data))
        yield from ()


# A frame of a datagram: the MAC addresses, the headers of IPv4 and UDP, the data. The message
# starts at byte MESSAGE_AT.
HEADERS, MESSAGE_AT, SHORTEST_FRAME = 42, 34, 590


class Frames(runtime.Chan):
    """A channel between a socket and its stack. A trace shows the message in each frame."""

    def words(self, value):
        return super().words(value[MESSAGE_AT:])


class Socket:
    """net.Udp over a network device: two channels to the device's stack. Their values are
    frames. Each holds a message: the peer in 8 bytes, then the datagram."""

    def __init__(self, name, nic, port):
        self.name, self.nic, self.port = name, nic, port
        self.arrivals = self.out = self.use = None
        self.lost = 0  # lost datagrams at the arrival of the last received one

    def ready(self, _):
        """Whether a message has arrived."""
        return bool(self.arrivals.ring)

    def fits(self, size):
        """Whether the next message fits in the buffer. A longer message is dropped."""
        if len(self.arrivals.ring[0]) - HEADERS <= size:
            return True
        self.arrivals.take()
        return False

    def recv(self, size, empty):
        """Waits for a datagram. A datagram that is too long empties the buffer."""
        while True:
            while not self.arrivals.ring:
                yield [(True, "port", self, size)]
            if self.fits(size):
                return self.take()
            empty.clear()

    def take(self):
        """The peer and the bytes of the next datagram."""
        message = self.arrivals.take()[MESSAGE_AT:]
        self.lost = int.from_bytes(message[6:8], "little")
        return int.from_bytes(message[:6], "big"), message[8:]

    def send(self, peer, data):
        """Sends a datagram. Its message names the source port."""
        head = peer.to_bytes(6, "big") + self.port.to_bytes(2, "big")
        yield from self.out.send(bytearray(bytes(MESSAGE_AT) + head + bytes(data)))


class Serial:
    """uart.Port: bytes, each a separate event."""

    def __init__(self, world, name):
        self.world, self.name, self.waiting, self.room = world, name, bytearray(), 0

    def arrive(self, data):
        self.waiting += data

    def ready(self, size):
        """Whether a byte has arrived."""
        return bool(self.waiting)

    def fits(self, size):
        """Always true: only as many bytes are taken as fit."""
        self.room = size
        return True

    def recv(self, size, empty):
        """Waits for a byte, and takes the bytes that have arrived and fit."""
        while not self.waiting:
            yield [(True, "port", self, size)]
        self.fits(size)
        return self.take()

    def take(self):
        data = bytes(self.waiting[:self.room])
        del self.waiting[:self.room]
        for b in data:
            self.world.event("in", self.name, None, bytes([b]))
        return data

    def send(self, data):
        for b in bytes(data):
            self.world.event("out", self.name, self.world.clock, bytes([b]))


class Answering:
    """The other end of a bus: (time, bytes sent, answer or None for a refusal)."""

    def __init__(self, world, name, files):
        self.world, self.name = world, name
        path = files.get(name, files.get(""))
        self.answers = answers(path) if path else []

    def found(self, sent):
        """The last answer that fits."""
        fits = [a for t, s, a in self.answers if t <= self.world.clock and sent[:len(s)] == s]
        return fits[-1] if fits else b""

    def exchange(self, argument, body, status, data):
        self.world.event("out", self.name, self.world.clock, struct.pack("<II", 1, argument) + body)
        self.world.event("in", self.name, None, struct.pack("<I", status) + data)


class Spi(Answering):
    """spi.Port: each byte sent returns one byte."""

    def transfer(self, data):
        sent = bytes(data)
        got = self.found(sent)[:len(sent)].ljust(len(sent), b"\xff")
        self.exchange(0, sent, 0, got)
        return got


class I2c(Answering):
    """i2c.Bus: a result is None unless all bytes are acknowledged."""

    def message(self, address, body, wanted):
        body = bytes(body)
        sent = bytes([address]) + body
        there = any(t <= self.world.clock and s[0] == address for t, s, _ in self.answers)
        got = self.found(sent)
        ok = there and got is not None
        data = got[:wanted].ljust(wanted, b"\xff") if ok else b""
        self.exchange(address | wanted << 16, body, 0 if ok else 1, data)
        return data if ok else None


class Random:
    """rng.Source: the bytes of a file, and then the high bytes of a congruential generator."""

    def __init__(self, world, name, files):
        self.world, self.name, self.state = world, name, 0
        path = files.get(name, files.get(""))
        self.given = given(path) if path else b""

    def byte(self):
        if self.given:
            first, self.given = self.given[0], self.given[1:]
            return first
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
        return self.state >> 56

    def fill(self, n):
        """The next n bytes."""
        self.world.event("out", self.name, self.world.clock, struct.pack("<II", 1, n << 16))
        data = bytes(self.byte() for _ in range(n))
        self.world.event("in", self.name, None, struct.pack("<I", 0) + data)
        return data


def given(path):
    """The bytes of a file: hexadecimal, and comments."""
    with open(path, encoding="utf-8") as f:
        return b"".join(bytes.fromhex(line.split("#")[0].replace(" ", "").strip()) for line in f)


def answers(path):
    """The contents of a file of answers."""
    out = []
    with open(path, encoding="utf-8") as f:
        for line in f:
            before, colon, after = line.split("#")[0].partition(":")
            if colon:
                time, *sent = before.split()
                refused = after.strip() == "-"
                out.append((int(time), bytes.fromhex("".join(sent)), None if refused else bytes.fromhex("".join(after.split()))))
    return out


def said(path):
    """The contents of a file of bytes: times in us, and bytes in hexadecimal."""
    out = []
    with open(path, encoding="utf-8") as f:
        for line in f:
            words = line.split("#")[0].split()
            if words:
                out.append((int(words[0]), bytes.fromhex("".join(words[1:]))))
    return out


class In:
    """gpio.In: a level, and the level that the program has read last."""

    def __init__(self, name, line):
        self.name, self.line = name, line
        self.level = self.known = False

    def arrive(self, level):
        self.level = level

    def ready(self, _):
        """Whether the level differs from the level that the program has read last."""
        return self.level != self.known

    def take(self):
        """Reads the level."""
        self.known = self.level
        return self.level


class Out:
    """gpio.Out: a level. The trace shows its changes."""

    def __init__(self, world, name):
        self.world, self.name, self.level = world, name, False

    def write(self, level):
        if level != self.level:
            self.level = level
            self.world.event("out", self.name, self.world.clock, bytes([level]))


class Disk:
    """blk.Disk: sectors of 512 bytes. A file of answers names the commands that fail."""

    def __init__(self, world, name, image, files):
        self.world, self.name = world, name
        self.image = bytearray(image)
        self.sectors = len(self.image) // 512
        path = files.get(name, files.get(""))
        self.answers = abilities(path) if path else []

    def command(self, op, number, i, data=b""):
        """Shows a command and returns its status: 0 if the disk can do it."""
        i &= 0xFFFFFFFF
        self.world.event("out", self.name, self.world.clock, struct.pack("<II", number, i) + data)
        said = [able for t, what, sectors, able in self.answers if t <= self.world.clock and what == op and i in sectors]
        if said and not said[-1]:
            return 2
        return 1 if op != "flush" and i >= self.sectors else 0

    def answer(self, status, data=b""):
        """Shows an answer and returns whether it means success."""
        self.world.event("in", self.name, None, struct.pack("<I", status) + data)
        return status == 0

    def read(self, i):
        """The bytes of a sector, or None."""
        status = self.command("read", 1, i)
        data = bytes(self.image[512 * i:512 * i + 512]) if status == 0 else b""
        return data if self.answer(status, data) else None

    def write(self, i, data):
        """Writes a sector. Missing bytes become zero."""
        data = bytes(data).ljust(512, b"\0")[:512]
        status = self.command("write", 2, i, data)
        if status == 0:
            self.image[512 * i:512 * i + 512] = data
        return self.answer(status)

    def flush(self):
        return self.answer(self.command("flush", 3, 0))


def abilities(path):
    """Answers of a disk in a file: (time, command, sectors, whether the disk can do it)."""
    out = []
    with open(path, encoding="utf-8") as f:
        for line in f:
            before, colon, after = line.split("#")[0].partition(":")
            if colon:
                time, what, *where = before.split()
                out.append((int(time), what, span(where[0]) if where else range(1 << 32), after.strip() == "ok"))
    return out


def span(text):
    """Sectors: 5, 5..9 or 5..=8."""
    lo, dots, hi = text.partition("..")
    if not dots:
        return range(int(lo), int(lo) + 1)
    return range(int(lo), int(hi[1:]) + 1 if hi.startswith("=") else int(hi))


MAGIC = {0xA1B2C3D4: 1, 0xA1B23C4D: 1000}


def capture(path):
    """The frames of a capture: (time in us, bytes)."""
    with open(path, "rb") as f:
        data = f.read()
    for order in "<>":
        magic = struct.unpack_from(order + "I", data)[0] if len(data) >= 24 else 0
        if magic in MAGIC:
            return classic(path, data, order, MAGIC[magic])
    raise InputFault(f"{path}: not a capture")


def classic(path, data, order, unit):
    """The frames of a pcap file; unit is the number of its time units in a microsecond."""
    at, out = 24, []
    while at + 16 <= len(data):
        sec, part, size, _ = struct.unpack_from(order + "IIII", data, at)
        at += 16
        if at + size > len(data):
            raise InputFault(f"{path}: the last frame is cut off")
        out.append((sec * 1000000 + part // unit, data[at:at + size]))
        at += size
    return out


SCALES = {"s": 10**6, "ms": 1000, "us": 1, "ns": Fraction(1, 1000), "ps": Fraction(1, 10**6), "fs": Fraction(1, 10**9)}


def section(words, at):
    """The words up to the next $end, and its position."""
    end = words.index("$end", at)
    return words[at:end], end


def signals(words):
    """The declarations of a dump: the length of a tick in us, the signals of one bit as
    (name, code), and the position where the changes begin."""
    scale, found, at = None, [], 0
    while words[at] != "$enddefinitions":
        what, end = section(words, at)
        if what[0] == "$timescale":
            number, unit = re.fullmatch(r"([0-9]+)([a-z]+)", "".join(what[1:])).groups()
            scale = int(number) * SCALES[unit]
        elif what[0] == "$var" and what[2] == "1":
            found.append(("".join(what[4:]), what[3]))
        at = end + 1
    return scale, found, words.index("$end", at) + 1


def chosen(path, found, names):
    """The code of the signal for the input."""
    for n in names:
        codes = {code for name, code in found if name == n}
        if len(codes) == 1:
            return codes.pop()
        if codes:
            raise InputFault(f"{path}: several signals {n}")
    if len(found) == 1:
        return found[0][1]
    raise InputFault(f"{path}: no signal {names[0]}")


def levels(path, names):
    """The changes of a signal in a value change dump, as (time in us, level). Only the last
    value within a microsecond counts, and only if it differs from the value before."""
    with open(path, encoding="utf-8") as f:
        words = f.read().split()
    scale, found, at = signals(words)
    code, now, values = chosen(path, found, names), 0, {}
    while at < len(words):
        w = words[at]
        if w in ("$comment", "$dumpoff"):
            at = section(words, at)[1]
        elif w[0] == "#":
            now = int(int(w[1:]) * scale)
        elif w[0] in "bBrR":
            at += 1
            if words[at] == code:
                values[now] = w[1:]
        elif w[0] in "01xXzZ" and w[1:] == code:
            values[now] = w[0]
        at += 1
    out, level = [], False
    for t, v in values.items():
        if v not in "01" and out:
            raise InputFault(f"{path}: a level is {v}")
        if v in "01" and (v == "1") != level:
            level = v == "1"
            out.append((t, level))
    return out
