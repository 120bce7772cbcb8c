package periph

import (
	"math/rand"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sinter-lang/sinter/ir/rtl"
)

// hostCore has a device of each kind: frames in both directions, in, out, and bytes.
func hostCore() HostCore {
	return HostCore{Logs: true, Devices: []HostDevice{
		{Name: "both", Rx: true, Tx: true}, {Name: "in", Rx: true}, {Name: "out", Tx: true}, {Name: "line", Rx: true, Tx: true, Bytes: true},
	}}
}

// hostModel models the slave between bus and core. The model follows the table of registers in
// docs/hardware.md.
type hostModel struct {
	cycles, busy, keptBusy uint64
	keptHigh               uint32
	mask                   uint32
	beat                   [4]struct {
		full        bool
		data        uint32
		last        bool
		bytes, long uint32
	}
}

// corePorts holds the outputs of the core in a cycle.
type corePorts struct {
	log, idle, halted, trap bool
	logData, trapPC         uint32
	tx                      [4]struct {
		valid, last bool
		data, bytes uint32
	}
	rxReady, oversize [4]bool
}

func bitsOf(on ...bool) (v uint32) {
	for i, b := range on {
		if b {
			v |= 1 << i
		}
	}
	return v
}

func (m *hostModel) status(c *corePorts) uint32 {
	some := c.tx[0].valid || c.tx[2].valid || c.tx[3].valid
	room := !m.beat[0].full || !m.beat[1].full || !m.beat[3].full
	return bitsOf(c.idle, c.halted, c.trap, c.log, some, room)
}

// read returns the answer to a read in this cycle.
func (m *hostModel) read(addr uint32, c *corePorts) (v uint32, ok bool) {
	switch addr {
	case 0x00:
		return 0x534E5452, true
	case 0x04:
		return m.status(c), true
	case 0x08:
		return m.mask, true
	case 0x0C:
		return c.trapPC, true
	case 0x10:
		return uint32(m.cycles), true
	case 0x14:
		return m.keptHigh, true
	case 0x18:
		return uint32(m.keptBusy), true
	case 0x1C:
		return uint32(m.keptBusy >> 32), true
	case 0x20:
		return c.logData, c.log
	}
	k := (addr - 0x100) / 0x40
	if addr < 0x100 || k > 3 {
		return 0, false
	}
	tx := c.tx[k]
	switch (addr - 0x100) % 0x40 {
	case 0x00:
		b := m.beat[k]
		switch k {
		case 0:
			return bitsOf(!b.full, tx.valid, tx.last) | tx.bytes<<4 | b.long<<16, true
		case 1:
			return bitsOf(!b.full) | b.long<<16, true
		case 2:
			return bitsOf(false, tx.valid, tx.last) | tx.bytes<<4, true
		}
		return bitsOf(!b.full, tx.valid), true
	case 0x04:
		if k == 1 {
			return 0, false
		}
		return tx.data, tx.valid
	}
	return 0, false
}

// write performs a write in this cycle and reports whether it succeeds.
func (m *hostModel) write(addr, data, lanes uint32, room [4]bool) bool {
	if lanes != 15 {
		return false
	}
	if addr == 0x08 {
		m.mask = data & 63
		return true
	}
	k, r := (addr-0x100)/0x40, (addr-0x100)%0x40
	if addr < 0x100 || k > 3 || k == 2 || !room[k] {
		return false
	}
	b := &m.beat[k]
	switch {
	case k == 3 && r == 0x04:
		b.full, b.data = true, data&0xFF
		return true
	case k == 3 || r < 0x20 || r > 0x34:
		return false
	case r == 0x34:
		b.full, b.data, b.last, b.bytes = true, data, false, 4
		return true
	}
	b.full, b.data, b.last, b.bytes = true, data, true, (r-0x20)/4
	return true
}

// edge models the clock edge. The caller calls edge after the read and before the write of the
// cycle. The result says for each device whether there is room for a write.
func (m *hostModel) edge(c *corePorts, read uint32, reads bool) (room [4]bool) {
	if reads && read == 0x10 {
		m.keptHigh, m.keptBusy = uint32(m.cycles>>32), m.busy
	}
	m.cycles++
	if !c.idle {
		m.busy++
	}
	for k := range m.beat {
		b := &m.beat[k]
		room[k] = !b.full
		if c.rxReady[k] {
			b.full = false
		}
		if c.oversize[k] && k < 2 {
			b.long = (b.long + 1) & 0xFFFF
		}
	}
	return room
}

