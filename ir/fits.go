package ir

import (
	"slices"

	"github.com/sinter-lang/sinter/ir/word"
)

// fits is a condition on an operation that a list of types cannot express. For example, the words
// of an operation must match each other, the immediate, or the tables of the module.
type fits interface {
	check(v *verifier, i *Instr, args, results []*Value)
}

type (
	fitsConst   struct{} // the immediate fits its type
	fitsWord    struct{} // the width rule of the operator
	fitsFloat   struct{} // the formats of the float operation
	fitsSize    struct{} // a size that loads and stores support
	fitsLog     struct{} // the arguments of the log site
	fitsElement struct{} // the element type of the channel
	fitsArms    struct{} // the guards and deadlines of a select
	fitsHold    struct{} // the channel states that the operation hold can wait for
)

func (fitsConst) check(v *verifier, i *Instr, _, results []*Value) {
	if t := results[0].Type; i.Imm&^word.Mask(int(t)) != 0 {
		v.errorf(i, i.Span, "const gives one word that holds %d, got %s", i.Imm, t)
	}
}

func (fitsHold) check(v *verifier, i *Instr, _, _ []*Value) {
	if i.Imm > IsTaken {
		v.errorf(i, i.Span, "hold waits for a value (0), for room (1) or until all is taken (2), got %d", i.Imm)
	}
}

func (fitsSize) check(v *verifier, i *Instr, _, _ []*Value) {
	if !sizeOK(i.Size) {
		v.errorf(i, i.Span, "%s moves 1, 2, 4 or 8 bytes, got %d", i.Op, i.Size)
	}
}

func (fitsWord) check(v *verifier, i *Instr, args, results []*Value) {
	aw := make([]int, len(args))
	for k, a := range args {
		aw[k] = int(a.Type)
	}
	if err := word.Check(i.Word, int(results[0].Type), aw, i.Imm); err != nil {
		v.errorf(i, i.Span, "%s", err)
	}
}

func (fitsFloat) check(v *verifier, i *Instr, args, results []*Value) {
	if err := checkFloat(i.Float, args, results); err != nil {
		v.errorf(i, i.Span, "%s", err)
	}
}

// check compares the words and refs of a log operation with the arguments of its log site.
func (fitsLog) check(v *verifier, i *Instr, args, _ []*Value) {
	site := &v.m.Logs[i.Site]
	refs, k := 0, 0
	for _, a := range site.Args {
		switch {
		case a.Kind == "bytes":
			refs++
		case k < len(args) && a.Width > 32 && args[k].Type == 32 && k+1 < len(args) && args[k+1].Type == 32:
			k += 2
		default:
			k++
		}
	}
	if refs != len(i.Refs) || k != len(args) {
		v.errorf(i, i.Span, "log site %d shows %d words and %d bytes, got %d and %d", i.Site, len(site.Args)-refs, refs, len(args), len(i.Refs))
	}
}

// check compares the words and refs of a channel operation with the element of the channel.
func (fitsElement) check(v *verifier, i *Instr, args, results []*Value) {
	ws := slices.Concat(args, results)
	c := &v.m.Chans[i.Chan]
	ok := len(ws) == len(c.Words) && len(i.Refs) == len(c.Objs)
	for k := 0; ok && k < len(ws); k++ {
		ok = ws[k].Type == c.Words[k]
	}
	if !ok {
		v.errorf(i, i.Span, "channel %s moves %d words of types %v and %d objects, got (%s) and %d",
			c.Name, len(c.Words), c.Words, len(c.Objs), widths(ws), len(i.Refs))
	}
}
