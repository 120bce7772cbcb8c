package gate

import (
	"bytes"
	"fmt"
	"strings"
)

// The AIGER format, version 1.9 without properties (Biere, Heljanko and Wieringa, "AIGER 1.9
// and beyond", 2011). Memory ports become extra inputs and outputs. The symbol table names
// every bit, and the comment section declares the memories:
//
//	i0 in:x[0]           bit of an input
//	i8 read:ram.0[0]     bit of the data of read port 0
//	l0 reg:acc[0]        bit of a register
//	o0 out:led[0]        bit of an output
//	o8 raddr:ram.0[0]    of read ports raddr and ren, of write ports waddr, wdata,
//	                     wlane and wen; also assert and probe
//	c
//	circuit alu
//	mem ram 8 4 2        width, address bits, lanes
//	read ram sync new    one line per read port, in order: async, or sync and policy
//	write ram            one line per write port
//	init ram 1 2 ff      initial words in hexadecimal

var policyNames = [...]string{"old", "new", "never"}

// group is a named word among the inputs, latches or outputs of an AIGER file.
type group struct {
	prefix, name string
	bits         []Lit
}

// groups lists the words of the shell in the order of the file.
func groups(s *Shell[Lit]) (inputs, latches, outputs []group) {
	for _, w := range s.Inputs {
		inputs = append(inputs, group{"in", w.Name, w.Bits})
	}
	for _, w := range s.Outputs {
		outputs = append(outputs, group{"out", w.Name, w.Bits})
	}
	for i := range s.Mems {
		m := &s.Mems[i]
		for j := range m.Reads {
			p, name := &m.Reads[j], fmt.Sprintf("%s.%d", m.Name, j)
			inputs = append(inputs, group{"read", name, p.Data})
			outputs = append(outputs, group{"raddr", name, p.Addr}, group{"ren", name, []Lit{p.Enable}})
		}
		for j := range m.Writes {
			p, name := &m.Writes[j], fmt.Sprintf("%s.%d", m.Name, j)
			outputs = append(outputs, group{"waddr", name, p.Addr}, group{"wdata", name, p.Data},
				group{"wlane", name, p.Lanes}, group{"wen", name, []Lit{p.Enable}})
		}
	}
	for _, w := range s.Asserts {
		outputs = append(outputs, group{"assert", w.Name, w.Bits})
	}
	for _, w := range s.Probes {
		outputs = append(outputs, group{"probe", w.Name, w.Bits})
	}
	for i := range s.Regs {
		latches = append(latches, group{"reg", s.Regs[i].Name, s.Regs[i].Q})
	}
	return inputs, latches, outputs
}

func total(list []group) int {
	n := 0
	for _, g := range list {
		n += len(g.bits)
	}
	return n
}

// Print writes the plain form of the graph (see Plain) as ASCII AIGER.
func Print(g *Graph) string {
	p := g.Plain()
	inputs, latches, outputs := groups(&p.Shell)
	ni, nl := total(inputs), total(latches)
	var b strings.Builder
	fmt.Fprintf(&b, "aag %d %d %d %d %d\n", len(p.Nodes)-1, ni, nl, total(outputs), len(p.Nodes)-1-ni-nl)
	for _, g := range inputs {
		for _, l := range g.bits {
			fmt.Fprintf(&b, "%d\n", l)
		}
	}
	p.printLatches(&b, true)
	printOutputs(&b, outputs)
	for i := ni + nl + 1; i < len(p.Nodes); i++ {
		n := &p.Nodes[i]
		fmt.Fprintf(&b, "%d %d %d\n", 2*i, max(n.A, n.B), min(n.A, n.B))
	}
	p.printNames(&b, inputs, latches, outputs)
	return b.String()
}

// PrintBinary writes the plain form of the graph as binary AIGER.
func PrintBinary(g *Graph) []byte {
	p := g.Plain()
	inputs, latches, outputs := groups(&p.Shell)
	ni, nl := total(inputs), total(latches)
	var b strings.Builder
	fmt.Fprintf(&b, "aig %d %d %d %d %d\n", len(p.Nodes)-1, ni, nl, total(outputs), len(p.Nodes)-1-ni-nl)
	p.printLatches(&b, false)
	printOutputs(&b, outputs)
	var ands bytes.Buffer
	for i := ni + nl + 1; i < len(p.Nodes); i++ {
		n := &p.Nodes[i]
		hi, lo := max(n.A, n.B), min(n.A, n.B)
		putDelta(&ands, uint32(Lit(2*i)-hi))
		putDelta(&ands, uint32(hi-lo))
	}
	b.Write(ands.Bytes())
	p.printNames(&b, inputs, latches, outputs)
	return []byte(b.String())
}

// putDelta writes a number with seven bits per byte, lowest bits first. All bytes except the
// last have the top bit set.
func putDelta(b *bytes.Buffer, d uint32) {
	for ; d >= 0x80; d >>= 7 {
		b.WriteByte(byte(d) | 0x80)
	}
	b.WriteByte(byte(d))
}

func (g *Graph) printLatches(b *strings.Builder, ascii bool) {
	for i := range g.Regs {
		r := &g.Regs[i]
		for j := range r.Q {
			if ascii {
				fmt.Fprintf(b, "%d ", r.Q[j])
			}
			fmt.Fprintf(b, "%d", r.D[j])
			if r.Reset>>j&1 == 1 {
				b.WriteString(" 1")
			}
			b.WriteByte('\n')
		}
	}
}

func printOutputs(b *strings.Builder, outputs []group) {
	for _, g := range outputs {
		for _, l := range g.bits {
			fmt.Fprintf(b, "%d\n", l)
		}
	}
}

// printNames writes the symbol table and the comments.
func (g *Graph) printNames(b *strings.Builder, inputs, latches, outputs []group) {
	for _, side := range []struct {
		letter byte
		list   []group
	}{{'i', inputs}, {'l', latches}, {'o', outputs}} {
		n := 0
		for _, w := range side.list {
			for j := range w.bits {
				fmt.Fprintf(b, "%c%d %s:%s[%d]\n", side.letter, n, w.prefix, w.name, j)
				n++
			}
		}
	}
	fmt.Fprintf(b, "c\ncircuit %s\n", g.Name)
	for i := range g.Mems {
		m := &g.Mems[i]
		fmt.Fprintf(b, "mem %s %d %d %d\n", m.Name, m.Width, m.AddrBits, m.Lanes)
		for j := range m.Reads {
			if r := &m.Reads[j]; r.Sync {
				fmt.Fprintf(b, "read %s sync %s\n", m.Name, policyNames[r.Policy])
			} else {
				fmt.Fprintf(b, "read %s async\n", m.Name)
			}
		}
		for range m.Writes {
			fmt.Fprintf(b, "write %s\n", m.Name)
		}
		for at := 0; at < len(m.Init); at += 16 {
			fmt.Fprintf(b, "init %s", m.Name)
			for _, w := range m.Init[at:min(at+16, len(m.Init))] {
				fmt.Fprintf(b, " %x", w)
			}
			b.WriteByte('\n')
		}
	}
}
