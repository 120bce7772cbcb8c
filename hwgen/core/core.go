// Package core generates the circuit of a core from a design point.
//
//	c, err := core.Generate(im, point)
//
// The generator names no instruction. Each kept line of the instruction table has expressions
// for its result, condition, target, address and data. These expressions are rewritten over the
// operands of a datapath (lines.go), so that equal operators of different lines become one
// node. The rewritten expressions are elaborated bit by bit (elab.go, bits.go). The decode
// stage computes control bits for the selects. `ctl(on, off)` is a register that is 1 while a
// line of the list `on` executes and 0 while a line of `off` executes. The function of this
// register is minimised over the instruction words that the image contains (cover.go):
//
//	add  rs1 + rs2 ─┐
//	lw   rs1 + imm ─┼─ one adder rs1 + b, b = imm_operand ? imm : rs2
//	blt  rs1 lts rs2┘  the same adder, b complemented: subtract
//
// Units (units.go) are pieces of hardware that serve several operators each: the carry chain,
// and-or-xor, the barrel shifter, the multiplier. The bus of results (bus.go) joins the remaining
// results. The organisations pipe3 and multi run the same stages: pipe3.go overlaps the stages, and
// multi.go runs one stage at a time. The serial organisations (serial.go, forms.go, digits.go)
// pass digits of the operands through a narrow datapath. steps.go counts these digits. probes.go
// has the retire record and the claims. rvfi.go has the trace port.
//
// Three parts are kept as independent as possible. The decoder (decode.go) uses only the lines
// and the fetched word, and makes controls, latches and immediates. The port side (ports.go,
// engine.go, levels.go, timer.go) uses only the interface `execution`. The datapath (gen) is
// between them. Another datapath can use the same decoder and the same ports.
//
// The techniques are known from small RISC-V cores. FemtoRV shares operands and has one-hot
// and-or buses. VexRiscv reads registers synchronously, one stage early. SERV may decode an
// illegal word as any instruction. docs/hardware.md has the ports and the cycle table. The
// package reads only the instruction words of a program. Start reading at Generate, then
// lines.go.
package core

import (
	"fmt"

	"github.com/sinter-lang/sinter/hwgen/plan"
	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/rtl"
	"github.com/sinter-lang/sinter/ir/word"
)

// Generate makes the circuit of a design point. The image provides only the contents of the
// memories.
func Generate(im *image.Image, p *design.Point) (*rtl.Circuit, error) { return build(im, p, false) }

// Traced is Generate with a trace port, the RISC-V Formal Interface (rvfi.go).
func Traced(im *image.Image, p *design.Point) (*rtl.Circuit, error) { return build(im, p, true) }

func build(im *image.Image, p *design.Point, traced bool) (*rtl.Circuit, error) {
	p, err := placed(p)
	if err != nil {
		return nil, err
	}
	if err := plan.Fits(p, im); err != nil {
		return nil, err
	}
	g := newGen(im, p)
	g.traced = traced
	switch p.Core {
	case design.Pipe3:
		newPipe(g).generate()
	case design.Multi:
		newMulti(g).generate()
	default:
		if traced {
			return nil, fmt.Errorf("design point %s: core %s has no trace port, expected core %s", p.Program, p.Core, diag.AnyOf(design.Cores()))
		}
		if err := newSerial(g).generate(); err != nil {
			return nil, err
		}
	}
	return g.b.Build()
}

// placed verifies a point and reads it back from its own printed text. So a circuit has the
// same source positions whether its point was computed or read from a file.
func placed(p *design.Point) (*design.Point, error) {
	if err := p.Verify(); err != nil {
		return nil, err
	}
	return design.Parse(&diag.File{Name: p.Program + ".design", Text: design.Print(p)})
}

// gen is a core under construction: a datapath of 32 bits between a decoder and the
// ports.
type gen struct {
	*decoder
	ports *portSide
	im    *image.Image
	text  rtl.ReadPort // gives the word being decoded
	regs  rtl.Memory
	rf    []rtl.ReadPort

	x      exec
	el     *elab
	data   *dataMemory
	result vec // value for rd
	holds  []rtl.ID
	halted rtl.ID
	trap   rtl.ID          // the executing instruction traps
	traced bool            // the core has a trace port
	gated  map[rtl.ID]bool // nodes that are 0 unless a line that selects them executes
}

