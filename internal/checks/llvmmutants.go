package checks

import (
	"context"
	"errors"
	"fmt"
	"time"

	x86 "github.com/sinter-lang/sinter/backend_x86"
	"github.com/sinter-lang/sinter/internal/flow"
	"github.com/sinter-lang/sinter/internal/llvm"
	"github.com/sinter-lang/sinter/sim/world"
	"github.com/sinter-lang/sinter/verify/mutate"
)

// processTime is the longest run of a process with a planted mistake.
const processTime = 20 * time.Second

// Printing plants up to n mistakes (0: all) in the printed LLVM IR for x86-64, one at a time.
// The mistakes are wrong operations, operands and constants in the text for clang. Only the
// first few programs are tried, because each run needs clang and the linker.
func (c *CompilerMutants) Printing(n, programs int) (*mutate.Score, error) {
	few := &CompilerMutants{c.ctx, c.specimens[:min(programs, len(c.specimens))]}
	for _, s := range few.specimens {
		if err := few.studyProcess(s); err != nil {
			return nil, fmt.Errorf("%s: %w", s.Name, err)
		}
	}
	return few.score(ofPrinting, n, few.wrongPrint)
}

// studyProcess records the possible mistakes in the text for x86-64.
func (c *CompilerMutants) studyProcess(s *Specimen) error {
	img, err := s.prog.X86(c.ctx, x86.Linux)
	if err != nil {
		return err
	}
	for _, name := range mutate.LLVM(img.LLVM) {
		s.kinds[ofPrinting][name] = true
	}
	why, err := c.native(s, s.prog)
	if err == nil && why != "" {
		err = fmt.Errorf("without a mistake, the process differs: %s", why)
	}
	return err
}

func (c *CompilerMutants) wrongPrint(s *Specimen, mistake string, reach bool) (mutate.Outcome, error) {
	wrong := mutate.Misprint
	if reach {
		wrong = mutate.ReachLLVM
	}
	why, err := c.native(s, s.prog.Printing(func(text string) string { return wrong(text, mistake) }))
	var refused *llvm.Failure
	switch {
	case errors.As(err, &refused): // clang refuses the text
		refused.Forget()
		return mutate.Found, nil
	case err != nil:
		return mutate.Missed, err
	case why != "":
		return mutate.Found, nil
	}
	return mutate.Missed, nil
}

// native runs a program as a Linux process. It returns how the behaviour differs from the
// reference.
func (c *CompilerMutants) native(s *Specimen, p *flow.Program) (why string, err error) {
	ctx, stop := context.WithTimeout(c.ctx, processTime)
	defer stop()
	m, err := p.Machine(ctx, flow.Native, "", world.New(s.Script), 0)
	if err != nil {
		return "", err
	}
	if open, ok := m.(interface{ Close() }); ok {
		defer open.Close()
	}
	l, err := flow.LevelOf(flow.Native)
	if err != nil {
		return "", err
	}
	return c.differs(s, m, flow.Bounds{Steps: l.Fuzz, Events: fuzzEvents}, l.Compare), nil
}
