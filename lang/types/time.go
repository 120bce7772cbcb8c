package types

import (
	"math/big"
	"strings"

	"github.com/sinter-lang/sinter/internal/diag"
	"github.com/sinter-lang/sinter/lang/codes"
	"github.com/sinter-lang/sinter/lang/syntax"
	"github.com/sinter-lang/sinter/lang/tree"
)

// now checks `now()`.
func (b *body) now(e *syntax.CallExpr) tree.Expr {
	if len(e.Args) > 0 {
		b.c.errorf(codes.BadArguments, e.Span(), "`now` takes no arguments")
		return nil
	}
	if b.info == nil {
		b.c.errorf(codes.NotConstant, e.Span(), "the clock is read by tasks only, not at compile time")
		return nil
	}
	b.acts()
	return &tree.Now{Expr0: tree.Expr0{At: e.Span(), T: tree.TimeType()}}
}

// isTimeStart recognises `time.start`, tick 0.
func (b *body) isTimeStart(e *syntax.FieldExpr) bool {
	n, ok := e.X.(*syntax.Name)
	return ok && n.Name == "time" && e.Name.Name == "start" && b.lookup("time") == nil
}

// timeOp checks an operator with a time or duration as operand. The right column gives the type of
// the result:
//
//	time + duration    duration + time    time - duration            time
//	time - time                                                      duration
//	duration +- duration    duration % duration                      duration
//	duration * number    number * duration    duration / number      duration
//	duration / duration                                              i64
//
// All results wrap at 64 bits. A comparison takes two times or two durations.
func (b *body) timeOp(op tree.Op, l, r tree.Expr, e *syntax.BinaryExpr) tree.Expr {
	lt, rt := l.Type(), r.Type()
	duration, at := tree.DurationType(), e.Span()
	isTime := func(t *tree.Type) bool { return t.Kind == tree.Time }
	isDuration := func(t *tree.Type) bool { return t.Kind == tree.Duration }
	switch {
	case op >= tree.Lt && op <= tree.Ge && lt.Kind == rt.Kind:
		return &tree.Binary{Expr0: tree.Expr0{At: at, T: boolType()}, Op: op, L: l, R: r}
	case (op == tree.Add || op == tree.Sub) && isTime(lt) && isDuration(rt):
		return wordOp(op, l, resize(r, lt), lt, at)
	case op == tree.Add && isDuration(lt) && isTime(rt):
		return wordOp(op, resize(l, rt), r, rt, at)
	case op == tree.Sub && isTime(lt) && isTime(rt):
		return resize(wordOp(op, l, r, lt, at), duration)
	case (op == tree.Add || op == tree.Sub || op == tree.Rem) && isDuration(lt) && isDuration(rt):
		return wordOp(op, l, r, duration, at)
	case op == tree.Div && isDuration(lt) && isDuration(rt):
		return resize(wordOp(op, l, r, duration, at), tree.IntType(64, true))
	case (op == tree.Mul || op == tree.Div) && isDuration(lt) && fitsTicks(rt):
		return wordOp(op, l, resize(r, duration), duration, at)
	case op == tree.Mul && fitsTicks(lt) && isDuration(rt):
		return wordOp(op, resize(l, duration), r, duration, at)
	}
	d := b.c.errorf(codes.BadOperand, at, "`%s` does not take %s and %s", opText[op], describe(lt), describe(rt))
	switch {
	case op == tree.Mul && (isDuration(lt) || isDuration(rt)):
		d.Hint("convert the number, as in `i64(...)`")
	case lt.IsNumber() || rt.IsNumber():
		d.Hint("a number becomes a duration by a unit: `n * 1ms`")
	case isTime(lt) && isTime(rt):
		d.Hint("two times have a difference, `a - b`, and an order")
	}
	return nil
}

// fitsTicks reports whether every value of a number type fits an i64.
func fitsTicks(t *tree.Type) bool {
	if !t.IsNumber() {
		return false
	}
	lo, hi := t.Interval()
	return tree.IntType(64, true).Holds(lo, hi)
}

// wordOp builds an operation in one word. Constants are folded.
func wordOp(op tree.Op, l, r tree.Expr, t *tree.Type, at diag.Span) tree.Expr {
	x, okX := l.(*tree.Const)
	y, okY := r.(*tree.Const)
	if okX && okY {
		if v, ok := foldTicks(op, x.Cell, y.Cell); ok {
			return &tree.Const{Expr0: tree.Expr0{At: at, T: t}, Cell: v}
		}
	}
	return &tree.Binary{Expr0: tree.Expr0{At: at, T: t}, Op: op, L: l, R: r}
}

func foldTicks(op tree.Op, x, y uint64) (uint64, bool) {
	switch op {
	case tree.Add:
		return x + y, true
	case tree.Sub:
		return x - y, true
	case tree.Mul:
		return x * y, true
	}
	return 0, false
}

// negated builds -d for a duration d.
func (b *body) negated(x tree.Expr, at diag.Span) tree.Expr {
	if k, ok := x.(*tree.Const); ok {
		return &tree.Const{Expr0: tree.Expr0{At: at, T: k.T}, Cell: -k.Cell}
	}
	return &tree.Unary{Expr0: tree.Expr0{At: at, T: x.Type()}, Op: tree.Neg, X: x}
}

// duration checks an argument that must be a duration.
func (b *body) duration(e *syntax.CallExpr, name string) tree.Expr {
	if len(e.Args) != 1 || e.Args[0].Name != nil {
		b.c.errorf(codes.BadArguments, e.Span(), "`%s(...)` takes a duration", name)
		return nil
	}
	x := b.expr(e.Args[0].Value, nil)
	if x != nil && x.Type().Kind != tree.Duration {
		b.c.errorf(codes.Mismatch, x.Span(), "`%s` takes a `duration`, found %s", name, describe(x.Type())).
			Hint("write a number with its unit, as in `5ms`, or `n * 1us`")
		return nil
	}
	return x
}

// ParseDuration reads a duration as the command line writes it: a number followed by us, ms or
// s. The result is in ticks of 1 us.
func ParseDuration(text string) (int64, bool) {
	text = strings.TrimSpace(text)
	for _, unit := range []struct {
		name  string
		ticks int64
	}{{"us", 1}, {"ms", 1000}, {"s", 1000000}} {
		digits, ok := strings.CutSuffix(text, unit.name)
		if !ok {
			continue
		}
		v, ok := new(big.Int).SetString(digits, 10)
		if !ok {
			continue
		}
		v.Mul(v, big.NewInt(unit.ticks))
		return v.Int64(), v.IsInt64()
	}
	return 0, false
}
