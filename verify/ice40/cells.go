package ice40

import (
	"fmt"
	"strings"

	"github.com/sinter-lang/sinter/verify/yosys"
)

// pinsOf lists the pins of a cell with their bits. The first pin is the output.
func pinsOf(kind string) (names []string, width map[string]int) {
	switch {
	case kind == "SB_LUT4":
		names = []string{"O", "I0", "I1", "I2", "I3"}
	case kind == "SB_CARRY":
		names = []string{"CO", "I0", "I1", "CI"}
	case kind == "SB_RAM40_4K":
		names = []string{"RDATA", "RCLK", "RCLKE", "RE", "RADDR", "WCLK", "WCLKE", "WE", "WADDR", "MASK", "WDATA"}
		width = map[string]int{"RDATA": 16, "RADDR": 11, "WADDR": 11, "MASK": 16, "WDATA": 16}
	case strings.HasPrefix(kind, "SB_DFF"):
		names = []string{"Q", "C", "D"}
		switch strings.TrimPrefix(kind, "SB_DFF") {
		case "SR":
			names = append(names, "R")
		case "SS":
			names = append(names, "S")
		case "ESR":
			names = append(names, "E", "R")
		case "ESS":
			names = append(names, "E", "S")
		default:
			return nil, nil
		}
	}
	return names, width
}

// cell adds the gates that express a cell instance.
func (n *Netlist) cell(kind string, params map[string][]bool, pins map[string][]yosys.Bit) error {
	names, width := pinsOf(kind)
	if names == nil {
		return fmt.Errorf("no meaning for the cell %s", kind)
	}
	for _, name := range names {
		if want := max(width[name], 1); len(pins[name]) != want {
			return fmt.Errorf("pin %s of %s has %d bits, expected %d", name, kind, len(pins[name]), want)
		}
	}
	if len(pins) != len(names) {
		return fmt.Errorf("%s has %d pins, expected %d", kind, len(pins), len(names))
	}
	if err := n.drive(pins[names[0]]); err != nil {
		return err
	}
	if kind == "SB_RAM40_4K" {
		b, err := newBlock(params, pins)
		n.blocks = append(n.blocks, b)
		return err
	}
	one := func(name string) yosys.Bit { return pins[name][0] }
	switch kind {
	case "SB_LUT4":
		return n.lut(params, pins)
	case "SB_CARRY":
		a, b, c := one("I0"), one("I1"), one("CI")
		n.gate("OR", one("CO"), n.fresher("AND", a, b), n.fresher("AND", n.fresher("OR", a, b), c))
		return nil
	}
	n.flop(pins)
	return nil
}

// gate adds a gate with two operands.
func (n *Netlist) gate(kind string, y, a, b yosys.Bit) {
	n.Gates = append(n.Gates, yosys.Gate{Kind: kind, A: []yosys.Bit{a}, B: []yosys.Bit{b}, Y: []yosys.Bit{y}})
}

// fresher adds a gate whose output is a new bit.
func (n *Netlist) fresher(kind string, a, b yosys.Bit) yosys.Bit {
	y := n.fresh()
	n.gate(kind, y, a, b)
	return y
}

// mux adds a multiplexer: high if s is 1 and low if s is 0.
func (n *Netlist) mux(y, s, low, high yosys.Bit) yosys.Bit {
	n.Gates = append(n.Gates, yosys.Gate{Kind: "MUX", A: []yosys.Bit{low}, B: []yosys.Bit{high}, S: []yosys.Bit{s}, Y: []yosys.Bit{y}})
	return y
}

// lut adds gates that select a bit of LUT_INIT. I3 chooses the half, and I0 the bit.
func (n *Netlist) lut(params map[string][]bool, pins map[string][]yosys.Bit) error {
	set, ok := params["LUT_INIT"]
	if !ok || len(params) != 1 || len(set) > 16 {
		return fmt.Errorf("SB_LUT4 wants LUT_INIT of 16 bits and no other parameter")
	}
	rows := make([]yosys.Bit, 16)
	for i, one := range set {
		if one {
			rows[i] = yosys.One
		}
	}
	for k, pin := range []string{"I0", "I1", "I2", "I3"} {
		half := make([]yosys.Bit, len(rows)/2)
		for i := range half {
			if half[i] = rows[2*i]; k < 3 && rows[2*i] == rows[2*i+1] {
				continue
			}
			to := pins["O"][0]
			if k < 3 {
				to = n.fresh()
			}
			half[i] = n.mux(to, pins[pin][0], rows[2*i], rows[2*i+1])
		}
		rows = half
	}
	return nil
}

// flop adds a flip-flop. If E is 1 or absent, the flip-flop changes at the clock edge: to 1 if
// S is 1, else to 0 if R is 1, else to D.
func (n *Netlist) flop(pins map[string][]yosys.Bit) {
	q, d := pins["Q"][0], pins["D"][0]
	if r := pins["R"]; r != nil {
		d = n.mux(n.fresh(), r[0], d, yosys.Zero)
	}
	if s := pins["S"]; s != nil {
		d = n.mux(n.fresh(), s[0], d, yosys.One)
	}
	if e := pins["E"]; e != nil {
		d = n.mux(n.fresh(), e[0], q, d)
	}
	n.Regs = append(n.Regs, yosys.Reg{Clock: pins["C"][0], D: d, Q: q})
}
