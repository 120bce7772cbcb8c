package periph

import (
	"fmt"

	"github.com/sinter-lang/sinter/ir/rtl"
)

// The buses by which a host reaches a core.
const (
	Wishbone = "wishbone" // B4, classic cycles
	AXILite  = "axilite"  // AXI4-Lite
)

// Buses lists the buses for a host.
func Buses() []string { return []string{Wishbone, AXILite} }

// HostRegister is a register that the host reads or writes. Addr is in bytes.
type HostRegister struct {
	Name    string
	Addr    uint64
	Access  string // r, w or rw
	Meaning string
}

// Addresses of the registers of a core on a bus, in bytes.
const (
	HostID      = 0x00
	HostStatus  = 0x04
	HostMask    = 0x08
	HostTrapPC  = 0x0C
	HostCycles  = 0x10
	HostCycles2 = 0x14
	HostBusy    = 0x18
	HostBusy2   = 0x1C
	HostLog     = 0x20

	hostDevices = 0x100 // the first device
	hostDevice  = 0x40  // bytes of each device
	hostInfo    = 0x00
	hostData    = 0x04
	hostLast    = 0x20 // the last beat of a frame, if it has 0 bytes; the next four words: if it has 1 to 4 bytes
	hostBeat    = 0x34 // a beat that is not the last

	hostAddrBits   = 12
	hostStatusBits = 6
)

// HostSignature is the value of the register ID: SNTR.
const HostSignature = 0x534E5452

// maxHostDevices is the largest number of devices that have room in the address space.
const maxHostDevices = (1<<hostAddrBits - hostDevices) / hostDevice

// HostDevice is a device of the core whose frames or bytes pass over the bus.
type HostDevice struct {
	Name   string
	Rx, Tx bool // into the core, out of the core
	Bytes  bool // a line of bytes, not of frames
}

// width is the width of the data that the device passes at once.
func (d HostDevice) width() int {
	if d.Bytes {
		return rtl.PortByteWidth
	}
	return 32
}

// HostCore lists the ports of a core that a host can access over the bus.
type HostCore struct {
	Logs    bool
	Devices []HostDevice
}

// at returns the address of a register of device i.
func (HostCore) at(i int, register uint64) uint64 {
	return hostDevices + hostDevice*uint64(i) + register
}

// Registers lists the registers of a core on a bus.
func (k HostCore) Registers() []HostRegister {
	out := []HostRegister{
		{"ID", HostID, "r", fmt.Sprintf("0x%X", HostSignature)},
		{"STATUS", HostStatus, "r", "bit 0 idle, 1 ended, 2 trap, 3 a word of the log waits, 4 a device has something for the host, 5 a device takes something"},
		{"MASK", HostMask, "rw", "the bits of STATUS that raise irq"},
		{"TRAP_PC", HostTrapPC, "r", "the address of the failed check"},
		{"CYCLES", HostCycles, "r", "cycles since reset; a read keeps the next three"},
		{"CYCLES_HIGH", HostCycles2, "r", "their high word, as kept"},
		{"BUSY", HostBusy, "r", "cycles in which the core was not idle, as kept"},
		{"BUSY_HIGH", HostBusy2, "r", "their high word, as kept"},
	}
	if k.Logs {
		out = append(out, HostRegister{"LOG", HostLog, "r", "takes a word of the log"})
	}
	for i, d := range k.Devices {
		add := func(name string, at uint64, access, meaning string) {
			out = append(out, HostRegister{d.Name + "_" + name, k.at(i, at), access, meaning})
		}
		add("INFO", hostInfo, "r", d.info())
		switch {
		case d.Bytes && d.Rx && d.Tx:
			add("DATA", hostData, "rw", "takes a byte, gives a byte")
		case d.Bytes && d.Rx:
			add("DATA", hostData, "w", "gives a byte")
		case d.Tx:
			add("DATA", hostData, "r", map[bool]string{false: "takes a beat", true: "takes a byte"}[d.Bytes])
		}
		for n := 0; n <= 4 && d.Rx && !d.Bytes; n++ {
			add(fmt.Sprintf("LAST%d", n), hostLast+4*uint64(n), "w", fmt.Sprintf("gives the last beat of a frame; the low %d of its bytes count", n))
		}
		if d.Rx && !d.Bytes {
			add("BEAT", hostBeat, "w", "gives a beat before the last: four bytes, the first in bits 7:0")
		}
	}
	return out
}