// hostBench acts as a core with random outputs. hostBench compares the slave's outputs to the
// core with the outputs of the model.
type hostBench struct {
	*bench
	r    *rand.Rand
	m    hostModel
	core corePorts
}

func (b *hostBench) often() bool { return b.r.Intn(3) > 0 }

// play sets the outputs of the core. An offered word stays until the host takes it.
func (b *hostBench) play() {
	c := &b.core
	if !c.log {
		c.log, c.logData = b.often(), b.r.Uint32()
	}
	c.idle, c.halted, c.trap, c.trapPC = b.often(), b.r.Intn(9) == 0, b.r.Intn(9) == 0, b.r.Uint32()
	for k, d := range hostCore().Devices {
		tx := &c.tx[k]
		if d.Tx && !tx.valid {
			tx.valid, tx.last, tx.data, tx.bytes = b.often(), b.often(), b.r.Uint32(), uint32(b.r.Intn(8))
			if d.Bytes {
				tx.data, tx.last, tx.bytes = tx.data&0xFF, false, 0
			}
		}
		c.rxReady[k], c.oversize[k] = d.Rx && b.r.Intn(3) == 0, b.r.Intn(4) == 0
	}
	for name, v := range map[string]uint64{
		rtl.PortLogValid: flag(c.log), rtl.PortLogData: uint64(c.logData), rtl.PortIdle: flag(c.idle), rtl.PortHalted: flag(c.halted),
		rtl.PortTrap: flag(c.trap), rtl.PortTrapPC: uint64(c.trapPC),
	} {
		b.set(name, v)
	}
	for k, d := range hostCore().Devices {
		rx, tx := rtl.RxPorts(d.Name), rtl.TxPorts(d.Name)
		b.set(rx.Ready, flag(c.rxReady[k]))
		b.set(rtl.PortOversize(d.Name), flag(c.oversize[k]))
		b.set(tx.Valid, flag(c.tx[k].valid))
		b.set(tx.Data, uint64(c.tx[k].data))
		b.set(tx.Last, flag(c.tx[k].last))
		b.set(tx.Bytes, uint64(c.tx[k].bytes))
	}
}

// agrees compares the slave's signals to the core with the model, after the circuit has computed
// the values of a cycle. `reads` is set if the bus reads the register at addr.
func (b *hostBench) agrees(addr uint32, reads bool) bool {
	c, m := &b.core, &b.m
	if b.get("irq") != flag(m.status(c)&m.mask != 0) || b.get(rtl.PortLogReady) != flag(reads && addr == 0x20) {
		return false
	}
	for k, d := range hostCore().Devices {
		rx, tx, s := rtl.RxPorts(d.Name), rtl.TxPorts(d.Name), m.beat[k]
		if d.Rx && (b.get(rx.Valid) != flag(s.full) || s.full && b.get(rx.Data) != uint64(s.data)) {
			return false
		}
		if d.Rx && !d.Bytes && s.full && (b.get(rx.Last) != flag(s.last) || b.get(rx.Bytes) != uint64(s.bytes)) {
			return false
		}
		if d.Tx && b.get(tx.Ready) != flag(reads && addr == 0x104+0x40*uint32(k)) {
			return false
		}
	}
	return true
}

// edge is the clock edge of the circuit and the model. The result is the model's answers to the
// read and the write of the cycle.
func (b *hostBench) edge(q hostAccess) (v uint32, readOK, writeOK bool) {
	v, readOK = b.m.read(q.readAddr, &b.core)
	room := b.m.edge(&b.core, q.readAddr, q.reads)
	if q.writes {
		writeOK = b.m.write(q.writeAddr, q.data, q.lanes, room)
	}
	if q.reads {
		c := &b.core
		c.log = c.log && q.readAddr != 0x20
		for k := range c.tx {
			c.tx[k].valid = c.tx[k].valid && q.readAddr != 0x104+0x40*uint32(k)
		}
	}
	b.e.Clock()
	return v, readOK, writeOK
}

// hostAccess is the read and the write that reach the registers in a cycle.
type hostAccess struct {
	reads, writes       bool
	readAddr, writeAddr uint32
	data, lanes         uint32
}

