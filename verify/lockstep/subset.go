// Package lockstep compares a core with the instruction set, instruction by instruction. When
// an instruction completes, the circuit shows a retire record, which is compared with the
// record of sim/iss.
//
// Run uses the program for which the core was made. Random uses programs that the core has
// never seen. These programs use the instructions, registers, shift amounts, memories and ports
// that the core has kept. Random chooses each instruction while the reference executes the
// program, so that the instruction is valid in the present state. Loads and stores are in
// bounds and aligned. Jumps and branches stay in the text. A frame transfer always has a buffer
// in memory. The program then replaces the contents of the text memory, and the circuit runs
// the program with random gaps at the ports:
//
//	r, err := lockstep.Random(circuit, lockstep.SubsetOf(point), lockstep.Options{Instructions: 20000, Seed: 1})
//
// An error reports the first record that differs, with the instructions before it. The package
// does not depend on the generator of the circuits. Start reading at Random, then maker.go.
package lockstep

import (
	"fmt"

	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/rtl"
)

// Subset is the part of the instruction set and the ports that a core has kept.
type Subset struct {
	Set     *isa.Set         // the kept instruction lines
	Regs    int              // x0..x(Regs-1) exist
	Amounts map[string][]int // the kept shift amounts of a line; no entry: all amounts
	Loads   []uint32         // port registers that can be loaded
	Stores  []uint32         // port registers that can be stored
	Devices []design.Device
}

// SubsetOf returns the subset that a design point describes.
func SubsetOf(p *design.Point) *Subset {
	s := &Subset{Set: p.Set(), Regs: p.Regs.N, Amounts: map[string][]int{}, Devices: p.Devices}
	for _, l := range p.Lines {
		if l.Amounts != nil {
			s.Amounts[l.Inst.Name] = l.Amounts
		}
	}
	for _, q := range p.Ports {
		if q.Load.Has {
			s.Loads = append(s.Loads, q.Reg.Addr())
		}
		if q.Store.Has {
			s.Stores = append(s.Stores, q.Reg.Addr())
		}
	}
	return s
}

// Names of the memories of a core.
const (
	textMemory = "text"
	dataMemory = "data"
)

// memory finds a memory of a circuit by name.
func memory(c *rtl.Circuit, name string) *rtl.Mem {
	for i := range c.Mems {
		if c.Mems[i].Name == name {
			return &c.Mems[i]
		}
	}
	return nil
}

// sizes returns the numbers of words of text and data that a circuit holds.
func sizes(c *rtl.Circuit) (text, data int, err error) {
	m := memory(c, textMemory)
	if m == nil {
		return 0, 0, fmt.Errorf("circuit %s has no memory `%s`", c.Name, textMemory)
	}
	if d := memory(c, dataMemory); d != nil {
		data = 1 << d.AddrBits
	}
	return 1 << m.AddrBits, data, nil
}

// index returns the word index of an address in the text.
func index(pc uint32) int { return int(pc-design.TextBase) / 4 }
