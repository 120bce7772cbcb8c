// Package ice40 writes a circuit as the cells of an iCE40 FPGA: look-up tables, carries,
// flip-flops and block RAMs, mapped by ir/gate.
//
//	d, err := ice40.Map(c)
//	d.Verilog(nil)   // a module with the ports of the circuit
//	d.Usage()        // cells and blocks
//
// The text holds instances and wires only, so a placer accepts it directly:
//
//	SB_LUT4 #(.LUT_INIT(16'h8778)) sum_3_lut (.O(sum_3), .I0(...), ...);
//	SB_CARRY sum_3_carry_cell (.CO(sum_3_carry), .I0(a[3]), .I1(b[3]), .CI(sum_2_carry));
//	SB_DFFESR count_3_ff (.Q(count[3]), .C(clk), .E(go), .R(reset), .D(sum_3));
//	SB_RAM40_4K #(.INIT_0(256'h...)) text_0_1_ram (...);
//
// Ports, registers and the data of read ports have the names that hwgen/verilog gives them. So
// the code that compares a file of hwgen/verilog with its circuit can also compare a file of
// this package. Before mapping, the circuit is adapted to the cells of the part (shell.go):
// enables include reset, reset blocks writes, and lanes become masks. Memories become blocks in
// the widest shape that is deep enough (blocks.go). Pins of tables are chosen so that a placer
// puts a sum into the cell of its carry (pins.go).
//
// The cells are described in Lattice, "iCE40 Technology Library". The package does not depend
// on the instruction set. Start reading at Map.
package ice40

import (
	"fmt"

	"github.com/sinter-lang/sinter/hwgen/verilog"
	"github.com/sinter-lang/sinter/ir/gate"
	"github.com/sinter-lang/sinter/ir/rtl"
)

// resetName is the name of the reset input, which every circuit has implicitly.
const resetName = "reset"

// Design is a circuit mapped to cells.
type Design struct {
	names  *verilog.Names
	n      *gate.Netlist // adapted to the cells of the part by prepare
	blocks []block
	pins   [][4]gate.Net // for each cell that is a table: its inputs I0 to I3
	paired []int         // for each cell that is a carry: the table in its logic cell; -1: none
	shared int           // tables in the logic cells of carries
}

// Map maps a circuit, without probes and claims. The error names a part of the circuit for
// which the FPGA has no cell.
func Map(c *rtl.Circuit) (*Design, error) {
	names := verilog.NamesOf(c)
	for i := range names.Circuit.Mems {
		if err := buildable(&names.Circuit.Mems[i]); err != nil {
			return nil, err
		}
	}
	g, err := gate.Build(names.Circuit, gate.Options{})
	if err != nil {
		return nil, err
	}
	prepare(g)
	if err := g.Verify(); err != nil {
		return nil, err
	}
	n, err := gate.Map(g)
	if err != nil {
		return nil, err
	}
	d := &Design{names: names, n: n}
	for i := range n.Mems {
		d.blocks = append(d.blocks, blocksOf(&n.Mems[i])...)
	}
	d.place()
	return d, nil
}

// Usage is the number of resources that a design uses.
type Usage struct {
	Tables  int `json:"luts"`
	Carries int `json:"carries"`
	Flops   int `json:"ffs"`
	Cells   int `json:"cells"` // logic cells after packing
	Blocks  int `json:"block_rams"`

	Picoseconds int `json:"picoseconds"` // the longest path, estimated
}

// Usage counts cells.
func (d *Design) Usage() Usage {
	p := gate.Prices(d.n)
	return Usage{Tables: p.LUTs, Carries: p.Carries, Flops: p.FFs, Cells: p.Cells, Blocks: len(d.blocks), Picoseconds: p.Picoseconds}
}

// buildable returns the reason why a memory cannot be block RAM.
func buildable(m *rtl.Mem) error {
	for _, r := range m.Reads {
		switch {
		case !r.Sync:
			return fmt.Errorf("memory %s is read without a clock, but block RAM of an iCE40 needs one", m.Name)
		case r.Policy == rtl.New && len(m.Writes) > 0:
			return fmt.Errorf("a read of memory %s gives a word in the cycle that writes it, but block RAM of an iCE40 gives the old word", m.Name)
		}
	}
	switch {
	case len(m.Writes) > 1:
		return fmt.Errorf("memory %s has %d write ports, but block RAM of an iCE40 has one", m.Name, len(m.Writes))
	case m.AddrBits > maxAddrBits:
		return fmt.Errorf("memory %s has %d words, but the largest part holds %d", m.Name, 1<<m.AddrBits, 1<<maxAddrBits)
	}
	return nil
}