// someAddr returns a random address, which is most often the address of a register. The low two bits
// of an address have no meaning.
func (b *hostBench) someAddr() uint32 {
	if b.r.Intn(8) == 0 {
		return uint32(b.r.Intn(1<<12)) &^ 3
	}
	all := hostCore().Registers()
	return uint32(all[b.r.Intn(len(all))].Addr)
}

func (b *hostBench) someLanes() uint32 {
	if b.r.Intn(6) == 0 {
		return uint32(b.r.Intn(16))
	}
	return 15
}

func newHostBench(c *rtl.Circuit) (*hostBench, error) {
	e, err := benchOf(c)
	return &hostBench{bench: e, r: rand.New(rand.NewSource(21))}, err
}

const hostCycles = 8000

// late sets counters, in the middle of a run, to values close to an overflow. These are the
// lower words of the cycle counters, and the counters of frames that are too long.
func (b *hostBench) late(c *rtl.Circuit) {
	m := &b.m
	m.cycles, m.busy, m.beat[0].long, m.beat[1].long = 0x1_2345_FFFF_F800, 0x6789_FFFF_FE00, 0xFFC0, 0xFF80
	for name, v := range map[string]uint64{"cycles": m.cycles, "busy": m.busy, "both.long": uint64(m.beat[0].long), "in.long": uint64(m.beat[1].long)} {
		for i := range c.Regs {
			if c.Regs[i].Name == name {
				*b.e.Cell(c.Regs[i].Node) = v
			}
		}
	}
}

// wishboneAgrees runs the Wishbone slave in lock-step with the model.
func wishboneAgrees(c *rtl.Circuit) (bool, error) {
	b, err := newHostBench(c)
	if err != nil {
		return false, err
	}
	var q hostAccess // of the present cycle of the bus
	on, we, answered, ok := false, false, false, false
	var want uint32
	errors, done := 0, 0
	for n := range hostCycles {
		if n == hostCycles/2 {
			b.late(c)
		}
		if !on && b.often() {
			on, we = true, b.r.Intn(2) == 0
			q = hostAccess{readAddr: b.someAddr(), data: b.r.Uint32(), lanes: b.someLanes()}
			q.writeAddr = q.readAddr
		}
		cyc := on || b.r.Intn(2) == 0
		b.set("wb_cyc_i", flag(cyc))
		b.set("wb_stb_i", flag(on || !cyc && b.r.Intn(2) == 0)) // a strobe without a cycle is for another slave
		b.set("wb_we_i", flag(we))
		b.set("wb_adr_i", uint64(q.readAddr)|uint64(b.r.Intn(4)))
		b.set("wb_dat_i", uint64(q.data))
		b.set("wb_sel_i", uint64(q.lanes))
		b.play()
		b.e.Eval()
		now := q
		now.reads, now.writes = on && !answered && !we, on && !answered && we
		if b.get("wb_ack_o") != flag(answered && ok) || b.get("wb_err_o") != flag(answered && !ok) || !b.agrees(q.readAddr, now.reads) {
			return false, nil
		}
		if answered && ok && !we && b.get("wb_dat_o") != uint64(want) {
			return false, nil
		}
		v, readOK, writeOK := b.edge(now)
		switch {
		case answered:
			on, answered = false, false
			done++
			if !ok {
				errors++
			}
		case on:
			answered, want, ok = true, v, we && writeOK || !we && readOK
		}
	}
	return done > hostCycles/5 && errors > done/20 && errors < done*3/4, nil
}

