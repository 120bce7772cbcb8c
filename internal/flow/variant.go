package flow

import (
	"context"

	"github.com/sinter-lang/sinter/hwgen/plan"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/isa"
)

// Variant describes another back end for a program.
type Variant struct {
	Regs    int
	Soft    bool   // multiply without an instruction
	Backend string // as in Options
	Mine    string // value for SetMine
}

// Variant is the same checked program with another back end. Several variants of one
// program may be used at the same time.
func (p *Program) Variant(v Variant) (*Program, error) {
	if err := checkRegs(v.Regs); err != nil {
		return nil, err
	}
	set := baseSet()
	if v.Soft {
		set = isa.RV32I()
	}
	set, err := p.opts.withLines(set)
	if err != nil {
		return nil, err
	}
	other := p.For(design.NewTarget(set.Name, set, v.Regs))
	other.opts.Backend, other.base = v.Backend, true
	if v.Mine == "" { // the sweep was begun before this axis existed
		return other, nil
	}
	if err := other.opts.SetMine(v.Mine); err != nil {
		return nil, err
	}
	return other, other.opts.checkMining()
}

// Shifting gives the program a core of an organisation with a chosen shifter: plan.ShiftAuto,
// plan.ShiftConstant or plan.ShiftBarrel. If the image needs another shifter, the core gets the
// shifter that the image needs.
func (p *Program) Shifting(ctx context.Context, kind, how string) (*Core, error) {
	im, err := p.Image(ctx)
	if err != nil {
		return nil, err
	}
	c, err := makeCore(im, plan.Options{Core: kind, Shifts: how})
	if err == nil {
		p.use(c)
	}
	return c, err
}
