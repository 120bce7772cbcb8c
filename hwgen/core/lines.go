package core

import (
	"strconv"

	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/word"
)

// The leaves of a line's expressions. In the instruction table, the leaves of a meaning are
// rs1, rs2, rs3, imm and pc. canonical renames these leaves to the operands of the datapath, so
// that equal operators of different instructions become one node.
const (
	leafA     = "rs1"   // first operand
	leafB     = "b"     // second operand: rs2 or imm, chosen at decode and complemented for subtractions
	leafRs2   = "rs2"   // second register, unchanged
	leafRs3   = "rs3"   // third register
	leafImm   = "imm"   // immediate, unchanged
	leafPC    = "pc"    // address of the instruction
	leafNext  = "next"  // address of the following instruction
	leafEarly = "early" // pc + imm, computed while decoding
	leafMem   = "mem"   // loaded value; written with its width, as in mem16
)

// line is the behaviour of the core for one kind of instruction word. Usually a line is one
// instruction of the set. An instruction becomes several lines if the decoder can distinguish
// several cases: one line for each constant shift amount, or one for each port register.
type line struct {
	inst   *isa.Inst
	enc    []pattern // instruction words of this line
	amount int       // constant shift amount, -1 if none
	port   *design.Port
	load   int // bytes
	store  int // bytes
	rd     *word.Expr
	cond   *word.Expr
	pc     *word.Expr
	addr   *word.Expr // of load or store
	data   *word.Expr
	trap   bool

	bImm  bool // operand b is the immediate
	zeroA bool // operand a is read from x0
}

// linesOf makes the lines of the instructions that a design point keeps.
func linesOf(p *design.Point) []*line {
	var out []*line
	for _, kept := range p.Lines {
		in := kept.Inst
		enc := pattern{in.Match, in.Mask}
		switch {
		case kept.Amounts != nil:
			for _, n := range kept.Amounts {
				l := newLine(in, pattern{enc.val | uint32(n)<<20, enc.mask | 31<<20})
				l.amount = n
				out = append(out, l)
			}
		case in.Meaning.Load != nil || in.Meaning.Store != nil:
			out = append(out, accessLines(p, in, enc)...)
		default:
			out = append(out, newLine(in, enc))
		}
	}
	for _, l := range out {
		l.canonical()
	}
	ownFactors(out)
	shareZero(out)
	return out
}

func newLine(in *isa.Inst, enc ...pattern) *line {
	m := &in.Meaning
	l := &line{inst: in, enc: enc, amount: -1, rd: m.Rd, cond: m.Cond, pc: m.PC, trap: m.Trap}
	if m.Load != nil {
		l.load, l.addr = m.Load.Bytes, m.Load.Addr
	}
	if m.Store != nil {
		l.store, l.addr, l.data = m.Store.Bytes, m.Store.Addr, m.Data
	}
	return l
}

// accessLines splits a load or store into lines for memory and for each port register. A
// program addresses a port register only from x0, with an offset whose sign bit is set. So
// decode can recognise an access to a port register without an addition.
func accessLines(p *design.Point, in *isa.Inst, enc pattern) []*line {
	ports := p.PortsOf(in)
	if len(ports) == 0 {
		return []*line{newLine(in, enc)}
	}
	from := immSources(in)
	sign := uint32(1) << from[31]
	base := pattern{enc.val | sign, enc.mask | 31<<rs1At | sign}
	var out []*line
	if p.Memory() {
		memory := newLine(in, pattern{enc.val, enc.mask | sign})
		for i := range p.RegBits() {
			memory.enc = append(memory.enc, pattern{enc.val | 1<<(rs1At+i), enc.mask | 1<<(rs1At+i)})
		}
		out = append(out, memory)
	}
	bits := portBits(p)
	for i := range ports {
		l := newLine(in, base.offset(from, ports[i].Reg.Addr(), bits))
		l.port = &ports[i]
		out = append(out, l)
	}
	return out
}

// portBits is the number of low address bits that distinguish the port registers of the core. A
// core with a clock has more port registers and needs one more bit.
func portBits(p *design.Point) int {
	bits := 5
	for _, q := range p.Ports {
		for 4*int(q.Reg) >= 1<<bits {
			bits++
		}
	}
	return bits
}

// offset fixes the bits of the immediate that distinguish port registers.
func (p pattern) offset(from [32]int, addr uint32, bits int) pattern {
	for i := 2; i < bits; i++ {
		p.mask |= 1 << from[i]
		p.val |= addr >> i & 1 << from[i]
	}
	return p
}

// The positions of the register fields, in every format that has them.
const (
	rdAt  = 7
	rs1At = 15
	rs2At = 20
	rs3At = 27
)

