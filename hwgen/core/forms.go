package core

import (
	"fmt"

	"github.com/sinter-lang/sinter/ir/word"
)

// form says how a serial core executes a line.
type form struct {
	result  result
	address bool // pre computes the low bits of rs1 + b
	store   bool // pre collects rs2
	collect bool // pre collects all operands, and the line is computed from whole words
	amount  bool // pre collects the shift amount
	orders  map[word.Op]bool

	usesA, usesB, immB bool // digits of the operands that the line uses
	adds, subtracts    bool // it uses the adder, with the second operand complemented
	zeroA              bool // the first operand is 0
}

// result is the source of the digits of rd.
type result int

const (
	noResult result = iota
	sumResult
	digitResult // each digit depends only on the digits of the operands at the same place
	shiftResult
	wordResult // a word that the core samples when the line acts
)

// needsPre reports whether operands have to pass before the line acts.
func (f form) needsPre() bool {
	return f.address || f.store || f.collect || f.amount || len(f.orders) > 0
}

// short reports whether pre ends as soon as an address or amount is complete.
func (f form) short() bool {
	return (f.address || f.amount) && !f.store && !f.collect && len(f.orders) == 0
}

// formOf decides how a serial core executes a line.
func formOf(l *line) (form, error) {
	f := form{orders: map[word.Op]bool{}, immB: l.bImm}
	flagged := func(e *word.Expr) bool { return e == nil || f.flags(e) }
	switch {
	case l.addr != nil && !isAB(l.addr, word.Add):
		return f, fmt.Errorf("%s has an address other than a register plus an operand", l.inst.Name)
	case l.addr != nil && (uses(l.data, leafA) || l.load > 0 && (uses(l.rd, leafA) || uses(l.rd, leafB))):
		return f, fmt.Errorf("%s needs a register besides address and data", l.inst.Name)
	case l.addr != nil:
		f.address, f.store = l.port == nil, l.store > 0
	case !flagged(l.cond) || l.pc != nil && !f.target(l.pc):
		f.collect = true
	}
	switch {
	case l.rd == nil:
	case l.load > 0 || l.rd.Leaf == leafNext:
		f.result = wordResult
	case isAB(l.rd, word.Add), isAB(l.rd, word.Sub):
		f.result = sumResult
		f.adds, f.subtracts, f.usesB = true, l.rd.Op == word.Sub, true
		f.zeroA, f.usesA = l.zeroA, !l.zeroA
	case shiftOf(l.rd) != word.Bad:
		f.result, f.amount = shiftResult, l.rd.Args[1].Leaf == leafB && !l.bImm
	case digitwise(l.rd):
		f.result, f.usesA, f.usesB = digitResult, uses(l.rd, leafA), uses(l.rd, leafB)
	case !f.flags(l.rd):
		f.collect = true
		fallthrough
	default:
		f.result = wordResult
	}
	once := 0 // what the adder does in one pass
	for _, has := range []bool{f.address, f.amount, len(f.orders) > 0} {
		if has {
			once++
		}
	}
	if once > 1 || once > 0 && f.result == sumResult {
		f.collect = true
	}
	if f.collect {
		if l.addr != nil || f.store {
			return f, fmt.Errorf("%s has an address and more operands", l.inst.Name)
		}
		if l.rd != nil {
			f.result = wordResult
		}
		f.orders, f.address, f.amount = map[word.Op]bool{}, false, false
		f.adds, f.subtracts, f.usesA, f.usesB, f.zeroA = false, false, false, false, false
	}
	f.operands()
	return f, nil
}

// operands sets which operands the adder gets in pre.
func (f *form) operands() {
	switch {
	case f.amount: // the amount passes the adder
		f.adds, f.usesB, f.zeroA, f.immB = true, true, true, false
	case f.address:
		f.adds, f.usesA, f.usesB = true, true, true
	case len(f.orders) > 0:
		f.adds, f.subtracts, f.usesA, f.usesB = true, true, true, true
	}
}

// flags reports whether e depends on the operands only by comparisons of both, and notes them.
func (f *form) flags(e *word.Expr) bool {
	for _, op := range []word.Op{word.Eq, word.Ltu, word.Lts} {
		if isAB(e, op) {
			f.orders[op] = true
			return true
		}
	}
	if e.Op == word.Bad && e.Leaf != "" && e.Leaf != leafNext {
		return false
	}
	for _, a := range e.Args {
		if !f.flags(a) {
			return false
		}
	}
	return true
}

// target reports whether a jump leads to pc + imm, or to an address that depends on the operands
// only by their sum.
func (f *form) target(e *word.Expr) bool {
	if e.Leaf == leafEarly {
		return true
	}
	if isAB(e, word.Add) {
		f.address = true
		return len(f.orders) == 0
	}
	if e.Op == word.Bad && e.Leaf != "" || e.Op != word.Bad && e.Op != word.And {
		return false
	}
	for _, a := range e.Args {
		if !f.target(a) {
			return false
		}
	}
	return true
}

// shiftOf is the operator of a shift of the first operand, by a constant or by the second operand.
func shiftOf(e *word.Expr) word.Op {
	switch e.Op {
	case word.Shl, word.Shru, word.Shrs:
		if n := e.Args[1]; e.Args[0].Leaf == leafA && (n.IsConst() || n.Leaf == leafB) {
			return e.Op
		}
	}
	return word.Bad
}

// digitwise reports whether each bit of e depends only on the same bit of the operands.
func digitwise(e *word.Expr) bool {
	switch e.Op {
	case word.Bad:
		if e.IsConst() {
			return e.Imm == 0 || e.Imm == 1<<32-1
		}
		return e.Leaf == leafA || e.Leaf == leafB
	case word.And, word.Or, word.Xor, word.Not:
		for _, a := range e.Args {
			if !digitwise(a) {
				return false
			}
		}
		return true
	}
	return false
}

// digit makes a digit of an expression that is digitwise.
func (s *serial) digit(e *word.Expr) vec {
	switch {
	case e.IsConst():
		return constVec(s.w, e.Imm)
	case e.Leaf == leafA:
		return s.opA
	case e.Leaf == leafB:
		return s.opB
	}
	args := make([]vec, len(e.Args))
	for i, a := range e.Args {
		args[i] = s.digit(a)
	}
	return s.op(e.Op, s.w, 0, args...)
}
