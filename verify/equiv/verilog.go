package equiv

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
	"github.com/sinter-lang/sinter/verify/blast"
	"github.com/sinter-lang/sinter/verify/yosys"
)

// Names are the net names that a written Verilog module has for the ports and the state of a
// circuit. A register or memory without a name does not occur in the file.
type Names struct {
	Ports map[string]string
	Regs  map[string]string
	Mems  map[string]string
	Reads map[blast.Place]string // names of the data of read ports
}

// resetPort and clockPort are the ports that a circuit has implicitly.
const (
	resetPort = "reset"
	clockPort = "clk"
)

// Verilog compares a circuit with its written Verilog module, as yosys reads the file, for all
// states and inputs. It compares the outputs and the next values of registers, of read ports
// and of any word of any memory, also for cycles in which reset is 1. It compares the ports,
// and the sizes and contents of memories, as data. The file may omit parts of the circuit. If
// an omitted part influenced an output, the compared cones would read different leaves and
// differ.
func Verilog(c *rtl.Circuit, m *yosys.Module, n *Names, opt Options) (*Report, error) {
	l := newLeaves()
	a, b, err := verilogSides(l, c, m, n)
	if err != nil {
		return nil, err
	}
	return compare(l, a, b, opt)
}

func verilogSides(l *leaves, c *rtl.Circuit, m *yosys.Module, n *Names) (a, b *side, err error) {
	if a, err = writtenSide(l, c, n); err != nil {
		return nil, nil, err
	}
	v, err := newModuleSide(c, m, n)
	if err != nil {
		return nil, nil, err
	}
	return a, v.side(l), nil
}

// The leaves and cones that occur only in this comparison.
func arrayWord(mem string, port int) blast.Place {
	return blast.Place{Kind: blast.ReadData, Name: "array " + mem, Port: port}
}

func someWord(mem string) blast.Place {
	return blast.Place{Kind: blast.Register, Name: "any word of " + mem}
}

func someAddress(mem string) blast.Place {
	return blast.Place{Kind: blast.Input, Name: "its address in " + mem}
}

func nextWord(mem string) blast.Place {
	return blast.Place{Kind: blast.Next, Name: "any word of " + mem}
}

func nextRead(mem string, port int) blast.Place {
	return blast.Place{Kind: blast.Next, Name: fmt.Sprintf("data of %s.%d", mem, port)}
}

func resetLeaf() blast.Place { return blast.Place{Kind: blast.Input, Name: resetPort} }

// logic is an interface implemented by formulas and by single values.
type logic[B any] interface {
	And(a, b B) B
	Xor(a, b B) B
	Ite(c, a, b B) B
	Not(B) B
	Bool(bool) B
	Mul(w int, a, b []B) ([]B, error)
}

// formulas implements logic for the bits of a graph.
type formulas struct{ *blast.Graph }

func (formulas) Not(a blast.Lit) blast.Lit { return a.Not() }
func (formulas) Bool(v bool) blast.Lit     { return blast.Const(v) }
func (f formulas) Mul(w int, a, b []blast.Lit) ([]blast.Lit, error) {
	return f.Word(word.Mul, w, [][]blast.Lit{a, b}, 0)
}

// values implements logic for single values, for replay.
type values struct{}

func (values) And(a, b bool) bool { return a && b }
func (values) Xor(a, b bool) bool { return a != b }
func (values) Not(a bool) bool    { return !a }
func (values) Bool(v bool) bool   { return v }
func (values) Ite(c, a, b bool) bool {
	if c {
		return a
	}
	return b
}

func (values) Mul(w int, a, b []bool) ([]bool, error) {
	return bitsOf(numberOf(a)*numberOf(b), w), nil
}

func bitsOf(v uint64, w int) []bool {
	out := make([]bool, w)
	for i := range out {
		out[i] = v>>i&1 == 1
	}
	return out
}

func numberOf(bits []bool) uint64 {
	var v uint64
	for i, b := range bits {
		if b {
			v |= 1 << i
		}
	}
	return v
}

