package llvmir

import (
	"fmt"

	"github.com/llir/llvm/ir/constant"
	"github.com/llir/llvm/ir/enum"
	"github.com/llir/llvm/ir/types"
	"github.com/llir/llvm/ir/value"

	sir "github.com/sinter-lang/sinter/ir"
	"github.com/sinter-lang/sinter/ir/word"
)

// word writes an operator. A core row of the word table is written directly. Other rows are
// first expanded into core rows.
func (b *body) word(in *sir.Instr) error {
	if b.floatWord(in) {
		return nil
	}
	args := make([]value.Value, len(in.Args))
	leaves := make([]*word.Expr, len(in.Args))
	builder := &word.Builder{}
	for i, a := range in.Args {
		args[i] = b.values[a]
		leaves[i] = builder.LeafOf(fmt.Sprint(i), int(a.Type))
	}
	w := int(in.Results[0].Type)
	e := builder.Make(in.Word, w, in.Imm, leaves...)
	x, err := b.expr(e.Expand(), args, map[*word.Expr]value.Value{})
	b.values[in.Results[0]] = x
	return err
}

// expr writes an expression over core rows. Shared nodes are written once.
func (b *body) expr(e *word.Expr, leaves []value.Value, done map[*word.Expr]value.Value) (value.Value, error) {
	if x, ok := done[e]; ok {
		return x, nil
	}
	if e.IsConst() {
		return constUint(types.NewInt(uint64(e.Width)), e.Imm), nil
	}
	if e.Leaf != "" {
		return leaves[e.Leaf[0]-'0'], nil
	}
	args := make([]value.Value, len(e.Args))
	for i, a := range e.Args {
		x, err := b.expr(a, leaves, done)
		if err != nil {
			return nil, err
		}
		args[i] = x
	}
	x, err := b.core(e, args)
	done[e] = x
	return x, err
}

// core writes an operator of one core row.
func (b *body) core(e *word.Expr, a []value.Value) (value.Value, error) {
	t := types.NewInt(uint64(e.Width))
	switch e.Op {
	case word.Add:
		return b.cur.NewAdd(a[0], a[1]), nil
	case word.Sub:
		return b.cur.NewSub(a[0], a[1]), nil
	case word.Mul:
		return b.cur.NewMul(a[0], a[1]), nil
	case word.And:
		return b.cur.NewAnd(a[0], a[1]), nil
	case word.Or:
		return b.cur.NewOr(a[0], a[1]), nil
	case word.Xor:
		return b.cur.NewXor(a[0], a[1]), nil
	case word.Not:
		return b.cur.NewXor(a[0], constUint(t, word.Mask(e.Width))), nil
	case word.Eq:
		return b.cur.NewICmp(enum.IPredEQ, a[0], a[1]), nil
	case word.Ltu:
		return b.cur.NewICmp(enum.IPredULT, a[0], a[1]), nil
	case word.Lts:
		return b.cur.NewICmp(enum.IPredSLT, a[0], a[1]), nil
	case word.Mux:
		return b.cur.NewSelect(a[0], a[1], a[2]), nil
	case word.Divu, word.Remu:
		return b.divide(e, a), nil
	case word.Shl, word.Shru, word.Shrs:
		return b.shift(e, a), nil
	case word.Cat:
		high := b.cur.NewShl(b.cur.NewZExt(a[0], t), constUint(t, uint64(e.Args[1].Width)))
		return b.cur.NewOr(high, b.cur.NewZExt(a[1], t)), nil
	case word.Slice:
		return b.resize(b.cur.NewLShr(a[0], constUint(a[0].Type().(*types.IntType), e.Imm)), t), nil
	case word.Zext:
		return b.resize(a[0], t), nil
	case word.Sext:
		if e.Width == e.Args[0].Width {
			return a[0], nil
		}
		return b.cur.NewSExt(a[0], t), nil
	}
	return nil, fmt.Errorf("operator %s has no LLVM form", e.Op)
}

// divide guards the divisor, because LLVM's division by zero is undefined. In the program IR a
// division by zero gives all ones as quotient, and the dividend as remainder.
func (b *body) divide(e *word.Expr, a []value.Value) value.Value {
	t := types.NewInt(uint64(e.Width))
	zero := b.cur.NewICmp(enum.IPredEQ, a[1], constant.NewInt(t, 0))
	safe := b.cur.NewSelect(zero, constUint(t, 1), a[1])
	if e.Op == word.Divu {
		return b.cur.NewSelect(zero, constUint(t, word.Mask(e.Width)), b.cur.NewUDiv(a[0], safe))
	}
	return b.cur.NewSelect(zero, a[0], b.cur.NewURem(a[0], safe))
}

// shift limits the amount as the table defines. In LLVM a shift by the width or more is poison.
// In the program IR such a shift gives zero, or copies of the sign.
func (b *body) shift(e *word.Expr, a []value.Value) value.Value {
	w := e.Width
	t := types.NewInt(uint64(w))
	bits := word.AmountBits(w)
	if bits == 0 {
		return a[0]
	}
	aw := max(e.Args[1].Width, bits) // wide enough to hold the mask
	amount := b.resize(a[1], types.NewInt(uint64(aw)))
	at := amount.Type().(*types.IntType)
	amount = b.cur.NewAnd(amount, constUint(at, word.Mask(bits)))
	var over value.Value
	if w&(w-1) != 0 {
		over = b.cur.NewICmp(enum.IPredUGE, amount, constUint(at, uint64(w)))
		last := uint64(0)
		if e.Op == word.Shrs {
			last = uint64(w - 1)
		}
		amount = b.cur.NewSelect(over, constUint(at, last), amount)
	}
	n := b.resize(amount, t)
	switch e.Op {
	case word.Shrs: // an amount beyond the width became width-1, so the result is all sign bits
		return b.cur.NewAShr(a[0], n)
	case word.Shl:
		return b.orZero(over, b.cur.NewShl(a[0], n), t)
	default:
		return b.orZero(over, b.cur.NewLShr(a[0], n), t)
	}
}

func (b *body) orZero(over, x value.Value, t *types.IntType) value.Value {
	if over == nil {
		return x
	}
	return b.cur.NewSelect(over, constant.NewInt(t, 0), x)
}