// axiLiteAgrees runs the AXI4-Lite slave in lock-step with the model. The host offers addresses and
// data, and takes answers, with pauses on each channel.
func axiLiteAgrees(c *rtl.Circuit) (bool, error) {
	b, err := newHostBench(c)
	if err != nil {
		return false, err
	}
	type answer struct {
		there, ok bool
		data      uint32
	}
	var aw, w, ar, heldAW, heldW, heldAR bool // offered, and in the slave
	var awAddr, arAddr, data, lanes uint32    // offered
	var q hostAccess                          // in the slave
	var written, given answer
	done, errors := 0, 0
	for n := range hostCycles {
		if n == hostCycles/2 {
			b.late(c)
		}
		if !aw && b.often() {
			aw, awAddr = true, b.someAddr()
		}
		if !w && b.often() {
			w, data, lanes = true, b.r.Uint32(), b.someLanes()
		}
		if !ar && b.often() {
			ar, arAddr = true, b.someAddr()
		}
		bReady, rReady := b.often(), b.often()
		for name, v := range map[string]uint64{
			"awvalid": flag(aw), "awaddr": uint64(awAddr) | uint64(b.r.Intn(4)), "awprot": uint64(b.r.Intn(8)), "wvalid": flag(w), "wdata": uint64(data), "wstrb": uint64(lanes),
			"arvalid": flag(ar), "araddr": uint64(arAddr) | uint64(b.r.Intn(4)), "arprot": uint64(b.r.Intn(8)), "bready": flag(bReady), "rready": flag(rReady),
		} {
			b.set("s_axil_"+name, v)
		}
		b.play()
		b.e.Eval()
		q.reads, q.writes = heldAR && !given.there, heldAW && heldW && !written.there
		for name, v := range map[string]bool{
			"awready": !heldAW, "wready": !heldW, "arready": !heldAR, "bvalid": written.there, "rvalid": given.there,
		} {
			if b.get("s_axil_"+name) != flag(v) {
				return false, nil
			}
		}
		if !b.agrees(q.readAddr, q.reads) || written.there && b.get("s_axil_bresp") != 2*flag(!written.ok) || given.there && b.get("s_axil_rresp") != 2*flag(!given.ok) ||
			given.there && given.ok && b.get("s_axil_rdata") != uint64(given.data) {
			return false, nil
		}
		v, readOK, writeOK := b.edge(q)
		if written.there && bReady {
			written.there, done = false, done+1
		}
		if given.there && rReady {
			given.there, done = false, done+1
			if !given.ok {
				errors++
			}
		}
		takeAW, takeW, takeAR := aw && !heldAW, w && !heldW, ar && !heldAR
		if q.writes {
			heldAW, heldW, written = false, false, answer{there: true, ok: writeOK}
		}
		if q.reads {
			heldAR, given = false, answer{there: true, ok: readOK, data: v}
		}
		if takeAW {
			heldAW, aw, q.writeAddr = true, false, awAddr
		}
		if takeW {
			heldW, w, q.data, q.lanes = true, false, data, lanes
		}
		if takeAR {
			heldAR, ar, q.readAddr = true, false, arAddr
		}
	}
	return done > hostCycles/4 && errors > done/40 && errors < done*3/4, nil
}

// hostOf makes a slave for the core of the tests.
func hostOf(bus string) func() (*rtl.Circuit, error) {
	return func() (*rtl.Circuit, error) { return Host(bus, hostCore()) }
}

func TestHost(t *testing.T) {
	for bus, agrees := range map[string]func(*rtl.Circuit) (bool, error){Wishbone: wishboneAgrees, AXILite: axiLiteAgrees} {
		c, err := Host(bus, hostCore())
		require.NoError(t, err)
		ok, err := agrees(c)
		require.NoError(t, err)
		require.True(t, ok, bus)
		small, err := Host(bus, HostCore{}) // a core without devices and log
		require.NoError(t, err)
		require.Less(t, len(small.Nodes), len(c.Nodes))
	}
	_, err := Host("apb", HostCore{})
	require.ErrorContains(t, err, `expected the bus wishbone or axilite, got "apb"`)
	_, err = Host(AXILite, HostCore{Devices: make([]HostDevice, 61)})
	require.ErrorContains(t, err, "at most 60 devices, got 61")
}

// TestHostRegisters checks that addresses are multiples of 4, and that no address occurs twice.
func TestHostRegisters(t *testing.T) {
	seen := map[uint64]bool{}
	for _, r := range hostCore().Registers() {
		require.Zero(t, r.Addr%4, r.Name)
		require.Less(t, r.Addr, uint64(1<<12))
		require.False(t, seen[r.Addr], r.Name)
		require.NotEmpty(t, r.Meaning)
		seen[r.Addr] = true
	}
	require.Len(t, seen, 9+8+7+2+2)
}

// hostUnread lists the mutants that change the start value of a data register. No bus can read
// the start value, because the data are not yet valid.
func hostUnread() []string {
	return setBefore("read", "both.data", "both.last", "both.bytes", "in.data", "in.last", "in.bytes", "line.data")
}
