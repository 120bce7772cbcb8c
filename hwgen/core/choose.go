package core

import (
	"github.com/sinter-lang/sinter/hwgen/plan"
	"github.com/sinter-lang/sinter/ir/design"
	"github.com/sinter-lang/sinter/ir/image"
	"github.com/sinter-lang/sinter/ir/rtl"
)

// Choose decides the one choice that no rule decides: shifts by constants with a select, or
// with a barrel shifter. It makes both design points and returns the point with fewer look-up
// tables. It does not change a choice that o already makes.
func Choose(im *image.Image, o plan.Options) (*design.Point, *rtl.Circuit, error) {
	if o.Shifts != plan.ShiftAuto || o.Full || o.Whole {
		p, c, _, err := try(im, o)
		return p, c, err
	}
	o.Shifts = plan.ShiftConstant
	p, c, n, err := try(im, o)
	if err != nil {
		return nil, nil, err
	}
	if p.Shifts.How != plan.ShiftConstant {
		return p, c, nil
	}
	o.Shifts = plan.ShiftBarrel
	p2, c2, n2, err := try(im, o)
	if err != nil || n2 >= n {
		return p, c, err
	}
	return p2, c2, nil
}

// try makes one design point and its circuit. It also returns the number of look-up tables.
func try(im *image.Image, o plan.Options) (*design.Point, *rtl.Circuit, int, error) {
	p, err := plan.Make(im, o)
	if err != nil {
		return nil, nil, 0, err
	}
	c, err := Generate(im, p)
	if err != nil {
		return nil, nil, 0, err
	}
	price, err := plan.Price(c)
	return p, c, price.LUTs, err
}
