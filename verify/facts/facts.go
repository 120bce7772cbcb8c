// Package facts checks, while an image runs, the facts that its code generator assumed.
//
// For example, some instructions multiply only the low 8 bits of two registers. The code
// generator uses such an instruction if an analysis of the program shows that both registers
// hold numbers of at most 8 bits (ir/pass, Products). If a register holds more bits, all
// machines below the IR give the same wrong result, so a comparison of these machines does not
// reveal the mistake. This package reads the registers of each such instruction when the
// instruction retires:
//
//	w := facts.Watch(im)
//	machine.Retire(w.Retire)
//	w.N, w.Wrong       // 4096, []
//
// The package reads the instruction lines of the image. It does not depend on the analysis.
package facts

import (
	"fmt"

	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/sim"
)

// Watcher follows a run. N counts the executed instructions that rely on such a fact.
type Watcher struct {
	N     int
	Wrong []string // at most one per source position
	Lines []string // the names of the instruction lines that rely on a fact

	im      *image.Image
	decoder *isa.Decoder
	factors map[*isa.Inst][2]isa.Factor
	regs    [32]uint32
	said    map[uint32]bool
}

// Watch makes a watcher for an image. The result is nil if no line of the target relies on a
// fact.
func Watch(im *image.Image) *Watcher {
	w := &Watcher{im: im, decoder: isa.NewDecoder(im.Target.Set), factors: map[*isa.Inst][2]isa.Factor{}, said: map[uint32]bool{}}
	for _, in := range im.Target.Set.Insts {
		if of, ok := in.Factors(); ok && in.Narrow() {
			w.factors[in] = of
			w.Lines = append(w.Lines, in.Name)
		}
	}
	if len(w.factors) == 0 {
		return nil
	}
	return w
}

// Retire checks one completed instruction.
func (w *Watcher) Retire(r *sim.Retire) {
	in, ops, ok := w.decoder.Decode(r.Insn)
	if ok {
		if of, narrow := w.factors[in]; narrow {
			w.product(r.PC, in, of, [2]uint8{ops.Rs1, ops.Rs2})
		}
	}
	if r.Rd != 0 {
		w.regs[r.Rd] = r.Value
	}
}

// place is the source position of an instruction.
func (w *Watcher) place(pc uint32) string {
	k := int(pc-design.TextBase) / 4
	if k < len(w.im.Spans) && w.im.Spans[k].File != nil {
		return w.im.Spans[k].String()
	}
	return fmt.Sprintf("%#x", pc)
}

// product checks both operands of a multiplication.
func (w *Watcher) product(pc uint32, in *isa.Inst, of [2]isa.Factor, from [2]uint8) {
	w.N++
	for k, f := range of {
		if v := w.regs[from[k]]; f.Of(v) != v && !w.said[pc] {
			w.said[pc] = true
			w.Wrong = append(w.Wrong, fmt.Sprintf("%s at %s reads %v bits of x%d, which holds %#x", in.Name, w.place(pc), f, from[k], v))
		}
	}
}