// written is the circuit in the form that a file has: with reset, with read ports as registers,
// and with one arbitrary word of each memory.
type written[B any] struct {
	l     logic[B]
	c     *rtl.Circuit
	n     *Names
	leaf  func(blast.Place, int) []B
	cones map[blast.Place][]B // cones of the circuit
	emit  func(blast.Place, []B)
}

func (w *written[B]) run() {
	reset := w.leaf(resetLeaf(), 1)[0]
	for _, o := range w.c.Outputs {
		p := blast.Place{Kind: blast.Output, Name: o.Name}
		w.emit(p, w.cones[p])
	}
	for _, r := range w.c.Regs {
		if _, ok := w.n.Regs[r.Name]; ok {
			p := blast.Place{Kind: blast.Next, Name: r.Name}
			w.emit(p, w.choose(reset, w.number(r.Reset, r.Width), w.cones[p]))
		}
	}
	for i := range w.c.Mems {
		if m := &w.c.Mems[i]; w.n.Mems[m.Name] != "" {
			w.memory(m, reset)
		}
	}
}

func (w *written[B]) number(v uint64, n int) []B {
	out := make([]B, n)
	for i := range out {
		out[i] = w.l.Bool(v>>i&1 == 1)
	}
	return out
}

func (w *written[B]) choose(c B, a, b []B) []B { return chosen(w.l, c, a, b) }

func chosen[B any](l logic[B], c B, a, b []B) []B {
	out := make([]B, len(b))
	for i := range out {
		out[i] = l.Ite(c, a[i], b[i])
	}
	return out
}

func (w *written[B]) memory(m *rtl.Mem, reset B) {
	at := func(k blast.PlaceKind, port int) blast.Place { return blast.Place{Kind: k, Name: m.Name, Port: port} }
	for j, r := range m.Reads {
		if w.n.Reads[at(blast.ReadData, j)] == "" {
			continue // nothing reads the port, so the file does not have it
		}
		w.emit(at(blast.ReadAddr, j), w.cones[at(blast.ReadAddr, j)])
		if r.Sync {
			w.emit(nextRead(m.Name, j), w.choose(w.cones[at(blast.ReadEnable, j)][0], w.leaf(arrayWord(m.Name, j), m.Width), w.leaf(at(blast.ReadData, j), m.Width)))
		}
	}
	next, any := w.leaf(someWord(m.Name), m.Width), w.leaf(someAddress(m.Name), m.AddrBits)
	for j := range m.Writes {
		here := w.l.And(w.l.Not(reset), w.cones[at(blast.WriteEnable, j)][0])
		here = w.l.And(here, same(w.l, any, w.cones[at(blast.WriteAddr, j)]))
		lanes, data := w.cones[at(blast.WriteLanes, j)], w.cones[at(blast.WriteData, j)]
		word := slices.Clone(next)
		for i := range word {
			word[i] = w.l.Ite(w.l.And(here, lanes[i*len(lanes)/m.Width]), data[i], next[i])
		}
		next = word
	}
	w.emit(nextWord(m.Name), next)
}

// same is 1 if two words are equal. Missing bits count as 0.
func same[B any](l logic[B], a, b []B) B {
	all := l.Bool(true)
	for i := range max(len(a), len(b)) {
		x, y := l.Bool(false), l.Bool(false)
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		all = l.And(all, l.Not(l.Xor(x, y)))
	}
	return all
}

