// Package yosys reads the netlist that yosys makes from a written Verilog module. So a proof
// can compare the file itself with the circuit from which the file was written.
//
// Yosys parses the file and converts it to gates, flip-flops and memory ports. The only
// optimisation is the removal of parts that no output needs:
//
//	yosys -q -p "read_verilog hello.v; ...; write_json hello.json"
//
//	m, err := yosys.Read(data, "hello")
//	m.Regs            // flip-flops: D and Q
//	m.Mems["data"]    // words read and written, and contents
//	m.Nets["x_last"]  // the bits of a named net
//
// A multiplication stays a separate cell, because the gates of yosys would add the rows of the
// product in another order than verify/blast. No prover can show that both orders give equal
// sums. Yosys converts all other cells. The package does not depend on circuits. Start reading
// at Read.
package yosys

import (
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// Bit is a one-bit wire. Constants are also wires. A negative Bit is a wire whose value the
// file does not define.
type Bit int

// The constants. Yosys numbers its own wires from 2.
const (
	Zero Bit = iota
	One
)

// Port is an input or an output of the module.
type Port struct {
	Name  string
	Input bool
	Bits  []Bit
}

// Gate is a cell without state: its operands and its outputs. Kind is the cell type of yosys,
// such as AND, MUX or mul, without the surrounding characters $ and _.
type Gate struct {
	Kind   string
	A, B   []Bit
	S      []Bit
	Y      []Bit
	Signed bool // for mul: the operands are signed
}

// Reg is a flip-flop.
type Reg struct{ Clock, D, Q Bit }

// Mem is a memory array: the words with their initial values, and the ports in the order of the
// file.
type Mem struct {
	Name   string
	Width  int
	Size   int
	Init   []uint64
	Reads  []ReadPort
	Writes []WritePort
}

// ReadPort reads a word of the array asynchronously.
type ReadPort struct{ Addr, Data []Bit }

// WritePort writes the bits of a word whose enable is 1 at the clock edge.
type WritePort struct {
	Clock              Bit
	Addr, Data, Enable []Bit
}

// Module is the contents of a file.
type Module struct {
	Ports []Port
	Gates []Gate
	Regs  []Reg
	Mems  map[string]*Mem
	Nets  map[string][]Bit
}

// Arguments returns the arguments of the yosys command that writes the module top of a file to
// out. The command keeps every net of the file, even if nothing reads the net. The names come
// from a circuit, so they contain no blanks.
func Arguments(file, top, out string) []string {
	return []string{"-q", "-p", strings.Join([]string{
		"read_verilog " + file, "hierarchy -top " + top, "proc", "setattr -set keep 1 w:* w:$* %d",
		"techmap -autoproc t:$mul %n", "opt_clean", "write_json " + out,
	}, "; ")}
}

// NameOf returns the name of a net that contains a bit, with the index of the bit.
func (m *Module) NameOf(b Bit) string {
	for _, name := range keys(m.Nets) {
		if i := slices.Index(m.Nets[name], b); i >= 0 && !strings.HasPrefix(name, "$") {
			return fmt.Sprintf("%s[%d]", name, i)
		}
	}
	return fmt.Sprintf("wire %d", b)
}

type document struct {
	Modules map[string]struct {
		Ports map[string]struct {
			Direction string
			Bits      []any
		}
		Cells map[string]*cell
		Nets  map[string]struct{ Bits []any } `json:"netnames"`
		Mems  map[string]struct {
			Width int
			Size  int
			Start int `json:"start_offset"`
		} `json:"memories"`
	}
}

type cell struct {
	Type        string
	Parameters  map[string]string
	Connections map[string][]any
}

// Read reads the module top from a netlist in the JSON form of yosys.
func Read(data []byte, top string) (*Module, error) {
	var d document
	if err := json.Unmarshal(data, &d); err != nil {
		return nil, fmt.Errorf("netlist of yosys: %w", err)
	}
	src, ok := d.Modules[top]
	if !ok {
		return nil, fmt.Errorf("netlist of yosys: expected a module %s", top)
	}
	r := &reader{m: &Module{Mems: map[string]*Mem{}, Nets: map[string][]Bit{}}}
	for _, name := range keys(src.Ports) {
		p := src.Ports[name]
		r.m.Ports = append(r.m.Ports, Port{name, p.Direction == "input", r.bits(p.Bits)})
	}
	for _, name := range keys(src.Nets) {
		r.m.Nets[name] = r.bits(src.Nets[name].Bits)
	}
	for _, name := range keys(src.Mems) {
		m := src.Mems[name]
		if m.Start != 0 || m.Width > 64 {
			r.fail("memory %s: expected words of at most 64 bits from 0", name)
		}
		r.m.Mems[name] = &Mem{Name: name, Width: m.Width, Size: m.Size}
	}
	names := keys(src.Cells)
	sort.SliceStable(names, func(i, j int) bool { return order(src.Cells[names[i]]) < order(src.Cells[names[j]]) })
	for _, name := range names {
		r.cell(name, src.Cells[name])
	}
	return r.m, r.err
}

func keys[T any](m map[string]T) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// order returns the position of a memory port among the ports of the same kind. A port later in
// the file has priority.
func order(c *cell) int {
	for _, key := range []string{"PORTID", "PRIORITY"} {
		if n, err := strconv.ParseInt(c.Parameters[key], 2, 64); err == nil {
			return int(n)
		}
	}
	return 0
}

type reader struct {
	m         *Module
	undefined Bit // the undefined bit that was numbered last
	err       error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("netlist of yosys: "+format, args...)
	}
}