// exec holds the signals of the instruction in execution. The organisation (pipe3.go or
// multi.go) sets these signals. The signals are arbitrary while no valid instruction executes.
type exec struct {
	valid  rtl.ID
	rs     []vec        // source registers
	imm    vec          // immediate
	early  vec          // pc + imm
	next   vec          // word index of the following instruction
	pc     vec          // word index of the instruction; nil: the organisation does not hold it
	rd     rtl.ID       // register that the instruction writes
	writes rtl.ID       // whether the instruction writes a register
	second rtl.Register // second cycle of a load from memory
}

func newGen(im *image.Image, p *design.Point) *gen {
	b := rtl.NewBuilder(p.Program)
	text := b.SyncPort(textMemory(b, im, p), rtl.Old)
	b.Name("fetched", text.Q())
	g := &gen{decoder: newDecoder(b, p, text.Q()), im: im, text: text, gated: map[rtl.ID]bool{}}
	g.ports = &portSide{wires: g.wires, p: p, execution: g}
	digit := design.DigitBits(p.Core)
	g.regs = g.b.Mem("regs", digit, p.RegBits()+word.AmountBits(32/digit), 1, nil)
	for i := range g.sources() {
		g.rf = append(g.rf, g.b.SyncPort(g.regs, rtl.Never))
		g.b.Name(fmt.Sprintf("rf%d", i+1), g.rf[i].Q())
	}
	return g
}

// textMemory holds the program. If the point has a line that traps, all words after the end of
// the program are instructions of this line.
func textMemory(b *rtl.Builder, im *image.Image, p *design.Point) rtl.Memory {
	var init []uint64
	for _, w := range im.Text {
		init = append(init, uint64(w))
	}
	for _, l := range p.Lines {
		for l.Inst.Meaning.Trap && len(init) < 1<<p.Text.N {
			init = append(init, uint64(l.Inst.Match))
		}
	}
	return b.Mem("text", 32, p.Text.N, 1, init)
}

// address makes the 32-bit address of a word index of text.
func (g *gen) address(index vec) vec {
	low := concat(constVec(2, 0), index)
	if len(low) >= 32 {
		return low[:32]
	}
	return concat(low, constVec(32-len(low), design.TextBase>>len(low)))
}

// decode latches the parts of the fetched word that execution needs, except the values of the
// registers that the word names. pc is a word index.
func (g *gen) decode(pc vec) {
	word := g.text.Q()
	g.x.imm = g.latch("x.imm", g.immediate(g.where(usesImm), 0, 32))
	if early := g.where(usesEarly); len(early) > 0 {
		w := min(32, len(pc)+2)
		for _, l := range early {
			if uses(l.rd, leafEarly) || uses(l.pc, leafEarly) && l.pc.Leaf != leafEarly {
				w = 32
			}
		}
		g.x.early = g.latch("x.early", g.add(g.address(pc)[:w], g.immediate(early, 0, w)))
	}
	rd := g.b.Bits(word, rdAt+g.p.RegBits()-1, rdAt)
	some := g.where(func(l *line) bool { return l.rd != nil })
	has := g.coverOf(minimise(patterns(some), patterns(g.without(some))), word)
	g.x.rd = g.pack(g.latch("x.rd", g.vec(rd)))
	g.x.writes = g.pack(g.latch("x.writes", g.vec(g.b.And(has, g.b.Any(rd)))))
}

func usesImm(l *line) bool {
	return l.bImm || uses(l.rd, leafImm) || uses(l.cond, leafImm) || uses(l.addr, leafImm) || uses(l.pc, leafImm) || uses(l.data, leafImm)
}

func usesEarly(l *line) bool { return uses(l.rd, leafEarly) || uses(l.pc, leafEarly) }

// execute makes the hardware of the execute stage: units, result, memory access, ports and
// branch.
func (g *gen) execute() branch {
	g.x.second = g.b.Reg("x.second", 1, 0)
	g.el = newElab(g)
	g.ports.inputs()
	g.memory()
	g.result = g.makeResult()
	g.outputs()
	return g.branch()
}

// holdWhile adds a condition that keeps the instruction in execution.
func (g *gen) holdWhile(on, cond rtl.ID) { g.holds = append(g.holds, g.b.And(on, cond)) }

// held is 1 if the instruction in execution does not finish in this cycle.
func (g *gen) held() rtl.ID {
	sum := g.bool(false)
	for _, h := range g.holds {
		sum = g.b.Or(sum, h)
	}
	return g.b.And(g.x.valid, sum)
}
