package flow

import (
	"path/filepath"
	"strings"

	"github.com/sinter-lang/sinter/ir"
)

// Copy is a copy of memory that remains in a program.
type Copy struct {
	Place  string `json:"place"`
	Bytes  uint64 `json:"bytes"`
	AtMost bool   `json:"at_most,omitempty"` // the length is only known at run time
}

// maxCopy is the largest copy that is not listed.
const maxCopy = 64

// Copies lists the copies of possibly more than 64 bytes that remain after the passes, in
// program order. For the name of an x86-64 product, it searches the program IR after the
// passes for x86-64. For other names, it searches the program IR after the passes for a core.
// If a function of the tool makes a copy, each call of the function is listed.
func (p *Program) Copies(artefact string) ([]Copy, error) {
	stage := p.Low
	if ext := filepath.Ext(artefact); ext == ".elf" || ext == ".ll" {
		stage = p.ForX86
	}
	m, err := stage()
	if err != nil {
		return nil, err
	}
	list := []Copy{}
	for _, f := range m.Funcs {
		for _, b := range f.Blocks {
			for _, i := range b.Instrs {
				if n, atMost := copied(i); n > maxCopy && !copies(f) {
					list = append(list, Copy{i.Span.String(), n, atMost})
				}
			}
		}
	}
	return list, nil
}

// copies reports whether a function only copies its second object to its first.
func copies(f *ir.Func) bool { return strings.HasPrefix(f.Name, "copy.") }

// copied is the number of bytes that an instruction copies. atMost means that the number is an
// upper bound.
func copied(i *ir.Instr) (n uint64, atMost bool) {
	switch {
	case i.Op == ir.OpCopy:
		return i.Imm, false
	case i.Op == ir.OpMove, i.Op == ir.OpCall && copies(i.Callee):
		return uint64(min(roomOf(i.Refs[0]), roomOf(i.Refs[1]))), true
	}
	return 0, false
}

// roomOf is the largest number of bytes from an address to the end of its object.
func roomOf(r ir.Ref) int {
	size := r.Obj.Size
	if r.Obj.Slot > 0 {
		size = r.Obj.Slot
	}
	return size - max(r.Disp, 0)
}