// info explains the bits of a device's register INFO.
func (d HostDevice) info() string {
	switch {
	case d.Bytes:
		return "bit 0 room for a byte, 1 a byte waits"
	case !d.Rx:
		return "bit 1 a beat waits, 2 it is the last, 6:4 its bytes"
	case !d.Tx:
		return "bit 0 room for a beat, 31:16 frames that were too long"
	}
	return "bit 0 room for a beat, 1 a beat waits, 2 it is the last, 6:4 its bytes, 31:16 frames that were too long"
}

// Host makes the slave that connects a bus to the ports of a core. The host polls STATUS or waits
// for irq. The host reads words of the log and beats of frames, and it writes beats. No access on
// the bus waits for the core. Four kinds of access get an error and change nothing: a read of an
// empty port, a write to a full port, a write of less than a word, and a read or write of an
// address that does not allow this kind of access.
func Host(bus string, core HostCore) (*rtl.Circuit, error) {
	if n := len(core.Devices); n > maxHostDevices {
		return nil, fmt.Errorf("a core on a bus has at most %d devices, got %d", maxHostDevices, n)
	}
	b := rtl.NewBuilder("sinter_" + bus)
	h := &host{b: b, core: core}
	switch bus {
	case Wishbone:
		h.wishbone()
	case AXILite:
		h.axiLite()
	default:
		return nil, fmt.Errorf("expected the bus %s or %s, got %q", Wishbone, AXILite, bus)
	}
	return b.Build()
}

// host is a slave under construction.
type host struct {
	b       *rtl.Builder
	core    HostCore
	request hostRequest
	values  rtl.ID // of the register that is read
	readOK  rtl.ID
	writeOK rtl.ID
}

// hostRequest holds the requests of the bus in a cycle. A read and a write may come together.
type hostRequest struct {
	read, write         rtl.ID // 1 for one cycle
	readAddr, writeAddr rtl.ID // in words
	data                rtl.ID
	whole               rtl.ID // the write has all four byte lanes
}

// wishbone answers in the cycle after a request.
func (h *host) wishbone() {
	b := h.b
	cyc, stb, we := b.Input("wb_cyc_i", 1), b.Input("wb_stb_i", 1), b.Input("wb_we_i", 1)
	word := b.Bits(b.Input("wb_adr_i", hostAddrBits), hostAddrBits-1, 2)
	data, sel := b.Input("wb_dat_i", 32), b.Input("wb_sel_i", 4)
	ack, bad, out := b.Reg("ack", 1, 0), b.Reg("bad", 1, 0), b.Reg("read", 32, 0)
	start := b.And(cyc, stb, b.Not(ack.Q()), b.Not(bad.Q()))
	h.request = hostRequest{
		read: b.And(start, b.Not(we)), write: b.And(start, we), readAddr: word, writeAddr: word, data: data, whole: b.EqConst(sel, 15),
	}
	h.registers()
	ok := b.Mux(we, h.writeOK, h.readOK)
	b.Set(ack, b.And(start, ok))
	b.Set(bad, b.And(start, b.Not(ok)))
	b.If(h.request.read, func() { b.Set(out, h.values) })
	b.Output("wb_dat_o", out.Q())
	b.Output("wb_ack_o", ack.Q())
	b.Output("wb_err_o", bad.Q())
}

// axiLite stores one address and one answer for each direction, and the data of one write. No output
// depends on an input of the same cycle. A write happens when both the address and the data have
// arrived.
func (h *host) axiLite() {
	b := h.b
	aw, w, ar := b.Reg("write.has_address", 1, 0), b.Reg("write.has_data", 1, 0), b.Reg("read.has_address", 1, 0)
	awAddr, arAddr := h.address("aw", aw), h.address("ar", ar)
	wData, wStrobe := b.Reg("write.data", 32, 0), b.Reg("write.lanes", 4, 0)
	b.If(b.And(b.Input("s_axil_wvalid", 1), b.Not(w.Q())), func() {
		b.Set(w, b.Const(1, 1))
		b.Set(wData, b.Input("s_axil_wdata", 32))
		b.Set(wStrobe, b.Input("s_axil_wstrb", 4))
	})
	b.Output("s_axil_wready", b.Not(w.Q()))
	answered, wBad := h.answer("b")
	given, rBad := h.answer("r")
	out := b.Reg("read.data", 32, 0)
	h.request = hostRequest{
		read: b.And(ar.Q(), b.Not(given.Q())), write: b.And(aw.Q(), w.Q(), b.Not(answered.Q())),
		readAddr: arAddr, writeAddr: awAddr, data: wData.Q(), whole: b.EqConst(wStrobe.Q(), 15),
	}
	h.registers()
	b.If(h.request.write, func() {
		b.Set(aw, b.Const(1, 0))
		b.Set(w, b.Const(1, 0))
		b.Set(answered, b.Const(1, 1))
		b.Set(wBad, b.Not(h.writeOK))
	})
	b.If(h.request.read, func() {
		b.Set(ar, b.Const(1, 0))
		b.Set(given, b.Const(1, 1))
		b.Set(rBad, b.Not(h.readOK))
		b.Set(out, h.values)
	})
	b.Output("s_axil_rdata", out.Q())
}

