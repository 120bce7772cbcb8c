package ice40

import (
	"fmt"
	"slices"

	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/verify/blast"
	"github.com/sinter-lang/sinter/verify/equiv"
	"github.com/sinter-lang/sinter/verify/yosys"
)

// block is a block RAM with 256 rows of 16 bits. In mode m a word has 16>>m bits, and the
// address has m extra bits above the row bits. If these m bits hold the number k, bit i of the
// word is bit i<<m + k of the row. Bit i uses the pin i<<m + offset.
type block struct {
	mode int
	pins map[string][]yosys.Bit
	rows [256]uint16
	used bool // a memory uses it
}

// offset is the pin of the lowest bit of a word, for each mode.
func offset(mode int) int { return [4]int{0, 0, 1, 3}[mode] }

func newBlock(params map[string][]bool, pins map[string][]yosys.Bit) (*block, error) {
	b := &block{pins: pins}
	for i, name := range []string{"READ_MODE", "WRITE_MODE"} {
		mode := 0
		for k, one := range params[name] {
			if one {
				mode |= 1 << k
			}
		}
		if mode > 3 || i == 1 && mode != b.mode {
			return b, fmt.Errorf("SB_RAM40_4K: expected READ_MODE and WRITE_MODE 0 to 3, equal ones")
		}
		b.mode = mode
		delete(params, name)
	}
	for k := range 16 {
		name := fmt.Sprintf("INIT_%X", k)
		if len(params[name]) > 256 {
			return b, fmt.Errorf("SB_RAM40_4K: %s has more than 256 bits", name)
		}
		for i, one := range params[name] {
			if one {
				b.rows[16*k+i/16] |= 1 << (i % 16)
			}
		}
		delete(params, name)
	}
	if len(params) > 0 {
		return b, fmt.Errorf("SB_RAM40_4K: only the parameters for modes and contents are known")
	}
	return b, nil
}

// Prove compares the text of a netlist with a circuit: every output and next state, for all
// states and inputs, including reset. If text and circuit cannot be compared, the error gives
// the reason.
func Prove(c *rtl.Circuit, text string, names *equiv.Names) (*equiv.Report, error) {
	n, err := Read(text)
	if err != nil {
		return nil, err
	}
	for i := range c.Mems {
		m := &c.Mems[i]
		var reads []string
		for j := range m.Reads {
			reads = append(reads, names.Reads[blast.Place{Kind: blast.ReadData, Name: m.Name, Port: j}])
		}
		if err := n.Memory(names.Mems[m.Name], m.AddrBits, reads); err != nil {
			return nil, err
		}
	}
	for _, b := range n.blocks {
		if !b.used {
			return nil, fmt.Errorf("this block RAM belongs to no known memory: %s", n.NameOf(b.pins["RDATA"][0]))
		}
	}
	return equiv.Verilog(c, &n.Module, names, equiv.Options{})
}

// Memory makes a memory from block RAMs. Each net in the list `reads` is the data of one read
// port. The blocks that drive such a net belong to the memory. The blocks of a port must share
// an address and an enable. All blocks must have the same write address, enable and data.
func (n *Netlist) Memory(name string, addrBits int, reads []string) error {
	m := &yosys.Mem{Name: name, Width: len(n.Nets[reads[0]]), Size: 1 << addrBits, Init: make([]uint64, 1<<addrBits)}
	if m.Width > 64 {
		return fmt.Errorf("memory %s: words of more than 64 bits", name)
	}
	n.Mems[name] = m
	for port, net := range reads {
		var first *block
		for i, bit := range n.Nets[net] {
			b, pin := n.source(bit)
			if b == nil {
				return fmt.Errorf("%s[%d] is not the data of a block RAM", net, i)
			}
			if err := n.read(m, net, first, b, addrBits); err != nil {
				return err
			}
			first = b
			if err := n.bit(m, port, i, b, pin-offset(b.mode)); err != nil {
				return err
			}
		}
		if len(n.Nets[net]) != m.Width || first == nil {
			return fmt.Errorf("%s has %d bits, expected %d", net, len(n.Nets[net]), m.Width)
		}
	}
	return nil
}