// writtenSide makes one side of a comparison from the circuit, in the form of a file.
func writtenSide(l *leaves, c *rtl.Circuit, n *Names) (*side, error) {
	s := &side{}
	for _, id := range c.Inputs {
		s.data = append(s.data, portDatum("input", c.Nodes[id].Name, c.Nodes[id].Width))
	}
	for _, o := range c.Outputs {
		s.data = append(s.data, portDatum("output", o.Name, c.Nodes[o.Node].Width))
	}
	for _, m := range c.Mems {
		if n.Mems[m.Name] != "" {
			s.data = s.data.array(m.Name, m.Width, 1<<m.AddrBits, m.Init)
		}
	}
	cones, err := blast.Circuit(l.g, c, l.of)
	if err != nil {
		return nil, err
	}
	w := &written[blast.Lit]{l: formulas{l.g}, c: c, n: n, leaf: l.of, cones: map[blast.Place][]blast.Lit{}}
	for _, cone := range cones {
		w.cones[cone.Place] = cone.Bits
	}
	w.emit = func(p blast.Place, bits []blast.Lit) { s.cones = append(s.cones, blast.Cone{Place: p, Bits: bits}) }
	w.run()
	s.replay = func(leaf func(blast.Place) uint64) map[blast.Place]uint64 {
		out := map[blast.Place]uint64{}
		r := &written[bool]{l: values{}, c: c, n: n, leaf: func(p blast.Place, w int) []bool { return bitsOf(leaf(p), w) }}
		r.cones = map[blast.Place][]bool{}
		for p, v := range replayCircuit(c, leaf) {
			r.cones[p] = bitsOf(v, 64)
		}
		for _, cone := range cones {
			r.cones[cone.Place] = r.cones[cone.Place][:len(cone.Bits)]
		}
		r.emit = func(p blast.Place, bits []bool) { out[p] = numberOf(bits) }
		r.run()
		return out
	}
	return s, nil
}

func portDatum(kind, name string, bits int) datum {
	return datum{name: kind + " " + name, bits: bits, value: strconv.Itoa(bits) + " bits"}
}

// array adds the data of a memory in a file: its size and contents.
func (d data) array(name string, width, size int, init []uint64) data {
	return append(d, datum{name: "memory " + name, bits: width * size, value: fmt.Sprintf("%d words of %d bits", size, width)},
		datum{name: "contents " + name, bits: width * size, init: trimmed(init)})
}

// Pruned proves that d is a correct pruning of c: d lacks only parts of c on which no output
// depends. Every output of c and every part of d must be equal on both sides. Two read ports
// correspond if their data have the same name. Pruned ignores asserts and probes.
func Pruned(c, d *rtl.Circuit, opt Options) (*Report, error) {
	l := newLeaves()
	a, err := circuitSide(l, c)
	if err != nil {
		return nil, err
	}
	port := samePorts(c, d)
	renamed := func(p blast.Place) blast.Place {
		if to, ok := port[blast.Place{Kind: blast.ReadData, Name: p.Name, Port: p.Port}]; ok && (p.Kind == blast.ReadData || p.Kind == blast.ReadAddr || p.Kind == blast.ReadEnable) {
			p.Port = to
		}
		return p
	}
	cones, err := blast.Circuit(l.g, d, func(p blast.Place, w int) []blast.Lit { return l.of(renamed(p), w) })
	if err != nil {
		return nil, err
	}
	b := &side{replay: func(leaf func(blast.Place) uint64) map[blast.Place]uint64 {
		out := map[blast.Place]uint64{}
		for p, v := range replayCircuit(d, func(p blast.Place) uint64 { return leaf(renamed(p)) }) {
			out[renamed(p)] = v
		}
		return out
	}}
	has := map[blast.Place]bool{}
	for _, cone := range cones {
		cone.Place = renamed(cone.Place)
		b.cones = append(b.cones, cone)
		has[cone.Place] = true
	}
	a.data = nil
	a.cones = slices.DeleteFunc(a.cones, func(cone blast.Cone) bool { return cone.Place.Kind != blast.Output && !has[cone.Place] })
	return compare(l, a, b, opt)
}

// samePorts maps the read ports of d to those ports of c whose data have the same name.
func samePorts(c, d *rtl.Circuit) map[blast.Place]int {
	own := map[string]int{}
	for _, m := range c.Mems {
		for j, r := range m.Reads {
			if name := c.Nodes[r.Node].Name; name != "" {
				own[m.Name+" "+name] = j
			}
		}
	}
	out := map[blast.Place]int{}
	for _, m := range d.Mems {
		for j, r := range m.Reads {
			if at, ok := own[m.Name+" "+d.Nodes[r.Node].Name]; ok {
				out[blast.Place{Kind: blast.ReadData, Name: m.Name, Port: j}] = at
			}
		}
	}
	return out
}