// immSources returns, for each bit of an instruction's immediate, the source of this bit in the
// instruction word, or -1 for a constant 0.
func immSources(in *isa.Inst) [32]int {
	var from [32]int
	for i := range from {
		from[i] = -1
	}
	for k := range 32 {
		imm := uint32(in.Operands(1 << k).Imm)
		for i := range from {
			if imm>>i&1 == 1 {
				from[i] = k
			}
		}
	}
	return from
}

// canonical rewrites the expressions of l over the leaves of the datapath.
func (l *line) canonical() {
	if l.amount >= 0 {
		l.each(func(e *word.Expr) *word.Expr {
			return replaceLeaf(e, leafImm, &word.Expr{Width: 32, Imm: uint64(l.amount)})
		})
	}
	if l.load > 0 {
		w := 8 * l.load
		loaded := &word.Expr{Width: w, Leaf: leafMem + strconv.Itoa(w)}
		l.each(func(e *word.Expr) *word.Expr { return replaceLeaf(e, leafMem, loaded) })
	}
	l.each(func(e *word.Expr) *word.Expr { return word.Simplify(replacePC(e.Expand())) })
	imm, reg := false, false
	for _, e := range []*word.Expr{l.rd, l.cond, l.addr, l.pc} {
		imm = imm || uses(e, leafImm)
		reg = reg || uses(e, leafRs2)
	}
	from := leafRs2
	switch {
	case imm && reg: // it uses both at once, so no operand is shared
		return
	case imm:
		from, l.bImm = leafImm, true
	}
	b := &word.Expr{Width: 32, Leaf: leafB}
	for _, e := range []**word.Expr{&l.rd, &l.cond, &l.addr, &l.pc} {
		if *e != nil {
			*e = replaceLeaf(*e, from, b)
		}
	}
}

// ownFactors lets multiplications with a 32-bit result read the second operand directly from
// the register. The second operand then does not pass the select of the immediate and the
// complement for subtractions. If some line needs the high half, ownFactors changes nothing:
// all lines then share one product of the shared operands.
func ownFactors(lines []*line) {
	for _, l := range lines {
		if product(l.rd) != nil {
			return
		}
	}
	for _, l := range lines {
		if l.rd != nil && l.rd.Op == word.Mul && !l.bImm {
			l.rd = replaceLeaf(l.rd, leafB, &word.Expr{Width: 32, Leaf: leafRs2})
		}
	}
}

// each replaces every expression of l.
func (l *line) each(f func(*word.Expr) *word.Expr) {
	for _, e := range []**word.Expr{&l.rd, &l.cond, &l.pc, &l.addr, &l.data} {
		if *e != nil {
			*e = f(*e)
		}
	}
}

// uses reports whether leaf occurs in e.
func uses(e *word.Expr, leaf string) bool {
	found := false
	if e != nil {
		e.Each(func(x *word.Expr) { found = found || x.Op == word.Bad && x.Leaf == leaf })
	}
	return found
}

func replaceLeaf(e *word.Expr, leaf string, by *word.Expr) *word.Expr {
	return e.Rewrite(func(x *word.Expr) *word.Expr {
		if x.Op == word.Bad && x.Leaf == leaf {
			return by
		}
		return x
	})
}

// replacePC replaces the two sums of the program counter that the fetch logic computes anyway.
func replacePC(e *word.Expr) *word.Expr {
	return e.Rewrite(func(x *word.Expr) *word.Expr {
		if x.Op != word.Add {
			return x
		}
		p, q := x.Args[0], x.Args[1]
		if q.Leaf == leafPC {
			p, q = q, p
		}
		switch {
		case p.Leaf != leafPC:
			return x
		case q.Leaf == leafImm:
			return &word.Expr{Width: 32, Leaf: leafEarly}
		case q.IsConst() && q.Imm == 4:
			return &word.Expr{Width: 32, Leaf: leafNext}
		}
		return x
	})
}

// isAB reports whether e is op applied to the two shared operands.
func isAB(e *word.Expr, op word.Op) bool {
	return e != nil && e.Op == op && len(e.Args) == 2 && e.Args[0].Leaf == leafA && e.Args[1].Leaf == leafB
}

// shareZero turns a line that returns operand b unchanged into a line that adds b to x0.
// shareZero changes the line only if another line adds the shared operands, so that both lines
// share the adder.
func shareZero(lines []*line) {
	var sum *word.Expr
	for _, l := range lines {
		for _, e := range []*word.Expr{l.rd, l.addr} {
			if isAB(e, word.Add) {
				sum = e
			}
		}
	}
	for _, l := range lines {
		if sum != nil && l.rd != nil && l.rd.Op == word.Bad && l.rd.Leaf == leafB && l.inst.Format.Sources() == 0 {
			l.rd, l.zeroA = sum, true
		}
	}
}