// source finds the block that drives a bit, and the pin of the block.
func (n *Netlist) source(bit yosys.Bit) (*block, int) {
	for _, b := range n.blocks {
		if pin := slices.Index(b.pins["RDATA"], bit); pin >= 0 {
			b.used = true
			return b, pin
		}
	}
	return nil, 0
}

// read adds the read port of a block if the block is the first one of the port. A later block
// of the port must have the same pins as the block before it.
func (n *Netlist) read(m *yosys.Mem, net string, before, b *block, addrBits int) error {
	if before != nil {
		for _, pin := range []string{"RCLK", "RCLKE", "RE", "RADDR"} {
			if !slices.Equal(before.pins[pin], b.pins[pin]) {
				return fmt.Errorf("the blocks of %s differ in %s", net, pin)
			}
		}
		return nil
	}
	for _, pin := range []string{"RADDR", "WADDR"} {
		if addrBits > 8+b.mode || slices.ContainsFunc(b.pins[pin][addrBits:], func(x yosys.Bit) bool { return x != yosys.Zero }) {
			return fmt.Errorf("%s: %s of a block in mode %d has other than %d bits", net, pin, b.mode, addrBits)
		}
	}
	data := make([]yosys.Bit, m.Width)
	for i := range data {
		data[i] = n.fresh()
	}
	m.Reads = append(m.Reads, yosys.ReadPort{Addr: b.pins["RADDR"][:addrBits], Data: data})
	if len(m.Writes) == 0 {
		m.Writes = append(m.Writes, yosys.WritePort{Clock: b.pins["WCLK"][0], Addr: b.pins["WADDR"][:addrBits], Data: make([]yosys.Bit, m.Width), Enable: make([]yosys.Bit, m.Width)})
	}
	return nil
}

// bit adds bit i of a memory's words. In a block, bit i is at pin k<<mode. The copies of the
// block for other ports must have the same contents and writes.
func (n *Netlist) bit(m *yosys.Mem, port, i int, b *block, place int) error {
	if place < 0 || place%(1<<b.mode) != 0 {
		return fmt.Errorf("memory %s: bit %d comes from a pin that has no data in mode %d", m.Name, i, b.mode)
	}
	r := &m.Reads[port]
	enable := n.fresher("AND", b.pins["RCLKE"][0], b.pins["RE"][0])
	q := b.pins["RDATA"][place+offset(b.mode)]
	n.Regs = append(n.Regs, yosys.Reg{Clock: b.pins["RCLK"][0], D: n.mux(n.fresh(), enable, q, r.Data[i]), Q: q})

	w := &m.Writes[0]
	write := n.fresher("AND", b.pins["WCLKE"][0], b.pins["WE"][0])
	if b.mode == 0 {
		write = n.fresher("ANDNOT", write, b.pins["MASK"][place])
	}
	data := b.pins["WDATA"][place+offset(b.mode)]
	if port == 0 {
		w.Enable[i], w.Data[i] = write, data
	} else if w.Data[i] != data || !n.alike(w.Enable[i], write) || !slices.Equal(w.Addr, b.pins["WADDR"][:len(w.Addr)]) || w.Clock != b.pins["WCLK"][0] {
		return fmt.Errorf("memory %s: the copies for its read ports are not written alike at bit %d", m.Name, i)
	}
	for a := range m.Init {
		v := uint64(b.rows[a%len(b.rows)]>>(place+a/len(b.rows))&1) << i
		if port > 0 && m.Init[a]&(1<<i) != v {
			return fmt.Errorf("memory %s: the copies for its read ports hold other words at %d", m.Name, a)
		}
		m.Init[a] |= v
	}
	return nil
}

// alike reports whether two gates have the same operands.
func (n *Netlist) alike(a, b yosys.Bit) bool {
	x, y := n.gateOf(a), n.gateOf(b)
	if x == nil || y == nil || x.Kind != y.Kind {
		return a == b
	}
	return n.alike(x.A[0], y.A[0]) && n.alike(x.B[0], y.B[0])
}

// gateOf finds the gate that drives an enable of a block.
func (n *Netlist) gateOf(y yosys.Bit) *yosys.Gate {
	if n.driven[y] || y <= yosys.One {
		return nil
	}
	for i := len(n.Gates) - 1; i >= 0; i-- {
		if g := &n.Gates[i]; g.Y[0] == y && g.Kind != "MUX" {
			return g
		}
	}
	return nil
}
