package image

import (
	"sort"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/ir/word"
)

// Mach is the decoded text of an image: instructions, basic blocks, live registers and natural
// loops. The meaning of each instruction determines the control flow. A jump target that depends
// only on pc and imm is direct. A jump target that depends on registers is indirect. A jump that
// writes rd is a call.
type Mach struct {
	Image  *Image
	Insts  []Decoded
	Blocks []Block
	Loops  []Loop // inner loops before the loops around them
}

// Decoded is one word of text.
type Decoded struct {
	Inst *isa.Inst
	Ops  isa.Ops
	Flow Flow
	// Target is the word index that a direct jump, call or branch goes to.
	Target int
}

// Flow states where execution continues after an instruction.
type Flow uint8

// The kinds of flow.
const (
	Next     Flow = iota // at the next word
	Branch               // at the target or the next word
	Jump                 // at the target
	Call                 // at the target, and later back at the next word
	Return               // at a target in a register: a word after some call, or a text symbol
	CallReg              // at a target in a register, and later back at the next word
	TrapFlow             // nowhere
)

// Block is a basic block, the words [Start, End). Succs and Preds are edges within a function:
// after a call they lead to the next word, and a return has no successor. LiveIn and LiveOut have
// a bit for each register. The live registers take calls and returns into account.
type Block struct {
	Start, End int
	Succs      []int
	Preds      []int
	LiveIn     uint32
	LiveOut    uint32
	Loop       int // index of the innermost loop, -1 if none
}

// Loop is a natural loop: the blocks from which control can return to the head of the loop without
// leaving the loop.
type Loop struct {
	Head   int
	Blocks []int // in ascending order
	Parent int   // index of the loop around this loop, -1 if none
}

// Decode makes the Mach of a valid image.
func Decode(im *Image) (*Mach, error) {
	if err := im.Verify(); err != nil {
		return nil, err
	}
	m := &Mach{Image: im}
	dec := isa.NewDecoder(im.Target.Set)
	for i, w := range im.Text {
		in, ops, _ := dec.Decode(w)
		d := Decoded{Inst: in, Ops: ops, Flow: flowOf(in, ops), Target: -1}
		if d.Flow == Branch || d.Flow == Jump || d.Flow == Call {
			target := (in.Bind(ops).PC(&isa.State{PC: PC(i)}) - uint64(PC(0))) / 4
			if target >= uint64(len(im.Text)) {
				return nil, diag.Errorf("", im.Spans[i], "image %s, text %#x: `%s` leaves the text", im.Name, PC(i), in.Disassemble(ops))
			}
			d.Target = int(target)
		}
		m.Insts = append(m.Insts, d)
	}
	m.blocks()
	m.liveness()
	m.loops()
	return m, nil
}

// flowOf determines the flow of an instruction from its meaning.
func flowOf(in *isa.Inst, ops isa.Ops) Flow {
	mean := &in.Meaning
	links := mean.Rd != nil && ops.Rd != 0
	switch {
	case mean.Trap:
		return TrapFlow
	case mean.PC == nil:
		return Next
	case dependsOnState(mean.PC) && links:
		return CallReg
	case dependsOnState(mean.PC):
		return Return
	case mean.Cond != nil:
		return Branch
	case links:
		return Call
	}
	return Jump
}

// dependsOnState reports whether e reads a register or memory.
func dependsOnState(e *word.Expr) bool {
	if e.Leaf != "" {
		return e.Leaf != "pc" && e.Leaf != "imm"
	}
	for _, a := range e.Args {
		if dependsOnState(a) {
			return true
		}
	}
	return false
}

// textSymbols returns the word indices of the labels that indirect jumps may go to.
func (m *Mach) textSymbols() []int {
	var out []int
	for _, s := range m.Image.Symbols {
		if i := (s.Addr - PC(0)) / 4; s.Addr >= PC(0) && s.Addr%4 == 0 && i < uint32(len(m.Insts)) {
			out = append(out, int(i))
		}
	}
	return out
}