// bits reads wires. Each undefined bit becomes a separate undriven wire. A comparison must hold
// for all values of such a wire.
func (r *reader) bits(list []any) []Bit {
	out := make([]Bit, len(list))
	for i, x := range list {
		switch v := x.(type) {
		case float64:
			out[i] = Bit(v)
		case string:
			if v == "1" {
				out[i] = One
			} else if v != "0" {
				r.undefined--
				out[i] = r.undefined
			}
		}
	}
	return out
}

func (r *reader) cell(name string, c *cell) {
	pin := func(p string) []Bit { return r.bits(c.Connections[p]) }
	one := func(p string) Bit {
		bits := pin(p)
		if len(bits) != 1 {
			r.fail("cell %s: expected one bit at %s", name, p)
			return Zero
		}
		return bits[0]
	}
	switch kind := strings.Trim(c.Type, "$_"); {
	case kind == "DFF_P":
		r.m.Regs = append(r.m.Regs, Reg{one("C"), one("D"), one("Q")})
	case kind == "memrd":
		if m := r.memory(name, c); m != nil {
			m.Reads = append(m.Reads, ReadPort{pin("ADDR"), pin("DATA")})
		}
	case kind == "memwr_v2":
		if m := r.memory(name, c); m != nil {
			m.Writes = append(m.Writes, WritePort{one("CLK"), pin("ADDR"), pin("DATA"), pin("EN")})
		}
	case kind == "meminit_v2":
		r.contents(name, c)
	case operands(kind) > 0:
		g := Gate{Kind: kind, A: pin("A"), Y: pin("Y"), Signed: number(c, "A_SIGNED") == 1}
		if operands(kind) > 1 {
			g.B = pin("B")
		}
		if operands(kind) > 2 {
			g.S = pin("S")
		}
		r.m.Gates = append(r.m.Gates, g)
	default:
		r.fail("cell %s: no meaning for %s", name, c.Type)
	}
}

// operands returns the number of operands of a gate, or 0 for an unknown cell.
func operands(kind string) int {
	switch kind {
	case "BUF", "NOT":
		return 1
	case "AND", "NAND", "OR", "NOR", "XOR", "XNOR", "ANDNOT", "ORNOT", "mul":
		return 2
	case "MUX":
		return 3
	}
	return 0
}

// memory finds the memory of a port. It rejects a port with a separate clock, or with a
// polarity that Sinter never writes.
func (r *reader) memory(name string, c *cell) *Mem {
	m := r.m.Mems[strings.TrimPrefix(c.Parameters["MEMID"], `\`)]
	clocked := number(c, "CLK_ENABLE") == 1
	switch {
	case m == nil:
		r.fail("cell %s: no memory %s", name, c.Parameters["MEMID"])
	case clocked != (c.Type != "$memrd"), clocked && number(c, "CLK_POLARITY") != 1:
		r.fail("cell %s: expected reads at once and writes at the rising edge", name)
		return nil
	}
	return m
}

func number(c *cell, key string) int64 {
	n, err := strconv.ParseInt(c.Parameters[key], 2, 64)
	if err != nil {
		return -1
	}
	return n
}

// contents adds initial words of a memory.
func (r *reader) contents(name string, c *cell) {
	m := r.m.Mems[strings.TrimPrefix(c.Parameters["MEMID"], `\`)]
	if m == nil {
		r.fail("cell %s: no memory %s", name, c.Parameters["MEMID"])
		return
	}
	at, ok := value(r.bits(c.Connections["ADDR"]))
	data := r.bits(c.Connections["DATA"])
	if !ok || m.Width == 0 || len(data)%m.Width != 0 || at+uint64(len(data)/m.Width) > uint64(m.Size) {
		r.fail("cell %s: expected constant words that lie in memory %s", name, m.Name)
		return
	}
	if m.Init == nil {
		m.Init = make([]uint64, m.Size)
	}
	for i := range len(data) / m.Width {
		w, ok := value(data[i*m.Width : (i+1)*m.Width])
		if !ok {
			r.fail("cell %s: expected constants", name)
		}
		m.Init[at+uint64(i)] = w
	}
}

// value returns the number that constant bits represent.
func value(bits []Bit) (uint64, bool) {
	var v uint64
	for i, b := range bits {
		if b > One || b < Zero || i > 63 {
			return 0, false
		}
		v |= uint64(b) << i
	}
	return v, true
}
