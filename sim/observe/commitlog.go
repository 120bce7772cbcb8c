package observe

import (
	"fmt"
	"io"
	"math/bits"

	"github.com/sinter-lang/sinter/ir/isa"
	"github.com/sinter-lang/sinter/sim"
)

// CommitLog writes one line for each retired instruction, in the format of Spike's
// --log-commits:
//
//	core   0: 3 0x00000010 (0x00b12623) mem 0x00000ffc 0x0000002a
//	core   0: 3 0x00000014 (0x00c12503) x10 0x0000002a mem 0x00000ffc
//
// A line shows a written register and the new value, a store with address and data, or a load
// with address.
type CommitLog struct {
	w       io.Writer
	decoder *isa.Decoder
	err     error
}

// NewCommitLog makes a log that is written to w. set is the instruction set of the core.
func NewCommitLog(w io.Writer, set *isa.Set) *CommitLog {
	return &CommitLog{w: w, decoder: isa.NewDecoder(set)}
}

// Step writes a line if an instruction retires. Step keeps the first error, which End returns.
func (l *CommitLog) Step(s *Step) {
	if s.Retired && l.err == nil {
		_, l.err = io.WriteString(l.w, l.line(&s.Retire))
	}
}

func (l *CommitLog) line(r *sim.Retire) string {
	text := fmt.Sprintf("core %3d: 3 0x%08x (0x%08x)", r.Context, r.PC, r.Insn)
	if r.Rd != 0 {
		text += fmt.Sprintf(" x%-2d 0x%08x", r.Rd, r.Value)
	}
	if r.Mask != 0 {
		text += fmt.Sprintf(" mem 0x%08x", r.Addr)
		if in, _, ok := l.decoder.Decode(r.Insn); ok && in.Meaning.Store != nil {
			text += fmt.Sprintf(" 0x%0*x", 2*bits.OnesCount8(r.Mask), r.Data>>(8*(r.Addr&3)))
		}
	}
	return text + "\n"
}

// End returns the first error.
func (l *CommitLog) End() error { return l.err }