// address makes an address channel, aw or ar. The protection bits have no meaning here.
func (h *host) address(channel string, have rtl.Register) rtl.ID {
	b := h.b
	name := "s_axil_" + channel
	word := b.Reg(channel+".word", hostAddrBits-2, 0)
	b.If(b.And(b.Input(name+"valid", 1), b.Not(have.Q())), func() {
		b.Set(have, b.Const(1, 1))
		b.Set(word, b.Bits(b.Input(name+"addr", hostAddrBits), hostAddrBits-1, 2))
	})
	b.Input(name+"prot", 3)
	b.Output(name+"ready", b.Not(have.Q()))
	return word.Q()
}

// answer makes the outputs of an answer channel, b or r: OKAY or SLVERR.
func (h *host) answer(channel string) (valid, bad rtl.Register) {
	b := h.b
	name := "s_axil_" + channel
	valid, bad = b.Reg(channel+".valid", 1, 0), b.Reg(channel+".bad", 1, 0)
	b.If(b.Input(name+"ready", 1), func() { b.Set(valid, b.Const(1, 0)) })
	b.Output(name+"valid", valid.Q())
	b.Output(name+"resp", b.Cat(bad.Q(), b.Const(1, 0)))
	return valid, bad
}

// registers makes the registers of the core and of its devices.
func (h *host) registers() {
	b := h.b
	h.values, h.readOK, h.writeOK = b.Const(32, 0), b.Const(1, 0), b.Const(1, 0)
	some, room := b.Const(1, 0), b.Const(1, 0)
	for i, d := range h.core.Devices {
		mine, waits := b.Const(1, 0), b.Const(1, 0)
		if d.Rx {
			mine = h.give(i, d)
		}
		if d.Tx {
			waits = h.take(i, d)
		}
		h.info(i, d, mine, waits)
		room, some = b.Or(room, mine), b.Or(some, waits)
	}
	log := b.Const(1, 0)
	if h.core.Logs {
		log = b.Input(rtl.PortLogValid, 1)
		b.Output(rtl.PortLogReady, h.reads(HostLog, b.Input(rtl.PortLogData, 32), log))
	}
	idle, trap := b.Input(rtl.PortIdle, 1), b.Input(rtl.PortTrap, 1)
	status := b.Cat(room, some, log, trap, b.Input(rtl.PortHalted, 1), idle)
	yes := b.Const(1, 1)
	h.reads(HostID, b.Const(32, HostSignature), yes)
	h.reads(HostStatus, b.Zext(status, 32), yes)
	h.reads(HostTrapPC, b.Input(rtl.PortTrapPC, 32), yes)
	mask := b.Reg("mask", hostStatusBits, 0)
	h.reads(HostMask, b.Zext(mask.Q(), 32), yes)
	b.If(h.writes(HostMask, yes), func() { b.Set(mask, b.Bits(h.request.data, hostStatusBits-1, 0)) })
	b.Output("irq", b.Any(b.And(status, mask.Q())))
	h.counters(idle)
}

// counters makes the counters of cycles and of busy cycles, which the host reads as four words. A
// read of the first word stores the other three, so that all four belong to the same cycle.
func (h *host) counters(idle rtl.ID) {
	b := h.b
	cycles, busy := b.Reg("cycles", 64, 0), b.Reg("busy", 64, 0)
	high, kept := b.Reg("kept.cycles", 32, 0), b.Reg("kept.busy", 64, 0)
	b.Set(cycles, b.Add(cycles.Q(), b.Const(64, 1)))
	b.Set(busy, b.Add(busy.Q(), b.Zext(b.Not(idle), 64)))
	yes := b.Const(1, 1)
	b.If(h.reads(HostCycles, b.Bits(cycles.Q(), 31, 0), yes), func() {
		b.Set(high, b.Bits(cycles.Q(), 63, 32))
		b.Set(kept, busy.Q())
	})
	h.reads(HostCycles2, high.Q(), yes)
	h.reads(HostBusy, b.Bits(kept.Q(), 31, 0), yes)
	h.reads(HostBusy2, b.Bits(kept.Q(), 63, 32), yes)
}