// blocks cuts the text into blocks at jump targets and after jumps, and connects them.
func (m *Mach) blocks() {
	n := len(m.Insts)
	starts := make([]bool, n+1)
	starts[0], starts[n] = true, true
	for _, i := range m.textSymbols() {
		starts[i] = true
	}
	for i, d := range m.Insts {
		if d.Target >= 0 {
			starts[d.Target] = true
		}
		if d.Flow != Next {
			starts[i+1] = true
		}
	}
	at := make([]int, n+1) // the block that starts at each word
	for i, first := 0, 0; i < n; i++ {
		if starts[i+1] {
			at[first] = len(m.Blocks)
			m.Blocks = append(m.Blocks, Block{Start: first, End: i + 1, Loop: -1})
			first = i + 1
		}
	}
	for b := range m.Blocks {
		for _, to := range m.succWords(m.Blocks[b].End - 1) {
			s := at[to]
			m.Blocks[b].Succs = append(m.Blocks[b].Succs, s)
			m.Blocks[s].Preds = append(m.Blocks[s].Preds, b)
		}
	}
}

// succWords returns the words that may follow word i within its function.
func (m *Mach) succWords(i int) []int {
	d := m.Insts[i]
	var out []int
	if d.Flow == Branch || d.Flow == Jump {
		out = append(out, d.Target)
	}
	onward := d.Flow == Next || d.Flow == Branch || d.Flow == Call || d.Flow == CallReg
	if onward && i+1 < len(m.Insts) && !(len(out) > 0 && out[0] == i+1) {
		out = append(out, i+1)
	}
	return out
}

// blockAt returns the block that starts at a word.
func (m *Mach) blockAt(start int) int {
	return sort.Search(len(m.Blocks), func(b int) bool { return m.Blocks[b].Start >= start })
}

// liveness computes LiveIn and LiveOut over all possible control flow. A call goes to its
// target. An indirect jump may go to any text symbol or to any word after a call.
func (m *Mach) liveness() {
	var indirect []int
	for i, d := range m.Insts {
		if (d.Flow == Call || d.Flow == CallReg) && i+1 < len(m.Insts) {
			indirect = append(indirect, m.blockAt(i+1))
		}
	}
	for _, i := range m.textSymbols() {
		indirect = append(indirect, m.blockAt(i))
	}
	for changed := true; changed; {
		changed = false
		var wild uint32 // registers that are live at some possible target of an indirect jump
		for _, b := range indirect {
			wild |= m.Blocks[b].LiveIn
		}
		for b := len(m.Blocks) - 1; b >= 0; b-- {
			changed = m.flowBack(b, wild) || changed
		}
	}
}

// flowBack updates the live registers of a block and reports whether they changed.
func (m *Mach) flowBack(b int, wild uint32) bool {
	blk := &m.Blocks[b]
	var out uint32
	switch last := m.Insts[blk.End-1]; last.Flow {
	case Call: // values that are live after the call stay live through the callee to its return
		out = m.Blocks[m.blockAt(last.Target)].LiveIn
	case Return, CallReg:
		out = wild
	default:
		for _, s := range blk.Succs {
			out |= m.Blocks[s].LiveIn
		}
	}
	in := out
	for i := blk.End - 1; i >= blk.Start; i-- {
		uses, defs := m.Insts[i].Effects()
		in = in&^defs | uses
	}
	changed := in != blk.LiveIn || out != blk.LiveOut
	blk.LiveIn, blk.LiveOut = in, out
	return changed
}

// Effects returns the registers that an instruction reads and writes, as one bit per register. The
// result never includes x0. A register counts as read if the meaning of the instruction uses the
// register's field.
func (d *Decoded) Effects() (uses, defs uint32) {
	fields := map[string]uint8{"rs1": d.Ops.Rs1, "rs2": d.Ops.Rs2, "rs3": d.Ops.Rs3}
	d.Inst.Meaning.EachNode(func(e *word.Expr) {
		if r, ok := fields[e.Leaf]; ok {
			uses |= 1 << r
		}
	})
	if d.Inst.Meaning.Rd != nil {
		defs = 1 << d.Ops.Rd
	}
	return uses &^ 1, defs &^ 1
}
