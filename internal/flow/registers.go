package flow

import (
	"context"

	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
)

// The numbers of registers to choose from. The register file is block RAM, so registers
// themselves cost no cells. The cost of more registers is one more bit in each register number.
const (
	fewRegs  = 16
	manyRegs = 32
)

// compiler makes the image for a target.
type compiler func(context.Context, *design.Target) (*image.Image, error)

// chosen makes the image with the best number of registers. It takes 32 registers if the
// estimated cycles fall by more than the cells grow, so that their product falls. A program
// that does not use all 16 registers would gain nothing from more registers. clang always
// gets 16 registers, because its image only serves as a comparison.
func (p *Program) chosen(ctx context.Context, compile compiler, few *design.Target) (*image.Image, error) {
	im, err := compile(ctx, few)
	if err != nil || p.opts.Regs != 0 || p.opts.Target != nil || p.opts.Backend == "llvm" || !full(im) {
		return im, err
	}
	more, err := compile(ctx, design.NewTarget(few.Name, few.Set, manyRegs))
	if err != nil {
		return nil, err
	}
	before, err := cyclesOn(Pipe3, im)
	if err != nil {
		return nil, err
	}
	after, err := cyclesOn(Pipe3, more)
	if err != nil || after > before*(1-p.opts.Goal.registersSave()) {
		return im, err
	}
	return more, nil
}

// full reports whether an image uses the last register of its target.
func full(im *image.Image) bool {
	c, err := image.ContractOf(im)
	return err == nil && len(c.Regs) > 0 && c.Regs[len(c.Regs)-1].Reg == im.Target.Regs-1
}