// reads adds a register that the host can read. A read succeeds if ok is 1. The result is 1 in
// each cycle with a read of this register, even if the read fails.
func (h *host) reads(addr uint64, value, ok rtl.ID) rtl.ID {
	b := h.b
	here := b.EqConst(h.request.readAddr, addr/4)
	h.values = b.Or(h.values, b.And(value, b.Repeat(here, 32)))
	h.readOK = b.Or(h.readOK, b.And(here, ok))
	return b.And(h.request.read, here)
}

// writes adds a register that the host can write. A write of a whole word succeeds if ok is 1.
// The result is 1 in each cycle with a successful write.
func (h *host) writes(addr uint64, ok rtl.ID) rtl.ID {
	b := h.b
	good := b.And(b.EqConst(h.request.writeAddr, addr/4), ok, h.request.whole)
	h.writeOK = b.Or(h.writeOK, good)
	return b.And(h.request.write, good)
}

// give stores a beat from the host until the core takes it. The result is 1 if there is room for a
// beat.
func (h *host) give(i int, d HostDevice) (room rtl.ID) {
	b := h.b
	p := rtl.RxPorts(d.Name)
	width := d.width()
	full, data := b.Reg(d.Name+".full", 1, 0), b.Reg(d.Name+".data", width, 0)
	room = b.Not(full.Q())
	b.If(b.Input(p.Ready, 1), func() { b.Set(full, b.Const(1, 0)) })
	b.Output(p.Valid, full.Q())
	b.Output(p.Data, data.Q())
	fill := func(at uint64, more func()) {
		b.If(h.writes(h.core.at(i, at), room), func() {
			b.Set(full, b.Const(1, 1))
			b.Set(data, b.Bits(h.request.data, width-1, 0))
			more()
		})
	}
	if d.Bytes {
		fill(hostData, func() {})
		return room
	}
	last, bytes := b.Reg(d.Name+".last", 1, 0), b.Reg(d.Name+".bytes", rtl.PortBytesWidth, 0)
	for n := range uint64(5) {
		fill(hostLast+4*n, func() {
			b.Set(last, b.Const(1, 1))
			b.Set(bytes, b.Const(rtl.PortBytesWidth, n))
		})
	}
	fill(hostBeat, func() {
		b.Set(last, b.Const(1, 0))
		b.Set(bytes, b.Const(rtl.PortBytesWidth, 4))
	})
	b.Output(p.Last, last.Q())
	b.Output(p.Bytes, bytes.Q())
	return room
}

// take hands a beat of the core to the host. The result is 1 if a beat waits.
func (h *host) take(i int, d HostDevice) (waits rtl.ID) {
	b := h.b
	p := rtl.TxPorts(d.Name)
	waits = b.Input(p.Valid, 1)
	b.Output(p.Ready, h.reads(h.core.at(i, hostData), b.Fit(b.Input(p.Data, d.width()), 32), waits))
	return waits
}

// info makes the register INFO of a device.
func (h *host) info(i int, d HostDevice, room, waits rtl.ID) {
	b := h.b
	last, bytes, long := b.Const(1, 0), b.Const(rtl.PortBytesWidth, 0), b.Const(16, 0)
	if d.Rx && !d.Bytes {
		count := b.Reg(d.Name+".long", 16, 0)
		b.Set(count, b.Add(count.Q(), b.Zext(b.Input(rtl.PortOversize(d.Name), 1), 16)))
		long = count.Q()
	}
	if d.Tx && !d.Bytes {
		last, bytes = b.Input(rtl.TxPorts(d.Name).Last, 1), b.Input(rtl.TxPorts(d.Name).Bytes, rtl.PortBytesWidth)
	}
	h.reads(h.core.at(i, hostInfo), b.Cat(long, b.Const(9, 0), bytes, b.Const(1, 0), last, waits, room), b.Const(1, 1))
}
